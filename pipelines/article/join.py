"""The pages of one article → the article: the first page's statements, and the text of all pages in order.

In: what each page gave, the first page first. Out: one draft, and at which of its blocks each further page begins. What
a further page says again (captions, standfirsts, the pager) is left out, each with its rule. A page that mostly says
again what stands on those before it is no further page, as that of a comments' pager: it ends the article.

Promised: pure; the same pages give the same draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipelines.extract.access import measure
from pipelines.extract.draft import SHORT_WORDS
from pipelines.page.text import line_key, word_count
from pipelines.reasons import Flag, Rule
from pipelines.values import Block, Draft, Paging, Removal

T = TypeVar("T")

_UNREAD = ("caption", "time")
"""Kinds of blocks that are no part of the text."""
_SAID_ONCE = ("paragraph", "heading", "quote", "caption")
_MOST_REPEATED_SHARE = 0.5
_MARGIN = 3
_MOST_PAGER_WORDS = 8
_DIGITS = re.compile(r"\d+")
_OF_ANY_PAGE = frozenset((Flag.TRUNCATED, Flag.CHARSET_GUESSED, Flag.FALLBACK))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of an article that stands on several."""

    draft: Draft
    paging: Paging


@dataclass(frozen=True, slots=True)
class Joined:
    """An article of several pages."""

    draft: Draft
    first_blocks: tuple[int, ...]
    """Of each further page: which of the draft's blocks is the first from it."""


def join(first: Sheet, further: Sequence[Sheet], keep: Collection[str] = ()) -> Joined:
    """The article whose first page is *first*.

    Args:
        first: What the first page gave.
        further: What the further pages gave that could be had, in order.
        keep: Rules that remove no line.
    """
    pagers = set[str]() if Rule.PAGE in keep else _pagers([first.draft, *(sheet.draft for sheet in further)])
    blocks, removed = _without(first.draft.blocks, pagers)
    known = {line_key(text) for text in (first.draft.headline, first.draft.description) if text}
    known.update(line_key(block.text) for block in first.draft.blocks if block.text)
    pages, starts = [first], list[int]()
    last: int | None = None
    for sheet in further:
        starts.append(len(blocks))
        if last is not None or _is_repeat(sheet.draft, known):
            last = sheet.paging.number if last is None else last
            continue
        own, gone = _without(sheet.draft.blocks, () if Rule.PAGE in keep else known | pagers)
        blocks += own
        removed += [*sheet.draft.removed, *gone]
        known.update(line_key(block.text) for block in sheet.draft.blocks if block.text)
        pages.append(sheet)
    lines = [block.text for block in blocks if block.text and block.kind not in _UNREAD]
    start = first.draft
    measured = measure(lines, start.promised_words, start.access_declared)
    holds = {
        Flag.SHORT: sum(map(word_count, lines)) < SHORT_WORDS,
        Flag.CUT_SHORT: measured.is_cut,
        Flag.PAGES_MISSING: _is_lacking(pages, last),
    }
    flags = {flag for flag in start.flags if flag not in holds} | {flag for flag, is_so in holds.items() if is_so}
    flags |= {flag for sheet in pages for flag in sheet.draft.flags if flag in _OF_ANY_PAGE}
    draft = replace(
        start,
        text="\n\n".join(lines),
        blocks=tuple(blocks),
        images=_once((image for sheet in pages for image in sheet.draft.images), lambda image: image.url),
        links=_once((link for sheet in pages for link in sheet.draft.links), lambda link: link.url),
        flags=tuple(flag for flag in Flag if flag in flags),
        removed=(*start.removed, *removed),
        access_measured=measured.state,
        access_why="; ".join(filter(None, (start.access_grounds, measured.why))) or None,
    )
    return Joined(draft, tuple(starts))


def _without(blocks: Iterable[Block], keys: Collection[str]) -> tuple[list[Block], list[Removal]]:
    """The blocks but for those that read like one of *keys*, and these as what was removed."""
    kept: list[Block] = []
    gone: list[Removal] = []
    for block in blocks:
        if block.kind in _SAID_ONCE and line_key(block.text) in keys:
            gone.append(Removal(block.text, "page", 1))
        else:
            kept.append(block)
    return kept, gone


def _is_repeat(draft: Draft, known: Collection[str]) -> bool:
    """Whether a page mostly says what stands on those before it."""
    words = {block: word_count(block.text) for block in draft.blocks if block.kind not in _UNREAD}
    again = sum(count for block, count in words.items() if line_key(block.text) in known)
    return again > sum(words.values()) * _MOST_REPEATED_SHARE


def _pagers(drafts: Sequence[Draft]) -> set[str]:
    """The lines at the ends of pages that differ in numbers alone: "Page 1 of 3", "1 2 3"."""
    pages: dict[str, set[int]] = {}
    lines: dict[str, set[str]] = {}
    for number, draft in enumerate(drafts):
        texts = [block.text for block in draft.blocks if block.kind not in _UNREAD]
        for text in {*texts[:_MARGIN], *texts[-_MARGIN:]}:
            if _DIGITS.search(text) and word_count(text) <= _MOST_PAGER_WORDS:
                form = " ".join(_DIGITS.sub(" ", line_key(text)).split())
                pages.setdefault(form, set()).add(number)
                lines.setdefault(form, set()).add(line_key(text))
    return {line for form, numbers in pages.items() if len(numbers) > 1 for line in lines[form]}


def _is_lacking(pages: Sequence[Sheet], last: int | None) -> bool:
    """Whether a page names a further one that is not there, and that comes before the *last*."""
    had = {sheet.paging.number for sheet in pages}
    named = {number for sheet in pages for number, _ in sheet.paging.further}
    return any(last is None or number < last for number in named - had)


def _once(values: Iterable[T], key: Callable[[T], str]) -> tuple[T, ...]:
    found: dict[str, T] = {}
    for value in values:
        found.setdefault(key(value), value)
    return tuple(found.values())

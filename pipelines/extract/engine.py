"""The general extractor: which blocks of an article's part are its text.

In: a part of a page and its blocks. Out: the blocks that trafilatura takes for the article's text. It is only the
judge: what is kept are the page's own blocks, so every sentence has a place in the page. Where its text stands in
no block (it may come from a script), its own lines are taken and the answer says so.

Promised: no clock, no state between pages, no change of the tree.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata

from pipelines.extract.match import match
from pipelines.page.blocks import TextBlock
from pipelines.page.text import line_key, visible_text, word_count
from pipelines.page.tree import Element

_LEAST_COVER = 0.6
"""The share of the extractor's text that must be found in blocks."""

_SUSPICIOUS_SHARE = 0.5
_MUCH_MORE = 1.4
"""The precise mode sometimes drops half an article or all of it. Where it leaves much of the page's running text and
the default mode takes this much more, the default mode is believed."""

# Its warnings say that a page has no text, which is an answer here and not a warning.
logging.getLogger("trafilatura").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is the article's text."""

    blocks: tuple[TextBlock, ...]
    is_foreign: bool
    """Whether the text was found in no block, so that the blocks are the extractor's own lines."""


def select(element: Element, leave_out: Collection[Element], blocks: Sequence[TextBlock]) -> Selection:
    """Choose from *blocks* those that are the article's text.

    Args:
        element: The article's subtree.
        leave_out: Other articles below it.
        blocks: The subtree's blocks, in order.
    """
    page = _page_of(element, leave_out)
    best = _judge(page, blocks, precise=True)
    running = sum(block.words for block in blocks if block.is_running)
    if best.words < running * _SUSPICIOUS_SHARE:
        generous = _judge(page, blocks, precise=False)
        if generous.words > best.words * _MUCH_MORE:
            best = generous
    if best.covered < _LEAST_COVER:
        own_lines = tuple(TextBlock("paragraph", line, element, 0, line_key(line)) for line in best.lines)
        return Selection(own_lines, is_foreign=bool(own_lines))
    return Selection(tuple(blocks[index] for index in best.chosen), is_foreign=False)


@dataclass(frozen=True, slots=True)
class _Judgement:
    lines: tuple[str, ...]
    words: int
    chosen: tuple[int, ...]
    covered: float


def _judge(page: lxml_html.HtmlElement, blocks: Sequence[TextBlock], *, precise: bool) -> _Judgement:
    document = bare_extraction(
        page,
        favor_precision=precise,
        include_comments=False,
        include_formatting=False,
        deduplicate=False,
        with_metadata=False,
    )
    text = (getattr(document, "text", None) or "") if document is not None else ""
    lines = tuple(line for line in map(visible_text, text.splitlines()) if line_key(line))
    chosen, covered = match(lines, blocks)
    return _Judgement(lines, sum(map(word_count, lines)), tuple(chosen), covered)


def guessed_metadata(element: Element, url: str, captured_at: datetime) -> Mapping[str, str]:
    """What trafilatura takes for the author of the page that *element* is of (several are parted by semicolons)."""
    page = copy.deepcopy(element.getroottree().getroot())
    day = captured_at.date().isoformat()
    found = extract_metadata(
        page, url, {"original_date": True, "extensive_search": False, "max_date": day}, extensive=False
    )
    return {"author": found.author or ""}


def _page_of(element: Element, leave_out: Collection[Element]) -> lxml_html.HtmlElement:
    """A page that holds nothing but the subtree; the tree itself is never handed out to be changed."""
    if element.tag == "body" and not leave_out:
        return element.getroottree().getroot()
    clone = copy.deepcopy(element)
    clone.tail = None
    doomed = [twin for mine, twin in zip(element.iter(), clone.iter(), strict=True) if mine in leave_out]
    for twin in doomed:
        _drop(twin)
    if clone.tag == "body":
        body = clone
    else:
        body = etree.SubElement(lxml_html.Element("html"), "body")
        body.append(clone)
    page = body.getparent()
    if page is None:
        page = lxml_html.Element("html")
        page.append(body)
    return page


def _drop(element: Element) -> None:
    """Take *element* out, but leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)

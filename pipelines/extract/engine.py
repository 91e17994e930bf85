"""The general extractor: which blocks of an article's part are its text.

In: a part of a page and its blocks. Out: the blocks that trafilatura takes for the article's text. It is only the
judge: what is kept are the page's own blocks, so every sentence has a place in the page. Where its text stands in
no block (it may come from a script), its own lines are taken and the answer says so.

Promised: no clock, no state between pages, no change of the tree.

*Why* three tries: the fast way costs a third of the whole one and is as good on most pages. Where it leaves out much of
the page's running text, the whole way is asked, and then the generous one, each believed if it brings much more.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html
from trafilatura import bare_extraction
from trafilatura.metadata import extract_author

from pipelines.extract.match import match
from pipelines.page.blocks import TextBlock
from pipelines.page.text import line_key, visible_text, word_count
from pipelines.page.tree import UNSEEN, Element, find_all

_LEAST_COVER = 0.6
"""The share of the extractor's text that must be found in blocks."""
_MUCH_MORE = 1.4
"""How many times the words of a suspicious try another one must bring to be believed."""
_BETWEEN_AUTHORS = ";"
_WAYS: tuple[tuple[dict[str, bool], float], ...] = (
    ({"fast": True, "favor_precision": True}, 0.4),
    ({"favor_precision": True}, 0.1),
    ({"fast": True}, 0.0),
)
"""What is tried, one after the other, and how much of the page's running text it must bring for the next not to be."""
_DROPPED = tuple(sorted(UNSEEN - {"head", "title", "meta", "base", "input", "button", "textarea"} | {"nav", "footer"}))
"""Elements that no way of the extractor reads: without them, its many copies of the page are small."""

# Its warnings say that a page has no text, which is an answer here and not a warning.
logging.getLogger("trafilatura").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is the article's text."""

    chosen: tuple[int, ...]
    """Indexes of the blocks that are it."""
    own_lines: tuple[str, ...] = ()
    """The extractor's own lines, where its text was found in no block."""
    authors: tuple[str, ...] = ()
    """What it takes for the authors, if it was asked."""


def select(
    element: Element, leave_out: Collection[Element], blocks: Sequence[TextBlock], *, wants_authors: bool = False
) -> Selection:
    """Choose from *blocks* those that are the article's text; captions never are.

    Args:
        element: The article's subtree.
        leave_out: Other articles below it.
        blocks: The subtree's blocks, in order.
        wants_authors: Whether it is asked for the authors too.
    """
    page = page_of(element, leave_out)
    running = sum(block.words for block in blocks if block.is_running)
    best: _Judgement | None = None
    for way, enough in _WAYS:
        judgement = _judge(page, blocks, way)
        if best is None or judgement.words > best.words * _MUCH_MORE:
            best = judgement
        if best.words >= running * enough:
            break
    assert best is not None  # there is at least one way
    authors = tuple((extract_author(page) or "").split(_BETWEEN_AUTHORS)) if wants_authors else ()
    if best.covered < _LEAST_COVER:
        return Selection((), best.lines, authors)
    return Selection(best.chosen, (), authors)


@dataclass(frozen=True, slots=True)
class _Judgement:
    lines: tuple[str, ...]
    words: int
    chosen: tuple[int, ...]
    covered: float


def _judge(page: lxml_html.HtmlElement, blocks: Sequence[TextBlock], way: dict[str, bool]) -> _Judgement:
    document = bare_extraction(
        page,
        include_comments=False,
        include_formatting=False,
        deduplicate=False,
        with_metadata=False,
        **way,  # type: ignore[arg-type]
    )
    text = (getattr(document, "text", None) or "") if document is not None else ""
    lines = tuple(line for line in map(visible_text, text.splitlines()) if line_key(line))
    readable = [index for index, block in enumerate(blocks) if block.kind != "caption"]
    chosen, covered = match(lines, [blocks[index] for index in readable])
    return _Judgement(lines, sum(map(word_count, lines)), tuple(readable[index] for index in chosen), covered)


def page_of(element: Element, leave_out: Collection[Element]) -> lxml_html.HtmlElement:
    """A page that holds nothing but the subtree; the tree itself is never handed out to be changed."""
    clone = copy.deepcopy(element)
    clone.tail = None
    if leave_out:
        for twin in [twin for mine, twin in zip(element.iter(), clone.iter(), strict=True) if mine in leave_out]:
            _drop(twin)
    etree.strip_elements(clone, *_DROPPED, with_tail=False)
    bodies = find_all(clone, "descendant-or-self::*[contains(@itemprop, 'articleBody')]")
    for body in bodies if len(bodies) > 1 else ():
        del body.attrib["itemprop"]  # those of a live blog's entries: the extractor would take one for all
    page = lxml_html.Element("html")
    if clone.tag == "html":
        page.extend(list(clone))
    elif clone.tag == "body":
        page.append(clone)
    else:
        etree.SubElement(page, "body").append(clone)
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

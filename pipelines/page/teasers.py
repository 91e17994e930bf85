"""Which texts of a page are summaries of other articles: long, and all of a link or next to a heading that is one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from pipelines.page.blocks import RUNNING_WORDS, TextBlock
from pipelines.page.tree import Element, has_words

_DEPTH = 3
_MOST_WORDS = 80


def teaser_boxes(root: Element) -> frozenset[Element]:
    """The small elements around headings that are links."""
    is_small: dict[Element, bool] = {}
    for heading in root.iter("h2", "h3", "h4"):
        link = heading.find(".//a[@href]")
        if link is None:
            link = next((up for up in heading.iterancestors("a") if up.get("href")), None)
        for up in islice(link.iterancestors(), _DEPTH) if link is not None else ():
            if up is root:
                break
            if up not in is_small:
                is_small[up] = has_words(up, at_most=_MOST_WORDS)
            if not is_small[up]:
                break
    return frozenset(element for element, small in is_small.items() if small)


def small_boxes(element: Element) -> Iterator[Element]:
    """The small ones of *element* and the elements around it."""
    for up in islice(chain((element,), element.iterancestors()), _DEPTH):
        if not has_words(up, at_most=_MOST_WORDS):
            return
        yield up


def is_teaser(block: TextBlock, boxes: frozenset[Element]) -> bool:
    """Whether a block is another article's summary."""
    return block.words >= RUNNING_WORDS and (block.is_linked or stands_in(block, boxes))


def stands_in(block: TextBlock, boxes: frozenset[Element]) -> bool:
    """Whether a block is one of *boxes*, or stands right in one."""
    return block.element in boxes or not boxes.isdisjoint(islice(block.element.iterancestors(), _DEPTH))

"""Which texts of a page are summaries of other articles: long, and all of a link or next to a heading that is one."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from pipelines.page.blocks import RUNNING_WORDS, TextBlock
from pipelines.page.text import word_count
from pipelines.page.tree import Element, find_all, inner_text

_LINKED_HEADINGS = " | ".join(f".//{name}//a[@href] | .//a[@href]//{name}" for name in ("h2", "h3", "h4"))
_DEPTH = 3
_MOST_WORDS = 80


def teaser_boxes(root: Element) -> frozenset[Element]:
    """The small elements around headings that are links."""
    is_small: dict[Element, bool] = {}
    for link in find_all(root, _LINKED_HEADINGS):
        for up in islice(link.iterancestors(), _DEPTH):
            if up is root:
                break
            if up not in is_small:
                is_small[up] = word_count(inner_text(up)) <= _MOST_WORDS
            if not is_small[up]:
                break
    return frozenset(element for element, small in is_small.items() if small)


def is_teaser(block: TextBlock, boxes: Collection[Element]) -> bool:
    """Whether a block is another article's summary."""
    if block.words < RUNNING_WORDS:
        return False
    if block.is_linked or block.element in boxes:
        return True
    return any(up in boxes for up in islice(block.element.iterancestors(), _DEPTH))

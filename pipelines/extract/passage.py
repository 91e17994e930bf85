"""Blocks of a page → passages: the same text with all that is needed to judge it, free of the tree.

In: a part's blocks. Out: one `Passage` each. A passage knows its `path`, its one node in this page, and its `place`,
the kind of node it is on all pages of a template: names and classes of the node and of those around it.

*Why* without the tree: a page is parsed once and judged twice, first for what it teaches about its site, then with what
all of its pages have taught; in between there is a night's worth of pages, and trees are large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pipelines.extract.dates import choose
from pipelines.http.url import absolute_url
from pipelines.page.blocks import TextBlock, TextRun
from pipelines.page.tree import Element, Paths, inner_text
from pipelines.values import Link

_DEPTH = 8
"""How many elements a place goes up."""
_MAX_CLASSES = 4
# Numbers name single articles, slots and builds, not kinds of nodes.
_NUMBERED = re.compile(r"\d{2}")
STEP = "<"
"""What stands between the steps of a place, which go from the inside out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage(TextRun):
    """A run of text, and where it stands."""

    path: str
    """XPath of its node from the root of the page; empty for a link that stands by itself, as it is no text."""
    place: str
    """The kind of node: `p<div.body<article`, from the inside out."""
    links: tuple[tuple[str, str], ...] = ()
    """Address, as it stands there, and text of each link in it; of links that stand by themselves they are left out."""

    @property
    def holder(self) -> str:
        """The path of the element around its node."""
        return self.path.rpartition("/")[0]


def passages_of(blocks: Sequence[TextBlock], top: Element, paths: Paths, captured_at: datetime) -> tuple[Passage, ...]:
    """The passages of *blocks*, which stand below *top*, of a page captured at that instant."""
    places = _Places(top)
    return tuple(
        Passage(
            block.kind,
            block.text,
            block.linked_chars,
            block.key,
            path=paths.of(block.element) if is_text else "",
            place=places.of(block.element),
            links=tuple((link.get("href") or "", inner_text(link)) for link in block.links) if is_text else (),
            moment=choose([block.moment], captured_at).date if block.moment else None,
        )
        for block, is_text in ((block, _is_text(block)) for block in blocks)
    )


def _is_text(block: TextBlock) -> bool:
    return not block.is_linked or block.kind in ("list_item", "table_row", "quote", "caption")


def links_of(passages: Iterable[Passage], base: str) -> tuple[Link, ...]:
    """The links of *passages* that lead out of the page, each address once; *base* is what they are relative to."""
    found: dict[str, Link] = {}
    for passage in passages:
        for href, text in passage.links:
            url = absolute_url(base, href) if href and text and not href.startswith("#") else None
            if url:
                found.setdefault(url, Link(url, text))
    return tuple(found.values())


def is_within(path: str, outer: str) -> bool:
    """Whether the node at *path* is the one at *outer* or below it."""
    return path == outer or path.startswith(f"{outer}/")


def region_of(paths: Sequence[str]) -> str | None:
    """The path of the smallest element that holds all of *paths*, given in document order; null for none."""
    if not paths:
        return None
    shared = []
    for one, other in zip(paths[0].split("/"), paths[-1].split("/"), strict=False):
        if one != other:
            break
        shared.append(one)
    return "/".join(shared)


class _Places:
    """The places of the elements of one part; those alike in one element are one string."""

    def __init__(self, top: Element) -> None:
        self._top = top
        self._steps: dict[Element, list[str]] = {}
        self._known: dict[tuple[Element | None, str], str] = {}

    def of(self, element: Element) -> str:
        around, step = self._around(element), _step(element)
        place = self._known.get((around, step))
        if place is None:
            place = self._known[around, step] = STEP.join([step, *self._upwards(around)[: _DEPTH - 1]])
        return place

    def _around(self, element: Element) -> Element | None:
        return None if element is self._top else element.getparent()

    def _upwards(self, element: Element | None) -> list[str]:
        """The steps from *element* up, as many as a place has."""
        above: list[Element] = []
        while element is not None and element not in self._steps:
            above.append(element)
            element = self._around(element)
        steps = self._steps[element] if element is not None else []
        for node in reversed(above):
            steps = self._steps[node] = [_step(node), *steps[: _DEPTH - 1]]
        return steps


def _step(element: Element) -> str:
    classes = element.get("class")
    return _step_of(element.tag, classes) if classes else str(element.tag)


@lru_cache(maxsize=4096)
def _step_of(tag: str, classes: str) -> str:
    """A page, and a site, has the same few of them again and again."""
    named = sorted({name for name in classes.split() if not _NUMBERED.search(name)})
    return ".".join([tag, *named[:_MAX_CLASSES]])

"""Where the articles of a site stand in its pages: which kinds of node hold their text, learnt from other pages.

In: passages with their places, and how often text and other things stood at each place before. Out: the passages that
are the article, or null where the page is not built like those it was learnt from. A place that was never seen is
judged by the longest part of it, from the inside out, that was.

*Why* a page may be refused: a template read into a page of another kind loses articles without a sound. What the
template does not know goes to the general extractor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.passage import STEP, Passage

LEAST_ARTICLES = 3
"""How many different articles a place must be known from to be believed."""
_SHORTEST = 3
"""The fewest steps of a place that say anything."""
_MOST_UNKNOWN_SHARE = 0.2
"""The share of a page's running text that may stand at unknown places."""
_LEAST_WORDS = 60
"""A template that finds fewer words than this has not found the article."""


@dataclass(frozen=True, slots=True)
class Node:
    """What stood at a place before."""

    text_words: int = 0
    other_words: int = 0
    articles: int = 0
    """In how many different articles."""

    @property
    def is_text(self) -> bool:
        """Whether it was the article's text more often than not."""
        return self.text_words > self.other_words


Nodes = Mapping[str, Node]
"""By place. A part of a place is left out where it says the same as the one longer place that it is part of."""


class Template:
    """The places of one site, ready to be looked up."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = with_parts(nodes)

    def read(self, passages: Sequence[Passage]) -> tuple[int, ...] | None:
        """The indexes of the passages that are the article; null where this is no page of the template."""
        if not self._nodes:
            return None
        known = {place: self._look_up(place) for place in {passage.place for passage in passages}}
        found = {index: node for index, passage in enumerate(passages) if (node := known[passage.place]) is not None}
        chosen = [index for index, node in found.items() if node.is_text and passages[index].kind != "caption"]
        holders = {passages[index].holder for index in chosen if passages[index].is_running}
        words = sum(passages[index].words for index in chosen)
        running = [index for index, passage in enumerate(passages) if passage.is_running]
        unknown = sum(
            passages[index].words
            for index in running
            if index not in found
            and passages[index].holder not in holders
            and passages[index].holder.rpartition("/")[0] not in holders
        )
        if words < _LEAST_WORDS or unknown > sum(passages[index].words for index in running) * _MOST_UNKNOWN_SHARE:
            return None
        return tuple(chosen)

    def _look_up(self, place: str) -> Node | None:
        for part in parts_of(place):
            node = self._nodes.get(part)
            if node is not None and node.articles >= LEAST_ARTICLES:
                return node
        return None


def with_parts(nodes: Nodes) -> dict[str, Node]:
    """The nodes, and those of parts of places that were left out as they say the same as their one longer part."""
    found = dict(nodes)
    for place in sorted(nodes, key=lambda place: -place.count(STEP)):
        for part in parts_of(place):
            if part != place and part in found:
                break
            found[part] = nodes[place]
    return found


def parts_of(place: str) -> Iterator[str]:
    """The place, then the place without its outermost step, and so on."""
    while True:
        yield place
        if place.count(STEP) < _SHORTEST:
            return
        place = place.rpartition(STEP)[0]

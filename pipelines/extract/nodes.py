"""What stood at each place of many pages → the nodes of a template.

In: votes of articles, one tuple each: what the general extractor took for text and what it did not. Lines that repeat
from article to article speak against their places, whatever the extractor says. Out: `Nodes`, merged with those of
earlier nights or in place of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from pipelines.extract.template import LEAST_ARTICLES, Node, Nodes, parts_of, with_parts
from pipelines.page.text import pattern_of
from pipelines.values import Vote

_MOST_ARTICLES = 100
"""What was learnt from more articles than this is scaled down, so that a slow change of the template shows."""
_MOST_NODES = 4000


def count_nodes(articles: Iterable[Sequence[Vote]], furniture: Collection[str]) -> Nodes:
    """The nodes of these articles alone, those of parts of places included."""
    text: dict[str, int] = defaultdict(int)
    other: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    for votes in articles:
        parts = {vote.place: tuple(parts_of(vote.place)) for vote in votes}
        for vote in votes:
            is_repeated = vote.line in furniture or pattern_of(vote.line) in furniture
            counts = text if vote.is_text and not is_repeated else other
            for part in parts[vote.place]:
                counts[part] += vote.words
        for part in {part for found in parts.values() for part in found}:
            seen[part] += 1
    return _limited({place: Node(text[place], other[place], count) for place, count in seen.items()})


def merge_nodes(earlier: Nodes, tonight: Nodes) -> Nodes:
    """The nodes of earlier nights and of this one together."""
    none = Node()
    one, other = with_parts(earlier), with_parts(tonight)
    merged = {place: _sum(one.get(place, none), other.get(place, none)) for place in {*one, *other}}
    return _limited(merged)


def is_borne_out(findings: Iterable[bool | None]) -> bool:
    """Whether the template of the nights before still holds, as articles that were read both ways say."""
    known = [found for found in findings if found is not None]
    failed = known.count(False)
    return failed < LEAST_ARTICLES or failed * 2 < len(known)


def _sum(one: Node, other: Node) -> Node:
    articles = one.articles + other.articles
    node = Node(one.text_words + other.text_words, one.other_words + other.other_words, articles)
    if articles <= _MOST_ARTICLES:
        return node
    return Node(
        node.text_words * _MOST_ARTICLES // articles, node.other_words * _MOST_ARTICLES // articles, _MOST_ARTICLES
    )


def _limited(nodes: Nodes) -> Nodes:
    """The nodes known from most articles, in a fixed order, without parts that say nothing of their own."""
    longer: dict[str, list[str]] = defaultdict(list)
    for place in nodes:
        for part in islice(parts_of(place), 1, 2):
            longer[part].append(place)
    telling = [place for place in nodes if len(longer[place]) != 1 or nodes[longer[place][0]] != nodes[place]]
    ranked = sorted(telling, key=lambda place: (-nodes[place].articles, place))[:_MOST_NODES]
    return {place: nodes[place] for place in sorted(ranked)}

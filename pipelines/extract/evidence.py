"""What a page itself says for and against the passages that were chosen for its article.

In: a prepared part and the passages that were chosen. Out: the passages that stay, with those that were missed, and a
`Removal` for each that went. For: a passage stands amid the text, in the same element and the same kind of node.
Against, each a rule of its own: it is a link, a list of links, the summary above the text, about the author, beside a
picture or a form, or below the end of the text in another part of the page. Evidence against more than half of the text
is no evidence: then the choice is odd, not the page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.extract.passage import STEP, Passage
from pipelines.extract.prepare import PreparedPart
from pipelines.page.text import ends_sentence, line_key
from pipelines.values import Removal

_AT_LEAST = 2
"""So many paragraphs of an element make it one that holds text."""
_INNER = ("list_item", "quote", "table_row")
"""What stands in an element of its own, within or after the text."""
_INNER_DEPTH = 4
_KIND_OF_NODE = 2
"""How many steps of a place make two nodes of one kind."""
_LEAST_OF_KIND = 3
_HEAD, _TAIL = 3, 4
"""How many passages at either end may tell of the author."""
_MAIN_SHARE = 0.8
"""The share of the text that one kind of element must hold to be its own."""
_MOST_LABEL_WORDS = 3
_MOST_BELOW_SHARE = 0.2
"""More text than this below the end is the article's after all."""


@dataclass(frozen=True, slots=True)
class Refined:
    """A choice of passages after the page's own evidence."""

    kept: tuple[int, ...]
    removed: tuple[Removal, ...]


def refine(part: PreparedPart, chosen: Sequence[int], authors: Collection[str], keep: Collection[str] = ()) -> Refined:
    """Judge the *chosen* passages of *part*, whose article is by *authors*; the rules *keep* are not heard."""
    passages = part.passages
    whole = sorted({*chosen, *_missed(passages, chosen)} - part.teasers)
    against: dict[int, str] = {}
    for rule, find in RULES.items():
        for index in () if rule in keep else find(part, whole, authors):
            against.setdefault(index, rule)
    if _words(passages, against) * 2 > _words(passages, whole):
        against = {}
    removed = tuple(Removal(passages[index].text, rule, 1) for index, rule in sorted(against.items()))
    return Refined(tuple(index for index in whole if index not in against), removed)


def _missed(passages: Sequence[Passage], chosen: Sequence[int]) -> Iterator[int]:
    """Passages that belong to the chosen ones.

    Running text of the kind of node that holds much of it, and none that is a link; lists, quotes and tables in the
    element of the paragraphs; and amid the chosen ones the headings and short lines there.
    """
    if not chosen:
        return
    kept = set(chosen)
    running = [passages[index] for index in chosen if passages[index].is_running]
    holders = Counter(passage.holder for passage in running)
    twins = Counter((passage.holder, passage.place) for passage in running)
    kinds = Counter(_kind_of(passage) for passage in running)
    doubtful = {_kind_of(passage) for index, passage in enumerate(passages) if index not in kept and passage.is_linked}
    for index, passage in enumerate(passages):
        if index in kept or passage.is_linked or passage.kind == "caption":
            continue
        kind = _kind_of(passage)
        if passage.is_running and kinds[kind] >= _LEAST_OF_KIND and kind not in doubtful:
            yield index
        elif passage.kind in _INNER and index > chosen[0]:
            if any(holders[up] >= _AT_LEAST for up in _holders(passage)):
                yield index
        elif chosen[0] < index < chosen[-1]:
            is_heading = passage.kind == "heading" and (
                holders[passage.holder] >= _AT_LEAST or _leads(index, passages, kept)
            )
            if is_heading or twins[passage.holder, passage.place] >= _AT_LEAST:
                yield index


def _leads(index: int, passages: Sequence[Passage], kept: Collection[int]) -> bool:
    """Whether a passage stands right above a chosen paragraph in one element with it, as in entries of a live blog."""
    below = index + 1
    return below in kept and passages[below].is_running and passages[below].holder == passages[index].holder


def _holders(passage: Passage) -> Iterator[str]:
    """The paths of the elements around the node, from the inside out."""
    path = passage.path
    for _ in range(_INNER_DEPTH):
        path = path.rpartition("/")[0]
        yield path


def _kind_of(passage: Passage) -> str:
    """The kind of node it is in: the nearest steps of its place, or all of them where those have no class."""
    return _kind_of_place(passage.place)


@lru_cache(maxsize=4096)
def _kind_of_place(place: str) -> str:
    near = STEP.join(place.split(STEP)[:_KIND_OF_NODE])
    return near if "." in near.partition(STEP)[2] else place


_Rule = Callable[[PreparedPart, Sequence[int], Collection[str]], Iterator[int]]


def _links(part: PreparedPart, whole: Sequence[int], _: Collection[str]) -> Iterator[int]:
    """Links that stand by themselves."""
    for index in whole:
        if part.passages[index].is_linked and part.passages[index].kind not in ("list_item", "table_row"):
            yield index


def _link_lists(part: PreparedPart, whole: Sequence[int], _: Collection[str]) -> Iterator[int]:
    """Lists whose items are links, or a word and a link, and the labels above them."""
    lists: dict[str, list[int]] = defaultdict(list)
    for index in whole:
        if part.passages[index].kind == "list_item":
            lists[part.passages[index].holder].append(index)
    for items in lists.values():
        linked = sum(part.passages[index].linked_chars for index in items)
        if linked * 2 > sum(len(part.passages[index].text) for index in items):
            yield from items
    for index in whole:
        below = part.passages[index + 1 : index + 2]
        if below and below[0].kind == "list_item" and below[0].is_linked and _is_label(part.passages[index]):
            yield index


def _is_label(passage: Passage) -> bool:
    """Whether a passage is a few words that are no sentence, such as "Topics"."""
    return passage.kind != "list_item" and passage.words <= _MOST_LABEL_WORDS and not ends_sentence(passage.text)


def _summaries(part: PreparedPart, whole: Sequence[int], _: Collection[str]) -> Iterator[int]:
    """Lists above the first paragraph, which say what is to come."""
    is_text = (index for index in whole if part.passages[index].is_running and part.passages[index].kind == "paragraph")
    first = next(is_text, None)
    for index in whole:
        if first is not None and index < first and part.passages[index].kind == "list_item":
            yield index


def _bios(part: PreparedPart, whole: Sequence[int], authors: Collection[str]) -> Iterator[int]:
    """Passages at either end that name an author of the article."""
    names = [f" {key} " for key in map(line_key, authors) if " " in key]
    for index in {*whole[:_HEAD], *whole[-_TAIL:]}:
        if any(name in f" {part.passages[index].key} " for name in names):
            yield index


def _pictured(part: PreparedPart, whole: Sequence[int], _: Collection[str]) -> Iterator[int]:
    """Text in one small box with a picture."""
    for index in whole:
        if index in part.pictured and part.passages[index].kind not in ("quote", "list_item"):
            yield index


def _beside_forms(part: PreparedPart, whole: Sequence[int], _: Collection[str]) -> Iterator[int]:
    """Text in one small box with a form."""
    yield from part.beside_forms.intersection(whole)


def _below(part: PreparedPart, whole: Sequence[int], _: Collection[str]) -> Iterator[int]:
    """What follows the end of the text in elements of another kind: boxes, notes, questions to the reader."""
    passages = part.passages
    words: Counter[str] = Counter()
    for index in whole:
        if passages[index].is_running:
            words[_around(passages[index])] += passages[index].words
    main, most = max(words.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if not most or most < words.total() * _MAIN_SHARE:
        return
    last = max(index for index in whole if passages[index].place.endswith(main) or main in passages[index].place)
    tail = [index for index in whole if index > last and passages[index].kind not in ("quote", "list_item")]
    if _words(passages, tail) <= most * _MOST_BELOW_SHARE:
        yield from tail


def _around(passage: Passage) -> str:
    return passage.place.partition(STEP)[2]


def _words(passages: Sequence[Passage], indexes: Collection[int]) -> int:
    return sum(passages[index].words for index in indexes)


RULES: dict[str, _Rule] = {
    "link": _links,
    "link_list": _link_lists,
    "summary": _summaries,
    "bio": _bios,
    "picture": _pictured,
    "form": _beside_forms,
    "below": _below,
}
"""What speaks against a passage, by the name that `quality.removed` gives it."""

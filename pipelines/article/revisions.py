"""Two revisions of an article → how their texts differ: in ranges of paragraphs, and in words.

In: digests of paragraphs, which is all that memory keeps of an earlier revision, or the texts themselves. Out: ranges
of paragraphs, or the words that went and came. Texts that would take long to compare differ as wholes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

from pipelines.article.schema import ParagraphChange
from pipelines.page.text import UNSPACED

Opcode = tuple[str, int, int, int, int]

_MOST_COMPARED = 2_000 * 2_000
"""Of how many paragraphs, or words, each is compared with each: the work may grow with the cube of their number."""

_PIECE = re.compile(rf"\s+|[{UNSPACED}]|[^\W{UNSPACED}]+|.")


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a row that are in both texts, or in one of them."""

    op: str
    """equal, delete or insert."""
    text: str


def paragraph_changes(previous: str, current: str) -> list[ParagraphChange]:
    """How one text became the other, both as `paragraph_digests` gives them."""
    return [
        ParagraphChange(op=op, previous=(start, end), current=(new_start, new_end))
        for op, start, end, new_start, new_end in _opcodes(previous.split(), current.split())
        if op != "equal"
    ]


def text_diff(previous: str | None, current: str | None) -> Iterator[tuple[ParagraphChange, list[Words]]]:
    """Each change of one text into the other, and its words; paragraphs are parted by a blank line."""
    before, after = (text.split("\n\n") if text else [] for text in (previous, current))
    for op, start, end, new_start, new_end in _opcodes(before, after):
        if op != "equal":
            change = ParagraphChange(op=op, previous=(start, end), current=(new_start, new_end))
            yield change, _words("\n\n".join(before[start:end]), "\n\n".join(after[new_start:new_end]))


def _words(before: str, after: str) -> list[Words]:
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[Words] = []
    for op, start, end, new_start, new_end in _opcodes(old, new):
        if op == "equal":
            found.append(Words("equal", "".join(old[start:end])))
            continue
        found += [Words("delete", "".join(old[start:end]))] if end > start else []
        found += [Words("insert", "".join(new[new_start:new_end]))] if new_end > new_start else []
    return found


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """As `SequenceMatcher.get_opcodes`, in bounded time."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    before, after = old[head:old_end], new[head:new_end]
    if before and after and len(before) * len(after) <= _MOST_COMPARED:
        opcodes: list[Opcode] = list(SequenceMatcher(None, before, after, autojunk=False).get_opcodes())
    else:
        kind = "replace" if before and after else "delete" if before else "insert"
        opcodes = [(kind, 0, len(before), 0, len(after))] if before or after else []
    middle = [(op, start + head, end + head, first + head, last + head) for op, start, end, first, last in opcodes]
    first_same = [("equal", 0, head, 0, head)] if head else []
    last_same = [("equal", old_end, len(old), new_end, len(new))] if tail else []
    return [*first_same, *middle, *last_same]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))

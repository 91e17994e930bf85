"""Two revisions of an article → how their texts differ, paragraph by paragraph.

In: digests of paragraphs, which is all that memory keeps of an earlier revision, or the texts themselves. Out: ranges
of paragraphs, or lines to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff

from pipelines.article.schema import ParagraphChange


def paragraph_changes(previous: str, current: str) -> list[ParagraphChange]:
    """How one text became the other, both as `paragraph_digests` gives them."""
    matcher = SequenceMatcher(None, previous.split(), current.split(), autojunk=False)
    return [
        ParagraphChange(op=op, previous=(start, end), current=(new_start, new_end))
        for op, start, end, new_start, new_end in matcher.get_opcodes()
        if op != "equal"
    ]


def text_diff(previous: str | None, current: str | None, names: tuple[str, str]) -> Iterator[str]:
    """A unified diff of two texts, a line for each paragraph."""
    before, after = ((text or "").split("\n\n") if text else [] for text in (previous, current))
    yield from unified_diff(before, after, *names, lineterm="", n=1)

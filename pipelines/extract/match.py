"""Lines that an extractor gave, and a page's blocks → which blocks the lines came from.

A line that reads exactly like a block is that block; of several such blocks (a teaser repeats an opening) the one
nearest to the rest of the text. What is left of the lines is sought in what is left of the blocks by runs of four
tokens, each run counting once, for extractors join and part lines at links and line breaks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from pipelines.page.blocks import TextBlock
from pipelines.page.text import line_key

_RUN = 4

_Runs = Counter[tuple[str, ...]]


def match(lines: Sequence[str], blocks: Sequence[TextBlock]) -> tuple[list[int], float]:
    """The blocks that *lines* came from.

    Returns:
        Their indexes in order, and the share of the lines' text that they cover, from 0 to 1.
    """
    keys = [block.key for block in blocks]
    places: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        places[key].append(index)
    line_keys = [line_key(line) for line in lines]
    wanted = Counter(key for key in line_keys if key in places)
    chosen = _nearest(wanted, places)
    rest = [key for key in line_keys if key not in wanted]
    total = sum(key.count(" ") + 1 for key in line_keys)
    missing = sum(key.count(" ") + 1 for key in rest)
    if rest:
        taken, found = _matched_in_part(rest, keys, chosen)
        chosen |= taken
        missing -= found
    return sorted(chosen), 1 - missing / total if total else 0.0


def _nearest(wanted: Counter[str], places: dict[str, list[int]]) -> set[int]:
    """For each line as many of its blocks as the line occurs; where there are more, those nearest to the sure ones."""
    sure = sorted(index for key, count in wanted.items() if len(places[key]) <= count for index in places[key])
    middle = sure[len(sure) // 2] if sure else None
    chosen = set(sure)
    for key, count in wanted.items():
        if len(places[key]) > count:
            ranked = sorted(places[key], key=lambda index: (abs(index - middle) if middle is not None else 0, index))
            chosen.update(ranked[:count])
    return chosen


def _matched_in_part(rest: Sequence[str], keys: Sequence[str], chosen: set[int]) -> tuple[set[int], int]:
    """Further blocks, most of whose runs are in *rest*; and how many of the tokens of *rest* they explain."""
    left = _runs(" ".join(rest))
    spaced = f" {' '.join(rest)} "
    total = sum(left.values())
    tokens = sum(key.count(" ") + 1 for key in rest)
    taken: set[int] = set()
    for index, key in enumerate(keys):
        if index in chosen:
            continue
        if key.count(" ") + 1 < _RUN:
            near = index - 1 in taken or index - 1 in chosen
            is_inside = near and f" {key} " in spaced
        else:
            runs = _runs(key)
            is_inside = sum((runs & left).values()) * 2 >= sum(runs.values())
            if is_inside:
                left -= runs
        if is_inside:
            taken.add(index)
    return taken, tokens - round(tokens * sum(left.values()) / total) if total else 0


def _runs(key: str) -> _Runs:
    words = key.split(" ")
    return Counter(tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1)))

"""One sorted list of lines out of many indexes, with the originals of revisits found, for programs that replay.

In go the lines of runs, each in order; out come the same in order, but for what a replayed page cannot be made of:

* A 304 has a line that names its original under the 304's own time: at that time the page was as it had been. pywb
  would show the 304 itself, which is an empty page, or fail.
* A 304 whose original is nowhere, or that is a response record, has none.

Other revisits stay as they are: pywb finds their originals by what their records say, and shows them with the headers
of their own.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pipelines.index.cdxj import Capture, parse_line, timestamp_of

_NOT_MODIFIED = b'"status":304'


def replay_lines(indexes: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """The lines of all *indexes* as one, fit for replay."""
    for _, group in groupby(heapq.merge(*indexes), key=_urlkey_of):
        lines = list(group)
        if any(_NOT_MODIFIED in line for line in lines):
            captures = [parse_line(line, where="index") for line in lines]
            shown = (_shown(each, captures).to_line() for each in captures if _is_shown(each, captures))
            yield from sorted(shown)
        else:
            yield from lines


def _urlkey_of(line: bytes) -> bytes:
    return line.partition(b" ")[0]


def _is_shown(capture: Capture, captures: Sequence[Capture]) -> bool:
    return capture.status != 304 or original_of(capture, captures) is not None


def _shown(capture: Capture, captures: Sequence[Capture]) -> Capture:
    """What stands for *capture*: itself, or the original of a 304, as of the time of the 304."""
    original = original_of(capture, captures) if capture.status == 304 else None
    return capture if original is None else replace(original, timestamp=capture.timestamp)


def original_of(capture: Capture, captures: Sequence[Capture]) -> Capture | None:
    """Which of *captures* has the payload of the revisit *capture*, or null.

    The one that it refers to by URL and second; else the newest before it with its digest (WARC/1.1 §6.7.2).
    """
    if not capture.is_revisit:
        return None
    others = [each for each in captures if each.status != 304 and each.timestamp <= capture.timestamp]
    others = [each for each in others if (each.filename, each.offset) != (capture.filename, capture.offset)]
    if capture.refers_to_date is not None:
        second = timestamp_of(capture.refers_to_date)
        for each in others:
            if (each.url, each.timestamp) == (capture.refers_to_url, second):
                return each
    same = [each for each in others if each.digest == capture.digest and not each.is_revisit]
    return max(same, key=lambda each: each.timestamp, default=None)

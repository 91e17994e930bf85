"""A run's index held against its WARC files: each capture has its line, and each line says what its record says.

In go, of each, where captures lie and a digest of their lines: of the index as it is read, and of the WARC files as the
lines are made again from their records. Out come findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from pipelines.errors import WarcSyntaxError
from pipelines.index.cdxj import capture_of, parse_line
from pipelines.values import Finding
from pipelines.warc.reader import WarcRecord

Digest = bytes
"""16 bytes that stand for a line: a run's lines are all held at once."""


@dataclass(slots=True)
class SeenIndex:
    """What an index says."""

    key: str
    lines: dict[tuple[str, int], tuple[int, Digest]] = field(default_factory=dict)
    """WARC file and offset → number of the line, and its digest."""
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    """How many lines it has, whatever they are."""


def digest_of(line: bytes) -> Digest:
    """What stands for *line*."""
    return hashlib.sha256(line).digest()[:16]


def line_digest(record: WarcRecord, key: str) -> Digest | None:
    """The digest of the line that *record* has in an index; null for a record that has none."""
    capture = capture_of(record, key)
    return None if capture is None else digest_of(capture.to_line())


def read_index(stream: IO[bytes], key: str) -> SeenIndex:
    """What the index *stream* says; findings where its lines are none, or not in order."""
    seen, before = SeenIndex(key), b""
    for number, line in enumerate(stream, start=1):
        where, seen.count = f"{key}:{number}", number
        if line < before:
            seen.findings.append(Finding("index_line", where, "it does not stand in the order of bytes"))
        before = line
        try:
            capture = parse_line(line, where=where)
        except WarcSyntaxError as error:
            seen.findings.append(Finding("index_line", where, error.message))
            continue
        place = (capture.filename, capture.offset)
        if place in seen.lines:
            seen.findings.append(Finding("index_line", where, f"line {seen.lines[place][0]} names the same record"))
        seen.lines[place] = (number, digest_of(line))
    return seen


def compare_index(
    seen: SeenIndex, captures: Mapping[str, Mapping[int, Digest]], all_keys: Iterable[str]
) -> Iterator[Finding]:
    """What is wrong between an index and the WARC files of its run.

    Args:
        seen: The index, read whole.
        captures: Of each WARC file that could be read: where its captures lie, and digests of their lines.
        all_keys: Every WARC file of the run.
    """
    named = frozenset(all_keys)
    for (key, offset), (number, digest) in seen.lines.items():
        where = f"{seen.key}:{number}"
        if key not in named:
            yield Finding("index_record", where, f"it names {key}, which is no WARC file of its run")
        elif key in captures and offset not in captures[key]:
            yield Finding("index_record", where, "no capture lies where it points")
        elif key in captures and captures[key][offset] != digest:
            yield Finding("index_record", where, "it does not say what its record says")
    for key, places in captures.items():
        for offset in places:
            if (key, offset) not in seen.lines:
                yield Finding("index_record", f"{key}@{offset}", "its run's index has no line of it")

"""The lines of one URL, found in a sorted index without reading it whole: on a disk, or over ranged requests.

In go a way to read ranges of a file of known size, and the beginning that the lines must have; out come those lines.
A file of up to `block_bytes` is read at once; in a larger one a binary search looks at one small range after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

BLOCK_BYTES = 64 * 1024
"""How much is read at once: over a network a request costs more than so many bytes do."""
PROBE_BYTES = 8 * 1024
"""How much is read at each step of the search: some lines."""


@dataclass(frozen=True, slots=True)
class Ranged:
    """A file that can be read by ranges."""

    size_bytes: int
    read: Callable[[int, int], bytes]
    """Offset and length → exactly these bytes."""


def lines_beginning_with(
    prefix: bytes, file: Ranged, *, block_bytes: int = BLOCK_BYTES, probe_bytes: int = PROBE_BYTES
) -> Iterator[bytes]:
    """The lines of the sorted *file* that begin with *prefix*, in order, each with its `\\n`."""
    low, high = 0, file.size_bytes  # a line begins at `low`; the first one wanted does not begin after `high`
    while high - low > block_bytes:
        middle = (low + high) // 2
        start, beginning = _line_after(file, middle, len(prefix), probe_bytes)
        if start < high and beginning < prefix:
            low = start
        else:
            high = middle
    for line in lines_from(file, low, block_bytes=block_bytes):
        beginning = line[: len(prefix)]
        if beginning > prefix:
            return
        if beginning == prefix:
            yield line


def lines_from(file: Ranged, offset: int, *, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The lines from *offset* on, where one begins, each with its `\\n`."""
    left = b""
    while offset < file.size_bytes:
        block = file.read(offset, min(block_bytes, file.size_bytes - offset))
        offset += len(block)
        *lines, left = (left + block).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if left:
        yield left


def _line_after(file: Ranged, offset: int, size: int, probe_bytes: int) -> tuple[int, bytes]:
    """Where the first line after *offset* begins, and its first *size* bytes; the file's end where there is none."""
    held = b""
    while offset + len(held) < file.size_bytes:
        step = min(probe_bytes, file.size_bytes - offset - len(held))
        held += file.read(offset + len(held), step)
        end = held.find(b"\n")
        is_whole = offset + len(held) >= file.size_bytes
        if end >= 0 and (len(held) > end + size or is_whole):
            return offset + end + 1, held[end + 1 : end + 1 + size]
    return file.size_bytes, b""

"""Lines of an index brought into the order of their bytes, however many there are, and sorted files merged.

*Why not all in memory*: an index is a few hundred bytes a capture, and an archive may have tens of millions of them.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

MAX_HELD_BYTES = 32 << 20
"""How much is sorted in memory before it goes to the disk."""


def sorted_lines(lines: Iterable[bytes], folder: Path, *, max_held_bytes: int = MAX_HELD_BYTES) -> Iterator[bytes]:
    """The *lines*, each with its `\\n`, in the order of their bytes.

    Args:
        lines: In any order.
        folder: Where files without a name hold what memory does not.
        max_held_bytes: How much memory does.
    """
    with ExitStack() as stack:
        spilled: list[IO[bytes]] = []
        held: list[bytes] = []
        held_bytes = 0
        for line in lines:
            held.append(line)
            held_bytes += len(line)
            if held_bytes >= max_held_bytes:
                file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
                file.writelines(sorted(held))
                file.seek(0)
                spilled.append(file)
                held, held_bytes = [], 0
        yield from heapq.merge(*spilled, sorted(held))

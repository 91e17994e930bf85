"""The run's index: a sorted CDXJ of its WARC files; the same files give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from pipelines import disk
from pipelines.article.jsonl import Part
from pipelines.index.cdxj import captures_in
from pipelines.index.sorting import sorted_lines

Opened = tuple[str, IO[bytes]]
"""A WARC file's key in the archive, and the file, to be closed by whoever reads it."""


def write_index(path: Path, files: Iterable[Opened]) -> Part | None:
    """Write the index of *files* to *path*: its name appears once it is whole; null, and no file, where it is empty.

    Args:
        path: Where to.
        files: Are opened one after another, as they are asked for.

    Raises:
        WarcSyntaxError: A file is damaged.
    """
    disk.make_folder(path.parent)
    return write_lines(path, sorted_lines(_lines_of(files), path.parent))


def write_lines(path: Path, lines: Iterable[bytes]) -> Part | None:
    """Write *lines* as they are, as `write_index` does."""
    digest, count, size_bytes = hashlib.sha256(), 0, 0
    with disk.whole(path) as file:
        for line in lines:
            file.write(line)
            digest.update(line)
            count += 1
            size_bytes += len(line)
    if not count:
        disk.remove(path)
        return None
    return Part(path, count, size_bytes, digest.hexdigest())


def _lines_of(files: Iterable[Opened]) -> Iterator[bytes]:
    for key, stream in files:
        with stream:
            for capture in captures_in(stream, key):
                yield capture.to_line()

"""JSON Lines parts: written whole or not at all, the same bytes for the same lines.

One JSON object a line, UTF-8, `\\n` after each, no blank line (jsonlines.org); gzip without name and time, so that the
file's digest depends on its lines alone.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines import disk
from pipelines.errors import DigestMismatch

M = TypeVar("M", bound=BaseModel)

_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A written part."""

    path: Path
    lines: int
    size_bytes: int
    sha256: str


def to_line(value: BaseModel) -> bytes:
    """The line for *value*, `\\n` included; keys in the model's order, nulls present."""
    return value.model_dump_json(by_alias=True).encode() + b"\n"


def canonical_json(table: object) -> bytes:
    """*table* as canonical JSON: sorted keys, no NaN, UTF-8, `\\n` at the end."""
    text = json.dumps(table, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1, separators=(",", ": "))
    return text.encode() + b"\n"


def write_part(path: Path, lines: Iterable[bytes]) -> Part:
    """Write *lines* to *path*, gzipped; the name appears once the file is whole and on disk."""
    disk.make_folder(path.parent)
    count = 0
    with (
        disk.whole(path) as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as packed,
    ):
        for line in lines:
            packed.write(line)
            count += 1
    return Part(path, count, path.stat().st_size, file_sha256(path))


def read_lines(stream: IO[bytes], *, where: str) -> Iterator[bytes]:
    """The lines of the gzipped part *where*, each with its `\\n`.

    Raises:
        DigestMismatch: While iterating: it is damaged.
    """
    count = 0
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as packed:
            for line in packed:
                yield line
                count += 1
    except (OSError, EOFError, zlib.error) as error:
        words = f"it cannot be read on from line {count + 1} ({error}); `pressarc verify` says more"
        raise DigestMismatch(words, where=where) from error


def value_of_line(model: type[M], line: bytes, *, where: str) -> M:
    """The value that *line* of the part *where* is.

    Raises:
        DigestMismatch: It is none.
    """
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        words = f"a line of it is no {model.__name__} ({error.errors()[0]['msg']}); `pressarc verify` says more"
        raise DigestMismatch(words, where=where) from error


def file_sha256(path: Path) -> str:
    """The sha256 of a file, lowercase hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

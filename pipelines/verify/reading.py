"""A file of an archive as it is read: its length and digest, and the lines of a part, on the way."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.values import Finding

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

M = TypeVar("M", bound=BaseModel)

READ_BYTES = 1 << 20


class Measured(io.RawIOBase):
    """A stream whose length and digest are taken as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        part = self._stream.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(part)] = part
        self.sha256.update(part)
        self.size_bytes += len(part)
        return len(part)

    def drain(self) -> int:
        """Read on to the end; the length of the whole."""
        while self.read(READ_BYTES):
            pass
        return self.size_bytes

    def close(self) -> None:
        self._stream.close()
        super().close()


def read_lines(stream: IO[bytes], key: str, model: type[M]) -> Iterator[tuple[str, bytes, M | Finding]]:
    """The lines of a part, each with where it stands; a finding in place of what is no such line."""
    number = 0
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as packed:
            for number, line in enumerate(packed, start=1):
                where = f"{key}:{number}"
                try:
                    yield where, line, model.model_validate_json(line)
                except ValidationError as error:
                    words = error.errors()[0]
                    place = ".".join(str(part) for part in words["loc"])
                    yield where, line, Finding("line_schema", where, f"{place}: {words['msg']}")
    except (OSError, EOFError, zlib.error) as error:
        where = f"{key}:{number + 1}"
        yield where, b"", Finding("line_schema", where, f"the part cannot be read on from here ({error})")

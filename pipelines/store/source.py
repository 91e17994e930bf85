"""What an upload sends: bytes or a file, opened, measured, and checked against its promised digest."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.errors import StoreError

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Measures:
    """What is to be known of a source before it is sent."""

    size_bytes: int
    md5_base64: str
    """For Content-MD5 (RFC 1864), which lets the store notice what went wrong on the way."""
    sha256: str


def measure(stream: IO[bytes]) -> Measures:
    """Read *stream* to its end."""
    md5, sha256, size_bytes = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK_BYTES):
        md5.update(chunk)
        sha256.update(chunk)
        size_bytes += len(chunk)
    return Measures(size_bytes, base64.b64encode(md5.digest()).decode(), sha256.hexdigest())


def open_source(source: bytes | Path) -> IO[bytes]:
    """Open *source* for reading from its beginning.

    Raises:
        OSError: The file cannot be read.
    """
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def check_source(source: bytes | Path, found_sha256: str, promised_sha256: str, *, where: str) -> None:
    """Refuse a source that is not what it was said to be: it changed since, or the digest was wrong.

    Raises:
        StoreError: The digests differ.
    """
    if found_sha256 != promised_sha256:
        name = "the content" if isinstance(source, bytes) else f"the file {source}"
        raise StoreError(
            f"{name} has sha256 {found_sha256}, not {promised_sha256} as promised; it was not stored", where=where
        )

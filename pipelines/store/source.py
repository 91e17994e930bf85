"""What an upload sends: bytes or a file, opened and checked against its promised digest."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

from pipelines.errors import StoreError


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

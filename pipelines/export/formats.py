"""The formats of an export: batches of lines in, one file out, the same bytes for the same lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol, cast

from isal import igzip

from pipelines.errors import ConfigError
from pipelines.export.flat import FlatWriter
from pipelines.export.lines import Batch

_LEVEL = 2


class Writer(Protocol):
    """Writes one file."""

    def write(self, batch: Batch) -> None:
        """Add the lines of *batch*, which may be none."""

    def close(self) -> None:
        """Make the file whole."""


class LinesWriter:
    """JSON Lines: the archive's own lines, byte for byte; gzipped, without name and time, where the name ends in .gz.

    Args:
        path: Where to write.
        is_packed: Whether it is gzipped.
    """

    def __init__(self, path: Path, *, is_packed: bool) -> None:
        self._file = path.open("wb")
        self._stream: IO[bytes] = self._file
        if is_packed:
            packed = igzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=self._file, mtime=0)  # type: ignore[no-untyped-call]
            self._stream = cast("IO[bytes]", packed)

    def write(self, batch: Batch) -> None:
        """Add the lines."""
        self._stream.write(b"".join(batch.lines))

    def close(self) -> None:
        """End the file."""
        self._stream.close()
        self._file.close()


def _parquet(path: Path) -> Writer:
    try:
        from pipelines.export.parquet import TableWriter  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise ConfigError(
            "Parquet is written by pyarrow, which is not installed: pip install 'pressarc[parquet]'", where="--format"
        ) from error
    return TableWriter(path)


FORMATS: dict[str, Callable[[Path, str], Writer]] = {
    "jsonl": lambda path, name: LinesWriter(path, is_packed=name.endswith(".gz")),
    "csv": lambda path, _: FlatWriter(path),
    "parquet": lambda path, _: _parquet(path),
}
"""By name: what makes a writer, of the path to write to and the name that the file will have."""

"""WARC files of a run, one after another: exchanges in, sealed `.warc.gz` files out.

Each record is a gzip member of its own, so that an offset and a length are enough to fetch it. A file is named
`….open` until it is sealed: flushed, fsynced, renamed, its folder fsynced. Promised: when `append` has returned, the
exchange is with the operating system, and a killed process loses nothing of it.

*Why isal.* Compression is what a WARC costs: isal level 3 is eight times as fast as zlib 9, for 2.5 points of size.
"""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from isal import isal_zlib
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines import disk
from pipelines.values import Exchange, RecordRef, VisitFacts
from pipelines.warc.reader import read_records, repair
from pipelines.warc.record import NewRecord, WarcInfo, exchange_records, warcinfo_record
from pipelines.warc.revisit import Payloads

OPEN_SUFFIX = ".open"
_LEVEL = 3
_STEP_BYTES = 256 * 1024
# warcio uses the type it is told only to decide what it changes: of a request it would add a payload digest over the
# whole block, of a revisit it would drop the block. A warcinfo it writes as it is given.
_UNTOUCHED = "warcinfo"


@dataclass(frozen=True, slots=True)
class WarcLimits:
    """When a file is sealed and the next begun, whichever comes first."""

    max_bytes: int = 1_000_000_000
    """Compressed bytes; a file may be larger by its last exchange."""
    max_age_s: float = 3600.0


class WarcWriter:
    """Writes exchanges to WARC files in *folder*, one open at a time. To be called from one thread.

    Args:
        folder: Where the files are; it is made if it is not there.
        key_of: Serial number → key of the file in the archive; its last component is the file's name.
        info: What each file says of itself.
        limits: When to seal.
        first_serial: Number of the first file.
        on_sealed: Called with path and key of each file once it is sealed, in the thread that sealed it. It must not
            raise.
        payloads: What need not be written again; each payload of this writer, unless said.
        new_id: Makes record ids, `urn:uuid:…`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key_of: Callable[[int], str],
        info: WarcInfo,
        limits: WarcLimits | None = None,
        first_serial: int = 0,
        on_sealed: Callable[[Path, str], None] | None = None,
        payloads: Payloads | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().urn,
    ) -> None:
        self._folder = folder
        self._key_of = key_of
        self._info = info
        self._limits = limits or WarcLimits()
        self._serial = first_serial
        self._on_sealed = on_sealed
        self._payloads = payloads or Payloads()
        self._new_id = new_id
        self._file: _OpenFile | None = None
        self._spoilt: OSError | None = None

    def append(self, exchange: Exchange, facts: VisitFacts | None, now: datetime) -> RecordRef | None:
        """Write *exchange* as response (or revisit), request and metadata records (WARC/1.1 §6.3, §6.5 to §6.7).

        Args:
            exchange: Its response is read to `response_bytes` and left open.
            facts: What the crawl knew of it.
            now: The file's age is counted by it.

        Returns:
            The response or revisit record, offset and length in bytes of the compressed file; null if nothing was
            received.

        Raises:
            WarcRuleError: A header breaks `rules.py`; nothing of the exchange was written.
            OSError: The open file is spoilt; this writer writes no more.
        """
        self._refuse_if_spoilt()
        try:
            return self._append(exchange, facts, now)
        except OSError as error:
            self._spoilt = error
            raise

    def seal(self) -> None:
        """Seal the open file, if there is one; the next `append` begins another.

        Raises:
            OSError: The file could not be brought to disk; this writer writes no more.
        """
        self._refuse_if_spoilt()
        file, self._file = self._file, None
        if file is None:
            return
        try:
            path = file.seal()
        except OSError as error:
            file.abandon()
            self._spoilt = error
            raise
        if self._on_sealed is not None:
            self._on_sealed(path, file.key)

    def seal_if_old(self, now: datetime) -> None:
        """Seal the open file if it has reached its age: for a crawl that has nothing to write.

        Raises:
            OSError: As `seal`.
        """
        if self._file is not None and self._file.age_s(now) >= self._limits.max_age_s:
            self.seal()

    def abandon(self) -> None:
        """Close the open file as it is, unsealed: what a writer that failed leaves to `seal_leftover`."""
        file, self._file = self._file, None
        if file is not None:
            file.abandon()

    def _append(self, exchange: Exchange, facts: VisitFacts | None, now: datetime) -> RecordRef | None:
        file = self._file or self._open_next(now)
        revisit = self._payloads.revisit_of(exchange, facts)
        warcinfo_id = file.warcinfo_id
        records = exchange_records(exchange, facts, warcinfo_id=warcinfo_id, new_id=self._new_id, revisit=revisit)
        references = [file.write(record) for record in records]
        file.flush()
        if records[0].type == "response":
            self._payloads.remember(exchange, records[0].record_id)
        if file.size_bytes >= self._limits.max_bytes:
            self.seal()
        else:
            self.seal_if_old(now)
        return None if records[0].type == "request" else references[0]

    def _open_next(self, now: datetime) -> _OpenFile:
        key = self._key_of(self._serial)
        disk.make_folder(self._folder)
        warcinfo = warcinfo_record(self._info, filename=Path(key).name, now=now, new_id=self._new_id)
        self._file = _OpenFile(self._folder / Path(key).name, key, warcinfo.record_id, now)
        self._serial += 1
        self._file.write(warcinfo)
        return self._file

    def _refuse_if_spoilt(self) -> None:
        if self._spoilt is not None:
            raise OSError(errno.EIO, f"nothing more is written after an earlier error ({self._spoilt})")


def seal_leftover(path: Path) -> int:
    """Seal the `.open` file that a killed process left: cut it after its last whole exchange, then go on as `seal`.

    An exchange is whole with its metadata record, the last that `append` writes of it. One that is not was not answered
    for yet: the crawl asks again, and gets it with all that belongs to it.

    Returns:
        Bytes cut off.

    Raises:
        WarcSyntaxError: The file is damaged before its end; it was left as it is.
    """
    dropped_bytes = repair(path)
    with path.open("rb+") as stream:
        whole_bytes = _whole_exchanges_bytes(stream)
        dropped_bytes += stream.seek(0, os.SEEK_END) - whole_bytes
        stream.truncate(whole_bytes)
        disk.sync(stream)
    _rename_durably(path, path.with_name(path.name.removesuffix(OPEN_SUFFIX)))
    return dropped_bytes


def _whole_exchanges_bytes(stream: IO[bytes]) -> int:
    """Bytes up to the end of the last record that ends an exchange, or that none belongs to."""
    reader = read_records(stream, max_block_bytes=0)
    whole_bytes = 0
    for record in reader:
        if record.type not in ("response", "revisit", "request"):
            whole_bytes = reader.whole_bytes
    return whole_bytes


class _OpenFile:
    """A WARC file that is being written."""

    def __init__(self, path: Path, key: str, warcinfo_id: str, opened_at: datetime) -> None:
        self.key = key
        self.warcinfo_id = warcinfo_id
        self._path = path
        self._open_path = path.with_name(path.name + OPEN_SUFFIX)
        self._opened_at = opened_at
        if path.exists():
            raise FileExistsError(errno.EEXIST, "this WARC file is sealed already", str(path))
        self._members = _Members(self._open_path.open("xb", buffering=_STEP_BYTES))
        # Given a sink that compresses, warcio need not: its own wrapper is fixed on zlib 9.
        self._warcio = WARCWriter(self._members, gzip=False, warc_version="1.1")

    @property
    def size_bytes(self) -> int:
        return self._members.size_bytes

    def age_s(self, now: datetime) -> float:
        return (now - self._opened_at).total_seconds()

    def write(self, record: NewRecord) -> RecordRef:
        offset = self._members.size_bytes
        record.block.seek(0)
        head = StatusAndHeaders("", list(record.headers), protocol="WARC/1.1")
        block = _Block(record.block, record.block_bytes)
        self._warcio.write_record(ArcWarcRecord("warc", _UNTOUCHED, head, block, None, None, record.block_bytes))
        length = self._members.size_bytes - offset
        return RecordRef(self.key, offset, length, record.record_id, record.payload_digest)

    def flush(self) -> None:
        self._members.file.flush()

    def seal(self) -> Path:
        disk.sync(self._members.file)
        self._members.file.close()
        _rename_durably(self._open_path, self._path)
        return self._path

    def abandon(self) -> None:
        # Closing flushes, which fails again on a full disk; what counts is on disk already.
        with contextlib.suppress(OSError):
            self._members.file.close()


class _Block:
    """The first bytes of a stream, for warcio to read in larger steps than it asks for: each may change threads."""

    def __init__(self, stream: IO[bytes], size_bytes: int) -> None:
        self._stream = stream
        self._left_bytes = size_bytes

    def read(self, _size: int) -> bytes:
        step = self._stream.read(min(self._left_bytes, _STEP_BYTES))
        self._left_bytes -= len(step)
        return step


class _Members:
    """A sink for `WARCWriter`: what is written until `flush` becomes one gzip member."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size_bytes = 0
        self._compressor = _new_compressor()

    def write(self, plain: bytes) -> None:
        self._put(self._compressor.compress(plain))

    def flush(self) -> None:
        self._put(self._compressor.flush())
        self._compressor = _new_compressor()

    def _put(self, compressed: bytes) -> None:
        disk.write(self.file, compressed)
        self.size_bytes += len(compressed)


def _new_compressor() -> isal_zlib.Compress:
    return isal_zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)


def _rename_durably(source: Path, target: Path) -> None:
    disk.replace(source, target)
    disk.sync_folder(target.parent)

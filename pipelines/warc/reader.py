"""WARC files read back: a stream in, records out, with the place of each in the compressed file.

Reads our own files and those of other tools: WARC 1.0 and 1.1, gzipped a record a member or not at all, headers with
bare LF or folded lines, URIs in angle brackets. Promised: a file whose tail was cut gives every whole record, and the
reader says how many bytes it left; damage before the end is an error with its offset; no block is held beyond
*max_block_bytes*, but its length and digest are always those of the whole.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from isal import isal_zlib

from pipelines.errors import WarcSyntaxError
from pipelines.http.head import parse_fields

MAX_BLOCK_BYTES = 64 * 1024 * 1024
"""How much of a block is held unless the caller says otherwise."""

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_ERROR = cast("type[Exception]", isal_zlib.error)
_VERSION = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_MAX_HEADER_BYTES = 1024 * 1024
_READ_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record, and where it lies."""

    type: str
    headers: tuple[tuple[str, str], ...]
    """Named fields in order, as written."""
    block: bytes
    """The block, or as much of it as the reader was told to hold."""
    block_bytes: int
    """Length of the whole block."""
    block_sha256: str
    """Digest of the whole block, as read."""
    offset: int
    """Bytes of the file before the record, or before the gzip member it is in."""
    length: int
    """Bytes of the record in the file: of its gzip member, where it has one of its own."""

    def get(self, name: str) -> str | None:
        """The first field of that name (case-insensitive), or null."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Every field of that name (case-insensitive), in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    @property
    def record_id(self) -> str | None:
        """WARC-Record-ID without angle brackets."""
        return _bare(self.get("WARC-Record-ID"))

    @property
    def target_uri(self) -> str | None:
        """WARC-Target-URI without the angle brackets that some tools write."""
        return _bare(self.get("WARC-Target-URI"))

    @property
    def concurrent_to(self) -> tuple[str, ...]:
        """Each WARC-Concurrent-To without angle brackets."""
        return tuple(value.strip("<>") for value in self.get_all("WARC-Concurrent-To"))

    @property
    def is_block_whole(self) -> bool:
        """Whether `block` is all of it."""
        return len(self.block) == self.block_bytes


class RecordReader(Iterator[WarcRecord]):
    """The records of a stream, one after another; see `read_records`."""

    def __init__(self, stream: IO[bytes], *, max_block_bytes: int, where: str) -> None:
        self._source = _Source(stream)
        self._max_block_bytes = max_block_bytes
        self._where = where
        self._is_cut = False
        self.whole_bytes = 0
        """Bytes of the file up to the end of the last whole record."""
        self.dropped_bytes = 0
        """Bytes of a cut record at the end of the file; known once the iteration has ended."""

    def __next__(self) -> WarcRecord:
        source = self._source
        try:
            source.skip_line_ends()
            if self._is_cut or source.is_at_end():
                raise StopIteration
            record = self._read_record()
        except _CutError:
            self._is_cut = True
            self.dropped_bytes = source.drain() - self.whole_bytes
            raise StopIteration from None
        except (_GZIP_ERROR, ValueError) as error:
            raise WarcSyntaxError(f"no WARC record ({error})", where=f"{self._where}@{self.whole_bytes}") from error
        self.whole_bytes = record.offset + record.length
        return record

    def _read_record(self) -> WarcRecord:
        source = self._source
        offset = source.record_offset()
        version = source.read_line()
        if not _VERSION.fullmatch(version):
            raise ValueError(f"it begins with {version[:40]!r}")
        headers = parse_fields(source.read_header(), "utf-8")
        named = {name.lower(): value for name, value in headers}
        size = named.get("content-length", "")
        if not re.fullmatch(r"\d{1,18}", size, re.ASCII):
            raise ValueError(f"its Content-Length is {size!r}")
        block, digest = source.read_block(int(size), self._max_block_bytes)
        source.end_record()
        length = source.record_end() - offset
        return WarcRecord(named.get("warc-type", ""), headers, block, int(size), digest, offset, length)


def read_records(
    stream: IO[bytes],
    *,
    max_block_bytes: int = MAX_BLOCK_BYTES,
    where: str = "WARC stream",
) -> RecordReader:
    """Iterate over the records of a WARC file, gzipped or plain.

    Args:
        stream: Read forwards from where it stands, which counts as offset 0.
        max_block_bytes: How much of each block is held in memory.
        where: Name of the stream in error messages.

    Returns:
        An iterator; after its end, `dropped_bytes` tells whether the file's tail was cut.

    Raises:
        WarcSyntaxError: While iterating: damage that is not a cut tail; `where` has the offset.
    """
    return RecordReader(stream, max_block_bytes=max_block_bytes, where=where)


def read_record(raw_member: bytes, *, max_block_bytes: int = MAX_BLOCK_BYTES, where: str = "WARC record") -> WarcRecord:
    """Read the one record in *raw_member*, the bytes that a `RecordRef` names.

    Raises:
        WarcSyntaxError: The bytes are not one whole record.
    """
    reader = read_records(io.BytesIO(raw_member), max_block_bytes=max_block_bytes, where=where)
    try:
        record = next(reader, None)
    except WarcSyntaxError as error:
        raise WarcSyntaxError(error.message, where=where) from error  # its offset is one in these bytes
    if record is None or reader.whole_bytes != len(raw_member):
        raise WarcSyntaxError("these bytes are not one whole record", where=where)
    return record


def repair(path: Path) -> int:
    """Cut a WARC file after its last whole record, as a killed writer or a lost power supply makes necessary.

    Returns:
        Bytes cut off; 0 if the file was whole.

    Raises:
        WarcSyntaxError: There are whole records after the damage, so that this is no cut tail; nothing was done.
    """
    with path.open("rb+") as stream:
        size_bytes = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        reader = read_records(stream, max_block_bytes=0, where=str(path))
        try:
            for _ in reader:
                pass
        except WarcSyntaxError:
            # Blocks of a file that were never brought to disk read as zeros: a cut tail by another name.
            if _has_record_after(stream, reader.whole_bytes + 1):
                raise
        if reader.whole_bytes < size_bytes:
            stream.truncate(reader.whole_bytes)
        return size_bytes - reader.whole_bytes


def _has_record_after(stream: IO[bytes], offset: int) -> bool:
    stream.seek(offset)
    rest = stream.read()
    for match in re.finditer(rb"\x1f\x8b\x08", rest):
        reader = read_records(io.BytesIO(rest[match.start() :]), max_block_bytes=0)
        try:
            if next(reader, None) is not None:
                return True
        except WarcSyntaxError:
            continue
    return False


def _bare(uri: str | None) -> str | None:
    return None if uri is None else uri.removeprefix("<").removesuffix(">")


class _CutError(Exception):
    """The stream ended within a record."""


class _Source:
    """The plain bytes of a file that is gzipped by the member, or plain, with the file offsets of what is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._fed = b""
        self._file_offset = 0
        self._plain = bytearray()
        self._member: isal_zlib.Decompress | None = None
        self._member_offset = 0
        self._is_gzip: bool | None = None

    # -- positions

    def record_offset(self) -> int:
        """Where the record that is about to be read begins: its member, or in a plain file its first byte."""
        return self._member_offset if self._is_gzip else self._file_offset - len(self._plain)

    def record_end(self) -> int:
        """Where the record just read ends. In a gzipped file that is where the last member that was opened ends."""
        return self._file_offset - (0 if self._is_gzip else len(self._plain))

    # -- reading

    def is_at_end(self) -> bool:
        while not self._plain:
            if not self._fill():
                return True
        return False

    def skip_line_ends(self) -> None:
        """Skip what some writers put between records."""
        while not self.is_at_end() and self._plain[0] in b"\r\n":
            del self._plain[0]

    def read_line(self) -> bytes:
        start = 0
        while (end := self._plain.find(b"\n", start)) < 0:
            start = len(self._plain)
            if start > _MAX_HEADER_BYTES:
                raise ValueError("its header has no end")
            self._need()
        return self._take(end + 1)

    def read_header(self) -> bytes:
        lines = []
        size = 0
        while (line := self.read_line()).strip(b"\r\n"):
            lines.append(line)
            size += len(line)
            if size > _MAX_HEADER_BYTES:
                raise ValueError("its header has no end")
        return b"".join(lines)

    def read_block(self, size: int, max_held: int) -> tuple[bytes, str]:
        digest = hashlib.sha256()
        held = bytearray()
        while size:
            if not self._plain:
                self._need()
            part = self._take(min(size, len(self._plain)))
            size -= len(part)
            digest.update(part)
            held += part[: max(0, max_held - len(held))]
        return bytes(held), digest.hexdigest()

    def end_record(self) -> None:
        """Read the two line ends after a block (§4), and the rest of the member with its checksum."""
        for _ in range(2):
            if self.read_line().strip(b"\r\n"):
                raise ValueError("its block is longer than its Content-Length")
        while self._member is not None:
            self._plain = self._plain.lstrip(b"\r\n")
            if self._plain:
                # Another record follows in the same member, whose end is not this record's.
                return
            self._need()

    def drain(self) -> int:
        """Read on to the end of the file; its length."""
        size = self._file_offset + len(self._fed)
        while part := self._stream.read(_READ_BYTES):
            size += len(part)
        return size

    def _take(self, size: int) -> bytes:
        taken = bytes(self._plain[:size])
        del self._plain[:size]
        return taken

    def _need(self) -> None:
        if not self._fill():
            raise _CutError

    def _fill(self) -> bool:
        """Add plain bytes, or end a member; false at the end of the file."""
        fed, self._fed = self._fed or self._stream.read(_READ_BYTES), b""
        if not fed:
            if self._member is not None:
                raise _CutError
            return False
        if self._is_gzip is None:
            self._is_gzip = _GZIP_MAGIC.startswith(fed[:2])
        if not self._is_gzip:
            self._file_offset += len(fed)
            self._plain += fed
            return True
        return self._inflate(fed)

    def _inflate(self, fed: bytes) -> bool:
        if self._member is None:
            while len(fed) < len(_GZIP_MAGIC) and (more := self._stream.read(_READ_BYTES)):
                fed += more
            if not fed.startswith(_GZIP_MAGIC) and fed != _GZIP_MAGIC[:1]:
                raise ValueError(f"a gzip member begins with {fed[:8]!r}")
            self._member = isal_zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._member_offset = self._file_offset
        self._plain += self._member.decompress(fed)
        if self._member.eof:
            self._fed = self._member.unused_data
            self._member = None
        self._file_offset += len(fed) - len(self._fed)
        return True

"""A record's payload taken out of a WARC file, every other record keeping its place.

The response keeps its header, its id and its HTTP head; its body is gone, it is marked as truncated, and its payload
digest is gone with it. The gzip member keeps its length, filled up with empty stored blocks (RFC 1951 §3.2.4) and an
extra field (RFC 1952 §2.3.1.1), so that whatever names another record of the file by offset and length still finds it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator
from typing import IO

from pipelines.errors import ProtocolBroken, WarcRuleError
from pipelines.http.head import parse_head
from pipelines.warc.reader import WarcRecord, read_records

_CHANGED = frozenset(("warc-payload-digest", "warc-block-digest", "warc-truncated", "content-length"))
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
"""A stored block that is not the last one and holds nothing."""


def without_payloads(source: IO[bytes], record_ids: Collection[str], *, where: str) -> Iterator[bytes]:
    """The bytes of the file *source*, the payloads of the records *record_ids* taken out.

    Raises:
        WarcError: The file cannot be read, or a record has no gzip member of its own.
    """
    places = [
        (record.offset, record.length, blank(record))
        for record in read_records(source, where=where)
        if record.record_id in record_ids
    ]
    source.seek(0)
    at = 0
    for offset, length, plain in places:
        yield source.read(offset - at)
        yield _member(plain, length, where=f"{where}@{offset}")
        at = offset + length
        source.seek(at)
    while part := source.read(1 << 20):
        yield part


def blank(record: WarcRecord) -> bytes:
    """The record without its payload, as it stands in a file before it is compressed."""
    try:
        block = record.block[: parse_head(record.block).size_bytes]
    except ProtocolBroken:
        block = b""
    kept = [(name, value) for name, value in record.headers if name.lower() not in _CHANGED]
    fields = [
        *kept,
        ("WARC-Truncated", "unspecified"),
        ("WARC-Block-Digest", f"sha256:{hashlib.sha256(block).hexdigest()}"),
        ("Content-Length", str(len(block))),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    return b"WARC/1.1\r\n" + head + b"\r\n" + block + b"\r\n\r\n"


def _member(plain: bytes, length: int, *, where: str) -> bytes:
    """A gzip member of exactly *length* bytes."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = compressor.compress(plain) + compressor.flush()
    tail = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    fill = length - 10 - 2 - len(packed) - len(tail)
    if fill < 0:
        raise WarcRuleError("the record is too small to be replaced in its place", where=where)
    # Readers that are fed in pieces do not all bear a long extra field or comment, but they do bear blocks.
    blocks, extra = divmod(fill, len(_EMPTY_BLOCK))
    header = b"\x1f\x8b\x08\x04" + bytes(6) + extra.to_bytes(2, "little") + bytes(extra)
    return header + _EMPTY_BLOCK * blocks + packed + tail

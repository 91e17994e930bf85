"""Bodies that are themselves gzip files, such as `sitemap.xml.gz`: read piece by piece, and no further than a limit.

The codings of HTTP are removed before; here it is the file that is packed. Its name and type are not asked: gzip says
itself what it is (RFC 1952 §2.3.1).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

GZIP_MAGIC = b"\x1f\x8b"
_STEP_BYTES = 64 * 1024
_MAX_MEMBERS = 10_000


def pieces(body: bytes, max_bytes: int, notes: list[str], start: int = 0) -> Iterator[bytes]:
    """*body* in pieces, unpacked where it is packed.

    Args:
        body: A file, or one within gzip.
        max_bytes: The most that is given.
        notes: Told that it cannot be unpacked, or is larger.
        start: How many of the (unpacked) bytes are left out at its beginning.
    """
    left = max_bytes
    for whole in _unpacked(body, notes) if body.startswith(GZIP_MAGIC) else _cut(body):
        piece, start = whole[start:], max(0, start - len(whole))
        if len(piece) > left:
            notes.append(f"it is larger than {max_bytes:,} bytes; what follows was not read")
            yield piece[:left]
            return
        left -= len(piece)
        yield piece


def beginning(body: bytes, max_bytes: int = 4096) -> bytes:
    """The first bytes of *body*, unpacked where it is packed."""
    return b"".join(pieces(body, max_bytes, []))[:max_bytes]


def _cut(body: bytes) -> Iterator[bytes]:
    view = memoryview(body)
    for start in range(0, len(body), _STEP_BYTES):
        yield bytes(view[start : start + _STEP_BYTES])


def _unpacked(body: bytes, notes: list[str]) -> Iterator[bytes]:
    """The contents of the members, one after the other (RFC 1952 §2.2)."""
    rest = body
    for _ in range(_MAX_MEMBERS):
        member = zlib.decompressobj(wbits=31)
        try:
            while not member.eof and (piece := member.decompress(rest, _STEP_BYTES)):
                rest = member.unconsumed_tail
                yield piece
        except zlib.error as error:
            notes.append(f"its gzip is broken ({error}); it was read as far as it goes")
            return
        if not member.eof:
            notes.append("its gzip file is cut off; it was read as far as it goes")
            return
        rest = member.unused_data
        if not rest.startswith(GZIP_MAGIC):
            return

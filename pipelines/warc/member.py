"""A record as a gzip member of its own, for whoever writes one by itself: the same bytes for the same record."""

from __future__ import annotations

import gzip

from pipelines.warc.record import NewRecord

_LEVEL = 6


def member_of(record: NewRecord) -> bytes:
    """The member that holds *record*, its block read whole (WARC/1.1 §4, Annex D)."""
    record.block.seek(0)
    head = "".join(f"{name}: {value}\r\n" for name, value in record.headers).encode()
    plain = b"WARC/1.1\r\n" + head + b"\r\n" + record.block.read(record.block_bytes) + b"\r\n\r\n"
    return gzip.compress(plain, _LEVEL, mtime=0)

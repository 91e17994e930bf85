"""A WARC reader of the tests' own: gunzip a member, split it, and be strict. It shares no code with what it checks."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Block(NamedTuple):
    """One record."""

    headers: list[tuple[str, str]]
    block: bytes
    offset: int
    """Of its gzip member in the file."""
    length: int

    def get(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def read_blocks(path: Path) -> list[Block]:
    """Every record of a file in which each is a gzip member of its own, as WARC 1.1 annex D.2 recommends."""
    return list(_read(path.read_bytes()))


def _read(raw: bytes) -> Iterator[Block]:
    offset = 0
    while offset < len(raw):
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain = member.decompress(memoryview(raw)[offset:])
        assert member.eof
        length = len(raw) - offset - len(member.unused_data)
        yield _split(plain, offset, length)
        offset += length


def _split(plain: bytes, offset: int, length: int) -> Block:
    head, _, rest = plain.partition(b"\r\n\r\n")
    version, *lines = head.decode().split("\r\n")
    assert version == "WARC/1.1"
    headers = []
    for line in lines:
        field = re.fullmatch(r"([A-Za-z-]+): (\S|\S.*\S)", line)
        assert field, line
        headers.append((field[1], field[2]))
    size = int(dict(headers)["Content-Length"])
    assert rest[size:] == b"\r\n\r\n"
    block = rest[:size]
    assert dict(headers)["WARC-Block-Digest"] == "sha256:" + hashlib.sha256(block).hexdigest()
    return Block(headers, block, offset, length)

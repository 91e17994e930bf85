"""A WARC reader of the tests' own: gzip and split, nothing shared with the code it checks."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple


class Block(NamedTuple):
    headers: list[tuple[str, str]]
    block: bytes

    def get(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def read_blocks(path: Path) -> list[Block]:
    plain = gzip.decompress(path.read_bytes())
    blocks = []
    at = 0
    while at < len(plain):
        head_end = plain.index(b"\r\n\r\n", at)
        version, *lines = plain[at:head_end].decode().split("\r\n")
        assert version == "WARC/1.1"
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        start = head_end + 4
        end = start + int(dict(headers)["Content-Length"])
        assert plain[end : end + 4] == b"\r\n\r\n"
        blocks.append(Block(headers, plain[start:end]))
        at = end + 4
    return blocks

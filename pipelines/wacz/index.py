"""`indexes/`: sorted CDXJ lines in gzipped blocks, and a second file that says which block begins where.

    index.cdx.gz   blocks of so many lines, each a gzip member
    index.idx      `!meta 0 {…}`, then for each block the key and time of its first line, and its place

*Why not one plain file*: a viewer would read all of it before it shows a page. So it reads the small file, and of the
large one the blocks it needs; py-wacz and browsertrix write both the same way.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

INDEX_NAME, BLOCKS_NAME = "index.cdx.gz", "index.idx"
BLOCK_LINES = 1024
"""How many lines a block has: what py-wacz takes."""
_LEVEL = 6


def write_blocks(lines: Iterable[bytes], file: IO[bytes], *, block_lines: int = BLOCK_LINES) -> Iterator[bytes]:
    """Write sorted CDXJ *lines* to *file* in blocks, and give the lines of `index.idx` as they come to be known."""
    yield _line("!meta 0", {"format": "cdxj-gzip-1.0", "filename": INDEX_NAME})
    waiting = iter(lines)
    offset = 0
    while block := list(islice(waiting, block_lines)):
        packed = gzip.compress(b"".join(block), _LEVEL, mtime=0)
        file.write(packed)
        key, timestamp, _ = block[0].split(b" ", 2)
        place = {"offset": offset, "length": len(packed), "digest": f"sha256:{hashlib.sha256(packed).hexdigest()}"}
        yield _line(f"{key.decode()} {timestamp.decode()}", place)
        offset += len(packed)


def _line(first: str, table: object) -> bytes:
    return f"{first} {json.dumps(table)}\n".encode()

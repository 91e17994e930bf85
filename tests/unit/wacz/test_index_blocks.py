"""The index in blocks: whoever reads the small file finds in the large one the lines of a key."""

from __future__ import annotations

import gzip
import hashlib
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from pipelines.wacz.index import write_blocks

KEYS = st.from_regex(r"[a-z]{1,3},[a-z]{1,3}\)/[a-z0-9]{0,4}", fullmatch=True)


@given(st.lists(st.tuples(KEYS, st.integers(10**13, 10**14 - 1)), max_size=60), st.integers(1, 9))
def test_each_block_is_found_by_its_first_line_and_all_of_them_are_the_index(
    captures: list[tuple[str, int]], size: int
) -> None:
    lines = sorted(f'{key} {timestamp} {{"n": 1}}\n'.encode() for key, timestamp in captures)
    blocks = io.BytesIO()
    first, *places = [line.decode() for line in write_blocks(lines, blocks, block_lines=size)]
    assert first.startswith("!meta 0 ")
    assert json.loads(first[8:]) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    found = []
    for line in places:
        key, timestamp, text = line.split(" ", 2)
        place = json.loads(text)
        packed = blocks.getvalue()[place["offset"] : place["offset"] + place["length"]]
        assert place["digest"] == f"sha256:{hashlib.sha256(packed).hexdigest()}"
        block = gzip.decompress(packed).splitlines(keepends=True)
        assert block[0].startswith(f"{key} {timestamp} ".encode())
        assert len(block) <= size
        found += block
    assert found == lines
    assert (gzip.decompress(blocks.getvalue()) if lines else b"") == b"".join(lines)

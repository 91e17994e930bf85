from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.search import Ranged, lines_beginning_with, lines_from

lines = st.lists(st.text("ab ", min_size=1, max_size=12).map(str.encode), max_size=60).map(sorted)


def file_of(content: bytes, asked: list[tuple[int, int]]) -> Ranged:
    def read(offset: int, length: int) -> bytes:
        assert length > 0
        assert offset + length <= len(content)
        asked.append((offset, length))
        return content[offset : offset + length]

    return Ranged(len(content), read)


@given(lines, st.text("ab ", min_size=1, max_size=4).map(str.encode), st.integers(1, 40), st.integers(1, 9))
def test_the_lines_with_a_beginning_are_found_whatever_the_sizes_of_blocks(
    lines: list[bytes], prefix: bytes, block_bytes: int, probe_bytes: int
) -> None:
    content = b"".join(line + b"\n" for line in lines)
    found = lines_beginning_with(prefix, file_of(content, []), block_bytes=block_bytes, probe_bytes=probe_bytes)
    assert list(found) == [line + b"\n" for line in lines if line.startswith(prefix)]


@given(lines, st.integers(1, 40))
def test_all_lines_are_read_in_blocks_of_any_size(lines: list[bytes], block_bytes: int) -> None:
    content = b"".join(line + b"\n" for line in lines)
    assert list(lines_from(file_of(content, []), 0, block_bytes=block_bytes)) == [line + b"\n" for line in lines]


def test_a_large_index_is_not_read_whole() -> None:
    content = b"".join(b"example,a)/%07d 20261122030000 {}\n" % number for number in range(200_000))
    asked: list[tuple[int, int]] = []
    (found,) = lines_beginning_with(b"example,a)/0123456 ", file_of(content, asked))
    assert found.startswith(b"example,a)/0123456 ")
    assert len(asked) < 12
    assert sum(length for _, length in asked) < 400_000

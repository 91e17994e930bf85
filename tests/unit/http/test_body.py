from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BodyTooLarge, UndecodableBody
from pipelines.http.body import dechunk, decode_body
from pipelines.http.head import Head

TEXT = b"<p>The same words, over and over.</p>\n" * 200
LIMIT = 1_000_000


def raw_deflate(plain: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(plain) + stream.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw_deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.compress),
}
each_coding = pytest.mark.parametrize(("name", "encode"), CODINGS.values(), ids=CODINGS)


def head(*fields: tuple[str, str]) -> Head:
    return Head("HTTP/1.1", 200, "OK", fields, 0)


def coded(name: str) -> Head:
    return head(("Content-Encoding", name))


def chunked(plain: bytes, size: int) -> bytes:
    parts = [plain[start : start + size] for start in range(0, len(plain), size)]
    return b"".join(b"%X\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@each_coding
def test_a_coding_is_undone(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode_body(encode(TEXT), coded(name), max_bytes=LIMIT) == TEXT


@each_coding
def test_a_truncated_stream_gives_what_can_be_read(name: str, encode: Callable[[bytes], bytes]) -> None:
    plain = b"".join(b"<p>%d %s</p>" % (n, zlib.compress(b"%d" % n).hex().encode()) for n in range(20000))
    whole = encode(plain)
    read = decode_body(whole[: len(whole) * 3 // 4], coded(name), max_bytes=LIMIT)
    assert plain.startswith(read)
    assert len(read) > len(plain) // 2


@each_coding
def test_no_step_gives_more_than_the_limit(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode_body(encode(TEXT), coded(name), max_bytes=len(TEXT)) == TEXT
    with pytest.raises(BodyTooLarge, match=str(len(TEXT) - 1)):
        decode_body(encode(TEXT), coded(name), max_bytes=len(TEXT) - 1)


@each_coding
def test_text_that_is_falsely_called_compressed_is_returned_as_it_is(
    name: str,
    encode: Callable[[bytes], bytes],
) -> None:
    assert decode_body(TEXT, coded(name), max_bytes=LIMIT) == TEXT


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_broken_stream_is_undecodable(name: str) -> None:
    encode = CODINGS[name][1]
    whole = bytearray(encode(bytes(range(256)) * 50))
    whole[len(whole) // 2 :] = b"\xff" * (len(whole) - len(whole) // 2)
    with pytest.raises(UndecodableBody):
        decode_body(bytes(whole), coded(name), max_bytes=LIMIT)


def test_a_limit_holds_for_bodies_without_coding_too() -> None:
    with pytest.raises(BodyTooLarge):
        decode_body(TEXT, head(), max_bytes=10)


def test_codings_are_undone_from_the_outermost_in() -> None:
    body = chunked(gzip.compress(brotli.compress(TEXT)), 100)
    fields = (("Content-Encoding", "br, gzip"), ("Transfer-Encoding", "chunked"))
    assert decode_body(body, head(*fields), max_bytes=LIMIT) == TEXT
    twice = (("Content-Encoding", "br"), ("content-encoding", "gzip"), ("Transfer-Encoding", "Chunked"))
    assert decode_body(body, head(*twice), max_bytes=LIMIT) == TEXT


def test_a_transfer_coding_beneath_the_chunks_is_undone() -> None:
    body = chunked(gzip.compress(TEXT), 64)
    assert decode_body(body, head(("Transfer-Encoding", "gzip, chunked")), max_bytes=LIMIT) == TEXT


def test_too_many_codings_are_refused() -> None:
    with pytest.raises(UndecodableBody, match="6 codings"):
        decode_body(TEXT, coded(", ".join(["gzip"] * 6)), max_bytes=LIMIT)


def test_gzip_members_one_after_another_are_one_body_and_padding_is_none() -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0"
    assert decode_body(body, coded("gzip"), max_bytes=LIMIT) == b"one two"
    with pytest.raises(BodyTooLarge):
        decode_body(body, coded("gzip"), max_bytes=6)


def test_an_empty_body_has_no_coding() -> None:
    assert decode_body(b"", coded("gzip"), max_bytes=LIMIT) == b""


@pytest.mark.parametrize("name", ["identity", "none", "UTF-8", "sdch"])
def test_text_in_an_unknown_coding_is_returned_as_it_is(name: str) -> None:
    assert decode_body(TEXT, coded(name), max_bytes=LIMIT) == TEXT


def test_a_coding_with_a_no_break_space_is_no_coding_that_the_capture_knew() -> None:
    body = chunked(TEXT, 100)
    assert decode_body(body, head(("Transfer-Encoding", "chunked\xa0")), max_bytes=LIMIT) == body
    assert decode_body(body, head(("Transfer-Encoding", "chunked\x0c")), max_bytes=LIMIT) == TEXT


def test_other_bytes_in_an_unknown_coding_are_undecodable() -> None:
    with pytest.raises(UndecodableBody, match="dcb"):
        decode_body(b"\x00\x01\x02", coded("dcb"), max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (b'5;a=b;c="d"\r\nHello\r\n0;last\r\nX-Sum: 1\r\n\r\n', b"Hello"),
        (b"0005\r\nHello\r\n0\r\n\r\n", b"Hello"),
        (b"%020x\r\nHello\r\n%020x\r\n\r\n" % (5, 0), b"Hello"),
        (b"5  \r\nHello\r\n0 ;a\r\n\r\n", b"Hello"),
        (b"5\nHello\n0\n\n", b"Hello"),
        (b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", b"01234567890123456789"),
        (b"0\r\n\r\n", b""),
        (b"5\r\nHel", b"Hel"),
        (b"5\r\nHello\r\n", b"Hello"),
        (b"5\r\nHello\r\nzz\r\nmore", b"Hello"),
        (b"5", b""),
        (b"<p>not chunked</p>", b"<p>not chunked</p>"),
    ],
    ids=[
        "extensions",
        "zeros",
        "many_zeros",
        "blanks",
        "bare_lf",
        "case",
        "empty",
        "cut",
        "cut_at_end",
        "broken",
        "cut_size",
        "false",
    ],
)
def test_chunks_are_joined(raw: bytes, plain: bytes) -> None:
    assert dechunk(raw) == plain


@given(st.binary(min_size=1, max_size=500), st.integers(1, 100))
def test_what_was_chunked_comes_back(plain: bytes, size: int) -> None:
    assert dechunk(chunked(plain, size)) == plain


@given(st.binary(max_size=300), st.sampled_from([*CODINGS, "chunked", "compress"]))
def test_no_bytes_do_worse_than_being_undecodable(raw: bytes, name: str) -> None:
    try:
        body = decode_body(raw, coded(name.removeprefix("raw_")), max_bytes=10_000)
    except (UndecodableBody, BodyTooLarge):
        return
    assert len(body) <= 10_000


def test_a_small_body_may_not_become_a_huge_one_whatever_the_limit_is() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024), mtime=0)
    with pytest.raises(BodyTooLarge):
        decode_body(bomb, head(("Content-Encoding", "gzip")), max_bytes=1 << 40)


def test_a_page_that_compresses_well_is_not_taken_for_a_bomb() -> None:
    page = b"".join(b"<li><a href='/story/%d'>A story like any other</a></li>\n" % number for number in range(150_000))
    assert decode_body(gzip.compress(page, mtime=0), head(("Content-Encoding", "gzip")), max_bytes=1 << 40) == page

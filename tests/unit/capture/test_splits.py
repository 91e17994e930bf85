"""However the network cuts the bytes into reads, the same exchange is recorded."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.http.body import dechunk
from pipelines.http.head import parse_head
from tests.origin.vice import End, Vice
from tests.origin.vices import REUSED, STALE, TLS_ONLY, VICES
from tests.unit.capture.tap_driver import Driven, Told, drive, split

ALL = (*VICES, *REUSED, *STALE, *TLS_ONLY)
BYTEWISE_BYTES = 4000
"""Of a longer line, the parser's cost a byte grows with what it holds."""

each_vice = pytest.mark.parametrize("vice", ALL, ids=lambda vice: vice.name)


def assert_recorded(driven: Driven, vice: Vice) -> None:
    told = driven.told
    assert driven.complaints == []
    assert told.interim == vice.interim
    if vice.is_prefix:
        # Some of these limits are Scrapy's, which is not here.
        assert driven.fed.startswith(driven.recorded)
        return
    assert told.truncated == (vice.truncated if vice.message else told.truncated)
    if vice.payload is None:
        # Who gives a connection up reads no further: how far that is, is the network's business.
        assert driven.recorded == driven.fed
        assert vice.said.startswith(driven.fed)
        assert vice.truncated == "unspecified" or driven.fed == vice.said
        return
    is_same = told.message == vice.message
    assert is_same
    assert told.payload_sha256 == ((vice.payload_digest or "").removeprefix("sha256:") or None)
    assert driven.excess_bytes == len(driven.fed) - len(driven.recorded)
    assert vice.method == "HEAD" or driven.body == vice.payload


@each_vice
def test_a_vice_is_recorded_as_the_table_says_when_it_comes_in_one_read(vice: Vice) -> None:
    assert_recorded(drive([vice.said] if vice.said else [], end=vice.end, method=vice.method), vice)


@pytest.mark.parametrize("vice", [vice for vice in ALL if len(vice.said) < BYTEWISE_BYTES], ids=lambda vice: vice.name)
def test_a_vice_is_recorded_as_the_table_says_when_it_comes_byte_by_byte(vice: Vice) -> None:
    assert_recorded(drive(split(vice.said, *range(len(vice.said))), end=vice.end, method=vice.method), vice)


@each_vice
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_vice_is_recorded_as_the_table_says_however_it_is_cut_into_reads(vice: Vice, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(vice.said)), max_size=8))
    reads = split(vice.said, *cuts, *range(0, len(vice.said), 65536))
    assert_recorded(drive(reads, end=vice.end, method=vice.method), vice)


# -- messages that nobody thought of

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_", min_size=1, max_size=12).map(lambda text: f"X-{text}")
VALUES = st.binary(max_size=30).map(lambda raw: raw.translate(None, b"\r\n"))
ENDS = st.sampled_from([b"\r\n", b"\n"])


@st.composite
def fields(draw: st.DrawFn) -> bytes:
    lines = draw(st.lists(st.tuples(NAMES, st.sampled_from([b":", b": ", b" : ", b":\t"]), VALUES, ENDS), max_size=6))
    return b"".join(name.encode() + colon + value + end for name, colon, value, end in lines)


@st.composite
def chunks(draw: st.DrawFn, body: bytes) -> bytes:
    cuts = draw(st.lists(st.integers(0, len(body)), max_size=5))
    written = b""
    for chunk in split(body, *cuts):
        size = draw(st.sampled_from([b"%x", b"%X", b"000%x", b"%x  ", b"%x;a=b", b'%x ; c="d;e"', b"%x\t"])) % len(
            chunk
        )
        written += size + b"\r\n" + chunk + b"\r\n"
    return written + draw(st.sampled_from([b"0\r\n\r\n", b"00;x\r\n\r\n", b"0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"]))


@st.composite
def messages(draw: st.DrawFn) -> tuple[bytes, Told, End]:
    """The bytes of a response, what is to be recorded of it, and how it ends."""
    interim = draw(st.sampled_from([b"", b"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n", b"HTTP/1.1 100\n\n" * 3]))
    body = draw(st.binary(max_size=300))
    end_of_line = draw(ENDS)
    framing, framed, end = draw(
        st.one_of(
            st.just((b"Content-Length: %d" % len(body), body, End.KEEP)),
            chunks(body).map(lambda raw: (b"Transfer-Encoding: chunked", raw, End.KEEP)),
            st.just((b"Connection: close", body, End.CLOSE)),
        )
    )
    status = draw(st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.0 404", b"HTTP/1.1 999 ?", b"HTTP/1.1 500 "]))
    head = status + end_of_line + draw(fields()) + framing + end_of_line + draw(fields()) + end_of_line
    digest = hashlib.sha256(body).hexdigest()
    return interim + head + framed, Told(head + framed, interim, len(head), digest, None), end


@settings(max_examples=300, deadline=None)
@given(messages(), st.lists(st.integers(0, 1500), max_size=12))
def test_any_message_is_recorded_whole_however_it_is_cut_into_reads(
    generated: tuple[bytes, Told, End], cuts: list[int]
) -> None:
    raw, told, end = generated
    driven = drive(split(raw, *cuts), end=end)
    assert driven.told == told
    assert driven.complaints == []
    assert hashlib.sha256(driven.body).hexdigest() == told.payload_sha256


@settings(max_examples=300, deadline=None)
@given(messages(), st.data(), st.lists(st.integers(0, 1500), max_size=12))
def test_a_message_that_ends_early_is_recorded_up_to_there_and_called_cut(
    generated: tuple[bytes, Told, End], data: st.DataObject, cuts: list[int]
) -> None:
    raw, told, _ = generated
    kept = raw[: data.draw(st.integers(0, len(raw) - 1))]
    driven = drive(split(kept, *cuts), end=End.VANISH)
    assert driven.recorded == kept
    assert driven.told.truncated == "disconnect"
    assert driven.told.payload_sha256 is None
    assert driven.complaints == []
    is_head_there = len(kept) >= len(told.interim) + (told.head_bytes or 0)
    assert (driven.told.head_bytes is not None) == is_head_there


@settings(max_examples=300, deadline=None)
@given(messages())
def test_reading_the_record_again_finds_the_same_head_and_the_same_payload(generated: tuple[bytes, Told, End]) -> None:
    _, told, _ = generated
    head = parse_head(told.message)
    assert head.size_bytes == told.head_bytes
    body = told.message[head.size_bytes :]
    payload = dechunk(body) if head.get("transfer-encoding") else body
    assert hashlib.sha256(payload).hexdigest() == told.payload_sha256

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.errors import ProtocolBroken
from pipelines.http.head import parse_fields, parse_head

TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_", min_size=1, max_size=20)
VALUES = st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n").strip(b" \t").decode("latin-1"))


def test_the_parts_of_a_head_come_out_as_they_went_in() -> None:
    head = parse_head(b"HTTP/1.1 404 Not Found\r\nA: 1\r\nx-B:2\r\nA: 3 \r\n\r\nbody: no field\r\n")
    assert (head.version, head.status, head.reason) == ("HTTP/1.1", 404, "Not Found")
    assert head.fields == (("A", "1"), ("x-B", "2"), ("A", "3"))
    assert head.size_bytes == len(b"HTTP/1.1 404 Not Found\r\nA: 1\r\nx-B:2\r\nA: 3 \r\n\r\n")


def test_a_field_is_found_whatever_its_case() -> None:
    head = parse_head(b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nsET-cOOKIE: b\r\n\r\n")
    assert head.get("set-cookie") == "a"
    assert head.get_all("SET-COOKIE") == ("a", "b")
    assert head.get("cookie") is None


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"A: one\r\n\t two\r\n  three\r\n", (("A", "one two three"),)),
        (b"A: 1\nB: 2\n", (("A", "1"), ("B", "2"))),
        (b"A : 1\r\n", (("A", "1"),)),
        (b"no colon\r\n: no name\r\nB: 2\r\n", (("B", "2"),)),
        (b" folded: from nowhere\r\nB: 2\r\n", (("B", "2"),)),
        (b"A: \xe9\r\n", (("A", "é"),)),
        (b"A:\r\n", (("A", ""),)),
        (b"A: cu", (("A", "cu"),)),
    ],
    ids=["folded", "bare_lf", "space_before_colon", "no_field", "folded_first", "latin_1", "empty", "cut"],
)
def test_odd_fields_are_read_and_malformed_ones_skipped(raw: bytes, fields: tuple[tuple[str, str], ...]) -> None:
    assert parse_head(b"HTTP/1.1 200 OK\r\n" + raw + b"\r\n").fields == fields


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (b"HTTP/1.1 200", 200, ""),
        (b"HTTP/1.0 200 ", 200, ""),
        (b"HTTP/1.1  301   Moved  here ", 301, "Moved  here"),
        (b"HTTP/2 200", 200, ""),
        (b"HTTP/1.1 200 D\xe9j\xe0", 200, "Déjà"),
    ],
)
def test_odd_status_lines_are_read(line: bytes, status: int, reason: str) -> None:
    for end in (b"\r\n\r\n", b"\n\n", b"\r\n", b""):
        head = parse_head(line + end)
        assert (head.status, head.reason) == (status, reason)


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 2xx\r\n", b"<html>"]
)
def test_what_has_no_status_line_is_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        parse_head(raw)


@given(st.binary(max_size=300))
@example(b" \r\n")
@example(b"\n \n:\n")
def test_any_bytes_after_a_status_line_are_a_head(rest: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\n" + rest
    head = parse_head(raw)
    assert head.status == 200
    assert len(b"HTTP/1.1 200 OK\r\n") <= head.size_bytes <= len(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_head_or_refused(raw: bytes) -> None:
    try:
        parse_head(raw)
    except ProtocolBroken:
        assert not raw.startswith(b"HTTP/1.1 200 OK\r\n")


@given(st.lists(st.tuples(TOKENS, VALUES), max_size=10), st.binary(max_size=50))
def test_written_fields_are_read_back_and_the_body_left_alone(fields: list[tuple[str, str]], body: bytes) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")
    head = parse_head(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + body)
    assert head.fields == tuple(fields)
    assert head.size_bytes == len(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n")


def test_warc_fields_are_read_as_utf_8() -> None:
    assert parse_fields("operator: Zoë\r\n".encode(), "utf-8") == (("operator", "Zoë"),)

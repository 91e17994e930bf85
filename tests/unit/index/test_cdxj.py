from __future__ import annotations

import gzip
import io
import json
import string
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import WarcSyntaxError
from pipelines.index.cdxj import Capture, captures_in, parse_line, url_key
from pipelines.index.sorting import sorted_lines
from pipelines.values import EarlierRecord, Exchange, VisitFacts
from pipelines.warc.reader import read_record
from pipelines.warc.rotate import WarcWriter
from tests.unit.warc.exchanges import AT, FACTS, INFO, exchange, nothing_received

KEY = "warc/site=a.example/date=2026-11-22/20261122T030000Z-abcdef-00000.warc.gz"
BODY = b"x" * 2000


def captures_of(folder: Path, *exchanges: Exchange, facts: VisitFacts = FACTS) -> tuple[list[Capture], bytes]:
    """The captures of a file that holds *exchanges*, and the file."""
    writer = WarcWriter(folder, key_of=lambda _: KEY, info=INFO)
    for each in exchanges:
        writer.append(each, facts, each.started_at)
    writer.seal()
    (path,) = folder.glob("*.warc.gz")
    raw = path.read_bytes()
    return list(captures_in(io.BytesIO(raw), KEY)), raw


def test_a_line_names_the_record_and_says_what_it_says(tmp_path: Path) -> None:
    (capture,), raw = captures_of(tmp_path, exchange(7))
    key, second, text = capture.to_line().decode().removesuffix("\n").split(" ", 2)
    assert (key, second) == ("example,a)/7", "20261122030007")
    facts = json.loads(text)
    record = read_record(raw[facts["offset"] : facts["offset"] + facts["length"]])
    assert facts == {
        "url": "https://a.example/7",
        "mime": "text/html",
        "status": 200,
        "digest": record.get("WARC-Payload-Digest"),
        "length": facts["length"],
        "offset": facts["offset"],
        "filename": KEY,
    }
    assert (record.type, record.target_uri) == ("response", "https://a.example/7")


def test_requests_metadata_and_what_was_not_answered_have_no_line(tmp_path: Path) -> None:
    captures, _ = captures_of(tmp_path, exchange(0), nothing_received(1), exchange(2))
    assert [capture.url for capture in captures] == ["https://a.example/0", "https://a.example/2"]


def test_a_revisit_names_the_capture_that_has_its_payload(tmp_path: Path) -> None:
    captures, _ = captures_of(tmp_path, exchange(0, BODY), exchange(0, BODY, started_at=AT + timedelta(days=1)))
    first, again = captures
    assert (again.mime, again.status, again.digest) == ("warc/revisit", 200, first.digest)
    assert (again.refers_to_url, again.refers_to_date) == (first.url, "2026-11-22T03:00:00.123456Z")
    assert (first.is_revisit, again.is_revisit) == (False, True)


def test_a_304_is_a_revisit_of_the_record_it_was_asked_about(tmp_path: Path) -> None:
    message = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
    answer = exchange(0, response=io.BytesIO(message), response_bytes=len(message), head_bytes=len(message))
    earlier = EarlierRecord("urn:uuid:1", "https://a.example/0", AT - timedelta(days=1), "sha256:00", "", "")
    facts = VisitFacts(FACTS.via, FACTS.referrer, FACTS.depth, revalidates=earlier)
    (capture,), _ = captures_of(tmp_path, answer, facts=facts)
    assert (capture.mime, capture.status, capture.digest) == ("warc/revisit", 304, "sha256:00")
    assert capture.refers_to_date == "2026-11-21T03:00:00.123456Z"


def test_a_redirect_has_its_status_and_an_answer_without_a_type_is_of_unknown_type(tmp_path: Path) -> None:
    message = b"HTTP/1.1 301 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    answer = exchange(0, response=io.BytesIO(message), response_bytes=len(message), head_bytes=len(message))
    (capture,), _ = captures_of(tmp_path, answer)
    assert (capture.mime, capture.status) == ("unk", 301)


def test_what_is_no_http_has_neither_type_nor_status_and_its_block_digest(tmp_path: Path) -> None:
    message = b"SSH-2.0-OpenSSH\r\n"
    broken = exchange(
        0, response=io.BytesIO(message), response_bytes=len(message), head_bytes=None, payload_sha256=None
    )
    (capture,), raw = captures_of(tmp_path, broken)
    record = read_record(raw[capture.offset : capture.offset + capture.length])
    assert (capture.mime, capture.status) == ("unk", None)
    assert capture.digest == record.get("WARC-Block-Digest")
    assert b'"status"' not in capture.to_line()


def test_a_key_has_no_blank_whatever_the_url() -> None:
    assert url_key("http://a.example/a b") == "example,a)/a%20b"
    assert url_key("urn:x: y") == "urn:x:%20y"


words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
captures = st.builds(
    Capture,
    urlkey=st.text(string.ascii_lowercase + ",)/%?=", min_size=1),
    timestamp=st.text(string.digits, min_size=14, max_size=14),
    url=words,
    mime=words,
    status=st.none() | st.integers(0, 999),
    digest=words,
    length=st.integers(0, 2**50),
    offset=st.integers(0, 2**50),
    filename=words,
    refers_to_url=st.none() | words,
    refers_to_date=st.none() | words,
    record_digest=st.none() | words,
)


@given(captures)
def test_a_line_is_read_as_it_was_written(capture: Capture) -> None:
    line = capture.to_line()
    assert line.count(b"\n") == 1
    assert parse_line(line, where="x") == capture


def test_numbers_may_be_written_as_strings() -> None:
    line = (
        b'example,a)/ 20261122030000 {"url": "http://a.example/", "mime": "text/html", "status": "200", '
        b'"digest": "sha256:1", "length": "12", "offset": "345", "filename": "x.warc.gz"}'
    )
    assert (parse_line(line, where="x").status, parse_line(line, where="x").offset) == (200, 345)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"example,a)/ 2026 {}",
        b"example,a)/ 20261122030000 {}",
        b"example,a)/ 20261122030000 []",
        b"example,a)/ 20261122030000 {\xff}",
        b'example,a)/ 20261122030000 {"url":1,"mime":"a","digest":"b","length":1,"offset":1,"filename":"c"}',
        b'example,a)/ 20261122030000 {"url":"u","mime":"a","digest":"b","length":"x","offset":1,"filename":"c"}',
        b'example,a)/ 20261122030000 {"url":"u","mime":"a","digest":"b","length":1,"offset":[],"filename":"c"}',
    ],
)
def test_what_is_no_line_is_refused_with_its_place(line: bytes) -> None:
    with pytest.raises(WarcSyntaxError, match=r"index\.cdxj:3"):
        parse_line(line, where="index.cdxj:3")


@given(st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"") + b"\n")), st.integers(1, 100))
def test_lines_are_sorted_whatever_of_them_is_held(lines: list[bytes], max_held_bytes: int) -> None:
    assert list(sorted_lines(lines, Path("/tmp"), max_held_bytes=max_held_bytes)) == sorted(lines)


def test_damage_in_a_file_is_an_error_with_its_place() -> None:
    whole = gzip.compress(b"no record at all\r\n\r\n")
    with pytest.raises(WarcSyntaxError, match=r"00000\.warc\.gz@0"):
        list(captures_in(io.BytesIO(whole), KEY))

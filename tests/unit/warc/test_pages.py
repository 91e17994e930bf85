from __future__ import annotations

import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import BodyTooLarge, ContentError, UndecodableBody, WarcSyntaxError
from pipelines.reasons import Reason, Source
from pipelines.values import SiteRights, VisitFacts
from pipelines.warc.pages import (
    CapturedExchange,
    facts_from_record,
    page_from_message,
    page_from_record,
    parse_warc_date,
    read_exchanges,
)
from pipelines.warc.reader import WarcRecord, read_records
from pipelines.warc.rotate import WarcWriter
from tests.unit.warc.exchanges import AT, BODY, FACTS, INFO, exchange, nothing_received

LIMIT = 1_000_000


@pytest.fixture
def written(tmp_path: Path) -> bytes:
    writer = WarcWriter(tmp_path, key_of=lambda serial: f"{serial}.warc.gz", info=INFO)
    writer.append(exchange(0), FACTS, AT)
    writer.append(nothing_received(1), None, AT)
    writer.append(exchange(2, payload_sha256=None, truncated="length"), VisitFacts(Source.SEED, None, 0), AT)
    writer.seal()
    return (tmp_path / "0.warc.gz").read_bytes()


def records(raw: bytes, record_type: str) -> list[WarcRecord]:
    return [record for record in read_records(io.BytesIO(raw)) if record.type == record_type]


def exchanges(raw: bytes) -> list[CapturedExchange]:
    return list(read_exchanges(io.BytesIO(raw)))


def foreign(record_type: str, record_id: str, *fields: str, block: bytes = b"HTTP/1.1 200 OK\r\n\r\nx") -> bytes:
    lines = ["WARC/1.0", f"WARC-Type: {record_type}", f"WARC-Record-ID: <urn:{record_id}>", *fields]
    lines += [
        "WARC-Target-URI: <http://b.example/>",
        "WARC-Date: 2026-11-22T03:00:00Z",
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def test_a_page_has_its_address_time_status_and_headers_in_order(written: bytes) -> None:
    page = page_from_record(records(written, "response")[0], max_bytes=LIMIT)
    assert (page.url, page.captured_at, page.status, page.body) == ("https://a.example/0", AT, 200, BODY)
    assert page.headers == (("content-TYPE", "text/html"), ("Content-Length", str(len(BODY))))
    assert page.truncated is None


def test_a_cut_page_says_so(written: bytes) -> None:
    assert page_from_record(records(written, "response")[1], max_bytes=LIMIT).truncated == "length"


def test_a_block_that_was_not_held_whole_makes_a_cut_page(written: bytes) -> None:
    reader = read_records(io.BytesIO(written), max_block_bytes=70)
    record = next(record for record in reader if record.type == "response")
    page = page_from_record(record, max_bytes=LIMIT)
    assert page.truncated == "length"
    assert BODY.startswith(page.body)


def test_codings_are_undone_and_nothing_else() -> None:
    zipped = gzip.compress(BODY)
    message = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    message += b"%x\r\n%s\r\n0\r\n\r\n" % (len(zipped), zipped)
    page = page_from_message(message, url="http://a.example/", captured_at=AT, max_bytes=LIMIT)
    assert page.body == BODY
    assert page.header("content-encoding") == "gzip"


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (b"SSH-2.0\r\n\r\n", ContentError),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: dcb\r\n\r\n\x00\x01", UndecodableBody),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101, BodyTooLarge),
    ],
)
def test_what_is_no_readable_page_is_an_error_that_names_the_url(message: bytes, error: type[ContentError]) -> None:
    with pytest.raises(error, match=r"^http://a\.example/: "):
        page_from_message(message, url="http://a.example/", captured_at=AT, max_bytes=100)


def test_records_without_a_page_are_refused(written: bytes) -> None:
    with pytest.raises(ContentError, match="a request record holds no page"):
        page_from_record(records(written, "request")[0], max_bytes=LIMIT)
    with pytest.raises(WarcSyntaxError):
        page_from_record(records(written, "warcinfo")[0], max_bytes=LIMIT)


def test_a_resource_record_is_a_page_without_http() -> None:
    raw = foreign("resource", "a:1", "Content-Type: text/html", block=BODY)
    page = page_from_record(next(read_records(io.BytesIO(raw))), max_bytes=LIMIT)
    assert (page.url, page.body, page.header("content-type")) == ("http://b.example/", BODY, "text/html")


def test_what_the_crawl_knew_comes_back(written: bytes) -> None:
    first, second, third = records(written, "metadata")
    assert facts_from_record(first) == FACTS
    assert facts_from_record(second) is None
    assert facts_from_record(third) == VisitFacts(Source.SEED, None, 0)


def test_exchanges_are_joined_from_our_own_files(written: bytes) -> None:
    first, second, third = exchanges(written)
    assert first.response is not None
    assert first.request is not None
    assert first.response.record_id in first.request.concurrent_to
    assert (first.facts, first.error, first.failure) == (FACTS, None, None)
    assert second.response is None
    assert second.error == "timeout: it took too long"
    assert second.failure is Reason.TIMEOUT
    assert third.response is not None
    assert third.response.target_uri == "https://a.example/2"


def test_exchanges_are_joined_whichever_record_comes_first() -> None:
    response = foreign("response", "a:1")
    request = foreign("request", "a:2", "WARC-Concurrent-To: <urn:a:1>")
    alone = foreign("response", "a:3")
    for pair in (response + request, request + response):
        joined, other = exchanges(pair + alone)
        assert joined.response is not None
        assert joined.request is not None
        assert (joined.response.record_id, joined.request.record_id) == ("urn:a:1", "urn:a:2")
        assert joined.facts is None
        assert other.response is not None
        assert other.request is None


def test_neighbours_that_do_not_name_each_other_are_not_joined() -> None:
    raw = foreign("response", "a:1") + foreign("request", "a:2", "WARC-Concurrent-To: <urn:a:9>")
    assert [(one.response is None, one.request is None) for one in exchanges(raw)] == [(False, True), (True, False)]


def test_a_revisit_stands_in_the_place_of_the_response_and_other_types_are_passed_over() -> None:
    raw = foreign("conversion", "a:0") + foreign("revisit", "a:1") + foreign("continuation", "a:2")
    (one,) = exchanges(raw)
    assert one.response is not None
    assert one.response.type == "revisit"


def test_what_the_hosts_files_said_of_rights_is_read_as_it_was_noted(tmp_path: Path) -> None:
    rights = SiteRights(
        robots_rule="Allow: /a: b",
        signals=("Content-Signal: ai-train=no", "Content-Usage: ai=n"),
        tdmrep="urn:uuid:of-the-tdmrep-json",
        tdm_reservation="1",
        tdm_policy="https://a.example/p?q=é",
    )
    facts = replace(FACTS, rights=rights)
    writer = WarcWriter(tmp_path, key_of=lambda _: "00000.warc.gz", info=INFO)
    writer.append(exchange(), facts, AT)
    writer.seal()
    with (tmp_path / "00000.warc.gz").open("rb") as stream:
        (captured,) = read_exchanges(stream)
    assert captured.facts == facts


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T03:00:00.123456Z", AT),
        ("2026-11-22T03:00:00.123456789Z", AT),
        ("2026-11-22T03:00:00Z", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        ("2026-11-22T03:00Z", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        ("2026-11-22T03:00:00.5Z", datetime(2026, 11, 22, 3, 0, 0, 500_000, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates_of_any_precision_are_read(text: str, instant: datetime) -> None:
    assert parse_warc_date(text) == instant


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-22T03:00:00", "2026-11-22T03:00:00+01:00"]
)
def test_what_is_no_date_is_an_error(text: str) -> None:
    with pytest.raises(WarcSyntaxError):
        parse_warc_date(text)

from __future__ import annotations

import base64
import hashlib
import io
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from pipelines.errors import WarcRuleError
from pipelines.values import Exchange, VisitFacts
from pipelines.warc.record import NewRecord, exchange_records, warc_date, warcinfo_record
from tests.unit.warc.exchanges import AT, BODY, FACTS, INFO, REQUEST, exchange, nothing_received, response

WARCINFO_ID = "urn:uuid:00000000-0000-4000-8000-00000000ffff"


def numbered() -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"urn:uuid:00000000-0000-4000-8000-{next(count):012d}"


def written(made: Exchange, facts: VisitFacts | None = FACTS) -> tuple[NewRecord, ...]:
    return exchange_records(made, facts, warcinfo_id=WARCINFO_ID, new_id=numbered())


def block(record: NewRecord) -> bytes:
    record.block.seek(0)
    return record.block.read(record.block_bytes)


def values(record: NewRecord, name: str) -> list[str]:
    return [value for key, value in record.headers if key == name]


def test_an_exchange_is_a_response_a_request_and_a_metadata_record_with_the_bytes_of_the_wire() -> None:
    records = written(exchange())
    assert [record.type for record in records] == ["response", "request", "metadata"]
    assert [block(record) for record in records[:2]] == [response(), REQUEST]


def test_all_records_of_an_exchange_share_target_date_and_warcinfo() -> None:
    for record in written(exchange(3)):
        assert values(record, "WARC-Target-URI") == ["https://a.example/3"]
        assert values(record, "WARC-Date") == ["2026-11-22T03:00:03.123456Z"]
        assert values(record, "WARC-Warcinfo-ID") == [f"<{WARCINFO_ID}>"]


def test_every_record_has_its_block_digest_and_length() -> None:
    for record in written(exchange()):
        assert values(record, "WARC-Block-Digest") == ["sha256:" + hashlib.sha256(block(record)).hexdigest()]
        assert values(record, "Content-Length") == [str(len(block(record)))]


def test_request_and_metadata_are_concurrent_to_the_response() -> None:
    answer, request, metadata = written(exchange())
    assert values(answer, "WARC-Concurrent-To") == []
    assert values(request, "WARC-Concurrent-To") == values(metadata, "WARC-Concurrent-To") == [f"<{answer.record_id}>"]


def test_where_nothing_was_received_metadata_is_concurrent_to_the_request() -> None:
    request, metadata = written(nothing_received())
    assert (request.type, metadata.type) == ("request", "metadata")
    assert values(request, "WARC-Concurrent-To") == []
    assert values(metadata, "WARC-Concurrent-To") == [f"<{request.record_id}>"]


def test_the_payload_digest_stands_on_the_response_alone_and_only_if_known() -> None:
    answer, request, metadata = written(exchange())
    assert values(answer, "WARC-Payload-Digest") == ["sha256:" + hashlib.sha256(BODY).hexdigest()]
    assert answer.payload_digest == values(answer, "WARC-Payload-Digest")[0]
    assert values(request, "WARC-Payload-Digest") == values(metadata, "WARC-Payload-Digest") == []
    cut, *_ = written(exchange(payload_sha256=None, truncated="disconnect"))
    assert values(cut, "WARC-Payload-Digest") == []
    assert values(cut, "WARC-Truncated") == ["disconnect"]


def test_the_connection_is_described_where_bytes_crossed_it() -> None:
    answer, request, metadata = written(exchange())
    for record in (answer, request):
        assert values(record, "WARC-Protocol") == ["http/1.1", "tls/1.3"]
        assert values(record, "WARC-Cipher-Suite") == ["TLS_AES_256_GCM_SHA384"]
        assert values(record, "WARC-IP-Address") == ["192.0.2.1"]
    assert values(metadata, "WARC-Protocol") == []
    plain, *_ = written(exchange(tls=None, peer_address=None))
    assert values(plain, "WARC-Protocol") == ["http/1.1"]
    assert values(plain, "WARC-IP-Address") == []


def test_the_metadata_block_has_what_is_known_and_nothing_else() -> None:
    full = written(exchange(interim=b"HTTP/1.1 103 Early\r\n\r\n", excess_bytes=9, error="cut:\r\n short"))[-1]
    assert block(full).decode().split("\r\n") == [
        "via: http://a.example/sitemap.xml",
        "pressarc-source: sitemap",
        "pressarc-depth: 2",
        "pressarc-robots: urn:uuid:of-the-robots-txt",
        "fetchTimeMs: 42",
        "interimResponses: " + base64.b64encode(b"HTTP/1.1 103 Early\r\n\r\n").decode(),
        "excessBytes: 9",
        "error: cut: short",
        "",
    ]
    assert block(written(exchange(), None)[-1]) == b"fetchTimeMs: 42\r\n"
    assert b"truncated: time\r\n" in block(written(nothing_received())[-1])


def test_the_warcinfo_record_says_who_wrote_the_file_with_what_and_for_which_run() -> None:
    record = warcinfo_record(INFO, filename="x.warc.gz", now=AT, new_id=numbered())
    assert values(record, "WARC-Filename") == ["x.warc.gz"]
    assert block(record).decode().split("\r\n") == [
        "software: pressarc 0.1",
        "format: WARC File Format 1.1",
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots: RFC 9309",
        "operator: Zoë <zoe@a.example>",
        "hostname: host",
        "http-header-user-agent: pressarc/0.1",
        "isPartOf: 20261122T030000Z-abcdef",
        "",
    ]


def test_a_header_against_the_rules_is_refused() -> None:
    with pytest.raises(WarcRuleError, match="WARC-Target-URI"):
        written(exchange(url="https://a.example/\r\nWARC-Type: warcinfo"))


def test_a_spool_that_is_shorter_than_its_message_is_an_error() -> None:
    with pytest.raises(OSError, match="3 bytes before"):
        written(exchange(response=io.BytesIO(response()[:-3])))


def test_dates_are_written_in_utc_with_microseconds() -> None:
    east = timezone(timedelta(hours=2))
    assert warc_date(datetime(2026, 1, 1, 1, 0, tzinfo=east)) == "2025-12-31T23:00:00.000000Z"
    with pytest.raises(ValueError, match="naive"):
        warc_date(datetime(2026, 1, 1))  # noqa: DTZ001

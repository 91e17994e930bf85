"""The capture against real sockets: what the WARC holds is compared, byte for byte, with what the origin sent."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

import pytest
from fastwarc.warc import ArchiveIterator as FastwarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from pipelines.warc.pages import page_from_record
from pipelines.warc.reader import read_record
from pipelines.warc.rules import check
from tests.origin.certificates import Authority
from tests.origin.crawl_vices import MAX_PAGE_BYTES
from tests.origin.crawling import Crawl, Crawling
from tests.origin.server import Origin
from tests.origin.vice import End, Vice
from tests.origin.vices import REUSED, STALE, TLS_ONLY, VICES

Done = dict[str, Crawl]
"""The crawl of every vice, by scheme."""


class Case(NamedTuple):
    scheme: str
    vice: Vice

    def __str__(self) -> str:
        return f"{self.scheme}-{self.vice.name}"


EVERYWHERE = (*VICES, *REUSED, *STALE)
CASES = tuple(Case(scheme, vice) for scheme in ("http", "https") for vice in EVERYWHERE) + tuple(
    Case("https", vice) for vice in TLS_ONLY
)
BY_NAME = {vice.name: vice for vice in (*EVERYWHERE, *TLS_ONLY)}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Done:
    tls = authority.context()
    plain_folder, tls_folder = tmp_path_factory.mktemp("http"), tmp_path_factory.mktemp("https")
    with (
        Origin(VICES) as vices,
        Origin(REUSED) as reused,
        Origin(STALE) as stale,
        Origin((*VICES, *TLS_ONLY), tls) as tls_vices,
        Origin(REUSED, tls) as tls_reused,
        Origin(STALE, tls) as tls_stale,
    ):
        plain = Crawling(plain_folder, vices, reused, stale)
        verified = {"DOWNLOAD_VERIFY_CERTIFICATES": True, "trusted": authority.path}
        secured = Crawling(tls_folder, tls_vices, tls_reused, tls_stale, **verified)
        return {"http": plain.finish(), "https": secured.finish()}


def each(cases: tuple[Case, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=str)


ANSWERED = tuple(case for case in CASES if case.vice.message)


@each(CASES)
def test_every_vice_reaches_the_spider_as_a_response_or_a_failure(done: Done, case: Case) -> None:
    answer = done[case.scheme].answers[case.vice.name]
    assert (answer["status"] is None) != (answer["failure"] is None)


@each(CASES)
def test_the_request_record_holds_the_bytes_the_server_received(done: Done, case: Case) -> None:
    crawl = done[case.scheme]
    logged = crawl.origins[case.vice.name].logged(case.vice)
    assert logged
    assert [record.block for record in crawl.records(case.vice, "request")] == [entry.received for entry in logged]


@each(ANSWERED)
def test_the_response_record_holds_the_bytes_the_server_sent(done: Done, case: Case) -> None:
    vice = case.vice
    block = done[case.scheme].record(vice, "response").block
    expected = vice.message[: len(block)] if vice.is_prefix else vice.message
    # Not `assert block == expected`: the difference of two large blocks takes minutes to print.
    is_same = block == expected
    assert is_same
    assert block


@each(CASES)
def test_the_origins_log_agrees_with_what_the_table_promises(done: Done, case: Case) -> None:
    # The table is written by hand; were it wrong, the comparisons above would prove nothing.
    vice = case.vice
    sent = done[case.scheme].origins[vice.name].logged(vice)[-1].sent
    expected = vice.interim + vice.message
    is_same = sent == expected[: len(sent)] if vice.is_prefix else sent[: len(expected)] == expected
    assert is_same
    assert vice.is_prefix or len(sent) - len(expected) == vice.excess_bytes


@each(ANSWERED)
def test_a_cut_message_says_why_and_a_whole_one_does_not(done: Done, case: Case) -> None:
    assert done[case.scheme].record(case.vice, "response").get("WARC-Truncated") == case.vice.truncated


@each(ANSWERED)
def test_the_payload_digest_is_that_of_the_body_without_chunks_and_absent_when_cut(done: Done, case: Case) -> None:
    assert done[case.scheme].record(case.vice, "response").get("WARC-Payload-Digest") == case.vice.payload_digest


@each(tuple(case for case in CASES if not case.vice.message))
def test_where_nothing_was_received_there_is_a_request_with_metadata_and_no_response(done: Done, case: Case) -> None:
    crawl = done[case.scheme]
    assert crawl.records(case.vice, "response") == []
    request = crawl.record(case.vice, "request")
    metadata = crawl.record(case.vice, "metadata")
    assert metadata.get("WARC-Concurrent-To") == request.get("WARC-Record-ID")
    assert crawl.answers[case.vice.name]["record"] is None
    assert b"\r\nerror: " in metadata.block


@each(ANSWERED)
def test_the_spider_is_told_where_the_response_record_lies(done: Done, case: Case) -> None:
    crawl = done[case.scheme]
    reference = crawl.answers[case.vice.name]["record"]
    record = crawl.record(case.vice, "response")
    assert (reference["offset"], reference["length"]) == (record.offset, record.length)
    assert f"<{reference['record_id']}>" == record.get("WARC-Record-ID")
    assert reference["payload_digest"] == record.get("WARC-Payload-Digest")
    assert reference["key"] == f"warc/{crawl.warc.name}"


@each(tuple(case for case in ANSWERED if case.vice.payload is not None and not case.vice.is_transfer_coded))
def test_extraction_will_read_in_the_record_the_page_that_the_spider_read(done: Done, case: Case) -> None:
    crawl = done[case.scheme]
    record = crawl.record(case.vice, "response")
    member = crawl.warc.read_bytes()[record.offset : record.offset + record.length]
    page = page_from_record(read_record(member), max_bytes=MAX_PAGE_BYTES)
    assert crawl.answers[case.vice.name]["page_sha256"] == hashlib.sha256(page.body).hexdigest()


@each(tuple(case for case in CASES if case.vice.interim))
def test_interim_responses_are_kept_beside_the_final_one(done: Done, case: Case) -> None:
    metadata = done[case.scheme].record(case.vice, "metadata").block
    assert b"interimResponses: " + base64.b64encode(case.vice.interim) + b"\r\n" in metadata


@each(tuple(case for case in CASES if case.vice.excess_bytes))
def test_bytes_after_the_end_are_counted_and_end_the_connection(done: Done, case: Case) -> None:
    crawl, vice = done[case.scheme], case.vice
    assert f"excessBytes: {vice.excess_bytes}\r\n".encode() in crawl.record(vice, "metadata").block
    origin = crawl.origins[vice.name]
    (entry,) = origin.logged(vice)
    assert [other.path for other in origin.log if other.connection == entry.connection][-1] == vice.path


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_request_of_the_log_has_its_record_and_no_record_is_without_one(done: Done, scheme: str) -> None:
    crawl = done[scheme]
    origins = {id(origin): origin for origin in crawl.origins.values()}.values()
    logged = sorted(entry.received for origin in origins for entry in origin.log)
    assert sorted(block.block for block in crawl.blocks if block.get("WARC-Type") == "request") == logged


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_record_obeys_the_rules(done: Done, scheme: str) -> None:
    for block in done[scheme].blocks:
        check(block.get("WARC-Type") or "", block.headers)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_kept_connection_carries_several_exchanges_each_recorded_alone(done: Done, scheme: str) -> None:
    connections = {done[scheme].origins[vice.name].logged(vice)[0].connection for vice in REUSED}
    assert len(connections) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_that_was_lost_on_a_dead_connection_is_sent_again_and_recorded_twice(done: Done, scheme: str) -> None:
    _, second = STALE
    assert len(done[scheme].records(second, "request")) == 2
    assert len(done[scheme].records(second, "response")) == 1
    assert done[scheme].answers[second.name]["status"] == 200


def test_over_tls_version_and_cipher_are_noted_on_every_response(done: Done) -> None:
    responses = [block for block in done["https"].blocks if block.get("WARC-Type") == "response"]
    assert responses
    for record in responses:
        assert [value for name, value in record.headers if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
        assert record.get("WARC-Cipher-Suite") == "TLS_AES_256_GCM_SHA384"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cut_length", "disconnected"),
        ("cut_chunked", "disconnected"),
        ("reset", "disconnected"),
        ("silent", "disconnected"),
        ("interim_only", "disconnected"),
        ("stall_before_head", "timeout"),
        ("stall_in_body", "timeout"),
        ("drip_for_ever", "timeout"),
        ("too_large_announced", "too_large"),
        ("too_large_streamed", "too_large"),
        ("no_http", "protocol_broken"),
        ("lengths_in_conflict", "protocol_broken"),
        ("chunk_size_no_number", "protocol_broken"),
        ("endless_head", "protocol_broken"),
    ],
)
def test_a_failure_has_its_reason_for_the_spider_and_in_the_archive(
    done: Done, scheme: str, name: str, reason: str
) -> None:
    assert done[scheme].answers[name]["reason"] == reason
    assert f"\r\nerror: {reason}: ".encode() in done[scheme].record(BY_NAME[name], "metadata").block


def test_the_metadata_record_keeps_what_the_crawl_knew(done: Done) -> None:
    block = done["http"].record(VICES[3], "metadata").block
    assert b"via: http://referrer.example/\r\n" in block
    assert b"pressarc-source: link\r\n" in block
    assert b"pressarc-depth: 3\r\n" in block
    assert b"fetchTimeMs: " in block


def test_the_records_of_one_exchange_share_the_date_and_the_address(done: Done) -> None:
    records = [done["http"].record(VICES[0], record_type) for record_type in ("response", "request", "metadata")]
    assert len({record.get("WARC-Date") for record in records}) == 1
    assert [record.get("WARC-IP-Address") for record in records] == ["127.0.0.1", "127.0.0.1", None]


def test_warcio_reads_the_file_and_the_same_blocks(done: Done) -> None:
    with done["http"].warc.open("rb") as stream:
        blocks = [record.raw_stream.read() for record in WarcioIterator(stream, no_record_parse=True)]
    is_same = blocks == [block.block for block in done["http"].blocks]
    assert is_same


def test_fastwarc_reads_the_file_and_finds_every_block_digest_right(done: Done) -> None:
    with done["http"].warc.open("rb") as stream:
        verdicts = [record.verify_block_digest() for record in FastwarcIterator(stream, parse_http=False)]
    assert verdicts == [True] * len(done["http"].blocks)


def test_a_private_address_is_refused_before_a_byte_is_sent(tmp_path: Path, authority: Authority) -> None:
    with Origin(VICES[:1]) as plain, Origin(TLS_ONLY, authority.context()) as tls:
        refused = Crawling(tmp_path, plain, tls, PRESSARC_ALLOW_PRIVATE=False).finish()
    assert {answer["failure"] for answer in refused.answers.values()} == {"AddressRefused"}
    assert {answer["reason"] for answer in refused.answers.values()} == {"address_refused"}
    assert plain.log == tls.log == []
    assert list(tmp_path.glob("*.warc.gz*")) == []


def test_where_no_connection_comes_about_nothing_is_recorded(tmp_path: Path, authority: Authority) -> None:
    with Origin(REUSED[:1]) as gone:
        pass
    with (
        Origin(REUSED[1:2], authority.context(is_expired=True)) as expired,
        Origin(REUSED[2:3], authority.context(host="127.0.0.2")) as misnamed,
        Origin(REUSED[3:4], authority.context(is_self_signed=True)) as self_signed,
        Origin(REUSED[4:], authority.context()) as trusted,
    ):
        origins = (gone, expired, misnamed, self_signed, trusted)
        verified = {"DOWNLOAD_VERIFY_CERTIFICATES": True, "trusted": authority.path}
        crawl = Crawling(tmp_path, *origins, **verified).finish()
    reasons = [crawl.answers[vice.name]["reason"] for vice in REUSED]
    assert reasons == ["host_unreachable", "tls_failed", "tls_failed", "tls_failed", None]
    assert expired.log == misnamed.log == self_signed.log == []
    targets = {block.get("WARC-Target-URI") for block in crawl.blocks}
    assert targets == {None, crawl.url(REUSED[4])}


def test_a_full_disk_fails_the_request_and_closes_the_spider(tmp_path: Path) -> None:
    with Origin(VICES[:5]) as origin:
        stopped = Crawling(tmp_path, origin, fail_after=2).finish()
    failures = [answer["failure"] for answer in stopped.answers.values()]
    assert failures[:3] == [None, None, "WarcWriteFailed"]
    assert stopped.close_reason == "archive_write_failed"
    assert stopped.log.count("The archive cannot be written") == 1
    assert len(origin.log) < len(VICES[:5])


def test_the_table_names_each_vice_once_and_every_way_to_end() -> None:
    named = (*EVERYWHERE, *TLS_ONLY)
    assert len(BY_NAME) == len(named)
    assert {vice.end for vice in named} == set(End)

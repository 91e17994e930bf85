"""The capture against real sockets: what the WARC holds is compared, byte for byte, with what the origin sent."""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
import json
import ssl
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastwarc.warc import ArchiveIterator as FastwarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from tests.origin import crawl_vices
from tests.origin.independent_warc import Block, read_blocks
from tests.origin.raw_origin import REUSED, STALE, TLS, VICES, End, Origin, Vice

ALL = (*VICES, *REUSED, *STALE, *TLS)


@dataclass(repr=False)
class Crawl:
    """What one crawl left, and what the origins saw of it."""

    folder: Path
    origins: dict[str, Origin]
    """By the name of the vice."""
    answers: dict[str, dict]
    close_reason: str
    log: str

    @property
    def warc(self) -> Path:
        (path,) = self.folder.glob("*.warc.gz")
        return path

    @cached_property
    def blocks(self) -> list[Block]:
        return read_blocks(self.warc)

    def records(self, vice: Vice, record_type: str) -> list[Block]:
        target = self.origins[vice.name].url + vice.path
        of_target = [block for block in self.blocks if block.get("WARC-Target-URI") == target]
        return [block for block in of_target if block.get("WARC-Type") == record_type]

    def record(self, vice: Vice, record_type: str) -> Block:
        (record,) = self.records(vice, record_type)
        return record


def crawl(folder: Path, *origins: Origin, fail_after: int | None = None, **settings: object) -> Crawl:
    by_name = {vice.name: origin for origin in origins for vice in origin.vices}
    requests = [
        {"name": vice.name, "url": origin.url + vice.path, "method": vice.method}
        for origin in origins
        for vice in origin.vices
    ]
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"requests": requests, "settings": settings, "fail_after": fail_after}))
    done = subprocess.run(
        [sys.executable, crawl_vices.__file__, str(plan), str(folder)],
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
        timeout=90,
        check=True,
        capture_output=True,
        text=True,
    )
    answers = json.loads((folder / "answers.json").read_text())
    return Crawl(folder, by_name, answers["answers"], answers["close_reason"], done.stderr)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "origin.pem"
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(key.private_bytes(*private) + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, certificate: ssl.SSLContext) -> Crawl:
    folder = tmp_path_factory.mktemp("vices")
    with Origin(VICES) as vices, Origin(REUSED) as reused, Origin(STALE) as stale, Origin(TLS, certificate) as tls:
        return crawl(folder, vices, reused, stale, tls)


def ids(vices: tuple[Vice, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vice", vices, ids=lambda vice: vice.name)


@ids(ALL)
def test_every_vice_reaches_the_spider_as_a_response_or_a_failure(done: Crawl, vice: Vice) -> None:
    answer = done.answers[vice.name]
    assert (answer["status"] is None) != (answer["failure"] is None)


@ids(ALL)
def test_the_request_record_holds_the_bytes_the_server_received(done: Crawl, vice: Vice) -> None:
    logged = done.origins[vice.name].logged(vice)
    assert [record.block for record in done.records(vice, "request")] == [entry.received for entry in logged]


@ids(tuple(vice for vice in ALL if vice.message))
def test_the_response_record_holds_the_bytes_the_server_sent(done: Crawl, vice: Vice) -> None:
    block = done.record(vice, "response").block
    expected = vice.message[: len(block)] if vice.is_prefix else vice.message
    # Not `assert block == expected`: the difference of two large blocks takes minutes to print.
    is_same = block == expected
    assert is_same
    assert block


@ids(ALL)
def test_the_origins_log_agrees_with_what_the_table_promises(done: Crawl, vice: Vice) -> None:
    # The table is written by hand; were it wrong, the comparisons above would prove nothing.
    sent = done.origins[vice.name].logged(vice)[-1].sent
    expected = vice.interim + vice.message
    is_same = sent == expected[: len(sent)] if vice.is_prefix else sent[: len(expected)] == expected
    assert is_same
    assert vice.is_prefix or len(sent) - len(expected) == vice.excess_bytes


@ids(tuple(vice for vice in ALL if vice.message))
def test_a_cut_message_says_why_and_a_whole_one_does_not(done: Crawl, vice: Vice) -> None:
    assert done.record(vice, "response").get("WARC-Truncated") == vice.truncated


@ids(tuple(vice for vice in ALL if vice.message))
def test_the_payload_digest_is_that_of_the_body_without_chunks_and_absent_when_cut(done: Crawl, vice: Vice) -> None:
    expected = None if vice.payload is None else "sha256:" + hashlib.sha256(vice.payload).hexdigest()
    assert done.record(vice, "response").get("WARC-Payload-Digest") == expected


@ids(tuple(vice for vice in ALL if not vice.message))
def test_where_nothing_was_received_there_is_a_request_with_metadata_and_no_response(done: Crawl, vice: Vice) -> None:
    assert done.records(vice, "response") == []
    request = done.record(vice, "request")
    metadata = done.record(vice, "metadata")
    assert metadata.get("WARC-Concurrent-To") == request.get("WARC-Record-ID")
    assert done.answers[vice.name]["record"] is None
    assert b"\r\nerror: " in metadata.block


@ids(tuple(vice for vice in ALL if vice.message))
def test_the_spider_is_told_where_the_response_record_lies(done: Crawl, vice: Vice) -> None:
    reference = done.answers[vice.name]["record"]
    record = done.record(vice, "response")
    assert f"<{reference['record_id']}>" == record.get("WARC-Record-ID")
    assert reference["payload_digest"] == record.get("WARC-Payload-Digest")
    assert reference["key"] == f"warc/{done.warc.name}"


@ids(tuple(vice for vice in VICES if vice.interim))
def test_interim_responses_are_kept_beside_the_final_one(done: Crawl, vice: Vice) -> None:
    metadata = done.record(vice, "metadata").block
    assert b"interimResponses: " + base64.b64encode(vice.interim) in metadata


@ids(tuple(vice for vice in VICES if vice.excess_bytes))
def test_bytes_after_the_end_are_counted_and_end_the_connection(done: Crawl, vice: Vice) -> None:
    assert f"excessBytes: {vice.excess_bytes}".encode() in done.record(vice, "metadata").block
    origin = done.origins[vice.name]
    (entry,) = origin.logged(vice)
    assert [other.path for other in origin.log if other.connection == entry.connection][-1] == vice.path


def test_a_kept_connection_carries_several_exchanges_each_recorded_alone(done: Crawl) -> None:
    connections = {done.origins[vice.name].logged(vice)[0].connection for vice in REUSED}
    assert len(connections) == 1


def test_a_request_that_twisted_sends_again_is_recorded_twice(done: Crawl) -> None:
    _, second = STALE
    assert len(done.records(second, "request")) == 2
    assert len(done.records(second, "response")) == 1
    assert done.answers[second.name]["status"] == 200


def test_over_tls_version_and_cipher_are_noted(done: Crawl) -> None:
    record = done.record(TLS[0], "response")
    assert [value for name, value in record.headers if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert record.get("WARC-Cipher-Suite") == "TLS_AES_256_GCM_SHA384"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cut_length", "disconnected"),
        ("cut_chunked", "disconnected"),
        ("reset", "disconnected"),
        ("silent", "disconnected"),
        ("stall_before_head", "timeout"),
        ("stall_in_body", "timeout"),
        ("tls_stall", "timeout"),
        ("too_large_announced", "too_large"),
        ("too_large_streamed", "too_large"),
        ("no_http", "protocol_broken"),
        ("bad_chunk", "protocol_broken"),
        ("endless_head", "protocol_broken"),
    ],
)
def test_a_failure_has_its_reason_for_the_spider_and_in_the_archive(done: Crawl, name: str, reason: str) -> None:
    assert done.answers[name]["reason"] == reason
    vice = next(vice for vice in ALL if vice.name == name)
    assert f"\r\nerror: {reason}: ".encode() in done.record(vice, "metadata").block


def test_the_metadata_record_keeps_what_the_crawl_knew(done: Crawl) -> None:
    block = done.record(VICES[3], "metadata").block
    assert b"via: http://referrer.example/\r\n" in block
    assert b"pressarc-source: link\r\n" in block
    assert b"pressarc-depth: 3\r\n" in block
    assert b"fetchTimeMs: " in block


def test_the_records_of_one_exchange_share_the_date_and_the_address(done: Crawl) -> None:
    records = [done.record(VICES[0], record_type) for record_type in ("response", "request", "metadata")]
    assert len({record.get("WARC-Date") for record in records}) == 1
    assert [record.get("WARC-IP-Address") for record in records] == ["127.0.0.1", "127.0.0.1", None]


def test_warcio_reads_the_file_and_the_same_blocks(done: Crawl) -> None:
    with done.warc.open("rb") as stream:
        blocks = [record.raw_stream.read() for record in WarcioIterator(stream, no_record_parse=True)]
    is_same = blocks == [block.block for block in done.blocks]
    assert is_same


def test_fastwarc_reads_the_file_and_finds_every_block_digest_right(done: Crawl) -> None:
    with done.warc.open("rb") as stream:
        verdicts = [record.verify_block_digest() for record in FastwarcIterator(stream, parse_http=False)]
    assert verdicts == [True] * len(done.blocks)


def test_a_private_address_is_refused_before_a_byte_is_sent(tmp_path: Path, certificate: ssl.SSLContext) -> None:
    with Origin(VICES[:1]) as plain, Origin(TLS[:1], certificate) as tls:
        refused = crawl(tmp_path, plain, tls, PRESSARC_ALLOW_PRIVATE=False)
    assert {answer["failure"] for answer in refused.answers.values()} == {"AddressRefused"}
    assert {answer["reason"] for answer in refused.answers.values()} == {"address_refused"}
    assert plain.log == tls.log == []
    assert list(tmp_path.glob("*.warc.gz*")) == []


def test_where_no_connection_comes_about_nothing_is_recorded(tmp_path: Path, certificate: ssl.SSLContext) -> None:
    with Origin(VICES[:1]) as gone:
        pass
    with Origin(TLS[:1], certificate) as distrusted:
        failed = crawl(tmp_path, gone, distrusted, DOWNLOAD_VERIFY_CERTIFICATES=True)
    assert failed.answers["plain"]["reason"] == "host_unreachable"
    assert failed.answers["tls_plain"]["reason"] == "tls_failed"
    assert list(tmp_path.glob("*.warc.gz*")) == []


def test_a_full_disk_fails_the_request_and_closes_the_spider(tmp_path: Path) -> None:
    with Origin(VICES[:5]) as origin:
        stopped = crawl(tmp_path, origin, fail_after=2)
    failures = [answer["failure"] for answer in stopped.answers.values()]
    assert failures[:3] == [None, None, "WarcWriteFailed"]
    assert stopped.close_reason == "archive_write_failed"
    assert stopped.log.count("The archive cannot be written") == 1
    assert len(origin.log) < len(VICES[:5])


def test_the_table_names_each_vice_once() -> None:
    assert len({vice.name for vice in ALL}) == len(ALL)
    assert {vice.end for vice in ALL} == set(End)

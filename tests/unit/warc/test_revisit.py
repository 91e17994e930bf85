from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.values import EarlierRecord, Exchange, VisitFacts
from pipelines.warc import revisit
from pipelines.warc.revisit import MIN_BODY_BYTES, Payloads
from pipelines.warc.rotate import WarcWriter
from tests.origin.plain_reader import Block, read_blocks
from tests.unit.warc.exchanges import AT, FACTS, INFO, exchange

PICTURE = b"\x89PNG" + bytes(range(256)) * 8
TARGET = "https://a.example/{}"


def answer(
    number: int = 0,
    body: bytes = PICTURE,
    *fields: bytes,
    kind: bytes = b"image/png",
    status: bytes = b"200 OK",
    sent: bytes | None = None,
    **changes: object,
) -> Exchange:
    """An exchange whose answer carries *body*, framed as *sent* where that differs."""
    wire = body if sent is None else sent
    lines = [b"HTTP/1.1 " + status, *([b"Content-Type: " + kind] if kind else []), b"X-Number: %d" % number, *fields]
    if sent is None:
        lines.append(b"Content-Length: %d" % len(body))
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    given = {
        "response": io.BytesIO(head + wire),
        "response_bytes": len(head + wire),
        "head_bytes": len(head),
        "payload_sha256": hashlib.sha256(body).hexdigest(),
    }
    return exchange(number, **{**given, **changes})


def chunked(number: int, body: bytes = PICTURE) -> Exchange:
    return answer(number, body, b"Transfer-Encoding: chunked", sent=b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


def written(
    folder: Path, *exchanges: Exchange, payloads: Payloads | None = None, facts: VisitFacts = FACTS
) -> list[Block]:
    """The response and revisit records that the exchanges become, in order."""
    writer = WarcWriter(folder, key_of=lambda serial: f"r-{serial}.warc.gz", info=INFO, payloads=payloads)
    for each in exchanges:
        assert writer.append(each, facts, AT) is not None
    writer.seal()
    return [b for b in read_blocks(folder / "r-0.warc.gz") if b.get("WARC-Type") in ("response", "revisit")]


def types(blocks: list[Block]) -> list[str | None]:
    return [block.get("WARC-Type") for block in blocks]


def test_a_payload_that_is_there_already_is_written_as_a_revisit_that_names_its_record(tmp_path: Path) -> None:
    first, second = written(tmp_path, answer(0), answer(1))
    assert types([first, second]) == ["response", "revisit"]
    assert second.get("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert second.get("WARC-Refers-To") == first.get("WARC-Record-ID")
    assert second.get("WARC-Refers-To-Target-URI") == first.get("WARC-Target-URI") == TARGET.format(0)
    assert second.get("WARC-Refers-To-Date") == first.get("WARC-Date")
    assert second.get("WARC-Payload-Digest") == first.get("WARC-Payload-Digest")
    assert second.get("WARC-Truncated") == "length"
    assert second.get("WARC-Target-URI") == TARGET.format(1)


def test_a_revisit_keeps_the_head_as_received_and_nothing_of_the_body(tmp_path: Path) -> None:
    _, second = written(tmp_path, answer(0), answer(1, PICTURE, b"x-ODD:  yes"))
    assert second.block == (
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nX-Number: 1\r\nx-ODD:  yes\r\n"
        b"Content-Length: %d\r\n\r\n" % len(PICTURE)
    )
    assert second.get("WARC-Block-Digest") == "sha256:" + hashlib.sha256(second.block).hexdigest()


def test_a_revisit_refers_to_the_response_record_and_never_to_another_revisit(tmp_path: Path) -> None:
    first, second, third = written(tmp_path, answer(0), answer(1), answer(2))
    assert types([second, third]) == ["revisit", "revisit"]
    assert third.get("WARC-Refers-To") == second.get("WARC-Refers-To") == first.get("WARC-Record-ID")


@pytest.mark.parametrize("kind", [b"text/html; charset=utf-8", b"Text/HTML", b"application/xhtml+xml", b""])
def test_a_page_under_another_url_is_written_whole_since_it_may_be_another_articles(
    tmp_path: Path, kind: bytes
) -> None:
    assert types(written(tmp_path, answer(0, kind=kind), answer(1, kind=kind))) == ["response", "response"]


def test_a_page_under_the_same_url_is_a_revisit(tmp_path: Path) -> None:
    again = {"url": TARGET.format(0), "started_at": AT + timedelta(seconds=9)}
    blocks = written(tmp_path, answer(0, kind=b"text/html"), answer(1, kind=b"text/html", **again))
    assert types(blocks) == ["response", "revisit"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (answer(0), chunked(1)),
        (chunked(0), answer(1)),
        (answer(0), answer(1, PICTURE, b"Content-Encoding: gzip")),
        (answer(0, PICTURE, b"Content-Encoding: br"), answer(1, PICTURE, b"Content-Encoding: gzip")),
    ],
    ids=["length, then chunks", "chunks, then length", "plain, then gzip", "br, then gzip"],
)
def test_other_framing_or_coding_makes_another_response_of_the_same_payload(
    tmp_path: Path, first: Exchange, second: Exchange
) -> None:
    # A reader puts the revisit's headers before the stored bytes: they must say how those are framed.
    assert types(written(tmp_path, first, second)) == ["response", "response"]


def test_the_same_framing_is_the_same_however_it_is_spelt(tmp_path: Path) -> None:
    gzip = answer(0, PICTURE, b"Content-Encoding: gzip"), answer(1, PICTURE, b"CONTENT-encoding:   GZip")
    assert types(written(tmp_path, *gzip)) == ["response", "revisit"]
    (tmp_path / "chunked").mkdir()
    assert types(written(tmp_path / "chunked", chunked(0), chunked(1))) == ["response", "revisit"]


def test_small_and_empty_bodies_are_written_whole(tmp_path: Path) -> None:
    small = b"s" * (MIN_BODY_BYTES - 1)
    blocks = written(tmp_path, answer(0, b""), answer(1, b""), answer(2, small), answer(3, small))
    assert types(blocks) == ["response"] * 4


def test_a_body_that_was_cut_is_neither_a_revisit_nor_referred_to(tmp_path: Path) -> None:
    cut = {"payload_sha256": None, "truncated": "disconnect"}
    blocks = written(tmp_path, answer(0, **cut), answer(1), answer(2, **cut))
    assert types(blocks) == ["response"] * 3
    assert [block.get("WARC-Truncated") for block in blocks] == ["disconnect", None, "disconnect"]


def test_a_payload_that_memory_knows_is_a_revisit_of_the_earlier_runs_record(tmp_path: Path) -> None:
    digest = "sha256:" + hashlib.sha256(PICTURE).hexdigest()
    earlier = EarlierRecord("urn:uuid:1", "https://a.example/old", AT - timedelta(days=1), digest)
    asked: list[str] = []

    def known(payload_digest: str) -> EarlierRecord | None:
        asked.append(payload_digest)
        return earlier

    (block,) = written(tmp_path, answer(0), payloads=Payloads(known))
    assert asked == [digest]
    assert block.get("WARC-Refers-To") == "<urn:uuid:1>"
    assert block.get("WARC-Refers-To-Date") == "2026-11-21T03:00:00.123456Z"


def test_a_304_refers_to_the_record_that_gave_the_validators(tmp_path: Path) -> None:
    earlier = EarlierRecord("urn:uuid:1", TARGET.format(0), AT - timedelta(days=1), "sha256:" + "0" * 64)
    facts = VisitFacts(FACTS.via, FACTS.referrer, FACTS.depth, revalidates=earlier)
    (block,) = written(tmp_path, answer(0, b"", b'ETag: "x"', status=b"304 Not Modified"), facts=facts)
    assert block.get("WARC-Type") == "revisit"
    assert block.get("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert block.get("WARC-Refers-To") == "<urn:uuid:1>"
    # The digest is that of the payload it refers to (§6.7.2), not of the empty body of a 304; and nothing is cut.
    assert block.get("WARC-Payload-Digest") == "sha256:" + "0" * 64
    assert block.get("WARC-Truncated") is None
    assert block.block.startswith(b"HTTP/1.1 304 Not Modified\r\n")


def test_a_304_to_validators_of_an_unknown_record_is_a_plain_response(tmp_path: Path) -> None:
    assert types(written(tmp_path, answer(0, b"", status=b"304 Not Modified"))) == ["response"]


def test_what_is_remembered_is_bounded_and_the_oldest_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisit, "MAX_REMEMBERED", 2)
    bodies = [bytes([number]) * 2000 for number in (1, 2, 3, 3, 2, 1)]
    blocks = written(tmp_path, *(answer(number, body) for number, body in enumerate(bodies)))
    assert types(blocks) == ["response", "response", "response", "revisit", "revisit", "response"]


def test_an_exchange_that_could_not_be_written_is_not_referred_to(tmp_path: Path) -> None:
    payloads = Payloads()
    writer = WarcWriter(tmp_path, key_of=lambda serial: f"r-{serial}.warc.gz", info=INFO, payloads=payloads)

    class Full(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            if self.reads > 2:
                raise OSError(28, "No space left on device")
            return super().read(size)

    whole = answer(0)
    with pytest.raises(OSError, match="No space left"):
        writer.append(answer(0, response=Full(whole.response.read())), FACTS, AT)
    writer.abandon()
    assert payloads.revisit_of(answer(1), FACTS) is None


def test_warcio_and_fastwarc_read_a_revisit(tmp_path: Path) -> None:
    from fastwarc.warc import ArchiveIterator as FastwarcIterator
    from fastwarc.warc import WarcRecordType
    from warcio.archiveiterator import ArchiveIterator as WarcioIterator

    _, second = written(tmp_path, answer(0), answer(1))
    with (tmp_path / "r-0.warc.gz").open("rb") as stream:
        (read,) = [
            (record.rec_headers.get_header("WARC-Refers-To"), record.http_headers.get_header("X-Number"))
            for record in WarcioIterator(stream)
            if record.rec_type == "revisit"
        ]
    assert read == (second.get("WARC-Refers-To"), "1")
    with (tmp_path / "r-0.warc.gz").open("rb") as stream:
        verdicts = [
            record.verify_block_digest()
            for record in FastwarcIterator(stream, parse_http=False, record_types=WarcRecordType.revisit)
        ]
    assert verdicts == [True]

"""Other people's readers on an archive of every vice: what they must read, and the faults of theirs that we know."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from fastwarc.warc import ArchiveIterator as FastwarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from pipelines.index.cdxj import UNKNOWN_MIME, Capture, captures_in
from tests.contract.s3_servers import SCRIPTS
from tests.origin.crawling import Crawl, Crawling
from tests.origin.plain_reader import Block
from tests.origin.server import Origin
from tests.origin.vice import Vice, head
from tests.origin.vices import VICES
from tests.readers.wayback import Wayback, installed, wayback

pytestmark = pytest.mark.servers

PICTURE = bytes(range(256)) * 16
TWICE = tuple(
    Vice(name, (head(b"Content-Type: image/png", b"Content-Length: 4096", b"X-Name: " + name.encode()) + PICTURE,))
    for name in ("picture", "picture_again")
)
"""One payload under two URLs: the second is written as a revisit (WARC/1.1 §6.7.2)."""

BY_PATH = {vice.path: vice for vice in (*VICES, *TWICE)}
WHOLE = tuple(vice for vice in VICES if vice.payload is not None)

# Each fault is asserted, so that a reader that has mended it makes its line here fail.
WARCIO_FAULTS = {
    "br": "warcio 1.8 asks brotli's Decompressor for `unused_data`, which brotli has not had since 1.2",
    "false_br": "the same",
}
FASTWARC_FAULTS = {
    "chunked": "no chunk extensions",
    "interim_many": "the same",
    "chunked_with_excess": "the same",
    "chunk_extensions_after_blanks": "the same",
    "long_reason": "no head of more than 64 KiB",
    "long_line": "the same",
    "many_fields": "the same",
    "bare_lf": "no head without CRLF",
    "mixed_line_ends": "the same",
    "bare_cr_before_a_name": "takes a bare CR for a blank, and so the field for the one it resembles",
    "chunked_over_two_fields": "of several Transfer-Encoding fields it knows one",
    "transfer_gzip_chunked": "no fault: it undoes the gzip too (WARC/1.1 §6.3.2), which the crawler leaves to readers",
    "transfer_gzip_until_close": "the same",
}
PYWB_FAULTS = {
    "chunked": "gives trailers and the last chunk's extension as part of the body",
    "interim_many": "the same",
    "chunked_with_excess": "the same",
    "not_modified": "fails on a 304 that is a response record",
    "redirect_loop": "gives its own page where a capture leads to itself",
    "version_2": "takes a status line of HTTP/2.0 for none",
    "deflate_raw": "undoes `Deflate`, though not `deflate`, for a client that takes it",
    "bare_cr_in_a_value": "fails on a header it cannot send on",
    "bare_cr_before_a_name": "the same",
}


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    with Origin((*VICES, *TWICE)) as origin:
        return Crawling(tmp_path_factory.mktemp("vices"), origin).finish()


@pytest.fixture(scope="module")
def replayed(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wayback]:
    commands = installed(tmp_path_factory.mktemp("cache"))
    with wayback(commands, tmp_path_factory.mktemp("wayback"), crawl.warc) as served:
        yield served


@pytest.fixture(scope="module")
def responses(crawl: Crawl) -> list[Block]:
    return [block for block in crawl.blocks if block.get("WARC-Type") == "response"]


@pytest.fixture(scope="module")
def revisit(crawl: Crawl) -> Block:
    return crawl.record(TWICE[1], "revisit")


def vice_of(target: str) -> Vice:
    return BY_PATH["/" + target.rpartition("/")[2]]


def body_of(vice: Vice) -> bytes:
    head = re.search(rb"\n\r?\n", vice.message)
    assert head
    return vice.message[head.end() :]


def index_facts(line: str) -> tuple[str, int, int, str]:
    facts = json.loads(line.split(" ", 2)[2])
    return facts["url"], int(facts["offset"]), int(facts["length"]), facts["digest"]


def block_facts(block: Block) -> tuple[str, int, int, str | None]:
    return block.get("WARC-Target-URI") or "", block.offset, block.length, block.get("WARC-Payload-Digest")


def test_warcio_finds_every_record_and_every_whole_body(crawl: Crawl) -> None:
    seen, differing = 0, []
    with crawl.warc.open("rb") as stream:
        for record in WarcioIterator(stream):
            seen += 1
            if record.rec_type == "response":
                vice = vice_of(record.rec_headers.get_header("WARC-Target-URI"))
                raw = record.raw_stream.read()
                if vice.payload is not None and raw != body_of(vice):
                    differing.append(vice.name)
    assert seen == len(crawl.blocks)
    assert differing == []


def test_warcio_decodes_every_body(crawl: Crawl) -> None:
    failed = set()
    with crawl.warc.open("rb") as stream:
        for record in WarcioIterator(stream):
            if record.rec_type == "response":
                try:
                    record.content_stream().read()
                except AttributeError:
                    failed.add(vice_of(record.rec_headers.get_header("WARC-Target-URI")).name)
    assert failed == set(WARCIO_FAULTS)


def test_warcio_indexes_the_file(crawl: Crawl) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "warcio"), "index", str(crawl.warc)], capture_output=True, text=True, timeout=60, check=True
    )
    assert [int(json.loads(line)["offset"]) for line in done.stdout.splitlines()] == [
        block.offset for block in crawl.blocks
    ]


def test_fastwarc_finds_every_whole_payload(crawl: Crawl, responses: list[Block]) -> None:
    failed = set()
    with crawl.warc.open("rb") as stream:
        for block in responses:
            # An iterator of its own for each: an error in one record's HTTP ends the iteration over the file.
            stream.seek(block.offset)
            record = next(iter(FastwarcIterator(stream, parse_http=False)))
            vice = vice_of(record.headers["WARC-Target-URI"])
            try:
                record.parse_http(auto_decode="transfer")
                is_same = record.reader.read() == vice.payload
            except OSError:
                is_same = False
            if vice.payload is not None and not is_same:
                failed.add(vice.name)
    assert failed == set(FASTWARC_FAULTS)


def test_fastwarc_finds_every_record_and_its_block(crawl: Crawl) -> None:
    with crawl.warc.open("rb") as stream:
        blocks = [record.reader.read() for record in FastwarcIterator(stream, parse_http=False)]
    is_same = blocks == [block.block for block in crawl.blocks]
    assert is_same


def test_fastwarc_finds_every_block_digest_right(crawl: Crawl) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "fastwarc"), "check", str(crawl.warc)], capture_output=True, text=True, timeout=60, check=True
    )
    assert f"{len(crawl.blocks)} records were verified successfully" in done.stdout + done.stderr


def test_cdxj_indexer_indexes_every_response_and_revisit_where_it_lies(
    crawl: Crawl, responses: list[Block], revisit: Block
) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "cdxj-indexer"), str(crawl.warc)], capture_output=True, text=True, timeout=60, check=True
    )
    indexed = [index_facts(line) for line in done.stdout.splitlines()]
    wanted = [block_facts(block) for block in (*responses, revisit)]
    assert [facts[:3] for facts in indexed] == [facts[:3] for facts in wanted]
    # Where the record has no digest the indexer makes one of its own.
    assert [ours for ours, theirs in zip(wanted, indexed, strict=True) if ours[3] not in (None, theirs[3])] == []


def test_our_index_has_the_keys_and_places_of_cdxj_indexers(crawl: Crawl) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "cdxj-indexer"), "--sort", str(crawl.warc)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    # What stands where a status would is no number in every answer that is broken, and cdxj-indexer takes it as it is.
    theirs = [place_in(line) for line in done.stdout.splitlines()]
    with crawl.warc.open("rb") as stream:
        ours = [place_of(each) for each in captures_in(stream, crawl.warc.name)]
    assert sorted(theirs) == sorted(ours)


def place_of(capture: Capture) -> tuple[str, str, str, int, int, str]:
    return (capture.urlkey, capture.timestamp, capture.url, capture.offset, capture.length, capture.mime)


def place_in(line: str) -> tuple[str, str, str, int, int, str]:
    """The same of a line of cdxj-indexer's."""
    urlkey, timestamp, rest = line.split(" ", 2)
    told = json.loads(rest)
    return (urlkey, timestamp, told["url"], int(told["offset"]), int(told["length"]), told.get("mime") or UNKNOWN_MIME)


def test_pywb_indexes_every_response_and_revisit_where_it_lies(
    replayed: Wayback, responses: list[Block], revisit: Block
) -> None:
    indexed = sorted(index_facts(line)[:3] for line in replayed.index)
    assert indexed == sorted(block_facts(block)[:3] for block in (*responses, revisit))


def test_pywb_replays_a_revisit_with_its_own_headers_and_the_earlier_body(crawl: Crawl, replayed: Wayback) -> None:
    answer = replayed.replay(crawl.url(TWICE[1]))
    assert answer.status == 200
    assert b"X-Name: picture_again" in answer.head
    assert answer.body == PICTURE


@pytest.mark.parametrize("vice", WHOLE, ids=lambda vice: vice.name)
def test_pywb_replays_every_whole_body_as_the_origin_sent_it(crawl: Crawl, replayed: Wayback, vice: Vice) -> None:
    answer = replayed.replay(crawl.url(vice))
    is_same = answer.body == vice.payload
    assert is_same == (vice.name not in PYWB_FAULTS)

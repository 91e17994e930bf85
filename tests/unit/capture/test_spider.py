"""The crawl that people run, against a site that makes it try again: every attempt is in the archive, byte for byte."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.origin.certificates import Authority
from tests.origin.crawling import ROOT
from tests.origin.plain_reader import Block, read_blocks
from tests.origin.server import Logged, Origin
from tests.origin.vice import End, Vice, answer, chunked, head

DELAY_S = 0.05
PATHS = ("/moved", "/flaky", "/cut", "/stale", "/loop", "/reset", "/early", "/tarpit", "/excess", "/last")
HOME = b"<html><title>News</title><h1>News</h1><ul>%s</ul></html>" % b"".join(
    b'<li><a href="%s">A headline that is long enough to be one</a></li>' % path.encode() for path in PATHS
)
STORY = b"<html><title>A story</title><p>" + b"It was a dark and stormy night. " * 40 + b"</p></html>"


def page(path: str, raw: bytes, end: End = End.KEEP, *pauses: float) -> Vice:
    return Vice(path, (raw, *pauses), end, path=path)


SITE = (
    page("/robots.txt", answer(b"", b"Location: /rules.txt", status=b"301 Moved Permanently")),
    page("/rules.txt", answer(b"User-agent: *\nAllow: /\n").replace(b"text/html", b"text/plain")),
    page("/", answer(HOME)),
    page("/moved", answer(b"", b"Location: /target", status=b"302 Found")),
    page("/target", head(b"Content-Type: text/html", b"Transfer-Encoding: chunked") + chunked(STORY[:99], STORY[99:])),
    page("/flaky", answer(b"busy", b"Retry-After: 0", status=b"503 Service Unavailable")),
    page("/flaky", answer(STORY)),
    page("/cut", answer(STORY)[:-700], End.CLOSE),
    page("/cut", answer(STORY)),
    page("/stale", answer(STORY), End.DROP_NEXT),
    page("/loop", answer(b"", b"Location: /loop", status=b"301 Moved Permanently")),
    page("/reset", head(b"Content-Length: 999") + b"begun", End.RESET, 0.1),
    page("/early", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + answer(STORY)),
    page("/tarpit", answer(STORY)[:-9], End.STALL),
    page("/excess", answer(STORY) + b"\r\nmore"),
    page("/last", answer(STORY)),
)
NOT_OF_THE_MESSAGE = {
    "/early": lambda sent: sent[sent.index(b"HTTP/1.1 200") :],
    "/excess": lambda sent: sent.removesuffix(b"\r\nmore"),
}
ATTEMPTS = {
    "/robots.txt": 1,
    "/rules.txt": 1,
    "/": 1,
    "/moved": 1,
    "/target": 1,
    "/flaky": 2,
    "/cut": 2,
    "/stale": 1,
    "/loop": 1,
    "/reset": 2,
    "/early": 1,
    "/tarpit": 2,
    "/excess": 1,
}
"""Requests the server must have seen: once, or until it goes well, or as often as `crawl.retries` allows."""


@dataclass(repr=False)
class Night:
    log: list[Logged]
    blocks: list[Block]
    outcomes: dict[str, list[dict]]
    """By path."""
    url: str

    def of(self, path: str, record_type: str) -> list[Block]:
        target = (self.url + path, record_type)
        return [b for b in self.blocks if (b.get("WARC-Target-URI"), b.get("WARC-Type")) == target]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Night]:
    folder = tmp_path_factory.mktemp("spider")
    authority = Authority(folder)
    with Origin(SITE) as plain, Origin(SITE, authority.context()) as secured:
        origins = {"http": plain, "https": secured}
        crawls = {scheme: begin(folder / scheme, origin, authority) for scheme, origin in origins.items()}
        try:
            for crawl in crawls.values():
                _, log = crawl.communicate(timeout=120)
                assert crawl.returncode in (0, 3), log
        finally:
            for crawl in crawls.values():
                crawl.kill()
                crawl.wait()
    return {scheme: read_night(folder / scheme, origin) for scheme, origin in origins.items()}


@pytest.fixture(params=["http", "https"])
def night(request: pytest.FixtureRequest, nights: dict[str, Night]) -> Night:
    return nights[request.param]


def begin(folder: Path, origin: Origin, authority: Authority) -> subprocess.Popen[str]:
    folder.mkdir()
    options = ("crawl.timeout_s=1", "crawl.retries=1", "site.name=odd")
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "crawler.cli", "crawl", f"{origin.url}/", "--archive", str(folder / "archive")),
            *("--allow-private", "--delay", str(DELAY_S)),
            *(argument for option in options for argument in ("--set", option)),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(authority.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_night(folder: Path, origin: Origin) -> Night:
    blocks = [block for path in sorted(folder.glob("archive/warc/*/*/*.warc.gz")) for block in read_blocks(path)]
    outcomes = defaultdict(list)
    for path in folder.glob("archive/outcomes/*/*/*.jsonl.gz"):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            outcome = json.loads(line)
            outcomes[outcome["url"].removeprefix(origin.url)].append(outcome)
    return Night(origin.log, blocks, outcomes, origin.url)


def test_every_request_the_server_received_is_a_record_and_nothing_else_is(night: Night) -> None:
    written = sorted(block.block for block in night.blocks if block.get("WARC-Type") == "request")
    assert written == sorted(entry.received for entry in night.log)


@pytest.mark.parametrize("path", [*ATTEMPTS, "/last"])
def test_every_answer_the_server_gave_is_a_record_in_its_order(night: Night, path: str) -> None:
    of_message = NOT_OF_THE_MESSAGE.get(path, lambda sent: sent)
    sent = [of_message(entry.sent) for entry in night.log if entry.path == path and entry.parts]
    assert sent
    assert [record.block for record in night.of(path, "response")] == sent


@pytest.mark.parametrize(("path", "count"), ATTEMPTS.items())
def test_a_failure_is_tried_again_and_each_try_is_recorded(night: Night, path: str, count: int) -> None:
    answered = [entry for entry in night.log if entry.path == path and entry.parts]
    assert len(answered) == count


@pytest.mark.parametrize(
    ("path", "truncated"),
    [("/cut", ["disconnect", None]), ("/reset", ["disconnect"] * 2), ("/tarpit", ["time"] * 2), ("/flaky", [None] * 2)],
)
def test_each_try_says_how_it_ended(night: Night, path: str, truncated: list[str | None]) -> None:
    assert [record.get("WARC-Truncated") for record in night.of(path, "response")] == truncated


def test_the_request_that_was_lost_on_a_dead_connection_is_recorded_beside_its_repetition(night: Night) -> None:
    dropped = [entry for entry in night.log if not entry.parts]
    assert len(dropped) == 1
    (path,) = {entry.path for entry in dropped}
    assert len(night.of(path, "request")) == len(night.of(path, "response")) + 1


def test_no_request_is_sent_before_the_delay_is_over_be_it_a_repetition(night: Night) -> None:
    requests = (block for block in night.blocks if block.get("WARC-Type") == "request")
    begun = sorted(datetime.fromisoformat(str(block.get("WARC-Date"))) for block in requests)
    # By the crawler's own clock, a hair aside: the wall clock is not the one that the delay is kept by.
    assert min((after - before).total_seconds() for before, after in pairwise(begun)) >= DELAY_S - 0.005


@pytest.mark.parametrize("path", [*ATTEMPTS, "/last"])
def test_every_exchange_has_an_outcome(night: Night, path: str) -> None:
    recorded = {record.get("WARC-Record-ID") for record in night.of(path, "response")}
    named = {f"<{outcome['warc']['record_id']}>" for outcome in night.outcomes[path] if outcome["warc"]}
    assert named == recorded

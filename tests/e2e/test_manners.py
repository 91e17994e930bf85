"""How a crawl behaves towards its hosts, as these see it: gaps, rests, and what is not asked at all."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.archive_view import PRESSARC, environment, lines, pressarc
from tests.e2e.raw_site import Answer, RawSite, answer, linking, serving
from tests.origin.plain_reader import read_blocks

OPTIONS = (
    *("--allow-private", "--set", "site.name=manners"),
    *("--set", "crawl.latency_factor=0", "--set", "discover.sitemaps=false", "--set", "crawl.tdmrep=false"),
)
SLACK_S = 0.02
"""How late this process may see a request: what comes after it then seems to come too early."""

STORY = answer(b"<h1>News of the town</h1><p>Little happened today, and it was said in few words.</p>")
PATHS = [f"/story-{letter}" for letter in "abcdefgh"]  # each a kind of its own, that none of them is taken for a trap
PAGES: dict[str, Answer] = {"/": linking(*PATHS), **dict.fromkeys(PATHS, STORY)}


class Busy:
    """Answers as if it had too much to do, some times; from then on with a story."""

    def __init__(self, times: int, *fields: str, status: str = "503 Service Unavailable") -> None:
        self.answered_at_s: list[float] = []
        self._left = times
        self._fields = fields
        self._status = status

    def __call__(self, connection: socket.socket) -> None:
        self._left -= 1
        if self._left < 0:
            connection.sendall(STORY)
            return
        connection.sendall(answer(b"busy", "Connection: close", *self._fields, status=self._status))
        self.answered_at_s.append(time.monotonic())


def crawl(site: RawSite, folder: Path, *options: str, delay_s: float = 0.0) -> dict[str, dict[str, Any]]:
    """Crawl *site*; the outcome of each path."""
    url = f"http://127.0.0.1:{site.port}/"
    done = pressarc("crawl", url, "--delay", str(delay_s), *OPTIONS, *options, cwd=folder, timeout_s=60)
    assert done.returncode in (0, 3), done.stderr
    return outcomes(folder, url)


def outcomes(folder: Path, url: str) -> dict[str, dict[str, Any]]:
    found = lines(folder / "archive", "outcomes", "manners")
    assert max(Counter(line["url"] for line in found if line["outcome"] == "refused").values(), default=1) == 1
    return {line["url"].removeprefix(url.rstrip("/")): line for line in found}


def gaps_s(site: RawSite) -> list[float]:
    return [later - earlier for earlier, later in pairwise(site.asked_at_s)]


def slowly(seconds: float) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        time.sleep(seconds)
        connection.sendall(STORY)

    return send


def test_between_the_starts_of_two_requests_the_delay_is_kept_whether_answers_are_fast_or_slow(tmp_path: Path) -> None:
    pages = {**PAGES, **{path: slowly(0.3) for path in PATHS[::3]}}
    with serving(pages) as site:
        crawl(site, tmp_path, delay_s=0.15)
    assert sorted(site.asked) == sorted(["/robots.txt", *pages])
    assert min(gaps_s(site)) >= 0.15 - SLACK_S
    assert sorted(gaps_s(site))[len(pages) // 2] < 0.3  # and not much longer


def test_the_crawl_delay_counts_from_the_first_page_on(tmp_path: Path) -> None:
    robots = answer(b"User-agent: *\nCrawl-delay: 0.2\n", kind="text/plain")
    with serving({**PAGES, "/robots.txt": robots}) as site:
        crawl(site, tmp_path)
    assert site.asked[0] == "/robots.txt"
    assert min(gaps_s(site)) >= 0.2 - SLACK_S


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_in_seconds_is_kept_to_by_all_requests_and_nothing_is_lost(tmp_path: Path, status: str) -> None:
    busy = Busy(1, "Retry-After: 1", status=status)
    with serving({**PAGES, PATHS[2]: busy}) as site:
        found = crawl(site, tmp_path)
    after = [at_s for at_s in site.asked_at_s if at_s > busy.answered_at_s[0]]
    assert after[0] - busy.answered_at_s[0] >= 1.0
    assert after[0] - busy.answered_at_s[0] < 1.5
    assert Counter(site.asked)[PATHS[2]] == 2
    assert all(found[path]["status"] == 200 for path in PATHS)


def test_retry_after_as_a_date_is_kept_to(tmp_path: Path) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=8)
    busy = Busy(1, f"Retry-After: {format_datetime(until, usegmt=True)}")
    offset_s = time.time() - time.monotonic()
    with serving({**PAGES, PATHS[2]: busy}) as site:
        crawl(site, tmp_path)
    after = [at_s for at_s in site.asked_at_s if at_s > busy.answered_at_s[0]]
    assert after[0] + offset_s >= until.timestamp()
    assert after[0] + offset_s < until.timestamp() + 0.5


def test_without_retry_after_each_rest_of_a_busy_host_is_twice_as_long(tmp_path: Path) -> None:
    busy = Busy(3)
    with serving(dict.fromkeys(PAGES, busy) | {"/": PAGES["/"]}) as site:
        found = crawl(site, tmp_path, "--set", "crawl.backoff_s=0.3", "--set", "crawl.retries=3")
    rests = [min(at_s for at_s in site.asked_at_s if at_s > busy_s) - busy_s for busy_s in busy.answered_at_s]
    for rest_s, least_s in zip(rests, (0.3, 0.6, 1.2), strict=True):
        assert least_s <= rest_s < least_s + 0.3
    assert all(found[path]["status"] == 200 for path in PATHS)


def test_a_host_that_asks_for_too_long_a_rest_is_not_asked_again_and_says_when_it_may_be(tmp_path: Path) -> None:
    busy = Busy(1, "Retry-After: 7200")
    with serving({**PAGES, PATHS[2]: busy}) as site:
        found = crawl(site, tmp_path)
    assert site.asked[-1] == PATHS[2]
    assert (found[PATHS[2]]["outcome"], found[PATHS[2]]["status"]) == ("http_error", 503)
    refused = [line for line in found.values() if line["outcome"] == "refused"]
    assert refused
    assert {line["reason"] for line in refused} == {"host_backed_off"}
    (detail,) = {line["detail"] for line in refused}
    told = datetime.fromisoformat(
        detail.removeprefix("it answered 503 and may be asked again from ").removesuffix(" on")
    )
    assert abs(told - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=1)


def test_another_host_is_not_waited_for(tmp_path: Path) -> None:
    with serving({"/picture.png": Busy(99, "Retry-After: 3600")}) as pictures:
        image = f"<img src='http://localhost:{pictures.port}/picture.png'>".encode()
        pages = {"/": linking(*PATHS), **dict.fromkeys(PATHS, answer(image + b"<p>A picture of the town.</p>"))}
        with serving(pages) as site:
            found = crawl(site, tmp_path)
    assert all(found[path]["status"] == 200 for path in PATHS)
    assert pictures.asked.count("/picture.png") == 1


@pytest.mark.parametrize("path", ["/robots.txt", "/", PATHS[2]])
def test_a_crawl_that_waits_for_a_host_ends_when_it_is_told_to(tmp_path: Path, path: str) -> None:
    busy = Busy(99, "Retry-After: 300")
    with serving({**PAGES, path: busy}) as site:
        url = f"http://127.0.0.1:{site.port}/"
        process = subprocess.Popen(
            [*PRESSARC, "crawl", url, "--delay", "0", *OPTIONS],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline_s = time.monotonic() + 30
            while not busy.answered_at_s:
                assert time.monotonic() < deadline_s
                time.sleep(0.05)
            time.sleep(0.3)
            asked = len(site.asked)
            told_at = datetime.now(UTC)
            process.send_signal(signal.SIGINT)
            process.wait(60)
        finally:
            process.kill()
            process.wait()
        assert len(site.asked) == asked
    if path == PATHS[2]:
        refused = [line for line in outcomes(tmp_path, url).values() if line["outcome"] == "refused"]
        assert {line["reason"] for line in refused} == {"stopped"}
        assert max(datetime.fromisoformat(line["at"]) for line in refused) - told_at < timedelta(seconds=2)


def test_out_of_hours_nothing_is_requested(tmp_path: Path) -> None:
    opens, closes = (datetime.now(UTC) + timedelta(hours=hours) for hours in (2, 3))
    between = f"crawl.only_between={opens:%H:%M}-{closes:%H:%M}"
    with serving(PAGES) as site:
        url = f"http://127.0.0.1:{site.port}/"
        done = pressarc("crawl", url, "--delay", "0", *OPTIONS, "--set", between, cwd=tmp_path)
    assert done.returncode == 3
    assert f"start it again after {opens:%Y-%m-%d %H:%M}" in done.stderr
    assert site.asked == []


def test_every_decision_names_the_robots_record_that_it_rests_on(tmp_path: Path) -> None:
    robots = answer(b"User-agent: *\nDisallow: /story-b\n", kind="text/plain")
    with serving({**PAGES, "/robots.txt": robots}) as site:
        found = crawl(site, tmp_path)
    record_id = found["/robots.txt"]["warc"]["record_id"]
    rests_on = f"(http://127.0.0.1:{site.port}/robots.txt, {record_id})"
    assert found["/story-b"]["detail"] == f"Disallow: /story-b {rests_on}"
    (path,) = (tmp_path / "archive").glob("warc/*/*/*.warc.gz")
    noted = [block for block in read_blocks(path) if block.get("WARC-Type") == "metadata"]
    named = {str(block.get("WARC-Target-URI")).rpartition("/")[2]: block.block.decode() for block in noted}
    assert f"pressarc-robots: {record_id}\r\n" in named["story-a"]
    assert "pressarc-robots" not in named["robots.txt"]

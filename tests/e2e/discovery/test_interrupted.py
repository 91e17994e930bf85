"""A crawl that is interrupted, by its clock or by a person: what there is is kept, and the next run goes on there."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path

from crawler.demo import DemoServer, Kind, serve
from tests.e2e.archive_view import lines, manifests
from tests.e2e.discovery.visitor import assert_complete, assert_verified, crawl, last_night, started, wait_for_requests

SIZE = 80
STOPPED_AT_ONCE = 130


def wait_for_log(folder: Path, words: str, timeout_s: float = 60) -> None:
    """Return once the crawl has noted them."""
    deadline = time.monotonic() + timeout_s
    while words not in (folder / "archive/.work/pressarc.log").read_text():
        assert time.monotonic() < deadline, words
        time.sleep(0.02)


def articles_asked_for(server: DemoServer) -> Counter[str]:
    return Counter(hit.path for hit in server.requests if hit.kind is Kind.ARTICLE)


def assert_whole(server: DemoServer, folder: Path, *, most_again: int) -> None:
    """All runs together hold every article once, and hardly a page was fetched twice."""
    assert_complete(lines(folder / "archive", "articles", "demo"), server.truth())
    assert sum(count - 1 for count in articles_asked_for(server).values()) <= most_again
    assert_verified(folder)


def test_a_run_whose_time_is_up_keeps_what_it_has_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with serve(size=SIZE, vices=["crawl_delay"]) as server:
        started = time.monotonic()
        first = crawl(server, tmp_path, "--set", "crawl.max_minutes=0.1", code=None)
        assert time.monotonic() - started < 6 + 60  # starting, extraction and the commit come on top
        assert 0 < len(first.articles) < SIZE
        assert not first.manifest["complete"]
        assert first.manifest["counts"]["reasons"]["time_budget"] > 0
        server.set_vices()
        second = crawl(server, tmp_path)
        assert second.manifest["complete"]
        assert_whole(server, tmp_path, most_again=0)


def test_a_run_whose_bytes_are_spent_keeps_what_it_has_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with serve(size=SIZE) as server:
        first = crawl(server, tmp_path, "--set", "crawl.max_bytes=300000", code=None)
        assert 0 < len(first.articles) < SIZE
        assert first.manifest["counts"]["reasons"]["byte_budget"] > 0
        crawl(server, tmp_path)
        assert_whole(server, tmp_path, most_again=0)


def test_one_interrupt_finishes_the_page_and_commits_what_there_is(tmp_path: Path) -> None:
    with serve(size=SIZE, vices=["crawl_delay"]) as server:
        with started(server, tmp_path) as process:
            wait_for_requests(server, 30)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=120)
        assert "Traceback" not in told
        first = last_night(server, tmp_path)
        assert not first.manifest["complete"]
        assert 0 < len(first.articles) < SIZE
        assert first.manifest["counts"]["reasons"]["stopped"] > 0
        captured = {line["url"] for line in first.outcomes if line["warc"] is not None}
        assert {server.url + hit.path.lstrip("/") for hit in first.hits} == captured
        server.set_vices()
        crawl(server, tmp_path)
        assert_whole(server, tmp_path, most_again=0)


def test_a_second_interrupt_stops_at_once_and_the_next_run_takes_up_what_was_captured(tmp_path: Path) -> None:
    with serve(size=SIZE, vices=["crawl_delay"]) as server:
        with started(server, tmp_path) as process:
            wait_for_requests(server, 30)
            process.send_signal(signal.SIGINT)
            wait_for_log(tmp_path, "Received SIGINT")  # two signals that arrive together are one
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=120)
        assert process.returncode == STOPPED_AT_ONCE, told
        assert "Traceback" not in told
        server.set_vices()
        crawl(server, tmp_path)
        assert len(manifests(tmp_path / "archive", "demo")) <= 2
        # One answer may have been on its way when the process stopped.
        assert_whole(server, tmp_path, most_again=1)

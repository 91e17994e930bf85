"""Twenty sites crawled at once by one process: all whole, all treated politely, in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.demo import truth
from pipelines.http.url import site_name
from tests.e2e.archive_view import PRESSARC, ROOT, environment, lines, manifests
from tests.e2e.discovery.visitor import assert_complete, assert_verified, resident_bytes

pytestmark = pytest.mark.servers

SITES, SIZE = 20, 50
MOST_BYTES = 600 * 1024 * 1024
MOST_S = 500


class ManySites:
    """Sites in a process of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.urls: list[str] = json.loads(self._line())

    def seen(self) -> list[dict[str, Any]]:
        """What each of them saw; they stop after it."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told: list[dict[str, Any]] = json.loads(self._line())
        return told

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def many_sites() -> Iterator[ManySites]:
    command = [sys.executable, "-m", "tests.e2e.discovery.serve_many", str(SITES), str(SIZE)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield ManySites(process)
        finally:
            process.kill()


def crawl_all(urls: list[str], folder: Path) -> int:
    """Crawl them in one process, to its end; the most memory it took, its workers included."""
    most = 0
    options = ("--allow-private", "--delay", "0", "--set", "crawl.requisites=none")
    with (folder / "told").open("w", encoding="utf-8") as told:
        process = subprocess.Popen(
            [*PRESSARC, "crawl", *urls, *options], cwd=folder, env=environment(), stdout=told, stderr=told
        )
        try:
            deadline = time.monotonic() + MOST_S
            while process.poll() is None:
                assert time.monotonic() < deadline, "the crawl does not end"
                most = max(most, resident_bytes(process.pid))
                time.sleep(0.25)
        finally:
            process.kill()
            process.wait()
    assert process.returncode == 0, (folder / "told").read_text(encoding="utf-8")[-3000:]
    return most


def test_twenty_sites_at_once_are_all_had_politely_and_in_little_memory(tmp_path: Path) -> None:
    with many_sites() as sites:
        most_bytes = crawl_all(sites.urls, tmp_path)
        seen = sites.seen()
    for url in sites.urls:
        assert_complete(lines(tmp_path / "archive", "articles", site_name(url)), truth(1, url, SIZE))
        (manifest,) = manifests(tmp_path / "archive", site_name(url))
        assert manifest["complete"]
    assert [site for site in seen if site["disallowed"] or site["too_early"] or site["trapped"]] == []
    assert min(site["shortest_gap_s"] for site in seen) > 0.02 - 0.0025
    # All at once: each began before any had ended.
    assert max(site["first_at_s"] for site in seen) < min(site["last_at_s"] for site in seen)
    assert_verified(tmp_path)
    assert most_bytes < MOST_BYTES, f"{most_bytes / 2**20:.0f} MiB"

"""A whole crawl onto a slow disk: the site is asked no faster than the disk takes, and the reactor goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES, CONCURRENCY = 24, 4

# A reactor runs once in a process, so the crawl has one of its own; the site is in it too, to be counted with.
PROGRAM = """
import asyncio, json, sys, time
from datetime import UTC, datetime
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from tests.e2e.raw_site import answer, serving

seconds, pages, concurrency = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

class SlowDisk:
    def __init__(self, site):
        self.site, self.written, self.ahead = site, 0, []

    def append(self, exchange, facts):
        time.sleep(seconds)
        self.ahead.append(len(self.site.asked) - self.written)
        self.written += 1

    def seal_if_old(self, now):
        pass

class Pages(Spider):
    name = "pages"
    beats = 0

    async def start(self):
        self.beating = asyncio.ensure_future(self.beat())
        for number in range(pages):
            yield Request(f"http://127.0.0.1:{self.recorder.site.port}/{number}", dont_filter=True)

    async def beat(self):
        while True:
            await asyncio.sleep(0.01)
            self.beats += 1

    def parse(self, response):
        pass

    def closed(self, reason):
        self.beating.cancel()

with serving({f"/{number}": answer(b"page") for number in range(pages)}) as site:
    Pages.recorder = SlowDisk(site)
    process = AsyncCrawlerProcess({
        "DOWNLOAD_HANDLERS": {"http": "crawler.capture.handler.CaptureHandler"},
        "CONCURRENT_REQUESTS": concurrency,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "PRESSARC_ALLOW_PRIVATE": True,
    })
    crawler = process.create_crawler(Pages)
    process.crawl(crawler)
    process.start()
    disk = Pages.recorder
    print(json.dumps({"written": disk.written, "ahead": disk.ahead, "beats": crawler.spider.beats}))
"""


@pytest.fixture(scope="module")
def crawled() -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "0.03", str(PAGES), str(CONCURRENCY)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_slow_disk_slows_the_crawl(crawled: dict[str, list[int]]) -> None:
    assert crawled["written"] == PAGES
    assert max(crawled["ahead"]) <= CONCURRENCY


def test_the_reactor_does_not_wait_for_the_disk(crawled: dict[str, int]) -> None:
    # The disk alone takes 0.72 s, in which a reactor that waited for it would hardly beat once a write.
    assert crawled["beats"] > PAGES

"""The writer thread: one at a time and in order, a slow disk slows the crawl, and what is old is sealed meanwhile."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.capture.writing import WRITE_FAILED, WriterThread
from pipelines.errors import WarcWriteFailed
from pipelines.values import Exchange, RecordRef, VisitFacts
from tests.unit.warc.exchanges import FACTS, exchange


class Disk:
    """A recorder that takes its time, and can be full."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.is_full = False
        self.written: list[str] = []
        self.threads: set[int] = set()
        self.looked_at: list[datetime] = []
        self.was_looked_at = threading.Event()

    def append(self, each: Exchange, _facts: VisitFacts | None) -> RecordRef | None:
        self.threads.add(threading.get_ident())
        time.sleep(self.seconds)
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.written.append(each.url)
        return None

    def seal_if_old(self, now: datetime) -> None:
        self.threads.add(threading.get_ident())
        self.looked_at.append(now)
        self.was_looked_at.set()
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")


class Crawl:
    """As much of a crawler as the thread sees."""

    def __init__(self, disk: Disk, **options: float) -> None:
        self.disk = disk
        self.close_reasons: list[str] = []
        self.is_closing = asyncio.Event()
        engine = SimpleNamespace(close_spider_async=self._close_spider)
        crawler: Any = SimpleNamespace(spider=SimpleNamespace(recorder=disk), engine=engine)
        self.writer = WriterThread(crawler, **options)

    async def _close_spider(self, reason: str) -> None:
        self.close_reasons.append(reason)
        self.is_closing.set()

    def run(self, crawling: Callable[[], Awaitable[None]]) -> None:
        async def whole() -> None:
            try:
                await crawling()
                await asyncio.sleep(0)
            finally:
                self.writer.close()

        asyncio.run(whole())


def test_exchanges_are_written_in_their_order_in_one_other_thread() -> None:
    crawl = Crawl(Disk())

    async def crawling() -> None:
        await asyncio.gather(*(crawl.writer.write(exchange(number), FACTS) for number in range(20)))

    crawl.run(crawling)
    assert crawl.disk.written == [f"https://a.example/{number}" for number in range(20)]
    assert len(crawl.disk.threads) == 1
    assert threading.get_ident() not in crawl.disk.threads


def test_no_more_exchanges_wait_for_a_slow_disk_than_downloads_run() -> None:
    crawl = Crawl(Disk(seconds=0.01))
    downloaded = 0
    waiting: list[int] = []

    async def download(numbers: range) -> None:
        nonlocal downloaded
        for number in numbers:
            downloaded += 1
            waiting.append(downloaded - len(crawl.disk.written))
            await crawl.writer.write(exchange(number), FACTS)

    async def crawling() -> None:
        await asyncio.gather(*(download(range(start, start + 5)) for start in range(0, 20, 5)))

    crawl.run(crawling)
    assert len(crawl.disk.written) == 20
    assert max(waiting) <= 4


def test_while_the_disk_is_slow_the_reactor_goes_on() -> None:
    crawl = Crawl(Disk(seconds=0.3))
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    async def crawling() -> None:
        beating = asyncio.ensure_future(beat())
        await crawl.writer.write(exchange(), FACTS)
        beating.cancel()

    crawl.run(crawling)
    assert beats > 5


def test_the_response_is_released_once_it_is_written() -> None:
    crawl = Crawl(Disk())
    given = exchange()

    async def crawling() -> None:
        await crawl.writer.write(given, FACTS)

    crawl.run(crawling)
    assert given.response.closed


def test_a_full_disk_closes_the_spider_once_and_nothing_more_is_requested() -> None:
    crawl = Crawl(Disk())
    crawl.disk.is_full = True

    async def crawling() -> None:
        crawl.writer.refuse_if_closing("https://a.example/before")
        for number in range(3):
            with pytest.raises(WarcWriteFailed, match="No space left"):
                await crawl.writer.write(exchange(number), FACTS)
        with pytest.raises(WarcWriteFailed, match="nothing is requested"):
            crawl.writer.refuse_if_closing("https://a.example/after")

    crawl.run(crawling)
    assert crawl.close_reasons == [WRITE_FAILED]


def test_on_an_idle_crawl_the_recorder_is_asked_to_seal_what_is_old_in_the_writers_thread() -> None:
    crawl = Crawl(Disk(), age_check_s=0.01)

    async def crawling() -> None:
        await crawl.writer.write(exchange(), FACTS)
        await asyncio.to_thread(crawl.disk.was_looked_at.wait, 10)

    crawl.run(crawling)
    assert len(crawl.disk.threads) == 1
    assert crawl.disk.looked_at
    assert all(abs((datetime.now(UTC) - now).total_seconds()) < 60 for now in crawl.disk.looked_at)


def test_a_disk_that_refuses_the_sealing_of_an_old_file_closes_the_spider() -> None:
    crawl = Crawl(Disk(), age_check_s=0.01)

    async def crawling() -> None:
        await crawl.writer.write(exchange(), FACTS)
        crawl.disk.is_full = True
        await asyncio.wait_for(crawl.is_closing.wait(), 10)

    crawl.run(crawling)
    assert crawl.close_reasons == [WRITE_FAILED]

"""robots.txt before anything else of a host, and its Crawl-delay between all requests to it (RFC 9309).

Every robots.txt is fetched through the same wire as the pages, so that it is archived and decisions can name it.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.capture.failures import in_words, reason_of
from crawler.capture.page import page_of_response
from crawler.capture.refusal import Refused
from crawler.frontier.robots import MAX_BYTES, MAX_REDIRECTS, NO_RULES, Robots, read_robots, robots_url, unreachable
from pipelines.http.url import absolute_url
from pipelines.reasons import Source
from pipelines.values import VisitFacts

log = logging.getLogger(__name__)

_DECODED_MAX_BYTES = 16 * MAX_BYTES
"""A robots.txt that is larger once decompressed is none; what counts of it is less anyway."""

_FIRST = 10_000
"""Priority of robots.txt: nothing of the host can go before it."""


class PoliteMiddleware:
    """Refuses what robots.txt disallows and sets each host's delay; one fetch of robots.txt a host and run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._max_crawl_delay_s = crawler.settings.getfloat("PRESSARC_MAX_CRAWL_DELAY_S")
        self._robots: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PoliteMiddleware:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        Raises:
            Refused: robots.txt disallows it, or could not be had.
        """
        if request.meta.get("is_robots"):
            return
        address = robots_url(request.url)
        if address not in self._robots:
            self._robots[address] = asyncio.ensure_future(self._fetch(address))
        robots = await asyncio.shield(self._robots[address])
        reason = robots.verdict(request.url)
        if reason is not None:
            raise Refused(reason, robots.detail or f"see {address}")

    async def _fetch(self, address: str) -> Robots:
        robots = await self._follow(address)
        if robots.crawl_delay_s is not None:
            self._slow_down(address, min(robots.crawl_delay_s, self._max_crawl_delay_s))
        return robots

    async def _follow(self, address: str) -> Robots:
        """The rules at *address*, over at most five redirects (§2.3.1.2)."""
        url = address
        for _ in range(MAX_REDIRECTS + 1):
            try:
                response = await self._download(url)
                page = page_of_response(response, captured_at=datetime.now(UTC), max_bytes=_DECODED_MAX_BYTES)
            except Exception as error:  # noqa: BLE001 (whatever kept it from us, the host is unreachable, §2.3.1.4)
                log.info("robots.txt could not be had: %s: %r", url, error)
                return unreachable(reason_of(error), in_words(error))
            location = page.header("location")
            target = absolute_url(url, location) if location else None
            if not 300 <= page.status < 400 or target is None:
                return read_robots(page.status, page.body)
            url = target
        return NO_RULES

    async def _download(self, url: str) -> Response:
        engine = self._crawler.engine
        assert engine is not None
        meta = {"is_robots": True, "visit": VisitFacts(Source.ROBOTS, None, 0)}
        return await engine.download_async(Request(url, priority=_FIRST, meta=meta))

    def _slow_down(self, address: str, crawl_delay_s: float) -> None:
        """Keep at least *crawl_delay_s* between requests to the host; never less than what is configured."""
        assert self._crawler.engine is not None
        downloader = self._crawler.engine.downloader
        delay_s = max(self._delay_s, crawl_delay_s)
        host = urlsplit(address).hostname or ""
        downloader.per_slot_settings[host] = {"delay": delay_s, "concurrency": 1}
        if host in downloader.slots:
            downloader.slots[host].delay = delay_s

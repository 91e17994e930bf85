"""robots.txt before anything else of a host: what it disallows is refused (RFC 9309).

Every robots.txt is fetched through the same wire as the pages, so that it is archived, and each decision names the
record that it rests on: refusals in their detail, and exchanges in their facts.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.capture.failures import in_words, reason_of
from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.page import page_of_response
from crawler.capture.refusal import Refused
from crawler.frontier.robots import (
    MAX_AGE_S,
    MAX_BYTES,
    MAX_REDIRECTS,
    Robots,
    read_robots,
    robots_url,
    unreachable,
)
from crawler.middlewares.gate import Gates
from pipelines.http.url import absolute_url
from pipelines.reasons import Reason, Source
from pipelines.values import RecordRef, SiteRights, VisitFacts

log = logging.getLogger(__name__)

_DECODED_MAX_BYTES = 16 * MAX_BYTES
"""A robots.txt that is larger is none; what counts of it is less anyway."""

_FIRST = 10_000
"""Priority of robots.txt: nothing of the host can go before it."""

_AGAIN_S = 3600.0
"""When robots.txt is asked for again where it could not be had and the rules of a day ago still hold (§2.4)."""


_MOST_SIGNALS, _SIGNAL_CHARS = 20, 500
"""Of the lines about use, what is noted with every page; the rest is in the record."""


@dataclass
class _Remembered:
    """A robots.txt of this run."""

    reading: asyncio.Task[Robots]
    until_s: float


class PoliteMiddleware:
    """Refuses what robots.txt disallows. It is fetched once for each origin and day.

    A spider that has a method `robots_read(address: str, robots: Robots)` is told what each of them says.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._gates = Gates.of(crawler)
        self._remembered: dict[str, _Remembered] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PoliteMiddleware:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        Raises:
            Refused: robots.txt disallows it, or could not be had; or nothing may be requested of the host any more.
        """
        if request.meta.get("is_robots"):
            return
        self._gates.refuse_if_shut(request.url)
        robots = await self._robots_of(robots_url(request.url))
        self._gates.refuse_if_shut(request.url)
        reason = robots.verdict(request.url)
        if reason is not None:
            raise Refused(reason, robots.basis(request.url))
        visit: VisitFacts | None = request.meta.get(VISIT_META)
        if visit is not None:
            request.meta[VISIT_META] = _noted(visit, robots, request.url)

    async def _robots_of(self, address: str) -> Robots:
        known = self._remembered.get(address)
        if known is None or known.until_s <= self._gates.clock():
            earlier = known.reading.result() if known is not None and known.reading.done() else None
            reading = asyncio.ensure_future(self._fetch(address, earlier))
            known = self._remembered[address] = _Remembered(reading, self._gates.clock() + MAX_AGE_S)
        try:
            return await asyncio.shield(known.reading)
        except Refused:
            self._remembered.pop(address, None)
            raise

    async def _fetch(self, address: str, earlier: Robots | None) -> Robots:
        robots = await self._follow(address)
        self._gates.gate(address).pace.crawl_delay(address, robots.crawl_delay_s)
        tell = getattr(self._crawler.spider, "robots_read", None)
        if tell is not None:
            tell(address, robots)
        if earlier is not None and earlier.refusal is None and robots.refusal is Reason.ROBOTS_UNREACHABLE:
            self._remembered[address].until_s = self._gates.clock() + _AGAIN_S
            return earlier
        return robots

    async def _follow(self, address: str) -> Robots:
        """The rules at *address*, over at most five redirects (§2.3.1.2).

        Raises:
            Refused: It may not be requested now; that says nothing about the rules.
        """
        url = address
        record: RecordRef | None = None
        for _ in range(MAX_REDIRECTS + 1):
            request = _request(url)
            try:
                response = await self._download(request)
                record = _record_of(response.request or request)  # a retry is another request
                page = page_of_response(response, captured_at=datetime.now(UTC), max_bytes=_DECODED_MAX_BYTES)
            except Refused:
                raise
            except Exception as error:  # noqa: BLE001 (whatever kept it from us, the host is unreachable, §2.3.1.4)
                log.info("robots.txt could not be had: %s: %r", url, error)
                return unreachable(reason_of(error), in_words(error), address=address, record=_record_of(request))
            location = page.header("location")
            target = absolute_url(url, location) if location else None
            if not 300 <= page.status < 400 or target is None:
                return read_robots(page.status, page.body, address=address, record=record)
            url = target
        return Robots(None, address=address, record=record)

    async def _download(self, request: Request) -> Response:
        engine = self._crawler.engine
        assert engine is not None
        return await engine.download_async(request)


def _noted(visit: VisitFacts, robots: Robots, url: str) -> VisitFacts:
    """What is kept of the decision; of what is no page, its record alone."""
    rights = SiteRights()
    if visit.via is not Source.REQUISITE:
        rule = robots.matching_rule(url)
        signals = tuple(signal[:_SIGNAL_CHARS] for signal in robots.signals[:_MOST_SIGNALS])
        rights = SiteRights(robots_rule=rule[:_SIGNAL_CHARS] if rule else None, signals=signals)
    return replace(visit, robots=robots.record.record_id if robots.record else None, rights=rights)


def _request(url: str) -> Request:
    meta = {
        "is_robots": True,
        "download_maxsize": _DECODED_MAX_BYTES,
        VISIT_META: VisitFacts(Source.ROBOTS, None, 0),
    }
    return Request(url, priority=_FIRST, meta=meta)


def _record_of(request: Request) -> RecordRef | None:
    record: RecordRef | None = request.meta.get(RECORD_META)
    return record

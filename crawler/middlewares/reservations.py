"""What a host's `tdmrep.json` says of each page, noted with the page's capture.

It is asked for once for each origin and day, after robots.txt, which may disallow it, and before the origin's first
page; it is archived like robots.txt. Whatever goes wrong with it keeps no page from being fetched.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.page import page_of_response
from crawler.frontier.robots import MAX_AGE_S
from crawler.frontier.tdmrep import MAX_BYTES, Reservations, read_reservations, tdmrep_url
from crawler.middlewares.gate import Gates
from pipelines.reasons import Source
from pipelines.values import RecordRef, VisitFacts

TDMREP_SETTING = "PRESSARC_TDMREP"
"""Whether the file is asked for."""

log = logging.getLogger(__name__)

_NEXT = 9_000
"""Priority: next to robots.txt, and before every page."""

_NOT_FOR = (Source.ROBOTS, Source.RIGHTS, Source.REQUISITE)
"""What is no page gives no article, whose rights there would be."""


@dataclass
class _Remembered:
    """A tdmrep.json of this run."""

    reading: asyncio.Task[Reservations]
    until_s: float


class ReservationsMiddleware:
    """Notes in a request's `VisitFacts` what the tdmrep.json of its origin says of it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._is_wanted = crawler.settings.getbool(TDMREP_SETTING)
        self._clock = Gates.of(crawler).clock
        self._remembered: dict[str, _Remembered] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReservationsMiddleware:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, with what is said of it."""
        visit: VisitFacts | None = request.meta.get(VISIT_META)
        if not self._is_wanted or visit is None or visit.via in _NOT_FOR:
            return
        found = await self._reservations_of(tdmrep_url(request.url))
        rule = found.rule_for(request.url)
        rights = replace(
            visit.rights,
            tdmrep=found.record_id,
            tdm_reservation=rule.reservation if rule else None,
            tdm_policy=rule.policy if rule else None,
        )
        request.meta[VISIT_META] = replace(visit, rights=rights)

    async def _reservations_of(self, address: str) -> Reservations:
        known = self._remembered.get(address)
        if known is None or known.until_s <= self._clock():
            reading = asyncio.ensure_future(self._fetch(address))
            known = self._remembered[address] = _Remembered(reading, self._clock() + MAX_AGE_S)
        return await asyncio.shield(known.reading)

    async def _fetch(self, address: str) -> Reservations:
        meta = {VISIT_META: VisitFacts(Source.RIGHTS, None, 0), "download_maxsize": MAX_BYTES, "dont_retry": True}
        request = Request(address, priority=_NEXT, meta=meta)
        engine = self._crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
            page = page_of_response(response, captured_at=datetime.now(UTC), max_bytes=MAX_BYTES)
        except Exception as error:  # noqa: BLE001 (robots.txt may disallow it, and what else goes wrong is no matter)
            log.info("tdmrep.json could not be had: %s: %r", address, error)
            return Reservations()
        record: RecordRef | None = (response.request or request).meta.get(RECORD_META)
        return read_reservations(page.status, page.body, record.record_id if record else None)

"""A first look at a site with few, polite requests: the spider behind `pressarc add`.

It asks one thing after the other, as plan.py decides, over the same wire as a crawl: robots.txt is obeyed, the pace is
kept, private addresses are refused. What crosses the wire goes to a WARC file in a temporary folder, which is thrown
away in the end: what a look finds is no capture that the archive answers for.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.capture.failures import in_words, reason_of
from crawler.capture.handler import VISIT_META
from crawler.capture.page import page_of_response
from crawler.capture.refusal import Refused
from crawler.capture.tap import check_versions
from crawler.frontier.robots import Robots
from crawler.probing.analyse import analyse, why_nothing
from crawler.probing.plan import MAX_REQUESTS, next_step
from crawler.probing.report import SiteReport
from crawler.probing.visit import Step, Visit, visited
from crawler.settings import DOWNLOADER_MIDDLEWARES, settings_for
from pipelines.errors import ContentError, FetchError
from pipelines.http.url import absolute_url, same_site
from pipelines.options import Config
from pipelines.publish.exchange import MAX_PAGE_BYTES
from pipelines.publish.guarded import Crew
from pipelines.reasons import Reason
from pipelines.values import Exchange, RecordRef, VisitFacts
from pipelines.versions import extractor
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcWriter

Watcher = Callable[[str, str, int, int], None]
"""Called with the site, the stage, how much of it is done, and how much there is at most."""

_MAX_BACKOFF_S = 60.0
"""Someone waits for a look: a host that asks for a longer pause is left alone."""
_WHOLE = "finished"
"""Scrapy's reason for a spider that came to its own end."""


def look_at(config: Config, watch: Watcher) -> SiteReport:
    """Look at a site with at most `MAX_REQUESTS` requests.

    Args:
        config: Its effective configuration.
        watch: Told of progress.

    Raises:
        ConfigError: Scrapy or Twisted is of a version that capture was not made for.
        FetchError: Its home page could not be had, so there is nothing to say; or the look was ended by a signal or by
            a disk without space.
    """
    check_versions()
    logging.getLogger().addHandler(logging.NullHandler())  # what matters is in the report
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    with tempfile.TemporaryDirectory(prefix="pressarc-") as folder:
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(ProbeSpider)
        process.crawl(crawler, config=config, folder=Path(folder), watch=watch)
        process.start()
        spider = crawler.spider
        if not isinstance(spider, ProbeSpider):
            raise FetchError("the look could not begin", where=config.site.url)
        spider.recorder.close()
    if spider.error is not None:
        raise spider.error
    if spider.close_reason != _WHOLE:
        said = f"the look was ended before it was over ({spider.close_reason}), and nothing was written"
        raise FetchError(said, where=config.site.url)
    with Crew() as crew:
        report = analyse(config.site.name, spider.visits, spider.robots, spider.requests, crew)
    if report is None:
        raise FetchError(why_nothing(spider.visits), where=config.site.url)
    return report


class ThrowawayRecorder:
    """Keeps what crosses the wire in WARC files of a temporary folder."""

    def __init__(self, folder: Path, config: Config) -> None:
        info = WarcInfo(extractor(), config.archive.owner or "unknown", config.user_agent, "look")
        self._writer = WarcWriter(folder, key_of=lambda serial: f"look-{serial}.warc.gz", info=info)

    def append(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        """Write *exchange*; see `Recorder`."""
        return self._writer.append(exchange, facts, exchange.started_at)

    def seal_if_old(self, now: datetime) -> None:
        """Seal the open file if it is due; see `Recorder`."""
        self._writer.seal_if_old(now)

    def close(self) -> None:
        """Close the open file."""
        self._writer.abandon()


class ProbeSpider(Spider):
    """Asks one thing after the other, each decided by the answers before.

    Args:
        config: The site's effective configuration.
        folder: For what crosses the wire.
        watch: Told how many requests were made.
    """

    name = "probe"

    def __init__(self, config: Config, folder: Path, watch: Watcher) -> None:
        super().__init__()
        self.config = config
        self.recorder = ThrowawayRecorder(folder, config)
        self.home = absolute_url(config.site.url, "") or config.site.url
        self.visits: list[Visit] = []
        self.robots: Robots | None = None
        self.requests = 0
        self.error: Exception | None = None
        self.close_reason: str | None = None
        self._watch = watch

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **kwargs: Any) -> Self:
        """Scrapy's way of making one."""
        config: Config = kwargs["config"]
        crawler.settings.setdict(_settings(config), priority="spider")
        spider = cls(config, kwargs["folder"], kwargs["watch"])
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.broken, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The home page."""
        for request in self._next():
            yield request

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Note an answer, and ask for the next thing."""
        step: Step = response.meta["step"]
        try:
            page = page_of_response(response, captured_at=datetime.now(UTC), max_bytes=MAX_PAGE_BYTES)
        except ContentError as error:
            self.visits.append(Visit(step, None, failure=str(error.message)))
        else:
            self.visits.append(visited(step, page))
        yield from self._next()

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Note why there is no answer, and ask for the next thing."""
        step: Step = failure.request.meta["step"]  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        self.visits.append(Visit(step, None, failure=self._why(step.candidate.url, error)))
        yield from self._next()

    def robots_read(self, address: str, robots: Robots) -> None:
        """Take in the rules of an origin; see `PoliteMiddleware`."""
        if same_site(address, self.home):
            self.robots = robots

    def broken(self, failure: Failure) -> None:
        """An error of our own ends the look."""
        self.error = cast("Exception", failure.value)

    def closed(self, reason: str) -> None:
        """Note how it ended."""
        self.close_reason = reason

    def _why(self, url: str, error: BaseException) -> str:
        """Why nothing came, in words; the records that a refusal names are thrown away, so they are not said."""
        if not isinstance(error, Refused):
            return f"{_sentence(reason_of(error))} ({in_words(error)})"
        said = error.detail
        if error.reason in (Reason.ROBOTS_DISALLOW, Reason.ROBOTS_UNREACHABLE) and self.robots is not None:
            said = self.robots.detail or self.robots.matching_rule(url)
        return f"{_sentence(error.reason)} ({said})" if said else _sentence(error.reason)

    def _next(self) -> Iterator[Request]:
        self._watch(self.config.site.name, "looking", self.requests, MAX_REQUESTS)
        step = next_step(self.home, self.visits, self.robots) if self.requests < MAX_REQUESTS else None
        if step is not None:
            candidate = step.candidate
            facts = VisitFacts(candidate.via, candidate.referrer, candidate.depth)
            meta: dict[str, object] = {"step": step, VISIT_META: facts}
            yield Request(candidate.url, callback=self.parse, errback=self.failed, meta=meta)


class RequestLimit:
    """Counts every request of a look, robots.txt and redirects too, and refuses those beyond the limit."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = cast("ProbeSpider", crawler.spider)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy hands it over
        """Let the request pass, or refuse it.

        Raises:
            Refused: Enough was asked.
        """
        if self._spider.requests >= MAX_REQUESTS:
            raise Refused(Reason.PAGE_BUDGET, f"{MAX_REQUESTS} requests")
        self._spider.requests += 1


def _sentence(reason: Reason) -> str:
    return reason.meaning.rstrip(".")


def _settings(config: Config) -> dict[str, object]:
    middlewares = {
        **DOWNLOADER_MIDDLEWARES,
        "crawler.probe.RequestLimit": 150,
    }
    own = {
        "DOWNLOADER_MIDDLEWARES": middlewares,
        "ITEM_PIPELINES": {},
        "RETRY_TIMES": 0,  # what fails is something to tell, and costs one request
        "PRESSARC_MAX_BACKOFF_S": _MAX_BACKOFF_S,
        "PRESSARC_TDMREP": False,  # it is a step of the look
    }
    return {**settings_for(config), **own}

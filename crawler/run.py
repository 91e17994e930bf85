"""`pressarc crawl`: one run for each site, all in one process, and what became of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal, TypeAlias

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.capture.tap import check_versions
from crawler.cut_off import CrawlCutOff
from crawler.frontier.hours import read_hours
from crawler.progress import Watcher
from crawler.spiders.news import NewsSpider, new_suffix, utc_now
from pipelines.errors import ArchiveError, RunLocked, StoreUnavailable
from pipelines.options import Config
from pipelines.publish.manifest import Manifest
from pipelines.publish.run import OpenRun
from pipelines.publish.work import work_folder
from pipelines.values import Ledger

LOG_FILE = "pressarc.log"
_LOG_MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """What became of one site's run."""

    site: str
    status: Literal["complete", "warnings", "failed"]
    manifest: Manifest | None
    messages: tuple[str, ...]
    """Warnings, or why it failed: a sentence each."""
    is_busy: bool = False
    """Whether it failed because another process is working on the site."""


@dataclass(frozen=True, slots=True)
class Job:
    """One site's run."""

    config: Config
    """The site's effective configuration."""
    urls: tuple[str, ...] = ()
    """If any, these alone are captured; else the site is crawled."""


def _tell_nobody(result: CrawlResult) -> None:
    """Who asks for all results at the end need not be told of each."""


def crawl(
    jobs: Sequence[Job], watch: Watcher, ended: Callable[[CrawlResult], None] = _tell_nobody
) -> list[CrawlResult]:
    """Crawl each site into its archive; one that fails does not stop another.

    Args:
        jobs: What is to be done.
        watch: Told of progress.
        ended: Told of each site as its run ends; not of those whose turn does not come.

    Raises:
        ConfigError: Scrapy or Twisted is of a version that capture was not made for.
        CrawlCutOff: A second signal ended it: the process is to end now, and the next start goes on from here.
    """
    check_versions()
    _log_to_file([job.config for job in jobs])
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    process = Process(settings)
    crawls = _Crawls(process, jobs, watch, ended)
    if crawls.begin():
        process.start()
        if process.crawlers or process.starting:
            raise CrawlCutOff
    return [_result(job.config, crawls.outcomes.get(job.config.site.name)) for job in jobs]


_Outcome: TypeAlias = Crawler | ArchiveError | str
"""Who crawls a site, or why nobody does: an error, or a sentence where that is as it should be."""

_SHUTDOWN = "shutdown"
"""Scrapy's word for a crawl that a signal ended."""


class Process(AsyncCrawlerProcess):
    """Scrapy's, which also lives as long as something is being made ready for a crawl, and knows that it is to stop."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.starting: set[asyncio.Task[None]] = set()
        self.is_stopping = False

    def later(self, start: Coroutine[None, None, None]) -> None:
        """Do what leads to another crawl, or to none."""
        task = asyncio.get_running_loop().create_task(start)
        self.starting.add(task)
        task.add_done_callback(self.starting.discard)

    async def join(self) -> None:
        """Wait until all crawls are over, those that begin meanwhile included."""
        while self._active or self.starting:
            await asyncio.wait({*self._active, *self.starting})

    async def stop(self) -> None:
        """End all crawls in order; none begins any more. Asked again, it waits for the crawls alone."""
        starting = set() if self.is_stopping else self.starting
        self.is_stopping = True
        await super().stop()
        if starting:
            await asyncio.wait(starting)


class _Crawls:
    """The crawls of one process: so many at once, the next one beginning when one ends.

    Args:
        process: Runs them.
        jobs: One for each site.
        watch: Told of progress.
        ended: Told of each result.
    """

    def __init__(
        self,
        process: Process,
        jobs: Sequence[Job],
        watch: Watcher,
        ended: Callable[[CrawlResult], None] = _tell_nobody,
    ) -> None:
        self._process = process
        self._waiting = iter(jobs)
        self._at_once = min((job.config.crawl.sites_at_once for job in jobs), default=1)
        self._watch = watch
        self._tell = ended
        # One site's pages are read by as many workers as there are processors; two sites' would only crowd them.
        self._publishing = asyncio.Semaphore(1)
        self.outcomes: dict[str, _Outcome] = {}
        """By the site's name."""

    def begin(self) -> bool:
        """Begin the first ones; whether there is any."""
        begun = [self._begin_first() for _ in range(self._at_once)]
        return any(begun)

    def _begin_first(self) -> bool:
        """Begin one before anything is under way; false if there is none."""
        for job in self._open_jobs():
            try:
                self._begin(job, _opened(job.config))
            except ArchiveError as error:
                self._not_begun(job, error)
            else:
                return True
        return False

    async def _begin_next(self) -> None:
        """Begin one while others are under way: what is read of the archive must not keep them waiting."""
        for job in self._open_jobs():
            try:
                run = await asyncio.to_thread(_opened, job.config)
            except ArchiveError as error:
                self._not_begun(job, error)
                continue
            if self._process.is_stopping:
                run.close()
            else:
                self._begin(job, run)
            return

    def _open_jobs(self) -> Iterator[Job]:
        """Those that wait and may be begun now."""
        for job in self._waiting:
            closed = _closed_until(job.config, utc_now())
            if closed is None:
                yield job
            else:
                self._not_begun(job, closed)

    def _begin(self, job: Job, run: OpenRun) -> None:
        site = job.config.site.name
        crawler = self._process.create_crawler(NewsSpider)
        self.outcomes[site] = crawler
        progress = _of_site(self._watch, site)
        task = self._process.crawl(crawler, run=run, progress=progress, urls=job.urls, publishing=self._publishing)
        task.add_done_callback(partial(self._ended, job, crawler))

    def _not_begun(self, job: Job, why: _Outcome) -> None:
        self.outcomes[job.config.site.name] = why
        self._tell(_result(job.config, why))

    def _ended(self, job: Job, crawler: Crawler, _: object) -> None:
        """Begin another, unless whoever runs this has asked it to stop."""
        self._tell(_result(job.config, crawler))
        if crawler.stats is None or crawler.stats.get_value("finish_reason") != _SHUTDOWN:
            self._process.later(self._begin_next())


def _opened(config: Config) -> OpenRun:
    return OpenRun.start(config, now=utc_now(), new_suffix=new_suffix)


def _closed_until(config: Config, now: datetime) -> str | None:
    """Why the site is not visited now, in words; null if it may be."""
    between = config.crawl.only_between
    if between is None:
        return None
    hours = read_hours(between, config.crawl.time_zone)
    if hours.is_open(now):
        return None
    opens_at = hours.opens_at(now).astimezone(hours.zone)
    return (
        f"it may be visited {between} {config.crawl.time_zone} only (crawl.only_between): "
        f"start it again after {opens_at:%Y-%m-%d %H:%M}"
    )


def _of_site(watch: Watcher, site: str) -> Callable[[str, int, int], None]:
    return lambda stage, done, total: watch(site, stage, done, total)


def _result(config: Config, outcome: _Outcome | None) -> CrawlResult:
    site = config.site.name
    if isinstance(outcome, str):
        return CrawlResult(site, "warnings", None, (outcome,))
    if outcome is None:
        return CrawlResult(site, "failed", None, ("it was stopped before its turn came",))
    if isinstance(outcome, ArchiveError):
        return CrawlResult(site, "failed", None, (str(outcome),), isinstance(outcome, RunLocked))
    spider = outcome.spider
    if not isinstance(spider, NewsSpider):
        return CrawlResult(site, "failed", None, (f"the crawl could not begin; {LOG_FILE} tells why",))
    if spider.failure is not None:
        return CrawlResult(site, "failed", None, (_not_published(spider),))
    if spider.manifest is None:
        return CrawlResult(site, "failed", None, (_nothing_received(spider),))
    warnings = (*spider.manifest.warnings, *spider.run.notes)
    if not spider.manifest.counts.records:
        return CrawlResult(site, "failed", spider.manifest, (_nothing_received(spider),))
    return CrawlResult(site, "warnings" if warnings else "complete", spider.manifest, warnings)


def _not_published(spider: NewsSpider) -> str:
    words = f"the run is not published yet: {spider.failure}"
    if isinstance(spider.failure, StoreUnavailable) and spider.run.folder.read_ledger() is not None:
        return f"{words}; it is complete in {spider.run.folder.path}, and the next start or `pressarc publish` goes on"
    return words


def _nothing_received(spider: NewsSpider) -> str:
    ledger: Ledger | None = spider.final_ledger
    first = next(iter(ledger.unvisited), None) if ledger else None
    if first is None:
        return f"{spider.frontier.seed}: the crawl ended before anything was received"
    return f"{first.url}: nothing was received: {first.reason.meaning}{f' ({first.detail})' if first.detail else ''}"


def _log_to_file(configs: Sequence[Config]) -> None:
    """Scrapy's log, with tracebacks, goes to a file in the first work folder that can be written."""
    logging.raiseExceptions = False  # that the disk is full is said once, and not again for each line of the log
    for folder in {work_folder(config): None for config in configs}:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = Path(folder) / LOG_FILE
            handler = RotatingFileHandler(path, maxBytes=_LOG_MAX_BYTES, backupCount=3, encoding="utf-8")
        except OSError:
            continue
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.INFO)
        return

"""The Scrapy item pipeline: when a crawl ends, its run is sealed, extracted and committed.

The one module of `pipelines` that imports Scrapy. It asks of the spider what `ArchivedSpider` lists.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, cast

from scrapy import signals
from scrapy.crawler import Crawler

from pipelines.errors import BatchIncomplete
from pipelines.publish.extraction import Progress
from pipelines.publish.manifest import Manifest, newest
from pipelines.publish.publish import publish, received_nothing
from pipelines.publish.run import OpenRun
from pipelines.values import Ledger

log = logging.getLogger(__name__)


class ArchivedSpider(Protocol):
    """What a spider brings along to be archived."""

    run: OpenRun
    progress: Progress
    publishing: asyncio.Semaphore
    """Held while a run is published: sites take turns."""
    clock: Callable[[], datetime]
    new_suffix: Callable[[], str]
    manifest: Manifest | None
    failure: Exception | None

    def ledger(self, close_reason: str) -> Ledger:
        """What the crawl knows at its end."""


class ArchivePipeline:
    """Publishes the spider's run once the spider is closed, for whatever reason that was."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def spider_closed(self, reason: str) -> None:
        """Seal, extract, commit. What came of it is left with the spider: its `manifest`, or its `failure`.

        Extraction runs in worker processes and uploads in a thread, so that other spiders of the process go on.

        Args:
            reason: Scrapy's: `finished` where nothing was left to request.
        """
        spider = cast("ArchivedSpider", self._crawler.spider)
        try:
            async with spider.publishing:
                spider.manifest = await asyncio.to_thread(_finish, spider, reason)
        except OSError as error:
            spider.failure = BatchIncomplete(
                f"the disk could not be used ({error.strerror or error}): see to its space and rights and start again; "
                "what was captured is safe, and the next start goes on from here",
                where=str(error.filename or spider.run.folder.path),
            )
            log.exception("the run could not be published; the next start goes on from here")
        except Exception as error:
            spider.failure = error
            log.exception("the run could not be published; the next start goes on from here")
        finally:
            spider.run.close()


def _finish(spider: ArchivedSpider, reason: str) -> Manifest | None:
    run = spider.run
    # Where that fails there is no ledger: the crawl is not over, and the next start goes on with it.
    run.seal()
    if not run.crawl_is_over:
        run.folder.write_ledger(spider.ledger(reason))
    if received_nothing(run) and newest(run.store, run.config.site.name) is None:
        # A mistyped address leaves no trace in the archive; the outage of a site that is in it does.
        run.site_folder.discard(run.folder)
        return None
    return publish(run, now=spider.clock, new_suffix=spider.new_suffix, progress=spider.progress)

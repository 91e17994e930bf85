"""The one thread in which a crawl's exchanges are written, and what happens when that fails.

Exchanges go in, record references come out. Each download awaits its own write, so that no more exchanges wait than
downloads run: a slow disk slows the crawl, and the reactor never blocks. While nothing is downloaded, the recorder is
asked from time to time to seal what has grown old.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from crawler.capture.closing import Closing
from pipelines.errors import WarcWriteFailed
from pipelines.values import Exchange, RecordRef, VisitFacts

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

log = logging.getLogger(__name__)

T = TypeVar("T")

WRITE_FAILED = "archive_write_failed"
"""The close reason of a spider whose archive could not be written."""

AGE_CHECK_S = 30.0
"""How long a file that has reached its age may stay open on an idle crawl."""

_ATTRIBUTE = "pressarc_writer_thread"


class Recorder(Protocol):
    """Where exchanges are written. The spider has one as its attribute `recorder`."""

    def append(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        """Write *exchange* so that a killed process does not lose it; called in the writer thread only.

        Returns:
            The response record; null if nothing was received.

        Raises:
            OSError: It could not be written: the crawl ends.
        """

    def seal_if_old(self, now: datetime) -> None:
        """Seal what has been open long enough; called in the writer thread only.

        Raises:
            OSError: As `append`.
        """


class RecordingSpider(Protocol):
    """What the capture asks of a spider."""

    recorder: Recorder


class WriterThread:
    """Writes what it is given, one exchange at a time, in the order it is given."""

    def __init__(self, crawler: Crawler, *, age_check_s: float = AGE_CHECK_S) -> None:
        self._crawler = crawler
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="warc-writer")
        self._age_check_s = age_check_s
        self._ageing: asyncio.Task[None] | None = None
        self._closing = Closing.of(crawler)
        self._has_failed = False

    @classmethod
    def of(cls, crawler: Crawler) -> WriterThread:
        """The crawler's writer thread: one, although Scrapy makes a download handler for each scheme."""
        thread: WriterThread | None = getattr(crawler, _ATTRIBUTE, None)
        if thread is None:
            thread = cls(crawler)
            setattr(crawler, _ATTRIBUTE, thread)
        return thread

    async def write(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        """Write *exchange* with the spider's recorder, and release its spool.

        Raises:
            WarcWriteFailed: The disk refused it; the spider is being closed with the reason `WRITE_FAILED`.
            WarcRuleError: It can have no record; nothing was written.
        """
        if self._ageing is None:
            self._ageing = asyncio.get_running_loop().create_task(self._seal_what_is_old())
        try:
            return await self._in_thread(_append, self._recorder, exchange, facts)
        except OSError as error:
            self._close_spider(error)
            raise WarcWriteFailed(f"the archive cannot be written ({error})", where=exchange.url) from error

    def refuse_if_closing(self, url: str) -> None:
        """Let nothing be requested that could not be written: a spider that closes still works off its queue.

        Raises:
            WarcWriteFailed: An earlier exchange could not be written.
        """
        if self._has_failed:
            raise WarcWriteFailed("the archive cannot be written any more, so nothing is requested", where=url)

    def close(self) -> None:
        """End the thread. Nothing is waiting by then, since every download has awaited its write."""
        if self._ageing is not None:
            self._ageing.cancel()
        self._executor.shutdown()

    @property
    def _recorder(self) -> Recorder:
        return cast("RecordingSpider", self._crawler.spider).recorder

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)

    async def _seal_what_is_old(self) -> None:
        while not self._has_failed:
            await asyncio.sleep(self._age_check_s)
            try:
                await self._in_thread(self._recorder.seal_if_old, datetime.now(UTC))
            except OSError as error:
                self._close_spider(error)

    def _close_spider(self, error: OSError) -> None:
        if not self._has_failed:
            self._has_failed = True
            advice = "free the disk and start it again"
            log.error("The archive cannot be written, so the crawl ends here: %s (%s)", advice, error)
            self._closing.begin(WRITE_FAILED)


def _append(recorder: Recorder, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
    with exchange.response:
        return recorder.append(exchange, facts)

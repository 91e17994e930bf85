"""That a crawl is to end, known at once to all that would wait: whoever closes the spider says so here.

*Why.* Scrapy tells nobody that a spider is being closed until all its requests have ended, and some of them wait for a
host that rests for minutes. Ctrl-C and SIGTERM stop the engine, which is to be seen; what else ends a crawl (a full
disk, a budget of time) calls `begin`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_ATTRIBUTE = "pressarc_closing"


class Closing:
    """Of one crawler: see `of`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, crawler: Crawler) -> Closing:
        """The crawler's one."""
        closing: Closing | None = getattr(crawler, _ATTRIBUTE, None)
        if closing is None:
            closing = cls(crawler)
            setattr(crawler, _ATTRIBUTE, closing)
        return closing

    @property
    def has_begun(self) -> bool:
        """Whether nothing more is to be requested."""
        engine = self._crawler.engine
        return self._task is not None or engine is None or not engine.running

    def begin(self, reason: str) -> bool:
        """Close the spider with *reason*: what is under way is finished, what waits is refused.

        Returns:
            Whether it was not being closed yet.
        """
        engine = self._crawler.engine
        if self._task is not None or engine is None:
            return False
        self._task = asyncio.get_running_loop().create_task(engine.close_spider_async(reason=reason))
        return True

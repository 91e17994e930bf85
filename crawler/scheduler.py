"""Scrapy's scheduler: what is requested next is the frontier's to say.

Nothing is queued here but retries: a request is made when its turn has come, so that what was learnt a moment ago (a
trap, a spent budget, something newer) still counts, and a million known URLs are no million requests.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol, Self, cast

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler


class SpiderWithTurns(Protocol):
    """What the scheduler asks of a spider."""

    has_more: bool

    def next_request(self) -> Request | None:
        """The next request; null while there is none to be made."""


class FrontierScheduler(BaseScheduler):
    """Asks the spider for its next request. For SCHEDULER."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._again: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making one."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Whether anything is left to be requested."""
        return bool(self._again) or self._spider.has_more

    def enqueue_request(self, request: Request) -> bool:
        """Take a request that is to be made (again) before all others."""
        self._again.append(request)
        return True

    def next_request(self) -> Request | None:
        """What is to be requested now; null while there is nothing, or enough is out."""
        return self._again.popleft() if self._again else self._spider.next_request()

    def open(self, spider: Spider) -> None:
        """Nothing is opened."""

    @property
    def _spider(self) -> SpiderWithTurns:
        return cast("SpiderWithTurns", self._crawler.spider)

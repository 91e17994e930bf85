"""The page budget: once it is spent, what is still waiting is refused and remembered."""

from __future__ import annotations

from typing import Protocol, cast

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.capture.handler import VISIT_META
from crawler.capture.refusal import Refused
from crawler.frontier.frontier import Frontier
from pipelines.reasons import Reason, Source
from pipelines.values import VisitFacts


class SpiderWithFrontier(Protocol):
    """What the budget asks of a spider."""

    frontier: Frontier


class BudgetMiddleware:
    """Counts a page when its first request is made; retries are free, and requisites have a budget of their own."""

    def __init__(self, crawler: Crawler) -> None:
        self._frontier = cast("SpiderWithFrontier", crawler.spider).frontier

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BudgetMiddleware:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        Raises:
            Refused: The budget is spent.
        """
        visit: VisitFacts | None = request.meta.get(VISIT_META)
        is_page = visit is not None and visit.via not in (Source.ROBOTS, Source.REQUISITE)
        if is_page and not request.meta.get("retry_times") and not self._frontier.spend():
            raise Refused(Reason.PAGE_BUDGET)

"""Scrapy's scheduler asks the spider, and keeps nothing but retries."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.scheduler import FrontierScheduler


def test_a_retry_comes_before_what_the_frontier_would_request_next() -> None:
    waiting = [Request("https://news.example.org/a")]
    spider = SimpleNamespace(has_more=True, next_request=lambda: waiting.pop() if waiting else None)
    scheduler = FrontierScheduler.from_crawler(cast("Crawler", SimpleNamespace(spider=spider)))
    again = Request("https://news.example.org/again")
    assert scheduler.enqueue_request(again)
    assert scheduler.next_request() is again
    assert getattr(scheduler.next_request(), "url", None) == "https://news.example.org/a"
    assert scheduler.next_request() is None


def test_the_crawl_is_over_when_neither_a_retry_nor_the_frontier_has_anything() -> None:
    spider = SimpleNamespace(has_more=False, next_request=lambda: None)
    scheduler = FrontierScheduler.from_crawler(cast("Crawler", SimpleNamespace(spider=spider)))
    assert not scheduler.has_pending_requests()
    scheduler.enqueue_request(Request("https://news.example.org/again"))
    assert scheduler.has_pending_requests()

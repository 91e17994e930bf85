"""The middleware at the gates: a turn is taken before a request is sent, and left whatever becomes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from crawler import settings as crawler_settings
from crawler.capture.handler import SENT_META
from crawler.capture.refusal import Refused
from crawler.middlewares.gate import Gates
from crawler.middlewares.pace import PaceMiddleware
from crawler.settings import settings_for
from pipelines.config import load_config
from pipelines.reasons import Reason

URL = "https://news.example.org/a"


def middleware(*overrides: str) -> PaceMiddleware:
    settings = Settings(settings_for(load_config(URL, overrides=["crawl.delay_s=0", *overrides])))
    crawler: Any = SimpleNamespace(settings=settings, engine=SimpleNamespace(running=True))
    return PaceMiddleware.from_crawler(crawler)


def pace_of(pacing: PaceMiddleware) -> Any:
    return pacing._gates.gate(URL).pace


async def another_is_let_through(pacing: PaceMiddleware) -> bool:
    request = Request(URL)
    try:
        await asyncio.wait_for(pacing.process_request(request), 0.1)
    except TimeoutError:
        return False
    pacing._end(request)
    return True


async def answered(pacing: PaceMiddleware, request: Request) -> None:
    await pacing.process_request(request)
    assert not await another_is_let_through(pacing)
    assert pacing.process_response(request, Response(URL)).status == 200


async def failed(pacing: PaceMiddleware, request: Request) -> None:
    await pacing.process_request(request)
    pacing.process_exception(request, TimeoutError())


async def cancelled(pacing: PaceMiddleware, request: Request) -> None:
    async def download() -> None:
        await pacing.process_request(request)
        await asyncio.sleep(60)

    task = asyncio.ensure_future(download())
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("how", [answered, failed, cancelled])
def test_a_turn_ends_with_its_request_however_that_ends(
    how: Callable[[PaceMiddleware, Request], Awaitable[None]],
) -> None:
    async def crawling() -> bool:
        pacing = middleware()
        await how(pacing, Request(URL))
        await asyncio.sleep(0)
        return await another_is_let_through(pacing) and not pacing._turns

    assert asyncio.run(crawling())


def test_what_the_answer_says_reaches_the_pace_of_its_host() -> None:
    async def crawling() -> float:
        pacing = middleware()
        request = Request(URL, meta={"download_latency": 7.0})
        await pacing.process_request(request)
        request.meta[SENT_META] = time.monotonic() + 5
        pacing.process_response(request, Response(URL, 503, headers={"Retry-After": "40"}))
        assert pace_of(pacing).delay_s == 14.0  # twice the latency, for having been refused
        assert pace_of(pacing).wait_s(time.monotonic()) == pytest.approx(40.0, abs=1)
        assert "dont_retry" not in request.meta
        return float(pace_of(pacing)._last_start_s - time.monotonic())

    assert asyncio.run(crawling()) == pytest.approx(5.0, abs=1)


def test_the_answer_by_which_a_host_is_given_up_is_not_retried_and_nothing_else_is_requested() -> None:
    async def crawling() -> Refused:
        pacing = middleware("crawl.max_backoff_s=10")
        request = Request(URL)
        await pacing.process_request(request)
        answer = pacing.process_response(request, Response(URL, 429, headers={"Retry-After": "11"}))
        assert (answer.status, request.meta["dont_retry"]) == (429, True)
        with pytest.raises(Refused) as caught:
            await pacing.process_request(Request(URL))
        return caught.value

    assert asyncio.run(crawling()).reason is Reason.HOST_BACKED_OFF


def test_both_middlewares_of_a_crawl_stand_at_the_same_gates() -> None:
    crawler: Any = SimpleNamespace(settings=Settings(settings_for(load_config(URL))), engine=None)
    assert Gates.of(crawler) is Gates.of(crawler)


def test_nothing_stands_between_a_turn_and_the_downloader() -> None:
    order = {name: place for name, place in crawler_settings.DOWNLOADER_MIDDLEWARES.items() if place is not None}
    assert max(order, key=order.__getitem__) == "crawler.middlewares.pace.PaceMiddleware"
    assert order["crawler.middlewares.pace.PaceMiddleware"] > 900  # Scrapy's own last one

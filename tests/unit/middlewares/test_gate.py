"""The gates: who may ask a host when, and that nobody waits for what will not come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from crawler.capture.closing import Closing
from crawler.capture.refusal import Refused
from crawler.frontier.hours import read_hours
from crawler.frontier.pace import Answer, PaceRules
from crawler.middlewares.gate import Gates
from pipelines.reasons import Reason

URL = "https://news.example.org/a"
DELAY_S = 0.05
T = TypeVar("T")


class Crawl:
    """Gates, and whether the crawl that they are of is to end."""

    def __init__(self, *, delay_s: float = DELAY_S, **options: Any) -> None:
        self.is_closing = False
        self.gates = Gates(PaceRules(delay_s), is_closing=lambda: self.is_closing, **options)

    async def visit(self, url: str = URL, *, priority: int = 0, takes_s: float = 0.0) -> tuple[float, float]:
        """Request *url*: when that began and ended."""
        turn = await self.gates.gate(url).turn(priority)
        begun_s = time.monotonic()
        await asyncio.sleep(takes_s)
        turn.leave()
        return begun_s, time.monotonic()


def run(crawling: Callable[[], Awaitable[T]]) -> T:
    async def bounded() -> T:
        return await asyncio.wait_for(crawling(), 20)

    return asyncio.run(bounded())


def gaps(times: list[tuple[float, float]]) -> list[float]:
    return [later - earlier for (earlier, _), (later, _) in pairwise(sorted(times))]


def test_requests_to_a_host_start_no_closer_than_its_delay() -> None:
    crawl = Crawl()
    times = run(lambda: asyncio.gather(*(crawl.visit() for _ in range(6))))
    assert min(gaps(times)) >= DELAY_S - 0.001
    assert max(gaps(times)) < 10 * DELAY_S


def test_one_request_at_a_time_is_under_way_unless_more_are_allowed() -> None:
    for connections in (1, 3):
        crawl = Crawl(delay_s=0.001, connections=connections)
        times = run(lambda crawl=crawl: asyncio.gather(*(crawl.visit(takes_s=0.05) for _ in range(9))))
        at_once = [sum(begun < other_end and other <= begun for other, other_end in times) for begun, _ in times]
        assert max(at_once) == connections


def test_hosts_do_not_wait_for_each_other_and_a_host_is_one_on_all_its_ports() -> None:
    crawl = Crawl()
    others = [f"https://{name}.example.org/" for name in "abcdefgh"]
    times = run(lambda: asyncio.gather(*(crawl.visit(url) for url in others)))
    assert max(begun for begun, _ in times) - min(begun for begun, _ in times) < DELAY_S
    assert crawl.gates.gate("http://a.example.org:8080/x") is crawl.gates.gate("https://A.example.org/y")


def test_the_most_urgent_goes_first_and_of_equals_who_came_first() -> None:
    crawl = Crawl(delay_s=0.01)
    order: list[str] = []

    async def visit(name: str, priority: int) -> None:
        await crawl.visit(priority=priority)
        order.append(name)

    async def crawling() -> None:
        await crawl.visit()
        await asyncio.gather(visit("picture", 0), visit("page", 300), visit("robots", 10_000), visit("page 2", 300))

    run(crawling)
    assert order == ["robots", "page", "page 2", "picture"]


def test_a_turn_that_is_left_twice_frees_one_place() -> None:
    crawl = Crawl(delay_s=0.0)

    async def crawling() -> bool:
        turn = await crawl.gates.gate(URL).turn(0)
        turn.leave()
        turn.leave()
        await crawl.gates.gate(URL).turn(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(crawl.visit(), 0.05)
        return True

    assert run(crawling)


def test_whoever_goes_away_takes_no_turn_along() -> None:
    crawl = Crawl(delay_s=0.02)

    async def crawling() -> None:
        await crawl.visit()
        gone = [asyncio.ensure_future(crawl.visit()) for _ in range(3)]
        await asyncio.sleep(0)
        for each in gone:
            each.cancel()
        await crawl.visit()
        # One whose turn has just been given, and who does not know yet.
        holder = await crawl.gates.gate(URL).turn(0)
        next_one = asyncio.ensure_future(crawl.gates.gate(URL).turn(0))
        await asyncio.sleep(0.03)
        holder.leave()
        next_one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await next_one
        await crawl.visit()

    run(crawling)


async def refusals(crawl: Crawl, count: int) -> tuple[list[Reason], float]:
    """What became of requests that wait, and how long after the crawl's end they learnt of it."""
    waiting = [asyncio.ensure_future(crawl.visit()) for _ in range(count)]
    await asyncio.sleep(0.05)
    crawl.is_closing = True
    begun_s = time.monotonic()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(each, Refused) for each in ended)
    return [each.reason for each in ended if isinstance(each, Refused)], time.monotonic() - begun_s


@pytest.mark.parametrize("is_resting", [True, False], ids=["the host rests for an hour", "a request is under way"])
def test_when_the_crawl_is_to_end_nobody_waits_on(*, is_resting: bool) -> None:
    crawl = Crawl()

    async def crawling() -> None:
        turn = await crawl.gates.gate(URL).turn(0)
        if is_resting:
            crawl.gates.gate(URL).pace._rests_until_s = time.monotonic() + 3600
            turn.leave()
        reasons, took_s = await refusals(crawl, 5)
        assert reasons == [Reason.STOPPED] * 5
        assert took_s < 0.4
        with pytest.raises(Refused):
            await crawl.visit()

    run(crawling)


def test_a_host_that_is_given_up_is_refused_to_those_who_wait_and_to_those_who_come() -> None:
    crawl = Crawl(now=lambda: datetime(2026, 11, 22, 3, tzinfo=UTC))

    async def crawling() -> list[Refused]:
        gate = crawl.gates.gate(URL)
        turn = await gate.turn(0)
        waiting = asyncio.ensure_future(crawl.visit())
        await asyncio.sleep(0)
        answer = Answer(503, turn.started_s, retry_after="7200")
        gate.pace.answered(answer, now_s=crawl.gates.clock(), now=crawl.gates.now())
        turn.leave()
        ended = await asyncio.gather(waiting, crawl.visit(), return_exceptions=True)
        await crawl.visit("https://other.example.org/")
        return ended

    for refused in run(crawling):
        assert refused.reason is Reason.HOST_BACKED_OFF
        assert refused.detail == "it answered 503 and may be asked again from 2026-11-22T05:00:00Z on"


def test_those_whose_turn_comes_after_the_hours_are_refused() -> None:
    instants = iter([datetime(2026, 11, 22, 5, 59, 59, tzinfo=UTC)] * 2)
    closed = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    crawl = Crawl(hours=read_hours("22:00-06:00", "UTC"), now=lambda: next(instants, closed))

    async def crawling() -> Refused:
        await crawl.visit()
        with pytest.raises(Refused) as caught:
            await crawl.visit()
        return caught.value

    refused = run(crawling)
    assert (refused.reason, refused.detail) == (Reason.OUT_OF_HOURS, "from 2026-11-22T22:00:00Z on")


# ---------------------------------------------------------------- closing


class Engine:
    running = True

    def __init__(self) -> None:
        self.reasons: list[str] = []

    async def close_spider_async(self, reason: str) -> None:
        self.reasons.append(reason)


def test_a_spider_is_closed_once_and_all_know_it_at_once() -> None:
    engine = Engine()
    crawler: Any = SimpleNamespace(engine=engine)

    async def closing() -> None:
        assert Closing.of(crawler) is Closing.of(crawler)
        assert not Closing.of(crawler).has_begun
        assert Closing.of(crawler).begin("time_is_up")
        assert Closing.of(crawler).has_begun
        assert not Closing.of(crawler).begin("again")
        await asyncio.sleep(0)

    asyncio.run(closing())
    assert engine.reasons == ["time_is_up"]


def test_an_engine_that_was_stopped_is_closing() -> None:
    engine = Engine()
    crawler: Any = SimpleNamespace(engine=engine)
    engine.running = False
    assert Closing.of(crawler).has_begun

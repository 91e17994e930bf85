"""The gates of a crawl: before each host, requests wait for their turn, the most urgent first.

How long is for `frontier.pace` to say. A turn is held from before the request is sent until its answer is there. It is
refused, however long the wait would have been, as soon as the crawl is to end, the site's hours are over, or the host
is given up.

*Why not Scrapy's slots.* They keep a delay, but cannot rest, cannot be left, and do not know when a request went out.

*Why a gate for each host name.* The rules of robots.txt are of an origin, but it is a machine that answers, and its
http and its https are one. Scrapy's slots, which still stand behind the gates, are of host names, too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.capture.closing import Closing
from crawler.capture.refusal import Refused
from crawler.frontier.hours import Hours, read_hours
from crawler.frontier.pace import Pace, PaceRules
from pipelines.reasons import Reason

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LOOK_AGAIN_S = 0.2
"""How soon those who wait learn that the crawl is to end."""

_ATTRIBUTE = "pressarc_gates"


class Gate:
    """The queue before one host.

    Args:
        pace: The host's.
        connections: How many turns may be held at once.
        refusal: Why nothing may be requested at this moment, or null.
        clock: Monotonic, in seconds.
    """

    def __init__(
        self, pace: Pace, connections: int, refusal: Callable[[Pace], Refused | None], clock: Callable[[], float]
    ) -> None:
        self.pace = pace
        self._connections = connections
        self._refusal = refusal
        self._clock = clock
        self._waiting: list[tuple[int, int, asyncio.Future[float]]] = []
        self._order = count()
        self._held = 0
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, priority: int) -> Turn:
        """Wait for a turn. Whoever has one must leave it.

        Args:
            priority: Higher is earlier; of equals, who came first.

        Raises:
            Refused: Nothing may be requested any more.
        """
        waiter: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (-priority, next(self._order), waiter))
        self._advance()
        try:
            return Turn(self, await waiter)
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._leave()  # it had just been given
            raise

    def _leave(self) -> None:
        self._held -= 1
        self._advance()

    def _advance(self) -> None:
        """Give turns to those who may have one, and refuse those who will not; look again where some still wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            waiter = self._waiting[0][-1]
            refused = self._refusal(self.pace)
            now_s = self._clock()
            if waiter.done():  # whoever waited has gone
                pass
            elif refused is not None:
                waiter.set_exception(refused)
            elif self._held < self._connections and self.pace.wait_s(now_s) <= 0:
                self._held += 1
                self.pace.started(now_s)
                waiter.set_result(now_s)
            else:
                wait_s = self.pace.wait_s(now_s)
                soon_s = min(wait_s, LOOK_AGAIN_S) if wait_s > 0 else LOOK_AGAIN_S
                self._timer = asyncio.get_running_loop().call_later(soon_s, self._advance)
                return
            heappop(self._waiting)


class Turn:
    """Leave to make one request.

    Args:
        gate: Whose turn it is.
        started_s: When it was given.
    """

    def __init__(self, gate: Gate, started_s: float) -> None:
        self.gate = gate
        self.started_s = started_s
        self._is_held = True

    def leave(self) -> None:
        """Let the next one have a turn; again, it does nothing."""
        if self._is_held:
            self._is_held = False
            self.gate._leave()  # noqa: SLF001 the other half of the same thing


class Gates:
    """The gates of one crawler, and what holds for all of them: see `of`.

    Args:
        rules: The pace of each host.
        connections: How many requests to a host may be under way at once.
        hours: When the site may be visited; null for always.
        is_closing: Whether the crawl is to end.
        clock: Monotonic, in seconds.
        now: The present instant.
    """

    def __init__(
        self,
        rules: PaceRules,
        *,
        connections: int = 1,
        hours: Hours | None = None,
        is_closing: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.clock = clock
        self.now = now
        self._rules = rules
        self._connections = connections
        self._hours = hours
        self._is_closing = is_closing
        self._gates: dict[str, Gate] = {}

    @classmethod
    def of(cls, crawler: Crawler) -> Gates:
        """The crawler's one set of gates: robots.txt is read, and requests are held, by two middlewares."""
        gates: Gates | None = getattr(crawler, _ATTRIBUTE, None)
        if gates is None:
            settings = crawler.settings
            rules = PaceRules(
                settings.getfloat("PRESSARC_DELAY_S"),
                settings.getfloat("PRESSARC_MAX_CRAWL_DELAY_S"),
                settings.getfloat("PRESSARC_LATENCY_FACTOR"),
                settings.getfloat("PRESSARC_BACKOFF_S"),
                settings.getfloat("PRESSARC_MAX_BACKOFF_S"),
            )
            between = settings.get("PRESSARC_ONLY_BETWEEN")
            gates = cls(
                rules,
                connections=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
                hours=read_hours(between, settings["PRESSARC_TIME_ZONE"]) if between else None,
                is_closing=lambda: Closing.of(crawler).has_begun,
            )
            setattr(crawler, _ATTRIBUTE, gates)
        return gates

    def gate(self, url: str) -> Gate:
        """The gate before the host of *url*."""
        host = urlsplit(url).hostname or ""
        if host not in self._gates:
            self._gates[host] = Gate(Pace(self._rules), self._connections, self._refusal, self.clock)
        return self._gates[host]

    def refuse_if_shut(self, url: str) -> None:
        """Let nothing be spent on a request that will not be made.

        Raises:
            Refused: *url* cannot be requested any more.
        """
        refused = self._refusal(self.gate(url).pace)
        if refused is not None:
            raise refused

    def _refusal(self, pace: Pace) -> Refused | None:
        if self._is_closing():
            return Refused(Reason.STOPPED)
        if pace.given_up is not None:
            return Refused(Reason.HOST_BACKED_OFF, pace.given_up)
        if self._hours is not None and not self._hours.is_open(now := self.now()):
            return Refused(Reason.OUT_OF_HOURS, f"from {self._hours.opens_at(now):%Y-%m-%dT%H:%M:%SZ} on")
        return None

"""Each request waits for its turn at its host's gate, and its answer tells the host's pace what it has to know.

It stands next to the downloader: whatever it lets through is sent at once, and retries wait like any other request.
"""

from __future__ import annotations

import asyncio

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.capture.handler import SENT_META
from crawler.frontier.pace import Answer
from crawler.middlewares.gate import Gates, Turn


class PaceMiddleware:
    """Holds requests back; robots.txt, pages, requisites and retries alike."""

    def __init__(self, crawler: Crawler) -> None:
        self._gates = Gates.of(crawler)
        self._turns: dict[Request, Turn] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        """Scrapy's way of making one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the request's turn.

        Raises:
            Refused: The crawl is to end, the site's hours are over, or the host is given up.
        """
        turn = await self._gates.gate(request.url).turn(request.priority)
        self._turns[request] = turn
        # A cancelled download passes no middleware, but the task that it is made in ends in any case.
        task = asyncio.current_task()
        assert task is not None
        task.add_done_callback(lambda _: self._end(request))

    def process_response(self, request: Request, response: Response) -> Response:
        """Take note of the answer, and end the turn."""
        turn = self._turns.get(request)
        if turn is not None:
            pace = turn.gate.pace
            answer = Answer(
                response.status,
                turn.started_s,
                latency_s=request.meta.get("download_latency"),
                retry_after=_field(response, "Retry-After"),
                date=_field(response, "Date"),
            )
            pace.answered(answer, now_s=self._gates.clock(), now=self._gates.now())
            if pace.given_up is not None:
                request.meta["dont_retry"] = True  # this answer is the last one, and is what became of the URL
            self._end(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002 Scrapy's signature
        """End the turn."""
        self._end(request)

    def _end(self, request: Request) -> None:
        turn = self._turns.pop(request, None)
        if turn is not None:
            sent_s = request.meta.get(SENT_META)
            if sent_s is not None:
                turn.gate.pace.started(sent_s)  # a while after the turn was given, where there was no connection yet
            turn.leave()


def _field(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")

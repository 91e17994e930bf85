"""What a site asks of its visitors' manners, and how it behaves when it is ill.

What is busy says so with `Retry-After` (RFC 9110 §10.2.3), once as seconds and once as a date; whoever comes before the
time is told again, and the log has it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.vices.vice import Ask, Site, Vice

_CRAWL_DELAY = re.compile(rb"Crawl-delay: .*")
CRAWL_DELAY_S = 0.25
_LATENCY_S = 0.15
_EVERY = 40
"""After so many requests the site is busy again."""
_PAUSE_S = 2


def with_crawl_delay(site: Site) -> Site:
    """robots.txt asks for a longer delay."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.ROBOTS:
            return found
        return replace(found, body=_CRAWL_DELAY.sub(b"Crawl-delay: %.2f" % CRAWL_DELAY_S, found.body))

    return answer


def _busy(status: int, *, as_date: bool) -> Callable[[Site], Site]:
    def around(site: Site) -> Site:
        served, free_at_s = 0, 0.0

        def answer(edition: Edition, ask: Ask) -> Answer:
            nonlocal served, free_at_s
            if ask.at_s >= free_at_s:
                served += 1
                if served % _EVERY:
                    return site(edition, ask)
                free_at_s = ask.at_s + _PAUSE_S
            wait_s = free_at_s - ask.at_s
            if not as_date:
                return _told(status, str(int(wait_s) + (wait_s % 1 > 0)), wait_s)
            until = (ask.at + timedelta(seconds=wait_s + 0.999)).replace(microsecond=0)
            return _told(status, format_datetime(until, usegmt=True), wait_s)

        return answer

    return around


def _told(status: int, retry_after: str, wait_s: float) -> Answer:
    body = b"<!DOCTYPE html>\n<title>Please wait</title><p>There are too many of you today.</p>\n"
    return Answer(status, body, kind=Kind.BUSY, fields=(("Retry-After", retry_after),), retry_after_s=wait_s)


def slow(site: Site) -> Site:
    """Each answer takes its time."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        time.sleep(_LATENCY_S)
        return site(edition, ask)

    return answer


def _robots(status: int) -> Callable[[Site], Site]:
    def around(site: Site) -> Site:
        def answer(edition: Edition, ask: Ask) -> Answer:
            if ask.path != "/robots.txt":
                return site(edition, ask)
            return Answer(status, b"There is no such thing today.\n", "text/plain", kind=Kind.ROBOTS)

        return answer

    return around


def with_moved_robots(site: Site) -> Site:
    """robots.txt is two redirects away (RFC 9309 §2.3.1.2)."""
    steps = {"/robots.txt": "/rules.txt", "/rules.txt": "/rules/robots.txt"}

    def answer(edition: Edition, ask: Ask) -> Answer:
        if ask.path in steps:
            return Answer(301, location=edition.absolute(steps[ask.path]), kind=Kind.ROBOTS)
        return site(edition, replace(ask, path="/robots.txt") if ask.path == "/rules/robots.txt" else ask)

    return answer


def _down(found: Answer) -> Callable[[Site], Site]:
    return lambda _: lambda __, ___: found


MANNERS = (
    Vice("crawl_delay", f"robots.txt asks for {CRAWL_DELAY_S} seconds between requests.", with_crawl_delay),
    Vice("robots_404", "There is no robots.txt.", _robots(404)),
    Vice("robots_5xx", "robots.txt is answered with 503.", _robots(503)),
    Vice("robots_moved", "robots.txt is two redirects away.", with_moved_robots),
    Vice(
        "busy_429",
        f"Each {_EVERY}th request is answered with 429 and asks for {_PAUSE_S} seconds, in seconds.",
        _busy(429, as_date=False),
    ),
    Vice(
        "busy_503",
        f"Each {_EVERY}th request is answered with 503 and asks for {_PAUSE_S} seconds, as a date.",
        _busy(503, as_date=True),
    ),
    Vice("slow", f"Each answer takes {_LATENCY_S} seconds.", slow),
    Vice("down", "Each request is answered with 503.", _down(Answer(503, b"Down for maintenance.\n", kind=Kind.BUSY))),
    Vice("silent", "Each connection is closed without an answer.", _down(Answer(0, kind=Kind.BUSY))),
)
"""Those that keep others from being seen come last."""

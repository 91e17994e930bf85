"""How fast one host is asked: a state machine that knows no clock, no socket and no queue.

Starts and answers of requests go in, with the seconds of a monotonic clock and, for dates, the instant; out come how
long the next request has to wait, and whether the host is to be left alone for the rest of the run.

The delay in force is the longest of three: the configured one, the Crawl-delay of robots.txt, and what the host's
latency asks for (the rule of Scrapy's AutoThrottle: at once slower, only by and by faster, and no faster for errors,
which are quickly told). After 429 or 503 the host rests (RFC 9110 §10.2.3, RFC 6585 §4), and is asked more slowly for a
while.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

BUSY = frozenset((429, 503))
"""Statuses by which a host says that it is asked too much."""

_SLOWER = 2.0
_MAX_SLOWDOWN = 16.0
_RECOVERY = 0.95
"""What each good answer leaves of the slowdown: after one 503, 14 of them take it away."""

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_MOST_S = 10 * 365 * 86400.0
"""A longer pause is taken as this one: dates have an end."""


@dataclass(frozen=True, slots=True)
class PaceRules:
    """The options of a site's pace: see `[crawl]`."""

    delay_s: float = 1.0
    max_delay_s: float = 60.0
    """What Crawl-delay, latency and slowdown may make of the delay at most, where the configured one is not longer."""
    latency_factor: float = 1.0
    backoff_s: float = 30.0
    max_backoff_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered, as far as its pace is concerned."""

    status: int
    started_s: float
    """When the request was given its turn."""
    latency_s: float | None = None
    """Until the head of the answer was there."""
    retry_after: str | None = None
    """The field of that name."""
    date: str | None = None
    """The field of that name: by the server's own clock, Retry-After is counted from there."""


class Pace:
    """The pace of one host."""

    def __init__(self, rules: PaceRules) -> None:
        self._rules = rules
        self._last_start_s = -math.inf
        self._rests_until_s = -math.inf
        self._rested_at_s = -math.inf
        self._refusals = 0
        """One after another: a good answer ends the count."""
        self._own_rest_s = 0.0
        self._slowdown = 1.0
        self._latency_s = 0.0
        self._crawl_delay_s: dict[str, float] = {}
        self.given_up: str | None = None
        """Why the host is not to be asked again in this run, and when it may be, in words; null where it may."""

    @property
    def delay_s(self) -> float:
        """The delay in force, between the starts of two requests."""
        rules = self._rules
        asked_s = max(*self._crawl_delay_s.values(), self._latency_s * rules.latency_factor, 0.0)
        plain_s = max(rules.delay_s, min(asked_s, rules.max_delay_s))
        return max(plain_s, min(plain_s * self._slowdown, rules.max_delay_s))

    def wait_s(self, now_s: float) -> float:
        """How long the next request has to wait; 0 or less when it may start."""
        return max(self._last_start_s + self.delay_s, self._rests_until_s) - now_s

    def crawl_delay(self, origin: str, delay_s: float | None) -> None:
        """Take note of the Crawl-delay that the robots.txt of *origin* has, or no longer has."""
        self._crawl_delay_s[origin] = delay_s or 0.0

    def started(self, at_s: float) -> None:
        """A request was given its turn; or, told later and more exactly, its first byte was sent."""
        self._last_start_s = max(self._last_start_s, at_s)

    def answered(self, answer: Answer, *, now_s: float, now: datetime) -> None:
        """Take note of an answer that ended at *now*."""
        self._measure(answer)
        asked_s = None
        if answer.retry_after is not None and answer.status >= 400:
            asked_s = retry_after_s(answer.retry_after, http_date(answer.date) or now)
        # What was under way together when the host began to rest is one refusal, and no sign of recovery.
        is_news = answer.started_s >= self._rested_at_s
        if answer.status in BUSY:
            self._rest(max(asked_s or 0.0, self._refused(answer.status, asked_s) if is_news else 0.0), now_s)
        elif asked_s is not None:
            self._rest(asked_s, now_s)
        elif is_news and answer.status < 500:
            self._refusals = 0
            self._slowdown = max(1.0, self._slowdown * _RECOVERY)
        if asked_s is not None and asked_s > self._rules.max_backoff_s:
            until = (now + timedelta(seconds=asked_s)).astimezone(UTC)
            self.given_up = f"it answered {answer.status} and may be asked again from {until:%Y-%m-%dT%H:%M:%SZ} on"

    def _measure(self, answer: Answer) -> None:
        if answer.latency_s is None:
            return
        latency_s = max(answer.latency_s, (self._latency_s + answer.latency_s) / 2)
        if latency_s > self._latency_s or answer.status < 400:
            self._latency_s = latency_s

    def _refused(self, status: int, asked_s: float | None) -> float:
        """Count a refusal. How long to rest for it: each time twice as long, and first as long as the host has said."""
        rules = self._rules
        if self._refusals and self._own_rest_s >= rules.max_backoff_s:
            self.given_up = f"it answered {status} again after a rest of {self._own_rest_s:g} s"
        self._own_rest_s = min(2 * self._own_rest_s if self._refusals else rules.backoff_s, rules.max_backoff_s)
        self._refusals += 1
        self._slowdown = min(self._slowdown * _SLOWER, _MAX_SLOWDOWN)
        return 0.0 if asked_s is not None and self._refusals == 1 else self._own_rest_s

    def _rest(self, rest_s: float, now_s: float) -> None:
        self._rested_at_s = now_s
        self._rests_until_s = max(self._rests_until_s, now_s + rest_s)


def retry_after_s(field: str, at: datetime) -> float | None:
    """The seconds that a Retry-After field asks for, from *at* on (RFC 9110 §10.2.3); null if it is of neither form."""
    text = field.strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), _MOST_S)
    date = http_date(text)
    return None if date is None else min(max((date - at).total_seconds(), 0.0), _MOST_S)


def http_date(field: str | None) -> datetime | None:
    """The instant that an HTTP-date names, in any of its three forms (RFC 9110 §5.6.7); null if it is none."""
    if field is None:
        return None
    try:
        date = parsedate_to_datetime(field)
    except (ValueError, OverflowError, IndexError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date

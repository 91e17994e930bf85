"""What a site's log says of its visitor: how much was asked for, and whether it was done with manners.

In: the hits of one or more nights, in order. Out: counts and breaches. All pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.demo.feeds import DISALLOWED
from crawler.demo.routes import Kind
from crawler.demo.server import Hit


def kinds(hits: Iterable[Hit]) -> Counter[Kind]:
    """How many requests there were of each kind, answered 304 or not."""
    return Counter(hit.kind for hit in hits if hit.kind is not None)


def without_requisites(hits: Iterable[Hit]) -> list[Hit]:
    """The requests for anything but pictures, styles and the like."""
    return [hit for hit in hits if hit.kind is not Kind.REQUISITE]


def answered_anew(hits: Iterable[Hit]) -> list[Hit]:
    """The requests that were not answered with 304."""
    return [hit for hit in hits if hit.status != 304]


def disallowed(hits: Iterable[Hit]) -> list[Hit]:
    """The requests that robots.txt forbids (RFC 9309 §2.2.2)."""
    return [hit for hit in hits if urlsplit(hit.path).path.startswith(DISALLOWED)]


def shortest_gap_s(hits: Sequence[Hit], over: int = 1) -> float:
    """The shortest time from one request to the next, in the mean over so many gaps in a row.

    The server sees a request a moment after it was made: over some gaps that no longer matters.
    """
    times = [hit.at_s for hit in hits]
    gaps = [(later - earlier) / over for earlier, later in zip(times, times[over:], strict=False)]
    return min(gaps, default=float("inf"))


def too_early(hits: Sequence[Hit]) -> list[Hit]:
    """The requests that came while the site had asked to be left alone (RFC 9110 §10.2.3)."""
    free_at_s, early = float("-inf"), []
    for hit in hits:
        if hit.at_s < free_at_s:
            early.append(hit)
        if hit.retry_after_s is not None:
            free_at_s = max(free_at_s, hit.at_s + hit.retry_after_s)
    return early


def asked_twice(hits: Iterable[Hit]) -> dict[str, int]:
    """Paths that were asked for more than once, robots.txt left out, with how often."""
    asked = Counter(hit.path for hit in hits if hit.kind not in (Kind.ROBOTS, Kind.BUSY))
    return {path: count for path, count in asked.items() if count > 1}

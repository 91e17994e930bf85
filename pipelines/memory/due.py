"""When to look at a URL again: pure policy over what is known of it.

An article is looked at again after hours, then days, then weeks, counted from its publication or its last change: what
is old when it is found is not watched as if it were new. Listings are looked at in every run, and more seldom the
longer they show nothing new. What told nothing is tried again in the next run, and then ever later.

*Why here* and not beside the frontier: the memory is asked for what is due by an index, so the instant has to be in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate

_EARLY = 0.9
"""A night may begin a little earlier than the one before: what is due by nine tenths of its time is due."""
_SPREAD = 0.5
"""What was found in one night is not all to come due in one night: the last interval is spread by so much of itself."""

_SOURCE_HOURS = (0.0, 20.0, 44.0, 92.0, 188.0, 332.0)
"""After the last visit that a listing or a feed showed something new with, and after each that it did not."""
_FAILURE_HOURS = (0.0, 4.0, 20.0, 44.0, 92.0, 188.0, 332.0)
"""After the first visit that told nothing, after the second, and so on."""


def article_due(
    url: str, *, visited_at: datetime, anchor_at: datetime, revisit_after_h: Iterable[float]
) -> datetime | None:
    """When to look at an article again; null for never.

    Args:
        url: Its canonical URL; spreads what was found in one night.
        visited_at: The visit just made.
        anchor_at: When it was published, or last changed.
        revisit_after_h: Hours from the anchor to the first visit, from that to the second, and so on; the last one
            repeats.
    """
    hours = tuple(each for each in revisit_after_h if each > 0)
    if not hours:
        return None
    for since_anchor_h in accumulate(hours):
        due_at = anchor_at + timedelta(hours=since_anchor_h * _EARLY)
        if due_at > visited_at:
            return due_at
    share = int.from_bytes(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:4], "big") / 2**32
    return visited_at + timedelta(hours=hours[-1] * _EARLY * (1 - _SPREAD / 2 + _SPREAD * share))


def source_due(*, visited_at: datetime, idle: int, most_idle: int = len(_SOURCE_HOURS)) -> datetime:
    """When to read a listing, feed or sitemap again.

    Args:
        visited_at: The visit just made.
        idle: Visits in a row that showed nothing new.
        most_idle: How seldom it may become.
    """
    step = min(idle, most_idle, len(_SOURCE_HOURS) - 1)
    return visited_at + timedelta(hours=_SOURCE_HOURS[step])


def failure_due(*, visited_at: datetime, failures: int) -> datetime:
    """When to try again what told nothing: no answer, or an error that may pass."""
    return visited_at + timedelta(hours=_FAILURE_HOURS[min(max(failures, 1), len(_FAILURE_HOURS)) - 1])

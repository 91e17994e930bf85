"""How many articles a day a site publishes, by the dates that its sources give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

_WINDOW = timedelta(days=28)
_LEAST_SPAN = timedelta(hours=1)
_LEAST_DATES = 3
_LEAST_DIFFERENT = 0.5
"""The share of dates that must differ: where a site writes one date to everything, it says nothing."""


def articles_per_day(dates: Iterable[datetime]) -> float | None:
    """The rate over the last four weeks that *dates*, one an article, reach back to; null where they do not tell.

    A list that holds a fixed number of articles begins with one of them, so that one is not counted.
    """
    newest = max(known := list(dates), default=None)
    if newest is None:
        return None
    recent = [date for date in known if newest - date <= _WINDOW]
    span = newest - min(recent)
    if len(recent) < _LEAST_DATES or span < _LEAST_SPAN or len(set(recent)) < len(recent) * _LEAST_DIFFERENT:
        return None
    return (len(recent) - 1) / (span / timedelta(days=1))

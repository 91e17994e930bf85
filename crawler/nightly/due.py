"""When a site is due: pure, from how it stands, what its options say, and the time.

A complete run is good for `nightly.every_h` from its start. A start that comes early by up to half of that, at most
twelve hours, is in time: cron is late one night and early the next, and a run of the afternoon is not tonight's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.frontier.hours import read_hours
from crawler.nightly.standing import Standing
from pipelines.options import Config

MOST_EARLY = timedelta(hours=12)

Action = Literal["crawl", "publish", "skip"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done for a site now, and why, in words."""

    action: Action
    why: str
    is_overdue: bool = False
    """Whether it is skipped though two of its nights have passed: its hours and those of the night do not meet."""


def due_at(config: Config, known: Standing, now: datetime) -> datetime:
    """The instant from which the site is due and open, *now* where it is both."""
    due = max(now, _from(config, known) or now)
    between = config.crawl.only_between
    return due if between is None else max(due, read_hours(between, config.crawl.time_zone).opens_at(due))


def decide(config: Config, known: Standing, now: datetime, *, only_failed: bool = False) -> Decision:
    """What to do for the site at *now*.

    Args:
        config: The site's effective configuration.
        known: How it stands.
        now: The time.
        only_failed: Whether sites whose last run came to its end are left alone.
    """
    why_not = _why_not(config, known, now, only_failed=only_failed)
    if why_not is None:
        return Decision("crawl", _why(known))
    if known.over:
        return Decision("publish", f"{', '.join(known.over)} waits to be published; not crawled: {why_not}")
    return Decision("skip", why_not, is_overdue=not only_failed and _is_overdue(config, known, now))


def _why_not(config: Config, known: Standing, now: datetime, *, only_failed: bool) -> str | None:
    if not config.nightly.enabled:
        return "it is disabled (nightly.enabled)"
    if only_failed and not known.is_unfinished:
        return f"its last run did not fail ({known.state})"
    due = _from(config, known)
    if due is not None and due > now:
        return f"it is not due before {due:%Y-%m-%d %H:%M} UTC"
    opens = due_at(config, known, now)
    if opens > now:
        return f"it may be visited {config.crawl.only_between} {config.crawl.time_zone} only (crawl.only_between)"
    return None


def _is_overdue(config: Config, known: Standing, now: datetime) -> bool:
    if not config.nightly.enabled or known.last is None or not config.nightly.every_h:
        return False
    return known.last.started_at + 2 * timedelta(hours=config.nightly.every_h) < now


def _from(config: Config, known: Standing) -> datetime | None:
    """The instant from which it is due, whatever its hours; null where it is due at any time."""
    if known.last is None or known.is_unfinished:
        return None
    every = timedelta(hours=config.nightly.every_h)
    return known.last.started_at + every - min(every / 2, MOST_EARLY)


def _why(known: Standing) -> str:
    if known.interrupted:
        return f"goes on with run {known.interrupted[-1]}"
    if known.over:
        return f"run {known.over[-1]} waits to be published"
    if known.last is None:
        return "has no run yet"
    began = f"its last run began {known.last.started_at:%Y-%m-%d %H:%M} UTC"
    return f"{began} ({known.state})"

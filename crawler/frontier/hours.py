"""The hours in which a site may be visited: `crawl.only_between`, on the clock of `crawl.time_zone`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """Every day from *opens* up to *closes*, over midnight where that is earlier."""

    opens: time
    closes: time
    zone: ZoneInfo

    def is_open(self, at: datetime) -> bool:
        """Whether the site may be visited at this instant."""
        local = at.astimezone(self.zone).time()
        if self.opens < self.closes:
            return self.opens <= local < self.closes
        return local >= self.opens or local < self.closes

    def opens_at(self, at: datetime) -> datetime:
        """The next minute in which it may be visited, in UTC; *at* itself where it may be then."""
        if self.is_open(at):
            return at.astimezone(UTC)
        # Minute by minute, as clocks are put forward and back: no formula is as short and right.
        minute = at.astimezone(UTC).replace(second=0, microsecond=0)
        while not self.is_open(minute):
            minute += timedelta(minutes=1)
        return minute


def read_hours(between: str, time_zone: str) -> Hours:
    """The hours of options that the configuration has checked, such as `22:00-06:00` and `Europe/Berlin`."""
    opens, _, closes = between.partition("-")
    return Hours(_time(opens), _time(closes), ZoneInfo(time_zone))


def _time(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour) % 24, int(minute))

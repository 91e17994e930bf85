"""The hours of a site, on its own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.hours import read_hours

NIGHT = read_hours("22:00-06:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("between", "at", "is_open"),
    [
        ("22:00-06:00", "21:59", False),
        ("22:00-06:00", "22:00", True),
        ("22:00-06:00", "23:59", True),
        ("22:00-06:00", "00:00", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("08:30-12:15", "08:29", False),
        ("08:30-12:15", "08:30", True),
        ("08:30-12:15", "12:15", False),
        ("18:00-24:00", "23:59", True),
        ("18:00-24:00", "00:00", False),
        ("00:00-24:00", "12:00", True),
    ],
)
def test_hours_begin_and_end_on_the_minute_and_may_go_over_midnight(between: str, at: str, *, is_open: bool) -> None:
    instant = datetime.fromisoformat(f"2026-11-22T{at}:00+00:00")
    assert read_hours(between, "UTC").is_open(instant) is is_open


def test_the_clock_is_that_of_the_zone_in_winter_and_in_summer() -> None:
    assert NIGHT.opens_at(datetime(2026, 1, 10, 12, tzinfo=UTC)) == datetime(2026, 1, 10, 21, tzinfo=UTC)
    assert NIGHT.opens_at(datetime(2026, 7, 10, 12, tzinfo=UTC)) == datetime(2026, 7, 10, 20, tzinfo=UTC)


def test_hours_that_the_clock_is_put_forward_over_come_the_day_after() -> None:
    hours = read_hours("02:15-02:45", "Europe/Berlin")
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30; at 02:00 it becomes 03:00
    assert hours.opens_at(before) == datetime(2026, 3, 30, 0, 15, tzinfo=UTC)


minutes = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


@given(
    opens=minutes,
    closes=minutes,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    at=st.integers(1_580_000_000, 1_900_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_it_opens_next_when_it_says(opens: str, closes: str, zone: str, at: datetime) -> None:
    if opens == closes:
        return
    hours = read_hours(f"{opens}-{closes}", zone)
    opening = hours.opens_at(at)
    assert opening >= at
    assert hours.is_open(opening)
    if not hours.is_open(at):
        earlier = (at + timedelta(minutes=number) for number in range(0, int((opening - at).total_seconds() / 60), 7))
        assert not any(hours.is_open(each) for each in earlier if each < opening)


def test_hours_that_begin_while_the_clock_is_put_forward_begin_when_it_has_been() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert read_hours("02:15-06:00", "Europe/Berlin").opens_at(before) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

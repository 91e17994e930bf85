"""Articles a day, by dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.probing.rate import articles_per_day

NEWEST = datetime(2026, 11, 22, 3, tzinfo=UTC)


@given(st.floats(0.2, 200), st.integers(5, 300))
def test_a_steady_site_has_its_rate_however_many_dates_a_source_gives(per_day: float, count: int) -> None:
    dates = [NEWEST - timedelta(days=n / per_day) for n in range(count)]
    rate = articles_per_day(dates)
    if rate is None:
        within = [date for date in dates if NEWEST - date <= timedelta(days=28)]
        assert len(within) < 3 or NEWEST - min(within) < timedelta(hours=1)
    else:
        assert rate == pytest.approx(per_day, rel=1e-6)


def test_the_order_of_the_dates_changes_nothing() -> None:
    dates = [NEWEST - timedelta(hours=n * n) for n in range(12)]
    assert articles_per_day(dates) == articles_per_day(reversed(dates))


def test_what_is_older_than_four_weeks_does_not_count() -> None:
    recent = [NEWEST - timedelta(days=n) for n in range(10)]
    assert articles_per_day([*recent, NEWEST - timedelta(days=4000)]) == articles_per_day(recent) == pytest.approx(1)


@pytest.mark.parametrize(
    "dates",
    [
        [],
        [NEWEST],
        [NEWEST, NEWEST - timedelta(days=1)],
        [NEWEST] * 500,
        [NEWEST] * 500 + [NEWEST - timedelta(days=9)],
        [NEWEST - timedelta(minutes=n) for n in range(30)],
    ],
    ids=["none", "one", "two", "all the same", "nearly all the same", "half an hour"],
)
def test_dates_that_do_not_tell_give_no_rate(dates: list[datetime]) -> None:
    assert articles_per_day(dates) is None

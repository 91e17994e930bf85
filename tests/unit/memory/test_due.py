"""When to look again: after hours, then days, then weeks, and never all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.memory.due import article_due, failure_due, source_due

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOURS = (12.0, 24.0, 72.0, 168.0, 672.0)


def due_in_h(age_h: float, hours: tuple[float, ...] = HOURS, url: str = "https://e.org/a") -> float:
    """Hours from a visit to the next, of an article that is so old."""
    due_at = article_due(url, visited_at=NOW, anchor_at=NOW - timedelta(hours=age_h), revisit_after_h=hours)
    assert due_at is not None
    return (due_at - NOW) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("age_h", "expected_h"),
    [(0, 10.8), (10, 0.8), (12, 20.4), (40, 57.2), (24 * 5, 128.4), (24 * 20, 373.2)],
)
def test_an_article_is_looked_at_ever_more_seldom_by_its_age(age_h: float, expected_h: float) -> None:
    assert due_in_h(age_h) == pytest.approx(expected_h)


def test_what_is_old_when_it_is_found_is_looked_at_after_weeks_and_not_all_of_it_in_one_night() -> None:
    found = [due_in_h(24 * 365, url=f"https://e.org/{number}") for number in range(200)]
    assert 672 * 0.9 * 0.75 <= min(found) < max(found) <= 672 * 0.9 * 1.25
    assert len({int(each // 24) for each in found}) > 8


def test_nightly_runs_that_begin_a_little_early_still_find_it_due() -> None:
    assert due_in_h(0, (24.0,)) < 23


@pytest.mark.parametrize("hours", [(), (0.0,)])
def test_without_hours_an_article_is_never_due_of_itself(hours: tuple[float, ...]) -> None:
    assert article_due("https://e.org/a", visited_at=NOW, anchor_at=NOW, revisit_after_h=hours) is None


@given(st.floats(0, 10_000), st.lists(st.floats(0.1, 1000), min_size=1, max_size=6))
def test_it_is_always_due_later_than_the_visit(age_h: float, hours: list[float]) -> None:
    assert due_in_h(age_h, tuple(hours)) > 0


def test_a_source_that_shows_something_new_is_read_in_every_run_and_a_quiet_one_ever_more_seldom() -> None:
    waits = [source_due(visited_at=NOW, idle=idle) - NOW for idle in range(8)]
    assert waits[0] == timedelta(0)
    assert waits[1] < timedelta(days=1) < waits[2]
    assert waits == sorted(waits)
    assert source_due(visited_at=NOW, idle=9, most_idle=1) == NOW + waits[1]


def test_what_failed_is_tried_in_the_next_run_and_then_ever_later() -> None:
    waits = [failure_due(visited_at=NOW, failures=failures) - NOW for failures in range(1, 9)]
    assert waits[0] == timedelta(0)
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(days=7)

"""When a site is due: nights that come early or late leave none out, and none is crawled twice in one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.nightly.due import decide, due_at
from crawler.nightly.standing import Standing
from pipelines.config import load_config
from pipelines.options import Config
from pipelines.report.figures import Figures, RunFigures, State

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def config(**flags: object) -> Config:
    return load_config("https://news.example.org/", flags=flags)


def last(state: State = State.COMPLETE, at: datetime = NIGHT) -> RunFigures:
    return RunFigures(
        site="news.example.org",
        run="r",
        number=1,
        started_at=at,
        ended_at=at + timedelta(minutes=20),
        state=state,
        crawled=True,
        warnings=(),
        figures=Figures(),
    )


def action(known: Standing, now: datetime, *, only_failed: bool = False, **flags: object) -> str:
    return decide(config(**flags), known, now, only_failed=only_failed).action


@pytest.mark.parametrize(
    ("hours", "expected"), [(0.5, "skip"), (11.9, "skip"), (12.1, "crawl"), (23.5, "crawl"), (24, "crawl")]
)
def test_a_site_is_due_from_twelve_hours_before_its_day_is_over(hours: float, expected: str) -> None:
    assert action(Standing(last()), NIGHT + timedelta(hours=hours)) == expected


@given(
    every_h=st.floats(0.5, 1000),
    offsets=st.lists(st.floats(-0.24, 0.24), min_size=1, max_size=20),
)
def test_a_site_is_crawled_every_time_where_starts_come_a_little_early_or_late(
    every_h: float, offsets: list[float]
) -> None:
    every = timedelta(hours=every_h)
    known = Standing(last())
    for number, offset in enumerate(offsets, start=1):
        now = NIGHT + number * every + offset * min(every, timedelta(hours=24))
        assert action(known, now, **{"nightly.every_h": every_h}) == "crawl"
        known = Standing(last(at=now))


@given(st.floats(0, 11.9))
def test_a_second_start_in_one_night_crawls_nothing_again(later_h: float) -> None:
    for state in (State.COMPLETE, State.WARNINGS, State.CUT):
        assert action(Standing(last(state)), NIGHT + timedelta(hours=later_h)) == "skip"


@pytest.mark.parametrize(
    "known",
    [
        Standing(),
        Standing(last(State.INCOMPLETE)),
        Standing(last(State.FAILED)),
        Standing(last(), interrupted=("r",)),
        Standing(last(), failed_at=NIGHT + timedelta(hours=1)),
    ],
    ids=["never", "stopped", "outage", "interrupted", "failed"],
)
def test_what_did_not_come_to_its_end_is_due_at_once(known: Standing) -> None:
    assert action(known, NIGHT + timedelta(hours=2)) == "crawl"
    assert due_at(config(), known, NIGHT) == NIGHT


def test_a_crawl_after_the_night_that_failed_makes_it_good() -> None:
    known = Standing(last(at=NIGHT), failed_at=NIGHT - timedelta(hours=3))
    assert not known.is_unfinished
    assert action(known, NIGHT + timedelta(hours=2)) == "skip"


def test_only_failed_leaves_alone_what_came_to_its_end_and_what_was_never_tried() -> None:
    later = NIGHT + timedelta(days=1)
    assert action(Standing(last()), later, only_failed=True) == "skip"
    assert action(Standing(), later, only_failed=True) == "skip"
    assert action(Standing(last(State.INCOMPLETE)), later, only_failed=True) == "crawl"


def test_a_disabled_site_is_not_crawled_but_what_it_left_is_published() -> None:
    later = NIGHT + timedelta(days=1)
    assert action(Standing(last()), later, **{"nightly.enabled": False}) == "skip"
    decision = decide(config(**{"nightly.enabled": False}), Standing(last(), over=("r",)), later)
    assert decision.action == "publish"
    assert "nightly.enabled" in decision.why


def test_outside_of_its_hours_a_site_waits_for_them() -> None:
    night_only = {"crawl.only_between": "22:00-02:00", "crawl.time_zone": "Europe/Berlin"}
    assert action(Standing(), NIGHT, **night_only) == "skip"
    assert due_at(config(**night_only), Standing(), NIGHT) == datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
    assert action(Standing(), NIGHT + timedelta(hours=18), **night_only) == "crawl"


def test_a_site_whose_hours_never_meet_the_night_is_told_of() -> None:
    hours = config(**{"crawl.only_between": "22:00-02:00"})
    assert [decide(hours, Standing(last()), NIGHT + timedelta(days=days)).is_overdue for days in (1, 2, 3)] == [
        False,
        False,
        True,
    ]

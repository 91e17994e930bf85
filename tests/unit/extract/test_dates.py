from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract.dates import Found, ago, choose, day_of_url, in_line, is_before, is_date_line, without_dates

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T09:30:00+01:00", "2026-11-20T08:30:00Z"),
        ("2026-11-20T09:30:00.123Z", "2026-11-20T09:30:00Z"),
        ("2026-11-20T09:30:00+0530", "2026-11-20T04:00:00Z"),
        ("Fri, 20 Nov 2026 09:30:00 GMT", "2026-11-20T09:30:00Z"),
        ("November 20, 2026 9:30 AM EST", "2026-11-20T14:30:00Z"),
        ("1795166400", "2026-11-20T09:20:00Z"),
        ("2026-11-20T09:30:00", "2026-11-20"),
        ("2026-11-20", "2026-11-20"),
        ("November 20, 2026", "2026-11-20"),
        ("05.04.2026", "2026-04-05"),
        ("13/04/2026", "2026-04-13"),
        ("2026-11-20T25:99", "2026-11-20"),
        ("14. März 2026", "2026-03-14"),
        ("3 novembre 2026", "2026-11-03"),
        ("3 ноября 2026 г.", "2026-11-03"),
        ("3 listopada 2026", "2026-11-03"),
        ("2026年11月3日", "2026-11-03"),
        ("٣ نوفمبر ٢٠٢٦", "2026-11-03"),
        ("05/04/2026", None),
        ("November 2026", None),
        ("three days ago", None),
        ("10:30", None),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_a_date_is_read_or_it_is_none(text: str, expected: str | None) -> None:
    assert choose([text], AT).date == expected


def test_a_date_after_the_capture_is_passed_over_and_told() -> None:
    assert choose(["2027-01-01T00:00:00Z", "2026-11-20"], AT) == Found("2026-11-20", is_after_capture=True)
    assert choose(["2026-11-22T03:00:01Z"], AT) == Found(None, is_after_capture=True)
    assert choose(["2026-11-22T03:00:00Z"], AT) == Found("2026-11-22T03:00:00Z")


def test_a_claim_with_the_time_is_preferred_for_the_same_day_only() -> None:
    assert choose(["2026-11-20", "2026-11-20T23:30:00-05:00"], AT).date == "2026-11-21T04:30:00Z"
    assert choose(["2026-11-02", "2026-11-20T09:00:00Z"], AT).date == "2026-11-02"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_machines_own_zone_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert choose(["November 20, 2026 9:30 AM JST"], AT).date == "2026-11-20T00:30:00Z"
        assert choose(["November 20, 2026 9:30 AM"], AT).date == "2026-11-20"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_day_in_a_url_is_read() -> None:
    assert day_of_url("https://a.example/2026/11/22/ferry/") == "2026-11-22"
    assert day_of_url("https://a.example/2026/13/45/ferry/") is None
    assert day_of_url("https://a.example/ferry-1234567890/") is None


@pytest.mark.parametrize(
    ("line", "dates", "rest"),
    [
        ("Published on November 3, 2026 By Ana Diaz", ("2026-11-03",), "Published on  |  By Ana Diaz"),
        ("Stand: 03.11.2026 17:45 Uhr", ("2026-11-03",), "Stand:  | "),
        ("Publié le 14 août 2026 à 9h05 - Mis à jour le 15 août 2026", ("2026-08-14", "2026-08-15"), None),
        ("Ana DiazUpdated: 3 Nov 2026, 5:45 p.m.", ("2026-11-03",), "Ana DiazUpdated:  | "),
        ("In the 12 months to 2026", (), "In the 12 months to 2026"),
        ("About 20 people 2024", (), "About 20 people 2024"),
    ],
)
def test_dates_are_found_amid_other_words(line: str, dates: tuple[str, ...], rest: str | None) -> None:
    assert tuple(choose([claim], AT).date for claim in in_line(line)) == dates
    assert rest is None or without_dates(line) == rest


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("3 hours ago", "2026-11-22"),
        ("4 hours ago", "2026-11-21"),
        ("vor 2 Tagen", "2026-11-20"),
        ("il y a 2 jours", "2026-11-20"),
        ("2時間前", "2026-11-22"),
        ("5 min", None),
        ("4 min read", None),
        ("in 3 days", None),
        ("Chapter 3 begins now", None),
    ],
)
def test_how_long_ago_is_counted_from_the_capture(line: str, day: str | None) -> None:
    assert ago(line, AT) == day


@pytest.mark.parametrize(
    ("line", "is_date"),
    [
        ("Dienstag, 3. November 2026", True),
        ("Last updated on 3 November 2026", True),
        ("03/11/26", True),
        ("3 hours ago", True),
        ("Polls open on 3 November 2026.", False),
        ("7th Festival of Light 3 November 2026", False),
        ("3 boats", False),
    ],
)
def test_a_line_that_is_a_date_is_told_from_one_that_has_a_date(line: str, *, is_date: bool) -> None:
    assert is_date_line(line) == is_date


def test_a_plain_date_is_before_no_time_of_its_day() -> None:
    assert is_before("2026-11-01T10:00:00Z", "2026-11-03")
    assert not is_before("2026-11-03", "2026-11-03T10:00:00Z")
    assert not is_before(None, "2026-11-03")

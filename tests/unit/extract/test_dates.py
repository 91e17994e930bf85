from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract.dates import Found, choose, day_of_url

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

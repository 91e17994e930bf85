from __future__ import annotations

import pytest

from pipelines.extract.access import Measured, measure, with_listed
from pipelines.values import Draft

LINE = "The council met on Tuesday and spoke about the ferry until late"  # twelve words


@pytest.mark.parametrize(
    ("lines", "promised", "declared", "expected"),
    [
        ([LINE] * 10, 125, "paid", Measured("free", "120 of 125 promised words")),
        ([LINE] * 4, 125, "paid", Measured("paid", "48 of 125 promised words", is_cut=True)),
        ([LINE] * 4, 125, "unknown", Measured("unknown", "48 of 125 promised words", is_cut=True)),
        ([LINE] * 7, 125, "paid", Measured("unknown")),
        ([LINE] * 4, 60, "paid", Measured("unknown")),
        ([LINE, f"{LINE} …"], 0, "metered", Measured("paid", "the text ends in an ellipsis", is_cut=True)),
        ([LINE, f"{LINE}..."], 0, "free", Measured("unknown", "the text ends in an ellipsis", is_cut=True)),
        ([], 0, "unknown", Measured("unknown")),
    ],
)
def test_what_a_text_shows_is_told_from_what_was_promised_and_how_it_ends(
    lines: list[str], promised: int, declared: str, expected: Measured
) -> None:
    assert measure(lines, promised, declared) == expected


def test_what_a_news_sitemap_says_counts_where_the_page_says_nothing() -> None:
    silent = Draft("u", LINE, (), promised_words=125)
    told = with_listed(silent, "Subscription")
    assert (told.access_listed, told.access_declared, told.access_measured) == ("Subscription", "paid", "paid")
    assert told.access_why == "news:access Subscription; 12 of 125 promised words"
    assert with_listed(silent, "Registration").access_declared == "metered"
    assert with_listed(silent, None) is silent
    spoken = Draft("u", LINE, (), access_declared="free", access_why="isAccessibleForFree true")
    told = with_listed(spoken, "Subscription")
    assert (told.access_listed, told.access_declared, told.access_why) == (
        "Subscription",
        "free",
        "isAccessibleForFree true",
    )

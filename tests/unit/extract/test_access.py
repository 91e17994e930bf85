from __future__ import annotations

import pytest

from pipelines.extract.access import Measured, measure

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

from __future__ import annotations

import pytest

from pipelines.extract.headline import without_site


@pytest.mark.parametrize(
    ("title", "suffixes", "expected"),
    [
        ("The ferry stays - The Paper", (), "The ferry stays"),
        ("The ferry stays | THE PAPER", (), "The ferry stays"),
        ("The Paper: a history - thepaper.example", (), "The Paper: a history"),
        ("The Paper – The ferry stays", (), "The ferry stays"),
        ("The ferry stays | News | The Paper", (), "The ferry stays | News"),
        ("The ferry stays | News | The Paper", (" | News | The Paper",), "The ferry stays"),
        ("Tidewatch: The ferry stays", ("Tidewatch: ",), "The ferry stays"),
        ("Ferry - and nothing but the ferry", (), "Ferry - and nothing but the ferry"),
        ("Why - The Paper", (), "Why - The Paper"),
    ],
)
def test_a_headline_is_without_the_sites_name(title: str, suffixes: tuple[str, ...], expected: str) -> None:
    assert without_site(title, ["The Paper", "thepaper.example"], suffixes) == expected

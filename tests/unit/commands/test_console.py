"""What commands show on a terminal."""

from __future__ import annotations

import pytest

from pipelines.commands.console import print_rows

ROWS = [
    {
        "site": "example.org",
        "runs": 12,
        "last_run": "20261127T151246Z-09258e",
        "coverage": "feed 10/10, sitemap 120/120",
    },
    {"site": "a-long-name.of-a-paper.example", "runs": 1, "last_run": "20261127T021502Z-5f0a11", "coverage": "[-]"},
]


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
def test_no_word_is_cut_off_however_narrow_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": str(columns), "FORCE_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    print_rows(ROWS, title="Archive")
    shown = capsys.readouterr().out
    assert all(word in shown for row in ROWS for value in row.values() for word in str(value).split())
    assert ("━" in shown) == (columns >= 80)

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.report.history import history
from pipelines.store.open import open_store
from tests.unit.publish.nights import FIRST_NIGHT, article_page, in_this_process, night, story, url_of

URL = url_of("bakery")
ENDING = "The board will meet again on Monday, it said, and the bakery will be open until then as it always was."


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three nights: an article, its next revision, its end; and beside it another with the same text."""
    place = tmp_path / "archive"
    twin = article_page("bakery").replace(URL.encode(), f"{URL}-too".encode())
    with in_this_process():
        night(place, [(URL, article_page("bakery"), 200), (f"{URL}-too", twin, 200)])
        night(place, [(URL, article_page("bakery", ending=ENDING), 200)], at=FIRST_NIGHT + timedelta(days=1))
        night(place, [(URL, b"", 404)], at=FIRST_NIGHT + timedelta(days=2))
    return place


def test_the_history_of_an_article_is_its_revisions_in_order(archive: Path) -> None:
    found = history(open_store(str(archive)), f"{URL}?utm_source=x#top")
    assert [(each.revision, each.event.value) for each in found] == [(1, "new"), (2, "changed"), (3, "removed")]
    assert found[1].changes is not None
    assert found[1].changes.paragraphs is not None
    assert [each.model_dump() for each in found[1].changes.paragraphs] == [
        {"op": "insert", "previous": (3, 3), "current": (3, 4)}
    ]
    assert found[2].changes is not None
    assert found[2].changes.paragraphs is None
    assert history(open_store(str(archive)), f"{URL}/never") == []


def test_a_copy_on_the_site_names_its_original_and_is_written(archive: Path) -> None:
    (line,) = history(open_store(str(archive)), f"{URL}-too")
    original = history(open_store(str(archive)), URL)[0]
    assert (line.duplicate_of, original.duplicate_of) == (original.id, None)
    assert line.simhash == original.simhash


def test_the_command_shows_revisions_and_the_paragraphs_that_changed(archive: Path) -> None:
    shown = CliRunner().invoke(app, ["history", URL, "--diff", "--archive", str(archive)])
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert [line.split("  ")[:2] for line in lines if line.startswith("revision")] == [
        ["revision 1", "new"],
        ["revision 2", "changed"],
        ["revision 3", "removed"],
    ]
    assert "  new: paragraph 4" in lines
    assert f"{{+{ENDING}+}}" in lines
    assert "  gone: paragraphs 1 to 4" in lines
    assert lines[lines.index("  gone: paragraphs 1 to 4") + 1] == f"[-{story('bakery')[0]}"
    as_json = CliRunner().invoke(app, ["history", URL, "--json", "--archive", str(archive)])
    assert [each["revision"] for each in json.loads(as_json.output)] == [1, 2, 3]
    with_diff = json.loads(
        CliRunner().invoke(app, ["history", URL, "--json", "--diff", "--archive", str(archive)]).output
    )
    assert with_diff[0]["diff"] is None
    assert with_diff[1]["diff"] == [
        {"op": "insert", "previous": [3, 3], "current": [3, 4], "words": [{"op": "insert", "text": ENDING}]}
    ]


def test_on_a_terminal_what_went_is_red_and_what_came_is_green(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = CliRunner().invoke(app, ["history", URL, "--diff", "--archive", str(archive)], color=True).output
    assert f"\x1b[32m{ENDING}" in shown
    assert "\x1b[9;31m" in shown
    assert "{+" not in shown


def test_lines_with_copies_and_changes_are_made_again_to_the_byte(archive: Path) -> None:
    from tests.unit.publish.test_publish import findings

    assert findings(archive) == []

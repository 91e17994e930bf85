"""`pressarc schema`: one schema, all of them, or those of an archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import cli, schemas
from pipelines.errors import ConfigError
from pipelines.store.archive import open_archive
from pipelines.store.local import LocalStore


def printed(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(cli.app, ["schema", *arguments], catch_exceptions=False)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_one_schema_or_all_of_them_are_printed() -> None:
    assert printed("outcome")["title"] == "pressarc.outcome/1"
    assert set(printed()) == set(schemas.NAMES)


def test_of_an_archive_its_own_schemas_are_printed(tmp_path: Path) -> None:
    open_archive(LocalStore(tmp_path), now=datetime(2026, 11, 22, tzinfo=UTC), owner=None)
    later = tmp_path / "schema/article-1/0.2.0.json"
    later.write_text('{"title": "a later one"}')
    assert printed("article", "--archive", str(tmp_path)) == {"title": "a later one"}


def test_an_unknown_schema_is_refused_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match="there are article, outcome, manifest"):
        CliRunner().invoke(cli.app, ["schema", "profile"], catch_exceptions=False)

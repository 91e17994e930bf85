"""`pressarc export`: its options, its refusals, and the next export that goes on from one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines import cli
from pipelines.errors import ConfigError
from tests.unit.export.archives import MadeArchive, article, to_bytes


@pytest.fixture
def made(tmp_path: Path) -> MadeArchive:
    made = MadeArchive(tmp_path / "archive")
    made.night([to_bytes(article(1)), to_bytes(article(2))])
    made.night([to_bytes(article(9, site="b.example"))], site="b.example")
    return made


def run(made: MadeArchive, *arguments: str) -> str:
    words = ["export", "--archive", str(made.folder), *arguments]
    done = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def out(made: MadeArchive, name: str) -> str:
    return str(made.folder.parent / name)


def exported(made: MadeArchive, name: str, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(made, "--out", out(made, name), "--json", *arguments))
    return found


def test_a_line_says_what_was_written_and_json_is_what_the_state_file_has(made: MadeArchive) -> None:
    path = out(made, "a.csv")
    assert run(made, "--out", path, "--format", "csv") == f"{path}: 3 lines, 0.0 MB, of 2 site(s), 2 manifests\n"
    told = exported(made, "b.csv", "--format", "csv")
    assert told.pop("out") == out(made, "b.csv")
    assert json.loads(Path(out(made, "b.csv.export.json")).read_bytes()) == told


def test_the_next_export_goes_on_from_the_state_of_one_or_from_a_number(made: MadeArchive) -> None:
    exported(made, "first.jsonl")
    made.night([to_bytes(article(3))])
    state = out(made, "first.jsonl.export.json")
    assert exported(made, "second.jsonl", "--since-manifest", state)["lines"] == 1
    numbers = ("--since-manifest", "a.example=1", "--since-manifest", "b.example=0")
    assert exported(made, "third.jsonl", *numbers)["lines"] == 2
    assert exported(made, "fourth.jsonl", "--since-manifest", state, "--site", "b.example")["lines"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "yesterday"), "a day is wanted"),
        (("--since", "2026-11-23", "--until", "2026-11-22"), "this is before --since"),
        (("--site", "c.example"), "no such site"),
        (("--since-manifest", "c.example=1"), "no such site"),
        (("--since-manifest", "nowhere.json"), "cannot be read"),
        (("--since-manifest", "a.example=7"), "last manifest of this site is 1"),
        (("--out", "nowhere/a.jsonl"), "no such folder"),
        (("--out", "."), "this is a folder"),
        (("--out", "s3://bucket"), "name an object"),
        (("--out", "ftp://host/a"), "s3://bucket/prefix"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    made: MadeArchive, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(made.folder.parent)
    place = () if "--out" in arguments else ("--out", "a.jsonl")
    with pytest.raises(ConfigError) as caught:
        run(made, *place, *arguments)
    assert words in str(caught.value)
    assert [path.name for path in made.folder.parent.iterdir()] == ["archive"]


def test_a_file_that_is_no_state_is_refused(made: MadeArchive) -> None:
    other = made.folder.parent / "other.json"
    other.write_text("{}")
    with pytest.raises(ConfigError, match="of an earlier export"):
        run(made, "--out", out(made, "a.jsonl"), "--since-manifest", str(other))


def test_nothing_goes_on_from_an_export_that_left_out_what_came_after_a_day(made: MadeArchive) -> None:
    exported(made, "a.jsonl", "--until", "2026-11-22")
    with pytest.raises(ConfigError, match="ended with --until 2026-11-22"):
        run(made, "--out", out(made, "b.jsonl"), "--since-manifest", out(made, "a.jsonl.export.json"))


@pytest.mark.parametrize(
    ("name", "format_"), [("a.jsonl.gz", "jsonl"), ("a.CSV", "csv"), ("a.parquet", "parquet"), ("a", "jsonl")]
)
def test_the_name_says_the_format_where_nothing_else_does(made: MadeArchive, name: str, format_: str) -> None:
    assert exported(made, name)["format"] == format_


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_description_names_the_file_its_digest_and_its_fields(made: MadeArchive, name: str) -> None:
    format_ = name.partition(".")[2]
    keeper = ("--set", "archive.owner=The library", "--set", "crawl.contact=https://library.example/about")
    told = exported(made, name, "--format", format_, "--croissant", *keeper)
    described = json.loads(Path(out(made, f"{name}.croissant.json")).read_bytes())
    required = ("@context", "@type", "conformsTo", "description", "license", "name", "url", "creator", "datePublished")
    assert all(described[key] for key in required)
    assert (described["creator"]["name"], described["datePublished"]) == ("The library", "2026-11-22")
    (file,) = described["distribution"]
    assert (file["contentUrl"], file["sha256"]) == (name, told["sha256"])
    (records,) = described["recordSet"]
    fields = {field["name"]: field for field in records["field"]}
    assert fields["captured_at"]["dataType"] == "sc:DateTime"
    assert fields["revision"]["dataType"] == "sc:Integer"
    assert ("isArray" in fields["authors"]) == (format_ != "csv")
    assert ("reserved" in fields) == (format_ == "csv")


def test_a_description_without_a_keeper_is_refused(made: MadeArchive) -> None:
    with pytest.raises(ConfigError, match=r"set archive\.owner"):
        run(made, "--out", out(made, "a.csv"), "--croissant")

"""Captures of a URL over several nights of an archive, whatever its runs have of indexes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.captures.indexes import RunIndex, kept_here, run_indexes
from pipelines.captures.lookup import Articles, FoundCapture, captures_of, looked_into, nearest
from pipelines.cli import app
from pipelines.commands.lookup import parse_time
from pipelines.errors import AccessDenied, ConfigError
from pipelines.index.search import Ranged
from pipelines.publish.manifest import Manifest, numbers, read_link
from pipelines.reasons import Source
from pipelines.store.local import LocalStore
from pipelines.values import VisitFacts
from pipelines.warc.reader import read_record
from tests.unit.captures.nights import AGAIN, NIGHTS, PICTURE, four_nights
from tests.unit.publish.nights import (
    HOME,
    SITE,
    capture,
    commit,
    config_for,
    exchange,
    id_of,
    in_this_process,
    no_progress,
    start,
    url_of,
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    four_nights(folder)
    return folder


def runs_of(folder: Path) -> list[RunIndex]:
    return list(run_indexes(LocalStore(folder), SITE, folder / ".made", no_progress))


def captured(folder: Path, url: str) -> list[FoundCapture]:
    runs = runs_of(folder)
    articles = Articles(LocalStore(folder), {run.manifest.run: run.manifest for run in runs})
    return list(articles.known(captures_of(url, runs)))


def test_the_captures_of_all_runs_come_oldest_first_with_their_records(archive: Path) -> None:
    found = captured(archive, url_of("quarry"))
    assert [(each.at.date(), each.capture.status) for each in found] == [
        (at.date(), status) for at, status in zip(NIGHTS, (200, 304, 200, 200), strict=True)
    ]
    for each in found:
        place = each.capture
        record = read_record(LocalStore(archive).read_range(place.filename, place.offset, place.length))
        assert record.target_uri == url_of("quarry")


def test_a_revisit_is_told_with_the_capture_of_an_earlier_run_that_has_the_payload(archive: Path) -> None:
    first, unchanged, *_ = captured(archive, url_of("quarry"))
    assert unchanged.original == first.capture
    (again,) = captured(archive, AGAIN)
    (picture,) = captured(archive, PICTURE)
    assert (again.capture.mime, again.original) == ("warc/revisit", picture.capture)


def test_a_redirect_is_told_with_the_url_it_leads_to(tmp_path: Path) -> None:
    moved = exchange(f"{HOME}old", b"", at=NIGHTS[0], status=301, fields=[("Location", "/2026/new/")])
    with in_this_process():
        run = start(config_for(tmp_path), NIGHTS[0])
        capture(run, [(moved, VisitFacts(Source.LINK, HOME, 1))])
        commit(run)
    (found,) = captures_of(f"{HOME}old", runs_of(tmp_path))
    assert looked_into(found, LocalStore(tmp_path), {}).leads_to == f"{HOME}2026/new/"


def test_articles_are_named_with_the_revision_that_was_captured_by_then(archive: Path) -> None:
    found = captured(archive, url_of("quarry"))
    told = [[(ref.id, ref.revision) for ref in each.articles] for each in found]
    article = id_of("quarry")
    assert told[0] == [(article, 1)]
    assert told[2:] == [[(article, 2)], [(article, 2)]]
    assert captured(archive, PICTURE)[0].articles == ()


def test_the_nearest_capture_is_the_earlier_of_two_as_near(archive: Path) -> None:
    found = captured(archive, url_of("quarry"))
    at = [each.at for each in found]
    assert nearest(found, at[1] + timedelta(hours=2)) == found[1]
    assert nearest(found, at[0] + (at[1] - at[0]) / 2) == found[0]
    assert nearest(found, at[0] - timedelta(days=900)) == found[0]
    assert nearest([], at[0]) is None


@pytest.fixture
def old_archive(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The archive as it would be without indexes."""

    def without_index(store: LocalStore, site: str, number: int) -> object:
        link = read_link(store, site, number)
        files = [file for file in link.manifest.files if not file.key.startswith("index/")]
        return type(link)(link.manifest.model_copy(update={"files": files}), link.sha256)

    monkeypatch.setattr("pipelines.captures.indexes.read_link", without_index)
    return archive


def test_runs_without_an_index_are_indexed_here_with_the_same_lines(archive: Path, old_archive: Path) -> None:
    store = LocalStore(archive)
    manifests: list[Manifest] = [read_link(store, SITE, number).manifest for number in numbers(store, SITE)]
    named = [file.key for each in manifests for file in each.files if file.key.startswith("index/")]
    made = runs_of(old_archive)
    assert [b"".join(run.lines()) for run in made] == [store.read(key) for key in named]
    assert len(list((old_archive / ".made").iterdir())) == len(named)
    assert [b"".join(run.lines()) for run in runs_of(old_archive)] == [store.read(key) for key in named]


def test_an_index_is_fetched_once_and_read_from_here_then(archive: Path, tmp_path: Path) -> None:
    run = runs_of(archive)[0]
    kept = kept_here(run, tmp_path)
    assert list(kept.lines()) == list(run.lines())
    gone = replace(run, file=Ranged(run.file.size_bytes, lambda _offset, _length: b""))
    assert list(kept_here(gone, tmp_path).lines()) == list(run.lines())


def pressarc(archive: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--archive", str(archive)])
    if isinstance(done.exception, ConfigError):
        return 2, str(done.exception)
    assert done.exception is None, done.exception
    return done.exit_code, done.output


def test_an_archive_that_is_only_read_needs_a_work_folder_elsewhere_and_says_so(
    old_archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()  # root may write wherever there is a folder
    runs = run_indexes(LocalStore(old_archive), SITE, tmp_path / "file/.index", no_progress)
    with pytest.raises(AccessDenied, match=r"cannot be written.*archive\.work"):
        list(runs)


def test_the_command_tells_all_captures_or_the_nearest_one_and_says_what_it_does_not_have(archive: Path) -> None:
    code, said = pressarc(archive, "lookup", url_of("quarry"))
    assert (code, said.count(f"  {url_of('quarry')}\n"), said.count("  payload  ")) == (0, 4, 1)
    code, said = pressarc(archive, "lookup", url_of("quarry"), "--at", f"{NIGHTS[3]:%Y-%m-%dT%H:%M}", "--json")
    (one,) = json.loads(said)
    assert (one["at"], one["status"]) == (f"{NIGHTS[3]:%Y-%m-%dT%H:%M:%SZ}", 200)
    assert one["articles"] == [{"id": id_of("quarry"), "revision": 2}]
    assert pressarc(archive, "lookup", f"{url_of('quarry')}?utm_source=letter")[1].count("  record  ") == 4
    assert pressarc(archive, "lookup", f"{HOME}nowhere")[1].endswith("has no capture of this URL")
    assert "write it like" in pressarc(archive, "lookup", "quarry")[1]
    assert "write it like" in pressarc(archive, "lookup", HOME, "--at", "yesterday")[1]


def test_the_index_command_says_how_many_runs_have_one(archive: Path) -> None:
    assert pressarc(archive, "index")[1].startswith(f"{SITE}: 4 runs have an index")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026", "2026-01-01T00:00:00+00:00"),
        ("202611", "2026-11-01T00:00:00+00:00"),
        ("20261122030405", "2026-11-22T03:04:05+00:00"),
        ("2026-11-22", "2026-11-22T00:00:00+00:00"),
        ("2026-11-22T03:04:05+01:00", "2026-11-22T03:04:05+01:00"),
    ],
)
def test_a_time_may_be_written_as_the_web_or_as_an_index_does(text: str, meant: str) -> None:
    assert parse_time(text).isoformat() == meant

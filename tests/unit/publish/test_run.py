"""A run while it is captured, and what a start finds of one that died."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import ArchiveError, ConfigError, RunLocked
from pipelines.options import Config
from pipelines.publish.run import OpenRun
from pipelines.publish.work import work_folder
from pipelines.reasons import Outcome, Reason
from pipelines.store.archive import FORMAT, check_archive, open_archive
from pipelines.store.local import LocalStore
from pipelines.values import Ledger, Source, Unvisited
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    capture,
    commit,
    config_for,
    exchange,
    night,
    pages_of,
    start,
    suffixes,
    url_of,
    visits,
)


def captured_urls(run: OpenRun) -> list[str | None]:
    return [each.response.target_uri for each in run.captured() if each.response is not None]


def test_a_start_makes_the_archive_and_locks_the_site(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive")
    run = start(config, FIRST_NIGHT)
    assert check_archive(LocalStore(tmp_path / "archive"))
    with pytest.raises(RunLocked):
        start(config, FIRST_NIGHT)
    run.close()
    again = start(config, FIRST_NIGHT + timedelta(days=1))
    assert again.folder.run == run.folder.run
    again.close()


def test_an_exchange_is_with_the_system_when_append_returns(tmp_path: Path) -> None:
    run = start(config_for(tmp_path / "archive"), FIRST_NIGHT)
    for each, facts in visits(pages_of("bakery"), at=FIRST_NIGHT):
        assert run.append(each, facts) is not None
    (path,) = run.folder.warc.rglob("*.open")
    # Another process reads what a kill would leave.
    assert path.stat().st_size > 0
    run.close()
    resumed = start(config_for(tmp_path / "archive"), FIRST_NIGHT + timedelta(hours=2))
    assert resumed.is_resumed
    assert captured_urls(resumed) == [HOME, url_of("bakery")]
    resumed.close()


def test_a_killed_run_is_cut_after_its_last_whole_record_sealed_and_read_again(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive")
    run = start(config, FIRST_NIGHT)
    for each, facts in visits(pages_of("bakery", "quarry"), at=FIRST_NIGHT):
        run.append(each, facts)
    run.close()
    (path,) = run.folder.warc.rglob("*.open")
    path.write_bytes(path.read_bytes()[:-700])  # the last metadata and request records, and the end of the response
    resumed = start(config, FIRST_NIGHT + timedelta(hours=2), suffix=9)
    assert (resumed.is_resumed, resumed.folder.run, resumed.crawl_is_over) == (True, run.folder.run, False)
    assert list(run.folder.warc.rglob("*.open")) == []
    assert captured_urls(resumed)[:2] == [HOME, url_of("bakery")]
    last = visits([(url_of("quarry"), b"<html>", 200)], at=FIRST_NIGHT)
    capture(resumed, last)
    assert [file.number for file in resumed.warc_files()] == [0, 1]
    assert [file.key.rpartition("-")[2] for file in resumed.warc_files()] == ["00000.warc.gz", "00001.warc.gz"]
    assert commit(resumed).counts.records >= 3


def test_an_empty_leftover_is_removed(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive")
    run = start(config, FIRST_NIGHT)
    (run.folder.warc / "date=2026-11-21").mkdir()
    (run.folder.warc / "date=2026-11-21" / f"{run.folder.run}-00000.warc.gz.open").touch()
    run.close()
    resumed = start(config, FIRST_NIGHT)
    assert (resumed.warc_files(), list(resumed.folder.warc.rglob("*.open"))) == ([], [])
    resumed.close()


def test_a_warc_file_holds_the_captures_of_one_utc_day(tmp_path: Path) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    run = start(config_for(tmp_path / "archive"), midnight - timedelta(hours=1))
    for seconds in (-2, -1, 1, 2):
        at = midnight + timedelta(seconds=seconds)
        run.append(exchange(f"{HOME}{seconds}", b"x", at=at), None)
    run.seal()
    assert [(file.number, file.path.parent.name) for file in run.warc_files()] == [
        (0, "date=2026-11-21"),
        (1, "date=2026-11-22"),
    ]
    assert all(f"/{file.path.parent.name}/" in file.key for file in run.warc_files())
    run.close()


def test_a_run_whose_crawl_is_over_is_only_to_be_published(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive")
    run = start(config, FIRST_NIGHT)
    capture(run, visits(pages_of("bakery"), at=FIRST_NIGHT), ledger=Ledger(complete=False, warnings=("stopped",)))
    run.close()
    resumed = start(config, FIRST_NIGHT + timedelta(hours=2))
    assert resumed.crawl_is_over
    manifest = commit(resumed)
    assert (manifest.run, manifest.complete) == (run.folder.run, False)
    assert "stopped" in manifest.warnings


def test_a_run_whose_crawl_was_stopped_is_gone_on_with(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive")
    run = start(config, FIRST_NIGHT)
    waits = Unvisited(url_of("quarry"), FIRST_NIGHT, Outcome.REFUSED, Reason.STOPPED, None, Source.LISTING)
    capture(run, visits(pages_of("bakery"), at=FIRST_NIGHT), ledger=Ledger(complete=False, unvisited=(waits,)))
    run.close()
    resumed = start(config, FIRST_NIGHT + timedelta(hours=2))
    assert (resumed.folder.run, resumed.is_resumed, resumed.crawl_is_over) == (run.folder.run, True, False)
    assert url_of("bakery") in captured_urls(resumed)
    resumed.close()


def test_a_site_whose_memory_is_damaged_is_not_begun_but_told_how_it_is_made_again(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive")
    night(tmp_path / "archive", pages_of("bakery"))
    (snapshot,) = (tmp_path / "archive/memory").rglob("*.sqlite.gz")
    snapshot.chmod(0o600)
    snapshot.write_bytes(b"no gzip")
    for kept in work_folder(config).rglob("memory-*.sqlite"):
        kept.unlink()
    for _ in range(2):  # the site is free again after the first
        with pytest.raises(ArchiveError, match=r"no snapshot of a site memory.*rebuild-memory") as raised:
            start(config, FIRST_NIGHT + timedelta(days=1))
        assert raised.value.where == snapshot.relative_to(tmp_path / "archive").as_posix()


def test_an_archive_of_another_format_is_left_alone_and_the_site_unlocked(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "archive.json").write_text(json.dumps({"format": FORMAT + 1}))
    for _ in range(2):
        with pytest.raises(ArchiveError, match="a newer pressarc reads it"):
            start(config_for(archive), FIRST_NIGHT)


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"format": "one"}', "\xff"])
def test_a_folder_with_another_archive_json_is_no_archive(tmp_path: Path, content: str) -> None:
    (tmp_path / "archive.json").write_text(content, encoding="latin-1")
    with pytest.raises(ArchiveError, match="choose another place"):
        check_archive(LocalStore(tmp_path))


def test_an_archive_is_made_once_and_keeps_its_first_owner(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert not check_archive(store)
    open_archive(store, now=FIRST_NIGHT, owner="The library")
    open_archive(store, now=FIRST_NIGHT + timedelta(days=1), owner="Another")
    facts = json.loads(store.read("archive.json"))
    assert facts == {
        "created": "2026-11-21T03:00:00Z",
        "format": FORMAT,
        "owner": "The library",
        "schema": "pressarc.archive/1",
    }


def test_a_site_whose_name_is_no_name_makes_no_folder(tmp_path: Path) -> None:
    config = config_for(tmp_path / "archive", **{"site.name": "../elsewhere"})
    with pytest.raises(ConfigError):
        OpenRun.start(config, now=FIRST_NIGHT, new_suffix=suffixes())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("location", "work", "expected"),
    [
        ("here", None, "here/.work"),
        ("here", "there", "there"),
        ("s3://bucket/some/prefix?region=x", None, ".pressarc/bucket/some/prefix"),
        ("s3://bucket", None, ".pressarc/bucket"),
    ],
)
def test_the_work_folder_follows_the_archive(location: str, work: str | None, expected: str) -> None:
    config = Config.model_validate({"archive": {"location": location, "work": work}, "site": {"name": SITE}})
    assert work_folder(config) == Path(expected)

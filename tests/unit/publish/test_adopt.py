"""Sealed files go up during the crawl; what a machine that died had brought into the archive, another publishes."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.options import Config
from pipelines.publish.manifest import Manifest, numbers, read_link
from pipelines.publish.rolling import RollingUpload
from pipelines.publish.run import OpenRun
from pipelines.reasons import Outcome
from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    capture,
    commit,
    config_for,
    in_this_process,
    no_progress,
    pages_of,
    start,
    visits,
)

SECOND, THIRD = FIRST_NIGHT + timedelta(days=1), FIRST_NIGHT + timedelta(days=2)
TOPICS = ("bakery", "quarry", "tramway", "vineyard")


@pytest.fixture(autouse=True)
def here() -> object:
    with in_this_process():
        yield


def machine(tmp_path: Path, name: str) -> Config:
    """A machine with a work folder of its own; small WARC files, so that a night has several."""
    flags = {"archive.work": str(tmp_path / name), "capture.warc_max_bytes": 2600}
    return config_for(tmp_path / "archive", **flags)


def dies_in_the_night(config: Config, *, suffix: int = 0) -> OpenRun:
    """A run that was captured up to its last page; its process is gone, with the last file open."""
    run = start(config, FIRST_NIGHT, suffix=suffix)
    for each, facts in visits(pages_of(*TOPICS), at=FIRST_NIGHT):
        run.append(each, facts)
    assert len(list(run.folder.warc.rglob("*.open"))) == 1
    run.rolling.finish()
    run.close()
    return run


def manifests(tmp_path: Path) -> list[Manifest]:
    store = LocalStore(tmp_path / "archive")
    assert verify(store, Scope((SITE,)), no_progress).findings == []
    return [read_link(store, SITE, number).manifest for number in numbers(store, SITE)]


def warcs(manifest: Manifest) -> list[str]:
    return [file.key for file in manifest.files if file.key.startswith("warc/")]


def test_sealed_files_are_in_the_archive_while_the_crawl_goes_on(tmp_path: Path) -> None:
    run = dies_in_the_night(machine(tmp_path, "one"))
    stored = [each.key for each in LocalStore(tmp_path / "archive").list("warc/")]
    assert len(stored) >= 2
    assert all(run.folder.run in key for key in stored)
    assert manifests(tmp_path) == []


def test_another_machine_publishes_what_a_dead_one_left_and_then_its_own_night(tmp_path: Path) -> None:
    dead = dies_in_the_night(machine(tmp_path, "one"))
    shutil.rmtree(tmp_path / "one")
    run = start(machine(tmp_path, "two"), SECOND, suffix=5)
    capture(run, visits(pages_of("vineyard"), at=SECOND))
    commit(run)
    adopted, own = manifests(tmp_path)
    assert (adopted.complete, own.complete) == (False, True)
    assert any(dead.folder.run in warning for warning in adopted.warnings)
    assert all(dead.folder.run in key for key in warcs(adopted))
    assert adopted.run[:16] == dead.folder.run[:16]
    assert adopted.counts.articles.new + own.counts.articles.new == len(TOPICS)
    assert adopted.started_at == FIRST_NIGHT


def test_a_dead_machine_that_comes_back_publishes_only_what_it_has_besides(tmp_path: Path) -> None:
    dead = dies_in_the_night(machine(tmp_path, "one"))
    run = start(machine(tmp_path, "two"), SECOND, suffix=5)
    capture(run, visits([(HOME, b"<html>", 200)], at=SECOND))
    commit(run)
    back = start(machine(tmp_path, "one"), THIRD, suffix=9)
    assert (back.folder.run, back.is_resumed) == (dead.folder.run, True)
    assert len(list(back.captured())) == 1 + len(TOPICS)
    capture(back, [])
    commit(back)
    adopted, _, rest = manifests(tmp_path)
    assert set(warcs(adopted)).isdisjoint(warcs(rest))
    assert len(warcs(rest)) == 1
    seen = adopted.counts.outcomes.get(Outcome.ARTICLE, 0) + rest.counts.outcomes.get(Outcome.ARTICLE, 0)
    assert seen == len(TOPICS)


def test_a_dead_machine_that_comes_back_with_nothing_else_begins_anew(tmp_path: Path) -> None:
    run = start(machine(tmp_path, "one"), FIRST_NIGHT)
    for each, facts in visits(pages_of("bakery"), at=FIRST_NIGHT):
        run.append(each, facts)
    run.seal()
    run.rolling.finish()
    run.close()
    other = start(machine(tmp_path, "two"), SECOND, suffix=5)
    capture(other, visits([(HOME, b"<html>", 200)], at=SECOND))
    commit(other)
    back = start(machine(tmp_path, "one"), THIRD, suffix=9)
    assert not back.is_resumed
    assert [each.name for each in back.site_folder.path.iterdir() if each.is_dir()] == [back.folder.run]
    back.close()


def test_two_machines_that_adopt_the_same_files_publish_them_once(tmp_path: Path) -> None:
    dies_in_the_night(machine(tmp_path, "one"))
    two, three = (start(machine(tmp_path, name), SECOND, suffix=number) for name, number in (("two", 5), ("three", 7)))
    assert [len(each.older) for each in (two, three)] == [1, 1]
    capture(two, visits(pages_of("orchestra"), at=SECOND))
    capture(three, visits(pages_of("observatory"), at=SECOND))
    commit(two)
    commit(three, suffix=0x200)
    assert len(manifests(tmp_path)) == 3


def test_a_run_that_may_be_at_work_elsewhere_is_left_alone(tmp_path: Path) -> None:
    dies_in_the_night(machine(tmp_path, "one"))
    run = start(machine(tmp_path, "two"), FIRST_NIGHT + timedelta(hours=5), suffix=5)
    assert run.older == []
    run.close()


def test_a_run_of_this_machine_is_not_adopted_but_gone_on_with(tmp_path: Path) -> None:
    dead = dies_in_the_night(machine(tmp_path, "one"))
    again = start(machine(tmp_path, "one"), SECOND, suffix=5)
    assert (again.folder.run, again.older) == (dead.folder.run, [])
    again.close()


def test_an_upload_that_fails_is_left_to_the_publishing(tmp_path: Path) -> None:
    rolling = RollingUpload(LocalStore(tmp_path / "archive"))
    (tmp_path / "file").write_bytes(b"x")
    key = f"warc/site={SITE}/date=2026-11-21/20261121T030000Z-000000-00000.warc.gz"
    rolling.add(tmp_path / "nowhere", key)
    rolling.add(tmp_path / "file", key)
    assert rolling.finish() == {}
    assert RollingUpload(LocalStore(tmp_path)).finish() == {}

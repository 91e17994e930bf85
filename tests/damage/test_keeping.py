"""Garbage goes, damage is mended from a copy, and a lost memory is made again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import ObjectMissing, StoreError
from pipelines.memory.site import SiteMemory, read_snapshot
from pipelines.publish.garbage import garbage, throw_away
from pipelines.publish.guarded import Crew
from pipelines.publish.rebuild import rebuild
from pipelines.store.keys import SIGNATURE, articles_key, manifest_key, seal_key, warc_key
from pipelines.store.local import LocalStore
from pipelines.verify.repair import repair
from tests.damage.museum import Museum
from tests.unit.publish.nights import FIRST_NIGHT, SITE, in_this_process, night, no_progress, pages_of

LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=400)
STRAY = "20261121T030000Z-0dead0"


# ---------------------------------------------------------------- garbage


def test_a_whole_archive_has_no_garbage(museum: Museum) -> None:
    assert list(garbage(LocalStore(museum.folder), LATER)) == []


def test_what_no_manifest_names_is_garbage_once_it_is_old_and_strangers_are_left_alone(museum: Museum) -> None:
    store = LocalStore(museum.folder)
    part = articles_key(SITE, FIRST_NIGHT.date(), STRAY, 0)
    capture = warc_key(SITE, FIRST_NIGHT.date(), STRAY, 0)
    for key in (part, capture, "notes.txt"):
        museum.path(key).write_bytes(b"x")
    unfinished = museum.path(part).with_name(".0123456789abcdef.partial")
    unfinished.write_bytes(b"x")
    assert list(garbage(store, LONG_AGO)) == []
    found = list(garbage(store, LATER))
    assert [(each.name, each.is_capture, each.is_unfinished) for each in found] == [
        (part, False, False),
        (capture, True, False),
        (unfinished.relative_to(museum.folder).as_posix(), False, True),
    ]
    for each in found:
        throw_away(store, each)
        throw_away(store, each)
    assert list(garbage(store, LATER)) == []
    assert museum.path("notes.txt").exists()
    assert museum.findings() == []


def test_with_a_manifest_that_cannot_be_read_nothing_is_garbage(museum: Museum) -> None:
    museum.manifest_path(2).write_bytes(b"{}")
    with pytest.raises(Exception, match="no manifest"):
        list(garbage(LocalStore(museum.folder), LATER))


@pytest.mark.parametrize("number", [1, 3])
def test_with_a_manifest_that_is_missing_its_files_are_no_garbage(museum: Museum, number: int) -> None:
    seal = museum.path(seal_key(SITE, 3, SIGNATURE))  # which shows that there was a third one
    seal.parent.mkdir(parents=True)
    seal.write_bytes(bytes(64))
    museum.manifest_path(number).unlink()
    with pytest.raises(ObjectMissing, match="nothing is removed") as caught:
        list(garbage(LocalStore(museum.folder), LATER))
    assert caught.value.where == manifest_key(SITE, number)


def test_only_what_is_unfinished_can_be_discarded(museum: Museum) -> None:
    store = LocalStore(museum.folder)
    for name in (museum.key(1, "warc"), "../.0123456789abcdef.partial", ".hidden"):
        with pytest.raises(StoreError):
            store.discard(name)
    assert museum.findings() == []


# ---------------------------------------------------------------- repair

DAMAGES: dict[str, Callable[[Museum, str], object]] = {
    "missing": lambda museum, key: museum.remove(key),
    "damaged": lambda museum, key: museum.change(key, lambda raw: raw[:-1] + bytes((raw[-1] ^ 1,))),
}


@pytest.mark.parametrize("kind", ["warc", "articles", "outcomes", "profiles", "memory"])
@pytest.mark.parametrize("was", DAMAGES)
def test_a_file_is_put_right_from_a_copy(museum: Museum, whole: Path, kind: str, was: str) -> None:
    key = museum.key(1, kind)
    DAMAGES[was](museum, key)
    store, copy = LocalStore(museum.folder), LocalStore(whole)
    (seen,) = repair(store, copy, [SITE], no_progress, dry_run=True)
    assert (seen.key, seen.was, seen.is_right_now, seen.message) == (key, was, False, "the copy has it")
    assert museum.findings() != []
    (done,) = repair(store, copy, [SITE], no_progress, dry_run=False)
    assert (done.key, done.was, done.is_right_now) == (key, was, True)
    assert museum.findings() == []
    assert list(repair(store, copy, [SITE], no_progress, dry_run=False)) == []


def test_manifests_are_put_right_from_a_copy_as_the_ones_after_them_name_them(museum: Museum, whole: Path) -> None:
    first, second, third = (manifest_key(SITE, number) for number in (1, 2, 3))
    museum.remove(first)
    museum.rewrite(2, warnings=["nothing to see here"])  # and the third one, so that its digest is right
    DAMAGES["damaged"](museum, third)
    store, copy = LocalStore(museum.folder), LocalStore(whole)
    seen = list(repair(store, copy, [SITE], no_progress, dry_run=True))
    assert [(each.key, each.was) for each in seen] == [(third, "damaged"), (second, "damaged"), (first, "missing")]
    assert not museum.path(first).exists()
    done = list(repair(store, copy, [SITE], no_progress, dry_run=False))
    assert [each.is_right_now for each in done] == [True, True, True]
    assert museum.findings() == []
    museum.remove(first)
    (left,) = repair(store, LocalStore(museum.folder), [SITE], no_progress, dry_run=False)
    assert (left.key, left.is_right_now) == (first, False)


def test_what_the_copy_does_not_have_or_has_damaged_stays_and_is_said(
    museum: Museum, whole: Path, tmp_path: Path
) -> None:
    key, other = museum.key(1, "warc"), museum.key(1, "articles")
    copy = Museum(tmp_path / "copy")
    shutil.copytree(whole, copy.folder)
    copy.remove(other)
    DAMAGES["damaged"](copy, key)
    DAMAGES["damaged"](museum, key)
    DAMAGES["damaged"](museum, other)
    before = museum.path(key).read_bytes()
    found = list(repair(LocalStore(museum.folder), LocalStore(copy.folder), [SITE], no_progress, dry_run=False))
    assert [(each.key, each.is_right_now) for each in found] == [(other, False), (key, False)]
    assert ["does not have it" in found[0].message, "damaged, too" in found[1].message] == [True, True]
    assert museum.path(key).read_bytes() == before


def test_an_index_that_no_copy_has_is_made_again_from_the_warc_files(museum: Museum, tmp_path: Path) -> None:
    index, warc = museum.key(1, "index"), museum.key(2, "warc")
    lost = museum.key(2, "index")
    for key in (index, lost, warc):
        museum.path(key).unlink()
    store, nothing = LocalStore(museum.folder), LocalStore(tmp_path)
    seen = list(repair(store, nothing, [SITE], no_progress, dry_run=True))
    assert (index, "it can be made again") in [(each.key, each.message) for each in seen]
    done = {each.key: each.is_right_now for each in repair(store, nothing, [SITE], no_progress, dry_run=False)}
    assert done == {index: True, lost: False, warc: False}
    assert [where for rule, where in museum.findings() if rule == "file_missing"] == sorted([lost, warc])


# ---------------------------------------------------------------- memory


def rows(path: Path, table: str, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    try:
        found = [dict(row) for row in database.execute(f"SELECT * FROM {table}")]
    finally:
        database.close()
    return sorted(({name: row[name] for name in row if name not in without} for row in found), key=str)


def test_a_memory_that_is_made_again_is_the_one_that_the_nights_made(museum: Museum, tmp_path: Path) -> None:
    store = LocalStore(museum.folder)
    snapshot, made = tmp_path / "snapshot.sqlite", tmp_path / "made.sqlite"
    key = museum.key(3, "memory")
    read_snapshot(store.read(key), snapshot, where=key)
    assert rebuild(store, SITE, made, Crew(1), no_progress) == 2
    assert rows(made, "articles") == rows(snapshot, "articles")
    assert rows(made, "lines") == rows(snapshot, "lines")
    # Whether a listing bore fruit, only the crawl knew; of what it makes of that, no night depends on the instant.
    learnt_again = ("idle", "due_at")
    assert rows(made, "urls", learnt_again) == rows(snapshot, "urls", learnt_again)


def test_a_night_on_a_memory_that_was_made_again_writes_nothing_twice(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with in_this_process():
        first = night(archive, pages_of("bakery", "quarry"))
        kept = archive / ".work" / SITE / f"memory-{first.run}.sqlite"
        kept.unlink()
        shutil.rmtree(archive / "memory")
        rebuild(LocalStore(archive), SITE, kept, Crew(1), no_progress)
        second = night(archive, pages_of("bakery", "quarry", "tramway"), at=FIRST_NIGHT + timedelta(days=1))
    assert second.counts.articles.new == 1
    with SiteMemory(archive / ".work" / SITE / f"memory-{second.run}.sqlite") as memory:
        assert len(list(memory.articles())) == 3

"""The archive does not answer for a night or two: runs are complete here, and published once it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import StoreUnavailable
from pipelines.publish import run as run_module
from pipelines.publish.manifest import newest, numbers, read_link
from pipelines.publish.run import OpenRun
from pipelines.publish.work import waiting_sites
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
    night,
    no_progress,
    pages_of,
    start,
    visits,
)

SECOND, THIRD, FOURTH = (FIRST_NIGHT + timedelta(days=days) for days in (1, 2, 3))


class AwayStore:
    """A store that answers nothing while it is away."""

    is_away = True

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        if type(self).is_away and name not in ("location", "close"):
            raise StoreUnavailable("no answer", where=self._store.location)
        return getattr(self._store, name)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[AwayStore]]:
    """The store of every run that starts; away until it is said to be back."""

    class Away(AwayStore):
        pass

    opened = run_module.open_store
    monkeypatch.setattr(run_module, "open_store", lambda *given, **named: Away(opened(*given, **named)))  # type: ignore[arg-type]
    with in_this_process():
        yield Away


def captured(archive: Path, topics: tuple[str, ...], at: Any) -> OpenRun:
    run = start(config_for(archive), at)
    capture(run, visits(pages_of(*topics), at=at))
    return run


def test_a_night_without_the_archive_is_kept_and_the_next_start_publishes_it_before_its_own(
    tmp_path: Path, away: type[AwayStore]
) -> None:
    runs = []
    for at, topics in ((FIRST_NIGHT, ("bakery",)), (SECOND, ("bakery", "quarry"))):
        run = captured(tmp_path, topics, at)
        assert run.is_offline
        assert "did not answer" in run.notes[0]
        with pytest.raises(StoreUnavailable):
            commit(run)
        runs.append(run.folder.run)
    away.is_away = False
    third = captured(tmp_path, ("tramway",), THIRD)
    assert [each.folder.run for each in third.older] == runs
    assert commit(third).number == 3
    store = LocalStore(tmp_path)
    manifests = [read_link(store, SITE, number).manifest for number in numbers(store, SITE)]
    assert [each.run for each in manifests] == [*runs, third.folder.run]
    assert [each.counts.articles.new for each in manifests] == [1, 1, 1]
    assert verify(store, Scope((SITE,)), no_progress).findings == []
    assert waiting_sites(config_for(tmp_path)) == []


def test_a_start_in_the_same_night_crawls_no_more_whether_the_archive_answers_or_not(
    tmp_path: Path, away: type[AwayStore]
) -> None:
    run = captured(tmp_path, ("bakery",), FIRST_NIGHT)
    run.close()
    for is_away in (True, False):
        away.is_away = is_away
        again = start(config_for(tmp_path), FIRST_NIGHT + timedelta(hours=3))
        assert (again.folder.run, again.crawl_is_over) == (run.folder.run, True)
        again.close()
    assert commit(start(config_for(tmp_path), FIRST_NIGHT + timedelta(hours=4))).number == 1


def test_without_the_archive_the_memory_that_is_kept_here_serves(tmp_path: Path, away: type[AwayStore]) -> None:
    away.is_away = False
    pages = [*pages_of("bakery"), (f"{HOME}logo.png", b"png", 200)]
    first = night(tmp_path, pages)
    away.is_away = True
    run = start(config_for(tmp_path), SECOND)
    known = run.known_memory()
    assert known is not None
    assert known.name == f"memory-{first.run}.sqlite"
    assert not run.has_requisite(f"{HOME}other.png")
    run.close()


def test_what_is_left_behind_can_be_published_without_a_crawl(tmp_path: Path, away: type[AwayStore]) -> None:
    captured(tmp_path, ("bakery",), FIRST_NIGHT).close()
    interrupted = start(config_for(tmp_path), SECOND)
    for each, facts in visits(pages_of("quarry"), at=SECOND):
        interrupted.append(each, facts)
    interrupted.close()
    away.is_away = False
    config = config_for(tmp_path)
    assert waiting_sites(config) == [SITE]
    with OpenRun.left_behind(config) as runs:
        assert [run.crawl_is_over for run in runs] == [True, False]
        assert commit(runs[0]).number == 1
    with OpenRun.left_behind(config) as runs:
        assert [run.folder.run for run in runs] == [interrupted.folder.run]
    head = newest(LocalStore(tmp_path), SITE)
    assert head is not None
    assert head.manifest.config["site"]["url"] == HOME

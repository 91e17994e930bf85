"""The work folder: one process a site, and nothing half-done that the next start could trip over."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipelines.errors import AccessDenied, RunLocked
from pipelines.publish import work
from pipelines.publish.work import RunFolder, SiteFolder, run_name
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Ledger, Unvisited

SITE = "news.example.org"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RUN = "20261122T030000Z-00000a"


def test_a_run_is_named_after_its_utc_start() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    assert run_name(there, "00000a") == RUN


def test_a_second_process_is_told_that_the_site_is_taken(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from pipelines.errors import RunLocked
from pipelines.publish.work import SiteFolder
try:
    SiteFolder(Path({str(tmp_path)!r}), {SITE!r})
except RunLocked as error:
    print(error)
"""
    folder = SiteFolder(tmp_path, SITE)
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert asked.stdout.startswith(f"{SITE}: another pressarc is working on this site")
    folder.close()
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert asked.stdout == ""


def test_another_site_is_free_and_closing_twice_is_harmless(tmp_path: Path) -> None:
    one, other = SiteFolder(tmp_path, SITE), SiteFolder(tmp_path, "other.example.org")
    with pytest.raises(RunLocked):
        SiteFolder(tmp_path, SITE)
    one.close()
    one.close()
    other.close()
    SiteFolder(tmp_path, SITE).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AccessDenied, match=r"archive[.]work"):
        SiteFolder(tmp_path / "file", SITE)


def test_runs_that_began_are_found_oldest_first(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    later = site.begin("20261123T030000Z-000001", NOW + timedelta(days=1))
    first = site.begin(RUN, NOW)
    assert site.unfinished() == [first, later]
    assert first.started_at == NOW
    site.close()


def test_a_folder_without_run_json_never_began_and_is_removed(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    (site.path / RUN / "warc").mkdir(parents=True)
    assert site.unfinished() == []
    assert not (site.path / RUN).exists()
    site.close()


def test_what_is_not_a_run_is_left_alone(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    (site.path / "notes").mkdir()
    (site.path / "20261122T030000Z-00000a.txt").touch()
    assert site.unfinished() == []
    assert (site.path / "notes").is_dir()
    site.close()


def test_a_ledger_reads_back_and_its_absence_means_that_the_crawl_goes_on(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    folder = site.begin(RUN, NOW)
    assert folder.read_ledger() is None
    ledger = Ledger(
        complete=False,
        unvisited=(Unvisited("https://e.org/a", NOW, Outcome.REFUSED, Reason.PAGE_BUDGET, None, Source.LISTING),),
        expected_by={"https://e.org/a": (Source.LISTING, Source.FEED)},
        warnings=("a sentence",),
    )
    folder.write_ledger(ledger)
    assert folder.read_ledger() == ledger
    site.close()


def test_discarding_that_is_cut_short_leaves_no_run_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = SiteFolder(tmp_path, SITE)
    folder = site.begin(RUN, NOW)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(work.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            site.discard(folder)
    assert folder.path.exists()
    assert site.unfinished() == []
    assert not folder.path.exists()
    site.close()


def test_a_discarded_run_is_gone(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    folder = site.begin(RUN, NOW)
    site.discard(folder)
    assert site.unfinished() == []
    site.close()


def remembered(site: SiteFolder) -> list[str]:
    return sorted(path.name for path in site.path.glob("memory-*"))


def test_only_the_newest_memory_is_kept(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    for number in (1, 2):
        run = f"2026112{number}T030000Z-00000{number}"
        folder = site.begin(run, NOW)
        folder.memory.write_text(run)
        site.keep_memory(folder, run)
        assert remembered(site) == [f"memory-{run}.sqlite"]
        assert site.memory_of(run).read_text() == run
    site.close()


def test_keeping_a_memory_again_after_a_crash_loses_nothing(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, SITE)
    folder = site.begin(RUN, NOW)
    folder.memory.write_text("memory")
    site.keep_memory(folder, RUN)
    site.keep_memory(folder, RUN)
    assert site.memory_of(RUN).read_text() == "memory"
    site.close()


@pytest.mark.parametrize("is_there", [True, False])
def test_parts_are_cleared_wherever_an_earlier_try_died(tmp_path: Path, *, is_there: bool) -> None:
    site = SiteFolder(tmp_path, SITE)
    folder: RunFolder = site.begin(RUN, NOW)
    if is_there:
        (folder.parts / "old").mkdir()
    else:
        folder.parts.rmdir()
    folder.clear_parts()
    assert list(folder.parts.iterdir()) == []
    site.close()

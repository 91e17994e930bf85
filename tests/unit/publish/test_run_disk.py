"""A run on a disk that refuses, and a run that nobody writes to for a while."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines import disk
from pipelines.errors import WarcWriteFailed
from pipelines.options import Config
from pipelines.publish.run import OpenRun
from pipelines.warc import rotate
from tests.unit.publish.nights import FIRST_NIGHT, config_for, pages_of, start, visits


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_for(tmp_path / "archive")


@pytest.fixture
def run(config: Config) -> Iterator[OpenRun]:
    opened = start(config, FIRST_NIGHT)
    yield opened
    opened.close()


def append_two(run: OpenRun) -> None:
    for each, facts in visits(pages_of("bakery"), at=FIRST_NIGHT):
        run.append(each, facts)


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rotate._OpenFile, "flush", refuse)


def test_after_a_refused_write_what_was_captured_before_is_sealed_and_the_crawl_is_not_over(
    run: OpenRun, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_two(run)
    with monkeypatch.context() as full:
        fill(full)
        with pytest.raises(OSError, match="No space left"):
            append_two(run)
    # There is space again, but what was refused is a gap: this run's crawl has to end all the same.
    with pytest.raises(OSError, match="after an earlier error: No space left"):
        append_two(run)
    with pytest.raises(WarcWriteFailed, match=r"the disk took no more \(No space left on device\).*free space"):
        run.seal()
    assert [path.suffix for path in run.folder.warc.rglob("*.gz*")] == [".gz"]
    assert len(list(run.captured())) >= 2
    assert not run.crawl_is_over
    run.close()
    resumed = start(config, FIRST_NIGHT + timedelta(hours=1))
    assert resumed.is_resumed
    assert resumed.folder.run == run.folder.run
    append_two(resumed)
    resumed.seal()
    assert [file.number for file in resumed.warc_files()] == [0, 1]
    resumed.close()


def test_a_disk_that_refuses_the_sealing_is_said_so_and_the_next_start_seals(
    run: OpenRun, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_two(run)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(disk, "sync", refuse)
        with pytest.raises(WarcWriteFailed, match="Input/output error"):
            run.seal()
    assert not run.crawl_is_over
    run.close()
    resumed = start(config, FIRST_NIGHT + timedelta(hours=1))
    assert len(list(resumed.captured())) == 2
    resumed.close()


def test_a_folder_that_cannot_be_made_ends_the_crawl_as_a_full_disk_does(
    run: OpenRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Path, "mkdir", refuse)
        with pytest.raises(OSError, match="No space left"):
            append_two(run)
    with pytest.raises(WarcWriteFailed):
        run.seal()


def test_an_idle_run_seals_its_file_when_it_is_old_and_goes_on_with_the_next(run: OpenRun) -> None:
    run.seal_if_old(FIRST_NIGHT)  # nothing is open yet
    append_two(run)
    run.seal_if_old(FIRST_NIGHT + timedelta(seconds=run.config.capture.warc_max_age_s - 1))
    assert run.warc_files() == []
    run.seal_if_old(FIRST_NIGHT + timedelta(seconds=run.config.capture.warc_max_age_s + 1))
    assert [file.number for file in run.warc_files()] == [0]
    append_two(run)
    run.seal()
    assert [file.number for file in run.warc_files()] == [0, 1]

"""Which of several sites are crawled now: what need not, or cannot, begin stops nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from crawler import run as run_module
from crawler.run import Job, crawl
from crawler.spiders.news import utc_now
from pipelines.config import load_config
from pipelines.options import Config
from pipelines.publish.work import SiteFolder


def config(folder: Path, url: str = "https://news.example.org/", **flags: object) -> Config:
    return load_config(url, flags={"archive.location": str(folder), **flags})


def hours_from(start: datetime, end: datetime) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"


def test_outside_of_its_hours_a_site_is_not_crawled_and_told_when_it_may_be(tmp_path: Path) -> None:
    now = utc_now()
    closed = hours_from(now + timedelta(hours=2), now + timedelta(hours=3))
    (result,) = crawl([Job(config(tmp_path, **{"crawl.only_between": closed}))], lambda *_: None)
    assert (result.status, result.manifest) == ("warnings", None)
    assert closed in result.messages[0]
    assert not list(tmp_path.rglob("runs"))


def test_within_its_hours_nothing_keeps_a_site_from_being_crawled(tmp_path: Path) -> None:
    now = utc_now()
    open_ = hours_from(now - timedelta(hours=2), now + timedelta(hours=2))
    assert run_module._closed_until(config(tmp_path, **{"crawl.only_between": open_}), now) is None
    assert run_module._closed_until(config(tmp_path), now) is None


class Process:
    """Begins crawls that end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[SimpleNamespace] = []

    def create_crawler(self, _: object) -> SimpleNamespace:
        return SimpleNamespace(spider=None, stats=SimpleNamespace(get_value=lambda _: self.reason))

    reason = "finished"
    is_stopping = False

    def later(self, start: Coroutine[None, None, None]) -> None:
        asyncio.run(start)

    def crawl(self, crawler: SimpleNamespace, **arguments: object) -> SimpleNamespace:
        crawler.run = arguments["run"]
        crawler.run.close()  # type: ignore[attr-defined]
        task = SimpleNamespace(add_done_callback=lambda ended: setattr(crawler, "end", lambda: ended(None)))
        self.begun.append(crawler)
        return task


@pytest.mark.parametrize(("reason", "begun"), [("finished", 3), ("shutdown", 2)])
def test_so_many_sites_are_crawled_at_once_and_the_next_begins_when_one_ends_unless_all_are_to_stop(
    tmp_path: Path, reason: str, begun: int
) -> None:
    urls = [f"https://site{number}.example.org/" for number in range(3)]
    jobs = [Job(config(tmp_path, url, **{"crawl.sites_at_once": 2})) for url in urls]
    process = Process()
    process.reason = reason
    crawls = run_module._Crawls(cast("run_module.Process", process), jobs, lambda *_: None)
    assert crawls.begin()
    assert len(process.begun) == 2
    process.begun[0].end()
    assert len(process.begun) == begun


def test_a_site_whose_turn_comes_while_all_are_to_stop_is_not_begun_and_is_free_again(tmp_path: Path) -> None:
    urls = [f"https://site{number}.example.org/" for number in range(2)]
    jobs = [Job(config(tmp_path, url, **{"crawl.sites_at_once": 1})) for url in urls]
    process = Process()
    told: list[str] = []
    crawls = run_module._Crawls(
        cast("run_module.Process", process), jobs, lambda *_: None, lambda result: told.append(result.site)
    )
    assert crawls.begin()
    process.is_stopping = True
    process.begun[0].end()
    assert len(process.begun) == 1
    assert told == ["site0.example.org"]
    SiteFolder(tmp_path / ".work", "site1.example.org").close()


def test_a_site_that_another_process_is_working_on_is_told_apart_from_one_that_failed(tmp_path: Path) -> None:
    other = SiteFolder(tmp_path / ".work", "news.example.org")
    (result,) = crawl([Job(config(tmp_path))], lambda *_: None)
    other.close()
    assert (result.status, result.is_busy) == ("failed", True)

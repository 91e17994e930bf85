"""How sites are shared out among processes, and what a process that dies costs: its own site, and no other."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from crawler.nightly import pool as pool_module
from crawler.nightly.pool import Pool, processes_for
from crawler.nightly.worker import Order
from pipelines.config import load_config
from pipelines.report.night import SiteNight

WORKER = """#!{python}
import json, os, sys, time
for order in json.loads(sys.stdin.readline())["orders"]:
    site = order["config"]["site"]["name"]
    if site == "deadly.example":
        os.kill(os.getpid(), 9)
    if site == "hanging.example":
        time.sleep(60)
    print(json.dumps({{"site": site, "stage": "crawling", "done": 1, "total": 2}}), flush=True)
    print(json.dumps({{"site": site, "ended": {{"site": site, "status": "complete", "said": []}}}}), flush=True)
    print('{{"site": "half a li', flush=True)
"""


def orders(*urls: str, **flags: object) -> list[Order]:
    return [Order(config=load_config(url, flags=flags), action="crawl") for url in urls]


def nobody(site: str, stage: str, done: int, total: int) -> None:
    """Nobody watches."""


def names(batch: list[pool_module._Work]) -> list[str]:
    return [work.site for work in batch]


def test_sites_of_one_host_are_never_under_way_at_once(tmp_path: Path) -> None:
    urls = ("https://a.example/", "https://www.a.example:8443/", "https://b.example/", "http://a.example/")
    pool = Pool(orders(*urls), 1, tmp_path / "log", nobody)
    assert names(pool._take()) == ["a.example", "b.example"]
    assert pool._take() == []
    pool._end(pool._running["a.example"], SiteNight(site="a.example", status="complete", said=()))
    assert names(pool._take()) == ["a.example-8443"]


def test_sites_are_shared_out_evenly_and_no_process_has_more_than_it_crawls_at_once(tmp_path: Path) -> None:
    urls = [f"https://site{number}.example/" for number in range(7)]
    assert len(Pool(orders(*urls), 2, tmp_path / "log", nobody)._take()) == 4
    few = orders(*urls, **{"crawl.sites_at_once": 3})
    assert len(Pool(few, 2, tmp_path / "log", nobody)._take()) == 3
    assert (processes_for(4, 2), processes_for(4, 9), processes_for(1, 0)) == (2, 4, 1)
    assert processes_for(None, 100) >= 1


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that do as their sites are called."""
    script = tmp_path / "worker"
    script.write_text(WORKER.format(python=sys.executable), encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(pool_module.sys, "executable", str(script))


@pytest.mark.usefixtures("worker")
def test_a_process_that_dies_costs_no_other_site_its_night(tmp_path: Path) -> None:
    urls = ("https://first.example/", "https://deadly.example/", "https://last.example/")
    told: list[tuple[str, str]] = []
    pool = Pool(orders(*urls), 1, tmp_path / "log", lambda site, stage, *_: told.append((site, stage)))
    results = asyncio.run(pool.run())
    assert {site: each.status for site, each in results.items()} == {
        "first.example": "complete",
        "deadly.example": "failed",
        "last.example": "complete",
    }
    assert "ended 2 times (signal SIGKILL)" in results["deadly.example"].said[0]
    assert ("last.example", "crawling") in told


@pytest.mark.usefixtures("worker")
def test_a_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_SILENCE_S", 1.0)
    urls = ("https://hanging.example/", "https://last.example/")
    results = asyncio.run(Pool(orders(*urls), 1, tmp_path / "log", nobody).run())
    assert {site: each.status for site, each in results.items()} == {
        "hanging.example": "failed",
        "last.example": "complete",
    }


def test_where_no_process_can_be_begun_the_sites_fail_with_a_sentence(tmp_path: Path) -> None:
    results = asyncio.run(Pool(orders("https://a.example/"), 1, tmp_path / "no folder" / "log", nobody).run())
    assert results["a.example"].said == ("no process could be begun for it (No such file or directory)",)

"""A week of three sites by `pressarc nightly` alone; at its end the archive says what the sites say.

Every night is a process of its own, as cron starts it. The sites turn to their next day before each.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from crawler.demo import DemoServer, serve
from tests.e2e.archive_view import PRESSARC, environment, manifests, pressarc
from tests.e2e.discovery.visitor import assert_verified
from tests.ports import free_port

SIZE = 20
SITES = {"alpha": "127.0.0.2", "beta": "127.0.0.3", "gamma": "127.0.0.4"}
CONFIG = """
[crawl]
allow_private = true
delay_s = 0.02
requisites = "none"

[discover]
listings = false
links = false

[nightly]
every_h = 0.0

[extract]
workers = 1
"""


class Site:
    """A demo site that can be down."""

    def __init__(self, host: str) -> None:
        self._host, self._port = host, free_port()
        self._up = ExitStack()
        self.server: DemoServer
        self.turn(1)

    def turn(self, day: int) -> None:
        """Be up, on that day."""
        self.down()
        self.server = self._up.enter_context(serve(day, size=SIZE, port=self._port, host=self._host))

    def down(self) -> None:
        self._up.close()


@dataclass
class Week:
    """Seven nights, and what each said of itself."""

    folder: Path
    sites: dict[str, Site]
    nights: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By what happened in it: what `pressarc nightly --json` said, and its exit code."""

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def turn(self, day: int) -> None:
        for site in self.sites.values():
            site.turn(day)

    def night(self, name: str, *options: str) -> None:
        done = pressarc("nightly", "--json", *options, cwd=self.folder)
        assert done.stdout, done.stderr
        self.nights[name] = {**json.loads(done.stdout), "code": done.returncode}

    @contextmanager
    def begun(self) -> Iterator[subprocess.Popen[str]]:
        """A night that is under way: every site has been asked for some pages."""
        command = [*PRESSARC, "nightly", "--json"]
        with subprocess.Popen(
            command, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                deadline = time.monotonic() + 120
                while any(len(site.server.requests) < 8 for site in self.sites.values()):
                    assert process.poll() is None, process.stderr and process.stderr.read()
                    assert time.monotonic() < deadline, "the night does not begin"
                    time.sleep(0.01)
                yield process
            finally:
                process.kill()

    def ended(self, name: str, process: subprocess.Popen[str]) -> None:
        told, errors = process.communicate(timeout=240)
        assert told, errors
        self.nights[name] = {**json.loads(told), "code": process.returncode}

    def page(self, name: str) -> str:
        return (self.folder / self.nights[name]["page"]).read_text(encoding="utf-8")


def workers_of(pid: int) -> list[int]:
    """The processes that a night has begun."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(each) for each in listed if b"nightly.worker" in Path(f"/proc/{each}/cmdline").read_bytes()]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    folder = tmp_path_factory.mktemp("week")
    (folder / "sites").mkdir()
    (folder / "pressarc.toml").write_text(CONFIG, encoding="utf-8")
    week = Week(folder, {name: Site(host) for name, host in SITES.items()})
    try:
        for name, site in week.sites.items():
            (folder / f"sites/{name}.toml").write_text(f'url = "{site.server.url}"\n', encoding="utf-8")
        seven_nights(week)
        yield week
    finally:
        for site in week.sites.values():
            site.down()


def seven_nights(week: Week) -> None:
    week.night("first")

    week.turn(2)
    with week.begun() as process:
        process.send_signal(signal.SIGSTOP)  # it does not end before the other has begun
        second = pressarc("nightly", cwd=week.folder)
        process.send_signal(signal.SIGCONT)
        week.nights["started twice"] = {"code": second.returncode, "said": second.stdout}
        week.ended("second", process)

    week.turn(3)
    week.sites["beta"].down()
    week.night("outage")

    week.turn(4)
    with week.begun() as process:  # the machine goes down
        for pid in (process.pid, *workers_of(process.pid)):
            os.kill(pid, signal.SIGKILL)
        process.wait()
    week.night("after the death")

    week.turn(5)
    with week.begun() as process:  # the kernel wants memory
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        week.ended("worker killed", process)

    week.turn(6)
    with week.begun() as process:
        process.send_signal(signal.SIGTERM)
        week.ended("stopped", process)
    week.night("only failed", "--only-failed")

    week.turn(7)
    week.night("last")


def statuses(night: dict[str, Any]) -> dict[str, str]:
    return {each["site"]: each["status"] for each in night["sites"]}


def test_an_ordinary_night_takes_every_site_and_ends_well(week: Week) -> None:
    for name in ("first", "second", "last"):
        assert statuses(week.nights[name]) == dict.fromkeys(SITES, "complete"), name
        assert week.nights[name]["code"] == 0


def test_a_night_that_is_started_twice_says_so_and_begins_nothing(week: Week) -> None:
    assert week.nights["started twice"]["code"] == 0
    assert "under way" in week.nights["started twice"]["said"]


def test_a_site_that_is_down_fails_alone_and_the_report_says_so_first(week: Week) -> None:
    assert statuses(week.nights["outage"]) == {"alpha": "complete", "beta": "failed", "gamma": "complete"}
    assert week.nights["outage"]["code"] == 1
    assert re.search(r"<li>beta: failed: [^<]*nothing was received", week.page("outage"))


def test_a_night_whose_every_process_was_killed_is_taken_up_by_the_next_start(week: Week) -> None:
    assert week.nights["after the death"]["code"] == 0
    assert statuses(week.nights["after the death"]) == dict.fromkeys(SITES, "complete")


def test_a_killed_process_costs_no_site_its_night(week: Week) -> None:
    assert week.nights["worker killed"]["code"] == 0
    assert statuses(week.nights["worker killed"]) == dict.fromkeys(SITES, "complete")


def test_a_night_that_is_told_to_end_publishes_what_it_has_and_only_failed_finishes_it(week: Week) -> None:
    stopped = week.nights["stopped"]
    assert stopped["code"] in (1, 3)  # 1 where a site's turn had not come
    assert any("stopped" in words for each in stopped["sites"] for words in each["said"])
    unfinished = {each["site"] for each in stopped["sites"] if each["status"] != "complete"}
    again = statuses(week.nights["only failed"])
    assert {site for site, status in again.items() if status == "complete"} == unfinished
    assert week.nights["only failed"]["code"] == 0


def test_the_archive_verifies(week: Week) -> None:
    assert_verified(week.folder)


@pytest.mark.parametrize("name", SITES)
def test_the_latest_state_is_what_the_site_says(week: Week, name: str) -> None:
    assert latest(week.archive, name) == {article.url: article.text for article in week.sites[name].server.truth()}


def latest(archive: Path, site: str) -> dict[str, str]:
    """URL → text, as a reader has it who knows FORMAT.md: the last line of each article, unless it is gone."""
    state: dict[str, dict[str, Any]] = {}
    for manifest in manifests(archive, site):
        for file in manifest["files"]:
            if file["key"].startswith("articles/"):
                with gzip.open(archive / file["key"], "rt", encoding="utf-8") as stream:
                    state.update({line["id"]: line for line in map(json.loads, stream)})
    return {line["url"]: line["text"] for line in state.values() if line["event"] != "removed"}


def test_each_nights_record_has_the_numbers_of_its_manifests_and_every_run_is_of_one_night(week: Week) -> None:
    told = [run for night in week.nights.values() for each in night.get("sites", ()) for run in each["runs"]]
    by_run = {run["run"]: run for run in told}
    assert len(by_run) == len(told)
    committed = [manifest for site in SITES for manifest in manifests(week.archive, site)]
    assert by_run.keys() == {manifest["run"] for manifest in committed}
    for manifest in committed:
        run, counts = by_run[manifest["run"]]["figures"], manifest["counts"]
        assert {event: run[event] for event in counts["articles"]} == counts["articles"]
        assert run["outcomes"] == counts["outcomes"]
        assert run["requests"] == manifest["stats"]["requests"]


def test_each_nights_page_says_its_numbers_and_asks_for_nothing(week: Week) -> None:
    for name, night in week.nights.items():
        if "page" not in night:
            continue
        page = week.page(name)
        for event, words in (("new", "new articles"), ("changed", "changed"), ("removed", "removed")):
            total = sum(run["figures"][event] for each in night["sites"] for run in each["runs"])
            assert f"<b>{total:,}</b><span>{words}</span>" in page, (name, event)
        assert not re.search(r"""(?:src|href|xlink:href|data|action)\s*=|url\(|@import|<script|<link""", page), name
        for each in night["sites"]:
            assert f"<b>{each['site']}</b>" in page
            assert all(words in unescape(page) for words in each["said"])


def test_sites_that_had_their_night_are_not_due_before_the_next_one(week: Week) -> None:
    done = pressarc("nightly", "--dry-run", "--json", "--set", "nightly.every_h=24", cwd=week.folder)
    assert done.returncode == 0
    assert {row["site"]: row["action"] for row in json.loads(done.stdout)} == dict.fromkeys(SITES, "skip")

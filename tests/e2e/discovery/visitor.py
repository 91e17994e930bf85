"""A night at a demo site, crawled by the command as a person runs it, and what archive and log say of it afterwards."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.demo import DemoServer, Hit, TruthArticle
from crawler.demo.visits import without_requisites
from tests.e2e.archive_view import PRESSARC, environment, lines, manifests, pressarc

OPTIONS = ("--allow-private", "--delay", "0", "--set", "crawl.requisites=none", "--set", "site.name=demo", "--json")


@dataclass(frozen=True)
class Night:
    """One run, by itself."""

    run: str
    manifest: dict[str, Any]
    articles: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    hits: list[Hit] = field(repr=False)
    """What the server saw, requisites left out."""

    def written(self, event: str) -> list[str]:
        """The URLs of the lines of one event, sorted."""
        return sorted(line["url"] for line in self.articles if line["event"] == event)

    def outcome(self, url: str) -> str:
        """How *url* ended; it has one line."""
        (line,) = [line for line in self.outcomes if line["url"] == url]
        return str(line["outcome"])

    def reasons(self) -> dict[str, str | None]:
        """Each URL's reason."""
        return {line["url"]: line["reason"] for line in self.outcomes}


def crawl(server: DemoServer, folder: Path, *options: str, code: int | None = 0) -> Night:
    """Crawl the site into the folder's archive.

    Args:
        server: The site.
        folder: Where the command runs; the archive of all nights is there.
        options: Further options of the command.
        code: The exit code it must end with; null for any.
    """
    folder.mkdir(exist_ok=True)
    seen = len(server.requests)
    done = pressarc("crawl", server.url, *OPTIONS, *options, cwd=folder)
    assert code is None or done.returncode == code, done.stderr + done.stdout
    return last_night(server, folder, seen)


def last_night(server: DemoServer, folder: Path, seen: int = 0) -> Night:
    """The archive's last run; *seen* is how many requests the server had seen before it."""
    archive = folder / "archive"
    manifest = manifests(archive, "demo")[-1]
    run = str(manifest["run"])
    return Night(
        run=run,
        manifest=manifest,
        articles=lines(archive, "articles", "demo", run),
        outcomes=lines(archive, "outcomes", "demo", run),
        hits=without_requisites(server.requests[seen:]),
    )


def assert_found(articles: list[dict[str, Any]], expected: list[TruthArticle]) -> None:
    """Every article of the truth, once; and nothing else."""
    found = Counter(line["url"] for line in articles)
    wanted = {article.url: article for article in expected}
    assert not wanted.keys() - found.keys(), f"missing of {len(wanted)}: {sorted(wanted.keys() - found.keys())[:5]}"
    assert not found.keys() - wanted.keys(), f"not of the truth: {sorted(found.keys() - wanted.keys())[:5]}"
    assert max(found.values()) == 1


def assert_complete(articles: list[dict[str, Any]], expected: list[TruthArticle]) -> None:
    """Every article of the truth, once, with its text; and nothing else."""
    assert_found(articles, expected)
    wanted = {article.url: article for article in expected}
    differing = [line["url"] for line in articles if line["text"] != wanted[line["url"]].text]
    assert not differing, f"{len(differing)} texts differ, the first at {differing[0]}"


def assert_verified(folder: Path) -> None:
    """The archive as a whole is what it says it is."""
    verified = pressarc("verify", "--archive", str(folder / "archive"), "--json", cwd=folder)
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout)["findings"] == []


@contextmanager
def started(server: DemoServer, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A crawl of the site that can be interrupted; it is over when the `with` block is."""
    with subprocess.Popen(
        [*PRESSARC, "crawl", server.url, *OPTIONS, *options],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_requests(server: DemoServer, count: int, timeout_s: float = 60) -> None:
    """Return once the server has seen so many."""
    deadline = time.monotonic() + timeout_s
    while len(server.requests) < count:
        assert time.monotonic() < deadline, f"{len(server.requests)} of {count} requests after {timeout_s} s"
        time.sleep(0.02)


def resident_bytes(pid: int) -> int:
    """Memory of a process and of all below it, shared pages counted once (proc(5), smaps_rollup)."""
    total = 0
    for each in _tree(pid):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii")
        except OSError:  # it has ended meanwhile
            continue
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))

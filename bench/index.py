"""Megabytes of WARC indexed a second beside cdxj-indexer; a lookup over 100 runs beside reading all their lines."""

from __future__ import annotations

import argparse
import hashlib
import io
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cdxj_indexer.main import CDXJIndexer

from bench.table import print_table, verdict
from bench.warc_writing import write_ours
from pipelines.captures.indexes import run_indexes
from pipelines.captures.lookup import FoundCapture, captures_of
from pipelines.index.cdxj import Capture, captures_in, parse_line, url_key
from pipelines.index.sorting import sorted_lines
from pipelines.publish.manifest import Manifest, ManifestFile, PreviousManifest, put_manifest, read_link
from pipelines.publish.work import run_name
from pipelines.store.keys import index_key
from pipelines.store.local import LocalStore
from tests.unit.publish.nights import FIRST_NIGHT, HOME, SITE, in_this_process, night, no_progress, pages_of

_RUNS = 100
_WANTED_RATIO = 1.0
_WANTED_LOOKUP_S = 1.0


def index_ours(path: Path, folder: Path) -> int:
    """Index the file as a commit does; the number of lines."""
    with path.open("rb") as stream:
        return sum(1 for _ in sorted_lines((each.to_line() for each in captures_in(stream, path.name)), folder))


def index_theirs(path: Path) -> int:
    """The yardstick."""
    out = io.StringIO()
    CDXJIndexer(out, [str(path)], sort=True).process_all()
    return out.getvalue().count("\n")


def build_runs(folder: Path, captures: int) -> LocalStore:
    """An archive of `_RUNS` runs with so many captures each, of which only manifests and indexes are there."""
    with in_this_process():
        night(folder, pages_of("bakery"))
    store = LocalStore(folder)
    link = read_link(store, SITE, 1)
    for number in range(2, _RUNS + 1):
        at = FIRST_NIGHT + timedelta(days=number)
        run = run_name(at, f"{number:06x}")
        lines = b"".join(sorted(_line(place, f"{at:%Y%m%d%H%M%S}", number) for place in range(captures)))
        digest = hashlib.sha256(lines).hexdigest()
        store.put_new(index_key(SITE, run), lines, sha256=digest)
        manifest = link.manifest.model_copy(
            update={
                "number": number,
                "run": run,
                "files": [ManifestFile(key=index_key(SITE, run), bytes=len(lines), sha256=digest, lines=captures)],
                "previous": PreviousManifest(number=number - 1, sha256=link.sha256),
            }
        )
        put_manifest(store, Manifest.model_validate(manifest.model_dump()))
        link = read_link(store, SITE, number)
    return store


def _line(place: int, timestamp: str, number: int) -> bytes:
    url = f"{HOME}2026/11/{place % 31:02}/story-{place}"
    name = f"warc/site={SITE}/date=2026-11-22/20261122T030000Z-{number:06x}-00000.warc.gz"
    digest = hashlib.sha256(f"{url} {number}".encode()).hexdigest()
    return Capture(
        url_key(url), timestamp, url, "text/html", 200, f"sha256:{digest}", 20_000, place * 20_000, name
    ).to_line()


def look_up(store: LocalStore, url: str) -> list[FoundCapture]:
    """As `pressarc lookup` does, manifests read first."""
    return captures_of(url, list(run_indexes(store, SITE, Path(store.location) / ".made", no_progress)))


def read_through(store: LocalStore, url: str) -> list[Capture]:
    """The yardstick: every line of every index is looked at."""
    key = f"{url_key(url)} ".encode()
    found = []
    for stored in store.list("index/"):
        with store.open(stored.key) as stream:
            found += [parse_line(line, where=stored.key) for line in stream if line.startswith(key)]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--captures", type=int, default=5000, help="of each run")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_ours(folder, arguments.pages)
        path = folder / "ours-00000.warc.gz"
        megabytes = path.stat().st_size / 1e6
        assert index_ours(path, folder) == index_theirs(path) == arguments.pages
        ours, theirs = _seconds(arguments.rounds, lambda: index_ours(path, folder), lambda: index_theirs(path))
        store = build_runs(folder / "archive", arguments.captures)
        url = f"{HOME}2026/11/17/story-{17 + 31 * 40}"
        assert len(look_up(store, url)) == len(read_through(store, url)) == _RUNS - 1
        searched, read = _seconds(arguments.rounds, lambda: look_up(store, url), lambda: read_through(store, url))
    rows = [
        ["ours", f"{megabytes / ours:.1f}", verdict(theirs / ours, at_least=_WANTED_RATIO)],
        ["cdxj-indexer", f"{megabytes / theirs:.1f}", ""],
    ]
    print_table(f"Indexing {megabytes:.1f} MB of compressed WARC, one core", ["", "MB/s of CPU time", "ratio"], rows)
    rows = [
        ["lookup", f"{searched * 1000:.0f}", verdict(searched, at_most=_WANTED_LOOKUP_S)],
        ["reading all lines", f"{read * 1000:.0f}", ""],
    ]
    print_table(f"A URL in {_RUNS} runs of {arguments.captures} captures", ["", "ms of CPU time", "seconds"], rows)


def _seconds(rounds: int, *calls: Callable[[], object]) -> list[float]:
    """The median CPU time of each of *calls*, which take turns."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, times in zip(calls, taken, strict=True):
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
    return [median(times) for times in taken]


if __name__ == "__main__":
    main()

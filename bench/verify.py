"""Megabytes of compressed WARC that one core verifies a second, digests and rules without extraction: see README.md."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.table import print_table, verdict
from bench.warc_writing import AT, write_ours
from pipelines.article.jsonl import file_sha256
from pipelines.publish.manifest import ManifestFile
from pipelines.store.keys import warc_key
from pipelines.store.local import LocalStore
from pipelines.values import RecordRef
from pipelines.verify.scope import Unit
from pipelines.verify.unit import Job, check
from pipelines.warc.reader import read_records

_SITE, _RUN = "a.example", "20261122T030000Z-1a2b3c"
_WANTED_MB_S = 40.0


def build(folder: Path, pages: int) -> Unit:
    """A WARC file of *pages* pages in an archive, as a unit to be verified; its outcome lines are left out."""
    key = warc_key(_SITE, AT.date(), _RUN, 0)
    path = folder / key
    path.parent.mkdir(parents=True)
    write_ours(folder, pages)
    (folder / "ours-00000.warc.gz").rename(path)
    file = ManifestFile(key=key, bytes=path.stat().st_size, sha256=file_sha256(path), records=1 + 3 * pages)
    return Unit(_SITE, "runs", (file,))


def read_alone(path: Path) -> list[RecordRef]:
    """The yardstick: the records of the file are read, their blocks hashed, and nothing is checked."""
    with path.open("rb") as stream:
        return [RecordRef("", each.offset, each.length, "") for each in read_records(stream, max_block_bytes=0)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        unit = build(folder, arguments.pages)
        store, path, megabytes = LocalStore(folder), folder / unit.files[0].key, unit.size_bytes / 1e6
        job = Job(store.location, unit, is_read=True, extraction=False)
        rules = {finding.rule for finding, _ in check(store, job).findings}
        assert rules == {"outcome_record"}, rules  # there are no outcome lines, and nothing else is wrong
        timed = {"verify": lambda: check(store, job), "read alone": lambda: read_alone(path)}
        seconds = {what: [_cpu_s(call) for _ in range(arguments.rounds)] for what, call in timed.items()}
    rows = [
        [what, f"{megabytes / median(each):.1f}", verdict(megabytes / median(each), at_least=_WANTED_MB_S)]
        for what, each in seconds.items()
    ]
    print_table(f"Verify, {megabytes:.1f} MB of compressed WARC, one core", ["", "MB/s of CPU time", "target"], rows)


def _cpu_s(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


if __name__ == "__main__":
    main()

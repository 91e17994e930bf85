"""A night that dies and its next start, each in a process of its own; and what an archive says, but for times and ids.

Run as a program, it tries one kind of fault at many steps: `python -m tests.crash.nights KIND FOLDER FIRST EVERY`; or
it kills at random moments: `python -m tests.crash.nights kill-9 FOLDER SEED TIMES`. It forks, which is best done by a
process without threads, and prints a JSON line for each trial.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.errors import ArchiveError
from pipelines.memory.site import SiteMemory, read_snapshot
from pipelines.publish.manifest import newest, numbers, read_link
from pipelines.publish.publish import publish
from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.crash.faults import DIED, Fault, injected
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    article_page,
    capture,
    config_for,
    home_page,
    in_this_process,
    night,
    no_progress,
    start,
    suffixes,
    url_of,
    visits,
)

SECOND_NIGHT = FIRST_NIGHT + timedelta(days=1)
FAILED = 3
"""Exit code of a night that said what is wrong."""

_PAGES = [
    (HOME, home_page(["bakery", "quarry", "tramway"]), 200),
    (url_of("bakery"), article_page("bakery", ending="The board added on Saturday that it will stay open."), 200),
    (url_of("quarry"), b"gone", 410),
    (url_of("tramway"), article_page("tramway"), 200),
    (url_of("vineyard"), article_page("vineyard", nonce="x" * 3000), 200),
]


def first_night(archive: Path) -> None:
    """What is there before the night that dies."""
    night(
        archive,
        [
            (HOME, home_page(["bakery", "quarry"]), 200),
            *((url_of(each), article_page(each), 200) for each in ("bakery", "quarry")),
        ],
    )


def second_night(archive: Path, suffix: int) -> None:
    """The night that dies, or the start that goes on where it died: changed, removed and new articles."""
    run = start(config_for(archive, **{"capture.warc_max_bytes": 3000}), SECOND_NIGHT, suffix=suffix)
    try:
        if not run.is_resumed and max(numbers(run.store, SITE)) == 2:
            return  # all was done, and this start would begin the third night
        if not run.crawl_is_over:
            captured = {each.response.target_uri for each in run.captured() if each.response is not None}
            missing = [each for each in visits(_PAGES, at=SECOND_NIGHT) if each[0].url not in captured]
            capture(run, missing)
        ended_at = SECOND_NIGHT + timedelta(hours=1)
        publish(run, now=lambda: ended_at, new_suffix=suffixes(suffix + 0x100), progress=no_progress)
    finally:
        run.close()


# ---------------------------------------------------------------- what an archive says


def said_by(archive: Path) -> dict[str, Any]:
    """All that the archive's newest run says, but for times, ids and places that hang on how it came about."""
    store = LocalStore(archive)
    head = newest(store, SITE)
    assert head is not None
    manifest = head.manifest
    return {
        "numbers": list(numbers(store, SITE)),
        "runs": len({read_link(store, SITE, number).manifest.run for number in numbers(store, SITE)}),
        "counts": manifest.counts.model_dump(),
        "profile": manifest.profile,
        "complete": manifest.complete,
        "warnings": manifest.warnings,
        "articles": sorted(_line(each) for each in _lines(store, manifest, "articles")),
        "outcomes": sorted(_line(each) for each in _lines(store, manifest, "outcomes")),
        "memory": _memory(archive, store, manifest),
        "findings": [
            f"{each.rule} {each.where} {each.message}" for each in verify(store, Scope((SITE,)), no_progress).findings
        ],
        "work": sorted(
            path.name for path in (archive / ".work" / SITE).iterdir() if path.is_dir() and list(path.rglob("*.gz*"))
        ),
    }


def _lines(store: LocalStore, manifest: Any, kind: str) -> list[dict[str, Any]]:
    packed = [store.read(file.key) for file in manifest.files if file.key.startswith(f"{kind}/")]
    return [json.loads(line) for part in packed for line in gzip.decompress(part).splitlines()]


def _line(line: dict[str, Any]) -> str:
    for place in (line, line.get("provenance") or {}):
        place.pop("warc", None)
        place.pop("run", None)
    return json.dumps(line, sort_keys=True)


def _memory(archive: Path, store: LocalStore, manifest: Any) -> list[str]:
    (key,) = [file.key for file in manifest.files if file.key.startswith("memory/")]
    target = archive.parent / f"memory-{os.getpid()}.sqlite"
    read_snapshot(store.read(key), target, where=key)
    with SiteMemory(target) as memory:
        articles = [f"{each.id} {each.revision} {each.removed} {each.content}" for each in memory.articles()]
    target.unlink()
    return articles


# ---------------------------------------------------------------- trials


def in_a_child(work: Callable[[], None]) -> int:
    """Run *work* in a process of its own; its exit code, `FAILED` where it said what is wrong."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except (ArchiveError, OSError) as error:
            sys.stderr.write(f"said: {error}\n")
            code = FAILED
        except BaseException:  # noqa: BLE001 (it is printed, and the trial fails)
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def trial(template: Path, folder: Path, kind: str, number: int, expected: dict[str, Any]) -> dict[str, Any]:
    """One night with one fault, its next start, and what is wrong then."""
    shutil.copytree(template, folder / "archive")
    archive, survivor = folder / "archive", folder / "survivor"
    fault = Fault(kind, number, survivor)

    def dying() -> None:
        with injected(fault, archive):
            second_night(archive, 1)

    first = in_a_child(dying)
    if survivor.exists():
        shutil.rmtree(archive)
        survivor.rename(archive)
    second = in_a_child(lambda: second_night(archive, 0x10))
    wrong = [] if first in (0, DIED, FAILED) and second == 0 else [f"exit codes {first}, {second}"]
    if second == 0:
        found = said_by(archive)
        wrong += [
            f"{name}: {found[name]} instead of {expected[name]}" for name in expected if found[name] != expected[name]
        ]
    shutil.rmtree(folder)
    return {"number": number, "first": first, "wrong": wrong}


def undisturbed(template: Path, folder: Path, kind: str) -> tuple[dict[str, Any], list[str]]:
    """What a night without any fault says, and the steps it takes."""
    shutil.copytree(template, folder / "archive")
    fault = Fault(kind, sys.maxsize)
    with injected(fault, folder / "archive"):
        second_night(folder / "archive", 1)
    found = said_by(folder / "archive")
    shutil.rmtree(folder)
    return found, fault.steps


def shot(template: Path, folder: Path, after_s: float, expected: dict[str, Any]) -> dict[str, Any]:
    """One night that gets SIGKILL after so many seconds, its next start, and what is wrong then."""
    shutil.copytree(template, folder / "archive")
    child = os.fork()
    if child == 0:
        second_night(folder / "archive", 1)
        os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    second = in_a_child(lambda: second_night(folder / "archive", 0x10))
    found = said_by(folder / "archive") if second == 0 else {}
    wrong = [f"exit code {second}"] if second else [name for name in expected if found[name] != expected[name]]
    shutil.rmtree(folder)
    return {"after_s": after_s, "first": os.waitstatus_to_exitcode(status), "wrong": wrong}


def main() -> None:
    """Try a fault at every so many steps; or SIGKILL (`kill-9`) so many times, at moments drawn with a seed."""
    kind, folder, first, every = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    with in_this_process():
        template = folder / "template"
        first_night(template)
        started_s = time.monotonic()
        expected, steps = undisturbed(template, folder / "undisturbed", kind)
        took_s = time.monotonic() - started_s
        print(json.dumps({"steps": steps, "findings": expected["findings"]}), flush=True)
        if kind == "kill-9":
            moments = random.Random(first)
            for number in range(every):
                done = shot(template, folder / f"trial-{number}", moments.uniform(0, took_s), expected)
                print(json.dumps(done), flush=True)
                if done["first"] == 0:  # nights are shorter than the one that was timed: the next shots come earlier
                    took_s = min(took_s, done["after_s"])
            return
        for number in range(first, len(steps), every):
            print(json.dumps(trial(template, folder / f"trial-{number}", kind, number, expected)), flush=True)


if __name__ == "__main__":
    main()

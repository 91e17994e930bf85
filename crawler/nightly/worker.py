"""`python -m crawler.nightly.worker`: some sites' runs in a process of their own, told of to the process that began it.

In: a line of JSON on standard input, `Orders`. Out: lines of JSON on standard output, `Told`, one whenever something is
to be told and one with each site's result as soon as it is there: whoever reads them knows what was done if this
process is killed. Standard input stays open as long as the other process lives; when it closes, the crawl ends in
order, as after SIGTERM.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal, TextIO

from pydantic import BaseModel

from crawler.cut_off import CUT_OFF, CrawlCutOff
from crawler.progress import Watcher
from crawler.run import CrawlResult, Job, crawl
from pipelines.errors import ArchiveError, RunLocked
from pipelines.options import Config
from pipelines.publish.manifest import Manifest, read_link
from pipelines.publish.publish import publish
from pipelines.publish.run import OpenRun
from pipelines.report.figures import RunFigures, figures_of
from pipelines.report.night import SiteNight, Status
from pipelines.store.open import open_store


class Order(BaseModel):
    """What is to be done for a site."""

    config: Config
    action: Literal["crawl", "publish"]
    after: int | None = None
    """The newest manifest that was there before; null where nobody knows."""


class Orders(BaseModel):
    """What this process is to do."""

    orders: tuple[Order, ...]


class Told(BaseModel):
    """How far a site is, or what became of it."""

    site: str
    stage: str = ""
    done: int = 0
    total: int = 0
    ended: SiteNight | None = None


def main() -> None:
    """Read the orders and carry them out."""
    out, sys.stdout = sys.stdout, sys.stderr  # a print of whatever library is no line of ours
    orders = Orders.model_validate_json(sys.stdin.readline()).orders
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    lock = threading.Lock()

    def tell(told: Told) -> None:
        with lock:
            _write(out, told.model_dump_json(exclude_none=True))

    def watch(site: str, stage: str, done: int, total: int) -> None:
        tell(Told(site=site, stage=stage, done=done, total=total))

    for order in orders:
        if order.action == "publish":
            tell(Told(site=order.config.site.name, ended=_published(order.config, watch)))
    crawls = {order.config.site.name: order for order in orders if order.action == "crawl"}

    def ended(result: CrawlResult) -> None:
        tell(Told(site=result.site, ended=_told_of(result, crawls[result.site])))

    try:
        crawl([Job(order.config) for order in crawls.values()], watch, ended)
    except CrawlCutOff:
        os._exit(CUT_OFF)  # as the command does: nothing is waited for


def _write(out: TextIO, line: str) -> None:
    try:
        out.write(f"{line}\n")
        out.flush()
    except BrokenPipeError:  # nobody listens any more: see `_end_with_the_other`
        return


def _end_with_the_other() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _told_of(result: CrawlResult, order: Order) -> SiteNight:
    status: Status = "warnings" if result.is_busy else result.status
    runs = () if result.manifest is None else tuple(_runs(order, result.manifest))
    return SiteNight(site=result.site, status=status, said=result.messages, runs=runs)


def _runs(order: Order, last: Manifest) -> list[RunFigures]:
    """The runs that were committed tonight: before the last one, what an earlier night had left behind."""
    found = [figures_of(last)]
    archive = order.config.archive
    try:
        store = open_store(archive.location, endpoint=archive.endpoint, region=archive.region)
        first = last.number if order.after is None else order.after + 1
        earlier = [read_link(store, last.site, number).manifest for number in range(first, last.number)]
    except ArchiveError:  # they are in the archive, and only this night's page does without them
        return found
    return [*(run for manifest in earlier if (run := figures_of(manifest)).crawled), *found]


def _published(config: Config, watch: Watcher) -> SiteNight:
    """Publish the site's runs whose crawl is over."""
    site = config.site.name
    progress = partial(watch, site)
    manifests: list[Manifest] = []
    said: list[str] = []
    try:
        with OpenRun.left_behind(config) as runs:
            for run in runs:
                if run.crawl_is_over:
                    manifests.append(publish(run, now=_now, new_suffix=_suffix, progress=progress))
                    said += [*manifests[-1].warnings, *run.notes]
    except RunLocked as error:
        return SiteNight(site=site, status="warnings", said=(str(error),))
    except (ArchiveError, OSError) as error:
        words = f"the run stays in the work folder: {error}"
        return SiteNight(site=site, status="failed", said=(words,), runs=tuple(map(figures_of, manifests)))
    status: Status = "warnings" if said else "complete"
    return SiteNight(site=site, status=status, said=tuple(said), runs=tuple(map(figures_of, manifests)))


def _now() -> datetime:
    return datetime.now(UTC)


def _suffix() -> str:
    return secrets.token_hex(3)


def log_file(work: Path) -> Path:
    """Where a worker's standard error goes: tracebacks of what ended it."""
    return work / "workers.log"


if __name__ == "__main__":
    main()

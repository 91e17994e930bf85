"""One night, from its plan to its record: orders to processes, their results, and what became of every site."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from crawler.nightly.plan import Planned
from crawler.nightly.pool import Pool, processes_for
from crawler.nightly.worker import Order, log_file
from crawler.progress import Watcher
from pipelines import disk
from pipelines.options import Config
from pipelines.report.figures import BEFORE
from pipelines.report.night import Night, SiteNight, Status, nights_before, page_path, write_night
from pipelines.report.page import night_page

log = logging.getLogger(__name__)


def spend(
    planned: Sequence[Planned], work: Path, *, jobs: int | None, now: Callable[[], datetime], watch: Watcher
) -> Night:
    """Do what was planned.

    Args:
        planned: One for each site.
        work: The archive's work folder.
        jobs: Processes at a time; null for one for each processor.
        now: The clock.
        watch: Told of progress.

    Raises:
        CrawlCutOff: A second signal ended it.
    """
    began_at = now()
    acting = [each for each in planned if each.decision is not None and each.decision.action != "skip"]
    processes = processes_for(jobs, len(acting))
    orders = [_order(each, processes) for each in acting]
    disk.make_folder(work)
    results = asyncio.run(Pool(orders, processes, log_file(work), watch).run()) if orders else {}
    sites = tuple(results.get(each.site) or not_done(each) for each in planned)
    return Night(started_at=began_at, ended_at=now(), sites=sites)


def keep(work: Path, night: Night) -> Path:
    """Write the night's record and its page into the work folder; where the page is.

    Raises:
        OSError: The disk refused it.
    """
    write_night(work, night)
    page = page_path(work, night)
    before = list(islice(nights_before(work, night.started_at), BEFORE))[::-1]
    with disk.whole(page) as file:
        file.write(night_page(night, before).encode())
    return page


def _order(planned: Planned, processes: int) -> Order:
    assert planned.config is not None
    assert planned.decision is not None
    action = planned.decision.action
    assert action != "skip"
    last = planned.known.last
    return Order(
        config=_with_workers(planned.config, processes), action=action, after=None if last is None else last.number
    )


def _with_workers(config: Config, processes: int) -> Config:
    """Share the processors out: each process would else read its sites' pages with as many workers as there are."""
    if config.extract.workers:
        return config
    workers = max(1, (os.cpu_count() or 1) // processes)
    return config.model_copy(update={"extract": config.extract.model_copy(update={"workers": workers})})


def not_done(planned: Planned) -> SiteNight:
    """What a night says of a site for which nothing is done: its file is wrong, or it is skipped."""
    if planned.error is not None:
        return SiteNight(site=planned.site, status="failed", said=(str(planned.error),))
    assert planned.decision is not None
    status: Status = "warnings" if planned.decision.is_overdue else "skipped"
    return SiteNight(site=planned.site, status=status, said=(planned.decision.why,))

"""`pressarc nightly`: a night of all sites."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crawler.commands.sites import NO_FILES
from crawler.nightly.night import keep, not_done, spend
from crawler.nightly.plan import Planned, plan
from crawler.nightly.standing import nights_known
from crawler.progress import site_progress
from pipelines.commands.console import errors
from pipelines.commands.options import FAILED, WARNINGS, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import RunLocked
from pipelines.publish.work import held, work_folder
from pipelines.report.night import Night, SiteNight
from pipelines.report.words import site_line
from pipelines.site_files import site_files


def nightly(
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            min=1,
            help="Processes at a time; each crawls up to `crawl.sites_at_once` sites at once.",
            show_default="one for each processor",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say for each site what would be done, and why; nothing is requested, and nothing is written.",
        ),
    ] = False,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only sites whose last run failed or was interrupted.")
    ] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Crawl every enabled site that is due, take up what was interrupted, publish what was left, and write a report.

    ```sh
    pressarc nightly
    pressarc nightly --jobs 4 --config /etc/pressarc/pressarc.toml
    pressarc nightly --only-failed
    pressarc nightly --dry-run
    ```

    The sites are those of `sites/` beside the configuration file. A site is due when its last complete run began
    `nightly.every_h` hours ago, or up to half of that earlier, at most 12 hours: so the command may be started a
    little sooner than the night before, and what was crawled in the morning is not crawled again at noon. A site whose
    last run was interrupted, or received nothing, is due at once. `nightly.enabled` and `crawl.only_between` keep a
    site from being crawled, but not its runs from being published; so are runs in the work folder of sites that have
    no file.

    Sites are shared out among processes, and none can end another's run. If a process dies, whatever the cause, its
    unfinished sites are begun again, each in a process of its own, and go on where they were; one whose process dies
    twice has failed. A process that says nothing for six hours counts as dead. Two sites on one host are crawled one
    after the other.

    It may be started twice: the second says that a night is under way, begins nothing, and ends with 0. A site that
    `pressarc crawl` is working on is left to it (3).

    A line for each site says what became of it: `complete`, `warnings`, `failed`, or `skipped` and why. A site that is
    due for two of its nights and is never open when the command is started is no longer `skipped`, but `warnings`. The
    exit code is the worst of them: 1 before 3 before 0; `skipped` is 0, a site file that is wrong is 1, and keeps no
    other site from its night. `--dry-run` ends with what is known beforehand: 1 where a site file is wrong or a
    manifest damaged, 3 where a site is never open.

    The night's report is `nights/<start>.html` in the archive's work folder, and `nights/<start>.json` beside it holds
    its numbers. What ended a process is in `workers.log` there, what went wrong in a crawl in `pressarc.log`.

    SIGTERM or Ctrl-C, once, ends all crawls in order, as it does one; twice ends them at once (130). If the process
    itself is killed, those that it began end in order.

    With `--json`: `{schema, started_at, ended_at, sites: [{site, status, said, runs}], page}`; with `--dry-run` a list
    of `{site, action, why}`.

    Exit code 0 all is well, 1 a site failed, 2 usage or configuration, 3 done with warnings.
    """
    flags = {"archive.location": archive}
    base = load_config(None, config_file=config, overrides=set_ or (), flags=flags)
    files = site_files(config, overrides=set_ or (), flags=flags)
    work = work_folder(base)
    if dry_run:
        planned = plan(files, base, nights_known(work), _now(), only_failed=only_failed)
        _print_plan(planned, as_json=as_json)
        idle = (each for each in planned if each.decision is None or each.decision.action == "skip")
        raise typer.Exit(_exit_code(map(not_done, idle)))
    try:
        with held(work / "nightly.lock"):
            planned = plan(files, base, nights_known(work), _now(), only_failed=only_failed)
            with site_progress() as watch:
                night = spend(planned, work, jobs=jobs, now=_now, watch=watch)
            page = _keep(work, night)
    except RunLocked:
        print(f"Another night is under way in the archive {base.archive.location}; nothing was begun.")
        return
    _print_night(night, page, as_json=as_json)
    raise typer.Exit(_exit_code(night.sites))


def _now() -> datetime:
    return datetime.now(UTC)


def _keep(work: Path, night: Night) -> Path | None:
    """Where the night's page is; null for a night in which nothing was done, which needs none."""
    if not night.visited:
        return None
    try:
        return keep(work, night)
    except OSError as error:  # the runs are committed all the same
        errors.print(f"pressarc: the night's report cannot be written ({error})", markup=False)
        return None


def _exit_code(sites: Iterable[SiteNight]) -> int:
    statuses = {each.status for each in sites}
    return FAILED if "failed" in statuses else WARNINGS if "warnings" in statuses else 0


def _print_plan(planned: Sequence[Planned], *, as_json: bool) -> None:
    rows = [
        {
            "site": each.site,
            "action": "none" if each.decision is None else each.decision.action,
            "why": str(each.error) if each.decision is None else each.decision.why,
        }
        for each in planned
    ]
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['site']}: {row['action']}: {row['why']}")
    if not rows:
        print(NO_FILES)


def _print_night(night: Night, page: Path | None, *, as_json: bool) -> None:
    if as_json:
        told = {**night.model_dump(mode="json", by_alias=True), "page": None if page is None else str(page)}
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    for each in night.sites:
        (errors if each.status == "failed" else out).print(site_line(each), markup=False)
    if not night.sites:
        out.print(NO_FILES, markup=False)
    if page is not None:
        out.print(f"The night's report: {page}", markup=False)

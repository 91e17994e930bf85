"""The commands for many nights of many sites: `nightly`, and `sites` with what it does to their files.

Exit codes are those of pipelines/cli.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from crawler.nightly.due import due_at
from crawler.nightly.night import keep, spend
from crawler.nightly.plan import Planned, plan, standings
from crawler.progress import site_progress
from pipelines.commands.console import errors
from pipelines.commands.options import FAILED, USAGE, WARNINGS, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError, RunLocked
from pipelines.publish.run import work_folder
from pipelines.publish.work import held
from pipelines.report.night import Night, nights_before
from pipelines.report.words import site_line
from pipelines.site_files import SiteFile, site_files, switch

app = typer.Typer(add_completion=False, no_args_is_help=True)
sites = typer.Typer(invoke_without_command=True, help="Site files: what there is, and what it is switched to.")
app.add_typer(sites, name="sites")

SitesArgument = Annotated[list[str], typer.Argument(metavar="SITE...", help="Names of site files.")]

_NIGHTS_KNOWN = 30
"""How many nights back it is looked for what became of a site."""


@app.command()
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
    other site from its night.

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
        _print_plan(plan(files, base, _nights(work), _now(), only_failed=only_failed), as_json=as_json)
        return
    try:
        with held(work / "nightly.lock"):
            planned = plan(files, base, _nights(work), _now(), only_failed=only_failed)
            with site_progress() as watch:
                night = spend(planned, work, jobs=jobs, now=_now, watch=watch)
            page = _keep(work, night)
    except RunLocked:
        print(f"Another night is under way in the archive {base.archive.location}; nothing was begun.")
        return
    _print_night(night, page, as_json=as_json)
    raise typer.Exit(_exit_code(night))


def _now() -> datetime:
    return datetime.now(UTC)


def _nights(work: Path) -> list[Night]:
    return list(islice(nights_before(work), _NIGHTS_KNOWN))


def _keep(work: Path, night: Night) -> Path | None:
    """Where the night's page is; null for a night in which nothing was done, which needs none."""
    if not night.visited:
        return None
    try:
        return keep(work, night)
    except OSError as error:  # the runs are committed all the same
        errors.print(f"pressarc: the night's report cannot be written ({error})", markup=False)
        return None


def _exit_code(night: Night) -> int:
    statuses = {each.status for each in night.sites}
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
        print(_NO_FILES)


_NO_FILES = "There are no site files; `pressarc add URL` writes one."


def _print_night(night: Night, page: Path | None, *, as_json: bool) -> None:
    if as_json:
        told = {**night.model_dump(mode="json", by_alias=True), "page": None if page is None else str(page)}
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    for each in night.sites:
        (errors if each.status == "failed" else out).print(site_line(each), markup=False)
    if not night.sites:
        out.print(_NO_FILES, markup=False)
    if page is not None:
        out.print(f"The night's report: {page}", markup=False)


# ---------------------------------------------------------------- sites


@sites.callback()
def _sites(
    context: typer.Context,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Site files: what there is, and what it is switched to. Without a command, `list`."""
    command = context.invoked_subcommand
    if command is None:
        list_(archive, config, set_, as_json)
    elif archive or config or set_ or as_json:
        raise ConfigError(f"options stand after the command: pressarc sites {command} …", where="pressarc sites")


@sites.command("list")
def list_(
    archive: ArchiveOption = None, config: ConfigOption = None, set_: SetOption = None, as_json: JsonOption = False
) -> None:
    """Every site file: whether it is enabled, when it is due, when its last run began and how that ended.

    ```sh
    pressarc sites list
    pressarc sites list --json
    ```

    `pressarc sites` alone does the same. The state is that of the newest run that looked for articles: `complete`,
    `warnings`, `cut` (a budget was spent, or the hours were over), `incomplete` (it was interrupted), `failed`
    (nothing was received), `never`; `wrong` for a site file that is wrong, `unknown` where the archive cannot be read.

    With `--json`: a list of `{site, enabled, due, last_run, state, error}`.
    """
    flags = {"archive.location": archive}
    base = load_config(None, config_file=config, overrides=set_ or (), flags=flags)
    files = site_files(config, overrides=set_ or (), flags=flags)
    rows = _rows(files, _nights(work_folder(base)))
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    shown = [{key: _SHOWN.get(value, str(value)) for key, value in row.items() if key != "error"} for row in rows]
    if not rows:
        out.print(_NO_FILES, markup=False)
    elif out.is_terminal:
        table = Table()
        for name in shown[0]:
            table.add_column(name.replace("_", " "))
        for each in shown:
            table.add_row(*each.values())
        out.print(table)
    else:
        for each in shown:
            print("  ".join(f"{name}={value}" for name, value in each.items()))
    for row in rows:
        if row["error"]:
            errors.print(f"{row['site']}: {row['error']}", markup=False)


_SHOWN: dict[object, str] = {None: "-", True: "yes", False: "no"}


def _rows(files: Sequence[SiteFile], nights: Sequence[Night]) -> list[dict[str, object]]:
    now, rows = _now(), []
    for file, known, trouble in standings(files, nights):
        if file.config is None:
            rows.append(_row(file.name, state="wrong", error=str(trouble)))
            continue
        due = due_at(file.config, known, now)
        rows.append(
            _row(
                file.config.site.name,
                enabled=file.config.nightly.enabled,
                due=None if not file.config.nightly.enabled else "now" if due <= now else _instant(due),
                last_run=None if known.last is None else _instant(known.last.started_at),
                state=known.state if trouble is None else "unknown",
                error=None if trouble is None else str(trouble),
            )
        )
    return rows


def _row(site: str, **told: object) -> dict[str, object]:
    return {"site": site, **dict.fromkeys(("enabled", "due", "last_run", "state", "error")), **told}


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


@sites.command()
def enable(names: SitesArgument, config: ConfigOption = None) -> None:
    """Have `pressarc nightly` crawl these sites: `nightly.enabled` is written into their files.

    ```sh
    pressarc sites enable example.org
    ```

    Comments and everything else in them stay as they are.
    """
    _switch(names, config, on=True)


@sites.command()
def disable(names: SitesArgument, config: ConfigOption = None) -> None:
    """Have `pressarc nightly` leave these sites alone; what is in the archive stays, and so do their files.

    ```sh
    pressarc sites disable example.org example.net
    ```
    """
    _switch(names, config, on=False)


def _switch(names: Sequence[str], config: Path | None, *, on: bool) -> None:
    files = site_files(config, names=names)
    for file in files:  # nothing is written where one of them is wrong
        if file.error is not None:
            raise file.error
    for file in files:
        is_new = switch(file, on=on)
        print(f"{file.name}: {'' if is_new else 'already '}{'enabled' if on else 'disabled'} ({file.path})")


@sites.command()
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SITE...", help="Names of site files; all by default.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold every site file against the rules: a sentence for each that is wrong.

    ```sh
    pressarc sites check
    ```

    Two files that name one site are wrong, too. Exit code 0 where all are right, 2 where one is wrong. With `--json`: a
    list of `{site, file, error}`.
    """
    files = site_files(config, names=names)
    wrong = [file for file in files if file.error is not None]
    if as_json:
        told = [{"site": file.name, "file": str(file.path), "error": file.error and str(file.error)} for file in files]
        print(json.dumps(told, indent=1, ensure_ascii=False))
    elif not files:
        raise ConfigError("there are no site files", where="pressarc sites check")
    else:
        for file in wrong:
            errors.print(str(file.error), markup=False)
        if not wrong:
            print(f"{len(files)} site file{'s are' if len(files) > 1 else ' is'} right.")
    raise typer.Exit(USAGE if wrong else 0)

"""`pressarc report`: what a run or a night did, as words, JSON or a page."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines import disk
from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.days import parse_day
from pipelines.commands.options import ArchiveOption, ConfigOption, SetOption
from pipelines.commands.target import check_target
from pipelines.config import load_config
from pipelines.errors import AccessDenied, ConfigError
from pipelines.report.alarms import alarms_of_night, alarms_of_run
from pipelines.report.figures import BEFORE, RunFigures, runs_of
from pipelines.report.night import Night, nights_of_archive
from pipelines.report.page import night_page, run_page
from pipelines.report.words import night_words, run_words
from pipelines.store.contract import Store


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def report(
    site: Annotated[
        str | None,
        typer.Argument(help="A site, for the report of one of its runs; without it, of a night of all sites."),
    ] = None,
    run: Annotated[str | None, typer.Option("--run", help="Which run of the site; the newest, unless said.")] = None,
    night: Annotated[
        str | None,
        typer.Option("--night", help="Which night: a day (UTC), like `2026-11-22`.", show_default="the newest"),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="`text`, `json` or `html`.")] = Format.TEXT,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write it into.", show_default="standard output")
    ] = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Report on a run, or on all runs of a night, against those before: what came, what it cost, and what stands out.

    ```sh
    pressarc report
    pressarc report --night 2026-11-22 --format html --out night.html
    pressarc report example.org --format html --out example.org.html
    pressarc report example.org --run 20261122T030000Z-1a2b3c --format json
    ```

    Everything is read from manifests: a report can be made again at any time, of any run, and is no part of the
    archive. A night is a day here: the runs that began on it (UTC).

    At the top stands what to look at: no new article where there usually are some, a source that names none any more
    or whose coverage has dropped, requests that fail, articles that are much shorter, a template that is retired. A
    run is compared with up to seven runs before it, not counting a site's first.

    The HTML page is one file that asks for nothing from anywhere; it shows the 30 runs or nights before beside this
    one, in light or dark as its reader has it, on a telephone, too.

    `--format json` gives `{alarms, night: {schema, started_at, ended_at, sites: [{site, status, said, runs}],
    figures}}`, of a site `{alarms, run: {site, run, number, started_at, ended_at, state, crawled, warnings, figures}}`;
    `figures` are the manifest's counts and `stats`, and `bytes` by kind of file.
    """
    if site is None and run is not None:
        raise ConfigError("name the site that the run is of", where=f"--run {run}")
    if site is not None and night is not None:
        raise ConfigError("a night is of all sites; for one site say --run", where=f"--night {night}")
    if out is not None:
        check_target(out, "--out")
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    text = _of_night(store, night, format_) if site is None else _of_run(store, site, run, format_)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        with disk.whole(out) as file:
            file.write(text.encode())
    except OSError as error:
        raise AccessDenied(f"the report cannot be written ({error.strerror})", where=str(out)) from error


def _of_run(store: Store, site: str, name: str | None, format_: Format) -> str:
    named_sites(store, [site])
    found: list[RunFigures] = []  # the newest first: what is reported on, and those before it
    for each in runs_of(store, site, newest_first=True):
        if found or name in {None, each.run}:
            found.append(each)
        if len(found) > BEFORE:
            break
    if not found:
        raise ConfigError(f"the site has no such run; `pressarc status {site}` names the newest", where=f"--run {name}")
    run, before = found[0], found[:0:-1]
    match format_:
        case Format.HTML:
            return run_page(run, before)
        case Format.JSON:
            return _json({"alarms": alarms_of_run(run, before), "run": run.model_dump(mode="json")})
        case _:
            return _lines(run_words(run, before))


def _of_night(store: Store, day: str | None, format_: Format) -> str:
    sites = named_sites(store, None)
    last = parse_day("--night", day) if day is not None else datetime.now(UTC).date() + timedelta(days=1)
    nights = nights_of_archive(store, sites, last, BEFORE + 1)
    if not nights or (day is not None and nights[-1].started_at.date() != last):
        raise ConfigError("no run began on this day (UTC)", where=f"--night {day}" if day else store.location)
    night, before = nights[-1], nights[:-1]
    match format_:
        case Format.HTML:
            return night_page(night, before)
        case Format.JSON:
            return _json({"alarms": alarms_of_night(night, before), "night": _told(night)})
        case _:
            return _lines(night_words(night, before))


def _told(night: Night) -> dict[str, object]:
    return {**night.model_dump(mode="json", by_alias=True), "figures": night.figures.model_dump(mode="json")}


def _json(value: object) -> str:
    return f"{json.dumps(value, indent=1, ensure_ascii=False)}\n"


def _lines(words: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in words)

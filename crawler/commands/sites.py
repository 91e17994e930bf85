"""`pressarc sites`: what site files there are, and what is done to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crawler.nightly.due import due_at
from crawler.nightly.plan import standings
from crawler.nightly.standing import nights_known
from pipelines.commands.console import errors, print_rows
from pipelines.commands.options import USAGE, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.publish.work import work_folder
from pipelines.report.night import Night
from pipelines.site_files import SiteFile, site_files, switch

NO_FILES = "There are no site files; `pressarc add URL` writes one."
SitesArgument = Annotated[list[str], typer.Argument(metavar="SITE...", help="Names of site files.")]


def list_sites(
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
    rows = _rows(files, nights_known(work_folder(base)))
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    shown = [{key: _SHOWN.get(value, str(value)) for key, value in row.items() if key != "error"} for row in rows]
    if not rows:
        out.print(NO_FILES, markup=False)
    print_rows(shown)
    for row in rows:
        if row["error"]:
            errors.print(f"{row['site']}: {row['error']}", markup=False)


_SHOWN: dict[object, str] = {None: "-", True: "yes", False: "no"}


def _rows(files: Sequence[SiteFile], nights: Sequence[Night]) -> list[dict[str, object]]:
    now, rows = datetime.now(UTC), []
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


def enable_sites(names: SitesArgument, config: ConfigOption = None) -> None:
    """Have `pressarc nightly` crawl these sites: `nightly.enabled` is written into their files.

    ```sh
    pressarc sites enable example.org
    ```

    Comments and everything else in them stay as they are.
    """
    _switch(names, config, on=True)


def disable_sites(names: SitesArgument, config: ConfigOption = None) -> None:
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


def check_sites(
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

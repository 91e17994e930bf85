"""The commands by which an archive is kept and proven: verify. Mounted into `pressarc` by crawler/cli.py.

Exit codes are those of cli.py.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer
from rich.progress import DownloadColumn

from pipelines.cli import (
    FAILED,
    WARNINGS,
    ArchiveOption,
    ConfigOption,
    JsonOption,
    SetOption,
    archive_of,
    progress_bar,
)
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.store.contract import Store
from pipelines.verify.archive import Report, sites_of
from pipelines.verify.archive import verify as verify_archive
from pipelines.verify.scope import Scope

app = typer.Typer(add_completion=False, no_args_is_help=True)

SiteOption = Annotated[list[str] | None, typer.Option("--site", help="A site to check. May be repeated.")]


@app.command()
def verify(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to check; all of them by default.")] = None,
    archive: ArchiveOption = None,
    site: SiteOption = None,
    since: Annotated[
        str | None, typer.Option(help="Only runs that began on this day (UTC) or later, like 2026-11-22.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="Read only this share of the files, drawn at random, like 5%.")
    ] = None,
    seed: Annotated[str | None, typer.Option(help="Draw the sample that was drawn with this seed.")] = None,
    no_extraction: Annotated[
        bool, typer.Option("--no-extraction", help="Check bytes and digests; make no article again.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Processes; 0 means one for each processor.")] = 0,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check an archive: files against manifests, manifests against the chain, articles against their WARC records.

    Nothing is written, and no right to write is needed. Exit code 0 where nothing was found, 1 where something was, 3
    where all that was found is that lines made with other library versions cannot be compared here.
    """
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    share = _share(sample)
    scope = Scope(
        sites=_known_sites(store, [*(sites or ()), *(site or ())]),
        since=_day(since),
        sample=share,
        seed=seed or ("" if share >= 1 else secrets.token_hex(8)),
        extraction=not no_extraction,
    )
    with progress_bar(DownloadColumn()) as watcher:
        report = verify_archive(store, scope, watcher, workers=workers)
    _print_report(store, scope, report, as_json=as_json)
    rules = {finding.rule for finding in report.findings}
    if rules:
        raise typer.Exit(WARNINGS if rules == {"extractor_differs"} else FAILED)


def _print_report(store: Store, scope: Scope, report: Report, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "archive": store.location,
            "sites": list(scope.sites),
            "since": scope.since.isoformat() if scope.since else None,
            "sample": scope.sample,
            "seed": scope.seed or None,
            "extraction": scope.extraction,
        }
        print(json.dumps({**facts, **report.to_json()}, indent=1))
        return
    for finding in report.findings:
        print(f"{finding.rule}  {finding.where}  {finding.message}")
    count, checked = len(report.findings), report.checked
    verdict = f"{count} finding{'s'[: count != 1]}" if count else "nothing wrong was found"
    print(
        f"{store.location}: {len(scope.sites)} site(s), {checked.manifests} manifests, {checked.files} files "
        f"({checked.bytes / 1e6:.1f} MB), {checked.records} records, {checked.articles} articles checked, {verdict}"
    )
    if scope.seed:
        print(f"The sample can be drawn again with --sample {scope.sample:.6%} --seed {scope.seed}")


def _known_sites(store: Store, named: Sequence[str]) -> tuple[str, ...]:
    known = sites_of(store)
    for site in named:
        if site not in known:
            raise ConfigError(f"the archive has no such site; it has {', '.join(known) or 'none'}", where=site)
    return tuple(dict.fromkeys(named)) or known


def _share(text: str | None) -> float:
    """`5%` as 0.05."""
    if text is None:
        return 1.0
    try:
        share = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigError("a share of the files is wanted, from 0% to 100%", where=f"--sample {text}")
    return share


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError("a day is wanted, like 2026-11-22", where=f"--since {text}") from error

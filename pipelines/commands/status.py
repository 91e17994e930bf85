"""`pressarc status`: sites, runs and counts of an archive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.publish.manifest import Manifest, newest, numbers
from pipelines.report.missing import missing as missing_of
from pipelines.store.contract import Store


def status(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to show; all of them by default.")] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="List what the last run was told of and did not have, and why.")
    ] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sites, runs and counts of an archive, and how each site's last run ended.

    `coverage` is, for each source, how many of the URLs it named as articles there is an article of. With `--missing`:
    the URLs that a source named and of which there is no article, each with its reason.

    ```sh
    pressarc status --json
    pressarc status example.org --missing
    ```

    With `--json`: `{archive, sites: [{site, runs, last_run, ended_at, outcome, new, changed, removed, exchanges,
    coverage, warnings}]}`; with `--missing`, too, `{archive, missing}`, the outcome lines by site.
    """
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    shown = named_sites(store, sites)
    if missing:
        _print_missing(store, shown, as_json=as_json)
        return
    rows = [_site_status(store, site) for site in shown]
    if as_json:
        print(json.dumps({"archive": store.location, "sites": rows}, indent=1))
        return
    out = Console(soft_wrap=True, highlight=False)
    if not rows:
        out.print(f"The archive {store.location} has no committed run yet.", markup=False)
    elif out.is_terminal:
        out.print(_table(rows, title=f"Archive {store.location}"))
    else:
        for row in rows:
            print("  ".join(f"{name}={value}" for name, value in row.items() if name != "warnings"))
    for row in rows:
        for warning in row["warnings"] if isinstance(row["warnings"], list) else ():
            out.print(f"{row['site']}: {warning}", markup=False)


def _print_missing(store: Store, sites: Sequence[str], *, as_json: bool) -> None:
    heads = {site: newest(store, site) for site in sites}
    found = {site: missing_of(store, head.manifest) for site, head in heads.items() if head is not None}
    if as_json:
        listed = {
            site: [line.model_dump(mode="json", by_alias=True) for line in lines] for site, lines in found.items()
        }
        print(json.dumps({"archive": store.location, "missing": listed}, indent=1))
        return
    for site, lines in found.items():
        for line in lines:
            why = f"{line.reason} ({line.reason.meaning})" if line.reason else "-"
            print(f"{site}  {line.url}  {line.outcome}  {why}  named by {', '.join(line.expected_by)}")
        print(f"{site}: {len(lines)} missing")


def _table(rows: list[dict[str, object]], *, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    names = [name for name in rows[0] if name != "warnings"]
    for name in names:
        table.add_column(name.replace("_", " "), justify="right" if isinstance(rows[0][name], int) else "left")
    for row in rows:
        table.add_row(*(str(row[name]) for name in names))
    return table


def _site_status(store: Store, site: str) -> dict[str, object]:
    head = newest(store, site)
    assert head is not None  # `sites_of` names only sites with a manifest
    manifest: Manifest = head.manifest
    articles = manifest.counts.articles
    return {
        "site": site,
        "runs": sum(1 for _ in numbers(store, site)),
        "last_run": manifest.run,
        "ended_at": f"{manifest.ended_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "outcome": outcome_word(manifest),
        "new": articles.new,
        "changed": articles.changed,
        "removed": articles.removed,
        "exchanges": manifest.counts.exchanges,
        "coverage": coverage_word(manifest),
        "warnings": manifest.warnings,
    }


def coverage_word(manifest: Manifest) -> str:
    """Of what each source named, how much there is an article of: `sitemap 213/213, feed 10/10`."""
    coverage = manifest.counts.coverage
    return ", ".join(f"{source} {each.extracted}/{each.expected}" for source, each in sorted(coverage.items())) or "-"


def outcome_word(manifest: Manifest) -> str:
    """How a run ended, in a word or two."""
    if not manifest.complete:
        return "incomplete"
    return "warnings" if manifest.warnings else "complete"

"""`pressarc status`: sites, runs and counts of an archive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC
from typing import Annotated

import typer
from rich.console import Console

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import print_rows
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.publish.manifest import Manifest, newest, numbers
from pipelines.report.missing import missing as missing_of
from pipelines.store.contract import Store
from pipelines.store.open import open_store


def status(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to show; all of them by default.")] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="List what the last run was told of and did not have, and why.")
    ] = False,
    store_: Annotated[
        bool,
        typer.Option(
            "--store",
            help="Show what the archive's store can and cannot do, found out by trying it: needs the right to write.",
        ),
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
    pressarc status --store --archive s3://bucket/prefix
    ```

    With `--store`, nothing but that: whether the store itself refuses the second of two writers, keeps older versions,
    and can lock files. There need be no archive yet. A bucket is asked with a hidden object, `.probe-create-only`, as
    the first crawl would.

    With `--json`: `{archive, sites: [{site, runs, last_run, ended_at, outcome, new, changed, removed, exchanges,
    coverage, warnings}]}`; with `--missing`, too, `{archive, missing}`, the outcome lines by site; with `--store`,
    too, `{archive, store: {create_only, versioning, object_lock, missing}}`, null where the store does not say.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    if store_:
        options = effective.archive
        with closing(open_store(options.location, endpoint=options.endpoint, region=options.region)) as asked:
            _print_store(asked, as_json=as_json)
        return
    store = archive_of(effective)
    named = named_sites(store, sites)
    if missing:
        _print_missing(store, named, as_json=as_json)
        return
    rows = [_site_status(store, site) for site in named]
    if as_json:
        print(json.dumps({"archive": store.location, "sites": rows}, indent=1))
        return
    out = Console(soft_wrap=True, highlight=False)
    if not rows:
        out.print(f"The archive {store.location} has no committed run yet.", markup=False)
    shown = [{name: value for name, value in row.items() if name != "warnings"} for row in rows]
    print_rows(shown, title=f"Archive {store.location}")
    for row in rows:
        for warning in row["warnings"] if isinstance(row["warnings"], list) else ():
            out.print(f"{row['site']}: {warning}", markup=False)


_ABILITIES: dict[str, dict[bool | None, str]] = {
    "create_only": {
        True: "the store refuses the second of two writers of one file",
        False: "of two writers of one file the later wins: let one process at a time write a site, and promise it with "
        "store.single_writer",
    },
    "versioning": {
        True: "the store keeps older versions of files, also of removed ones",
        False: "what is removed, or written over by others, is gone",
        None: "the store does not say, or has no such thing",
    },
    "object_lock": {
        True: "files can be locked against removal (store.lock, store.legal_hold)",
        False: "files cannot be locked against removal; only a bucket that is made with it has it",
        None: "the store does not say, or has no such thing",
    },
}
"""What it means that a store can do something, cannot, or does not say."""


def _print_store(store: Store, *, as_json: bool) -> None:
    found = asdict(store.capabilities())
    if as_json:
        print(json.dumps({"archive": store.location, "store": found}, indent=1))
        return
    print(store.location)
    for name, meanings in _ABILITIES.items():
        answer = {True: "yes", False: "no", None: "unknown"}[found[name]]
        print(f"{name.replace('_', ' ')}: {answer}: {meanings[found[name]]}")


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

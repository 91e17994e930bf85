"""`pressarc export`: article lines into one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import DownloadColumn

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.days import parse_days
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError, ObjectMissing
from pipelines.export.export import Keeper
from pipelines.export.export import export as export_lines
from pipelines.export.place import Place, object_of
from pipelines.export.selection import Selection
from pipelines.export.state import ExportState, parse_state
from pipelines.options import Config


def export(
    out: Annotated[
        str, typer.Option("--out", help="The file to write, or `s3://bucket/prefix/name`; nothing is overwritten.")
    ],
    format_: Annotated[
        Literal["jsonl", "parquet", "csv"] | None,
        typer.Option(
            "--format",
            help="`jsonl` (the archive's own lines; gzipped, if the name ends in `.gz`), "
            "`parquet` (needs `pip install 'pressarc[parquet]'`) or `csv`.",
            show_default="parquet or csv where the name ends so, else jsonl",
        ),
    ] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="Only this site. May be repeated.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only what was captured on this day (UTC) or later, like `2026-11-22`.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only what was captured on this day (UTC) or earlier.")] = None,
    latest: Annotated[
        bool, typer.Option("--latest", help="The newest line of each article, instead of every revision.")
    ] = False,
    exclude_reserved: Annotated[
        bool,
        typer.Option(
            "--exclude-reserved",
            help="Leave out articles for which text and data mining is reserved (`rights.reserved`).",
        ),
    ] = False,
    since_manifest: Annotated[
        list[str] | None,
        typer.Option(
            "--since-manifest",
            metavar="SITE=N|FILE",
            help="Only what came after manifest N of a site, or after an earlier export: its .export.json, on a disk "
            "or in a bucket. May be repeated; a site that none names comes whole.",
        ),
    ] = None,
    croissant: Annotated[
        bool,
        typer.Option(
            "--croissant",
            help="Describe the file for catalogues of data (Croissant 1.1), beside it; needs `archive.owner` and "
            "`crawl.contact`.",
        ),
    ] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write article lines of an archive into one file: all of them, the latest of each article, or what is new.

    ```sh
    pressarc export --format parquet --latest --out articles.parquet
    pressarc export --since-manifest articles.parquet.export.json --latest --out news-2026-11-23.jsonl.gz
    pressarc export --site example.org --since 2026-11-01 --until 2026-11-30 --format csv --out november.csv
    pressarc export --format parquet --exclude-reserved --out "s3://bucket/dumps/train.parquet?endpoint=https://s3.example"
    ```

    Only what manifests name is read, and what was taken out of the archive is in no export. The same archive gives the
    same bytes, with the same version of pyarrow. The file has its name once it is whole; a bucket gets it in one
    upload, for which it is kept in the temporary folder (`TMPDIR`) before. What `--latest`, deltas and the formats
    hold is in [data-team.md](data-team.md). With `--json`: the content of `.export.json`, and `out`.

    Beside it, `<out>.export.json` says which manifests it covers; the next export goes on from there.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    after, digests = _after(since_manifest or (), effective)
    first, last = parse_days(("--since", "--until"), since, until)
    selection = Selection(
        sites=tuple(named_sites(store, site)),
        since=first,
        until=last,
        latest=latest,
        exclude_reserved=exclude_reserved,
        after=after,
        after_sha256=digests,
    )
    unknown = sorted(set(after) - set(selection.sites))
    if unknown and site is None:
        raise ConfigError("the archive has no such site", where=f"--since-manifest {unknown[0]}")
    place = Place.of(out, endpoint=effective.archive.endpoint, region=effective.archive.region)
    keeper = None
    if croissant:
        owner, contact = effective.archive.owner, effective.crawl.contact
        if owner is None or contact is None or "://" not in contact:
            words = "a description names who keeps the archive: set archive.owner, and crawl.contact to an address"
            raise ConfigError(words, where="--croissant")
        keeper = Keeper(owner, contact)
    with progress_bar(DownloadColumn()) as watcher:
        state = export_lines(store, selection, format_ or _format_of(place.name), place, watcher, keeper=keeper)
    _tell(state, out, as_json=as_json)


def _format_of(name: str) -> str:
    """What a file of that name is taken to hold, where nothing was said."""
    return next((each for each in ("parquet", "csv") if name.lower().endswith(f".{each}")), "jsonl")


def _tell(state: ExportState, out: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"out": out, **state.model_dump(mode="json", by_alias=True)}, indent=1))
        return
    manifests = sum(site.last - site.first + 1 for site in state.sites.values())
    print(
        f"{out}: {state.lines} lines, {state.bytes / 1e6:.1f} MB, of {len(state.sites)} site(s), {manifests} manifests"
    )


def _after(named: Sequence[str], config: Config) -> tuple[dict[str, int], dict[str, str]]:
    """The last manifest of each site that is not wanted, and its digest where an earlier export knows it."""
    after: dict[str, int] = {}
    digests: dict[str, str] = {}
    for each in named:
        site, equals, number = each.rpartition("=")
        if equals and number.isdecimal() and not Path(each).is_file():
            after[site] = int(number)
            continue
        for name, covered in parse_state(_state(each, config), each).sites.items():
            after[name] = covered.last
            digests[name] = covered.last_sha256
    return after, digests


def _state(named: str, config: Config) -> bytes:
    """The file of an earlier export, on a disk or in a bucket.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        if "://" not in named:
            return Path(named).read_bytes()
        bucket, name = object_of(named, endpoint=config.archive.endpoint, region=config.archive.region)
        return bucket.read(name)
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror})", where=named) from error
    except ObjectMissing as error:
        raise ConfigError("there is no such object", where=named) from error

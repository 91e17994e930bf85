"""`pressarc pack`: a part of an archive is handed over as one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.days import parse_days
from pipelines.commands.options import WARNINGS, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.commands.target import check_target
from pipelines.config import load_config
from pipelines.errors import ArchiveError, ConfigError
from pipelines.export.place import Place
from pipelines.http.url import site_name
from pipelines.publish.work import work_folder
from pipelines.store.contract import Store
from pipelines.wacz.pack import Packed
from pipelines.wacz.pack import pack as write_pack
from pipelines.wacz.runs import Days, Runs
from pipelines.wacz.selection import Progress, Selection, has_url, in_words, select_site, select_urls

_MOST_NAMED = 3
"""How many sites and URLs the pack's title has."""


def pack(
    targets: Annotated[
        list[str], typer.Argument(metavar="SITE|URL...", help="Sites, by their names in the archive, and URLs.")
    ],
    out: Annotated[str, typer.Option(help="The file to write, or `s3://bucket/prefix/name`; nothing may be there.")],
    first: Annotated[
        str | None, typer.Option("--from", help="Only what was captured on this day (UTC) or later, like `2026-11-22`.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Only what was captured until this day.")] = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a part of the archive as one WACZ file that stands alone: for ReplayWeb.page and other viewers.

    ```sh
    pressarc pack example.org --from 2026-11-01 --to 2026-11-30 --out november.wacz
    pressarc pack https://example.org/2026/11/ferry/ --archive s3://bucket/prefix --out ferry.wacz
    ```

    Of a site the WARC files are copied as they are; of a URL every capture is taken, with what it needs to be shown and
    believed: requests, notes of the crawl, redirects, styles, images, scripts, robots.txt. The originals of revisits
    come along, of whatever day they are. With them are the articles' lines, and the manifests, seals and profiles of
    the runs. What was taken down is in no pack. See [auditor.md](auditor.md#hand-over-a-part-of-the-archive).

    The name appears once the file is whole, and the same part of the same archive gives the same bytes. A bucket gets
    it in one upload, for which it is kept in the temporary folder (`TMPDIR`) before.

    With `--json`: `{archive, file, bytes, captures, pages, files: [{path, bytes, sha256}], missing}`.

    Exit code 0 where it is whole, 3 where something that a revisit refers to is not in the archive (`missing`).
    """
    loaded = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store, folder = archive_of(loaded), work_folder(loaded) / ".index"
    days = Days(*parse_days(("--from", "--to"), first, last))
    bucket = None
    if "://" in out:
        bucket = Place.of(out, endpoint=loaded.archive.endpoint, region=loaded.archive.region)
        bucket.check_free(bucket.name)
    else:
        check_target(Path(out), "--out")
        if Path(out).exists():
            raise ConfigError("a file is there already; name another, or remove it", where=f"--out {out}")
    with progress_bar(DownloadColumn()) as watcher:
        selections = _selections(Sites(store, folder, watcher), targets, days, watcher)
        title = _title(targets, days)
        try:
            with nullcontext(Path(out)) if bucket is None else bucket.whole(bucket.name) as path:
                packed = write_pack(selections, path, watcher, title=title)
        except OSError as error:
            raise ArchiveError(f"the pack cannot be written ({error.strerror or error})", where=out) from error
    _print(store, out, packed, as_json=as_json)
    raise typer.Exit(WARNINGS if packed.notes else 0)


class Sites:
    """The sites of an archive; the runs of each are read once."""

    def __init__(self, store: Store, folder: Path, watcher: Progress) -> None:
        self.store, self._folder, self._watcher = store, folder, watcher
        self.names = tuple(named_sites(store, None))
        self._runs: dict[str, Runs] = {}

    def runs(self, site: str) -> Runs:
        if site not in self._runs:
            self._runs[site] = Runs.of(self.store, site, self._folder, self._watcher)
        return self._runs[site]

    def of_url(self, url: str, days: Days) -> str:
        """The site that has *url*: the one named like its host is asked first.

        Raises:
            ConfigError: None has.
        """
        try:
            own = site_name(url)
        except ValueError as error:
            raise ConfigError("this is no http or https URL", where=url) from error
        for site in sorted(self.names, key=lambda site: (site != own, site)):
            if has_url(self.runs(site), url, days):
                return site
        when = "" if days.is_all else f" {in_words(days)}"
        raise ConfigError(f"the archive {self.store.location} has no capture of this URL{when}", where=url)


def _selections(sites: Sites, targets: Sequence[str], days: Days, watcher: Progress) -> list[Selection]:
    """What is packed of each site: all of it where the site is named, or what its URLs need.

    Raises:
        ConfigError: There is no such site or URL, or nothing of it in these days.
    """
    named = [target for target in dict.fromkeys(targets) if "://" not in target]
    if named:
        named_sites(sites.store, named)
    selections = [select_site(sites.runs(site), days, watcher) for site in named]
    for selection in selections:
        if selection.is_empty:
            raise ConfigError(f"nothing of this site was captured {in_words(days)}", where=selection.runs.site)
    urls: dict[str, list[str]] = {}
    for url in (target for target in dict.fromkeys(targets) if "://" in target):
        urls.setdefault(sites.of_url(url, days), []).append(url)
    for site in sorted(urls.keys() - set(named)):
        selection = select_urls(sites.runs(site), urls[site], days)
        if selection.is_empty:
            raise ConfigError("what was captured there was taken out of the archive", where=", ".join(urls[site]))
        selections.append(selection)
    return selections


def _title(targets: Sequence[str], days: Days) -> str:
    more = "" if len(targets) <= _MOST_NAMED else f" and {len(targets) - _MOST_NAMED} more"
    return ", ".join(targets[:_MOST_NAMED]) + more + ("" if days.is_all else f" {in_words(days)}")


def _print(store: Store, out: str, packed: Packed, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "archive": store.location,
            "file": out,
            "bytes": packed.size_bytes,
            "captures": packed.captures,
            "pages": packed.pages,
            "files": [
                {"path": each.path, "bytes": each.size_bytes, "sha256": each.sha256} for each in packed.resources
            ],
            "missing": list(packed.notes),
        }
        print(json.dumps(facts, indent=1, ensure_ascii=False))
        return
    for note in packed.notes:
        print(note)
    print(
        f"{out}: {packed.pages} pages and {packed.captures} captures in {len(packed.resources)} files, "
        f"{packed.size_bytes / 1e6:.1f} MB"
    )

"""`pressarc lookup`: what the archive captured of a URL."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.captures.indexes import RunIndex, run_indexes
from pipelines.captures.lookup import Articles, FoundCapture, captures_of, looked_into, nearest
from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.http.url import without_tracking
from pipelines.publish.work import work_folder

_MEANT = re.compile(r"\d{4}(?:\d\d){0,5}")


def lookup(
    url: Annotated[str, typer.Argument(help="The URL of a page, a picture, anything.")],
    at: Annotated[
        str | None, typer.Option(help="Only the capture nearest to this time, like 2026-11-22T03:00:00Z, in UTC.")
    ] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="A site to look in. May be repeated.")] = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every capture of a URL, over all runs: when, what was answered, and the WARC record that holds it.

    ```sh
    pressarc lookup https://example.org/2026/11/ferry/
    pressarc lookup https://example.org/2026/11/ferry/ --at 2026-11-23T12:00:00Z --json
    ```

    The oldest comes first; with `--at`, only the nearest to that time. Exit code 2 where the archive has no capture of
    the URL. Captures of `http` and `https`, with `www.` and without, are found together, as SURT keys have it; where
    there is none, parameters that only say where a reader came from (`utm_source` and the like) are left out.

    A capture that only says that nothing had changed (a revisit) is told with the record that has the payload, in
    whichever run that is, a redirect with the URL it leads to, and one whose payload was taken out of the archive with
    the manifest that says why. `article` names the articles that the page held,
    and the newest of their revisions that had been captured at this URL by then.

    With `--json`: a list of `{url, at, status, mime, is_revisit, digest, warc: {key, offset, length}, original: {url,
    warc}, leads_to, taken_down_by, site, run, articles: [{id, revision}]}`.
    """
    loaded = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    wanted = None if at is None else parse_time(at)
    if "://" not in url:
        raise ConfigError("this is no URL; write it like https://example.org/page", where=url)
    store = archive_of(loaded)
    folder = work_folder(loaded) / ".index"
    runs: list[RunIndex] = []
    with progress_bar() as watcher:
        for each in named_sites(store, site):
            runs += run_indexes(store, each, folder, watcher)
    found = captures_of(url, runs) or captures_of(without_tracking(url), runs)
    if not found:
        raise ConfigError(f"the archive {store.location} has no capture of this URL", where=url)
    articles = Articles(store, {run.manifest.run: run.manifest for run in runs})
    if wanted is None:
        shown: Sequence[FoundCapture] = list(articles.known(found))
    else:
        one = nearest(found, wanted)
        assert one is not None
        # What an unchanged page showed was written down when it was captured before.
        shown = list(articles.known(found[: found.index(one) + 1]))[-1:]
    taken_down = {id_: number for run in runs for id_, number in run.taken_down.items()}
    shown = [looked_into(each, store, taken_down) for each in shown]
    if as_json:
        print(json.dumps([each.to_json() for each in shown], indent=1, ensure_ascii=False))
        return
    for capture in shown:
        print("\n".join(_words(capture)))


def _words(found: FoundCapture) -> list[str]:
    capture, original = found.capture, found.original
    lines = [f"{found.at:%Y-%m-%dT%H:%M:%SZ}  {capture.status or '-'}  {capture.mime}  {capture.url}"]
    lines.append(f"  record    {capture.filename} offset {capture.offset} length {capture.length}")
    if original is not None:
        of = "" if original.url == capture.url else f"  of {original.url}"
        lines.append(
            f"  payload   {original.filename} offset {original.offset} length {original.length}  {original.mime}{of}"
        )
    elif capture.is_revisit:
        lines.append("  payload   the archive does not have it")
    if found.taken_down_by is not None:
        lines.append(f"  payload   it was taken out of the archive by manifest {found.taken_down_by}")
    if found.leads_to is not None:
        lines.append(f"  leads to  {found.leads_to}")
    lines += [
        f"  article   {each.id}" + ("" if each.revision is None else f" revision {each.revision}")
        for each in found.articles
    ]
    return lines


def parse_time(text: str) -> datetime:
    """The instant that *text* names: RFC 3339, a day, or digits as in an index; in UTC unless it says otherwise.

    Raises:
        ConfigError: It names none.
    """
    try:
        if _MEANT.fullmatch(text):
            filled = text + "00000101000000"[len(text) :]
            return datetime.strptime(f"{filled}+0000", "%Y%m%d%H%M%S%z")
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            "this is no time; write it like 2026-11-22T03:00:00Z or 2026-11-22", where=f"--at {text}"
        ) from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

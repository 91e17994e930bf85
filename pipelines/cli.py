"""The commands that need no crawl: status, extract, config. Mounted into `pressarc` by crawler/cli.py.

Exit codes, the same for all commands: 0 done and well, 1 failed or findings, 2 usage or configuration, 3 done with
warnings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from pipelines.article.jsonl import to_line, write_part
from pipelines.article.revisions import Words, text_diff
from pipelines.config import Config, load_config, to_toml
from pipelines.errors import ConfigError, ContentError
from pipelines.publish.extraction import Progress as Watcher
from pipelines.publish.manifest import Manifest, newest, numbers
from pipelines.publish.offline import NamedPage, extract_pages, extract_warcs, parse_page_line
from pipelines.report.history import history as history_of
from pipelines.report.history import history_as_json, marked_words, place_words, revision_words
from pipelines.report.missing import missing as missing_of
from pipelines.store.archive import check_archive
from pipelines.store.contract import Store
from pipelines.store.open import open_store
from pipelines.verify.archive import sites_of

FAILED, USAGE, WARNINGS = 1, 2, 3

app = typer.Typer(add_completion=False, no_args_is_help=True)
errors = Console(stderr=True, soft_wrap=True, highlight=False)

ArchiveOption = Annotated[
    str | None, typer.Option("--archive", help="A folder, or s3://bucket/prefix.", show_default="archive")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="The configuration file.", show_default="pressarc.toml, if there is one")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Set any option: section.key=value. May be repeated.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for scripts instead of words.")]


@app.command()
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
    """Sites, runs and counts of an archive, and how each site's last run ended."""
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


def named_sites(store: Store, sites: Sequence[str] | None) -> Sequence[str]:
    """The sites that were named, or all that the archive has.

    Raises:
        ConfigError: It has no such site.
    """
    known = sites_of(store)
    for site in sites or ():
        if site not in known:
            raise ConfigError(f"the archive has no such site; it has {', '.join(known) or 'none'}", where=site)
    return sites or known


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


@app.command()
def extract(
    files: Annotated[list[Path] | None, typer.Argument(help="WARC files, of any program.")] = None,
    pages: Annotated[
        str | None,
        typer.Option(help='JSON lines {"id","url","html_b64"} to read instead: a file, or - for standard input.'),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the parts; standard output by default.")] = None,
    workers: Annotated[int, typer.Option(help="Worker processes; 0 means one for each processor.")] = 0,
) -> None:
    """Make articles of WARC files, or of single pages, without crawling anything.

    Of WARC files: article lines on standard output, or parts of articles and outcomes in a folder. Of pages: a line
    {"id","text","title","author","date"} each; pages of one site teach one another.
    """
    if (pages is None) == (not files):
        raise ConfigError("name WARC files, or --pages with a file or -", where="pressarc extract")
    if pages is not None:
        for answer in extract_pages(_read_pages(pages)):
            print(json.dumps(answer, ensure_ascii=False))
        return
    with progress_bar() as watcher:
        for lines in extract_warcs(files or [], workers=workers, progress=watcher):
            _write_lines(out, "articles", lines.name, lines.articles)
            if out is not None:
                _write_lines(out, "outcomes", lines.name, lines.outcomes)


def _read_pages(source: str) -> list[NamedPage]:
    now = datetime.now(UTC)
    try:
        stream = sys.stdin if source == "-" else Path(source).open(encoding="utf-8")  # noqa: SIM115 (closed below)
        with stream:
            named = ((f"{source}:{number}", line) for number, line in enumerate(stream, start=1) if line.strip())
            return [parse_page_line(line, captured_at=now, where=where) for where, line in named]
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror})", where=source) from error
    except UnicodeDecodeError as error:
        raise ContentError("this is not UTF-8", where=source) from error


def _write_lines(out: Path | None, kind: str, name: str, lines: Sequence[BaseModel]) -> None:
    if out is None:
        sys.stdout.buffer.writelines(to_line(line) for line in lines)
        return
    stem = name.removesuffix(".gz").removesuffix(".warc")
    part = write_part(out / kind / f"{stem}.jsonl.gz", (to_line(line) for line in lines))
    errors.print(f"{part.path}: {part.lines} {kind}")


@app.command()
def history(
    url: Annotated[str, typer.Argument(help="The article's URL.")],
    diff: Annotated[bool, typer.Option("--diff", help="Show how the text changed, word by word.")] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every revision of an article: when it was captured, what changed, and the record that shows it."""
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    revisions = history_of(store, url)
    if not revisions:
        raise ConfigError(f"the archive {store.location} has no article at this URL", where=url)
    diffs = [list(text_diff(before.text, after.text)) if diff else [] for before, after in pairwise(revisions)]
    if as_json:
        print(json.dumps(history_as_json(revisions, diffs if diff else None), indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    for revision, changes in zip(revisions, [[], *diffs], strict=True):
        for line in revision_words(revision):
            out.print(line, markup=False)
        for change, words in changes:
            out.print(f"  {place_words(change)}", style="cyan", markup=False)
            out.print(_colour(words) if out.is_terminal else marked_words(words), markup=False)


def _colour(words: Sequence[Words]) -> Text:
    styles = {"equal": "", "delete": "red strike", "insert": "green"}
    return Text.assemble(*((each.text, styles[each.op]) for each in words))


@app.command("config")
def config_(
    site: Annotated[str | None, typer.Argument(help="A URL, or the name of a site file.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the effective configuration.")] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration, and print the effective one with every option's meaning."""
    effective: Config = load_config(site, config_file=config, overrides=set_ or ())
    if as_json:
        print(effective.model_dump_json(indent=1))
    elif show:
        print(to_toml(effective), end="")
    else:
        print("The configuration is valid; --show prints it.")


def archive_of(config: Config) -> Store:
    """The store of an archive that is there.

    Raises:
        ConfigError: There is no archive at that place.
        ArchiveError: It has another format, or cannot be reached.
    """
    archive = config.archive
    store = open_store(archive.location, endpoint=archive.endpoint, region=archive.region)
    if not check_archive(store):
        raise ConfigError("there is no archive here; name one with --archive", where=store.location)
    return store


@contextmanager
def progress_bar(amount: ProgressColumn | None = None) -> Iterator[Watcher]:
    """A progress bar on a terminal, and nothing elsewhere: what a script wants to know is in the result.

    Args:
        amount: How the amount that is done is shown; as a count, unless said.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), amount or MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, object] = {}

        def watch(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield watch

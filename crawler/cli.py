"""The `pressarc` command: `crawl`, `capture`, `add`, `demo` here, and the commands of pipelines/cli.py beside them."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crawler.nightly import commands as nights
from crawler.probe import look_at
from crawler.probing import words
from crawler.probing.report import SiteReport
from crawler.probing.site_file import plain, site_file
from crawler.progress import site_progress
from crawler.run import CrawlCutOff, CrawlResult, Job, crawl
from pipelines import cli as offline
from pipelines.commands.console import errors
from pipelines.commands.options import FAILED, USAGE, WARNINGS, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config, site_path
from pipelines.errors import AccessDenied, ArchiveError, ConfigError
from pipelines.http.url import site_name
from pipelines.store.keys import check_site
from pipelines.versions import extractor

app = typer.Typer()


DelayOption = Annotated[
    float | None,
    typer.Option(
        "--delay",
        help="Seconds between two requests to a host; never less than its Crawl-delay (`crawl.delay_s`).",
        show_default="1",
    ),
]
PrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Allow hosts with private or loopback addresses (`crawl.allow_private`)."),
]

INTERRUPTED = 128 + signal.SIGINT
"""The exit code by which shells know a command that an interrupt ended."""
_REQUESTS_A_CAPTURE = 12
"""A page, and the redirects that may come before it."""


@app.command("crawl")
def crawl_(
    sites: Annotated[
        list[str],
        typer.Argument(
            metavar="URL|SITE...",
            help="URLs, names of site files (`sites/<name>.toml` beside the configuration file), "
            "or paths of site files that end in `.toml`.",
        ),
    ],
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    max_pages: Annotated[
        int | None, typer.Option(help="Pages a run may fetch (`crawl.max_pages`).", show_default="1000")
    ] = None,
    delay: DelayOption = None,
    set_: SetOption = None,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Crawl each site into the archive: one run, one committed manifest a site.

    ```sh
    pressarc crawl https://example.org/
    pressarc crawl example.org example.net --json
    pressarc crawl example.org --archive s3://bucket/prefix --max-pages 200 --delay 2 --set crawl.retries=0
    ```

    The archive is made if it is not there. With `--json`: a list of `{site, status, messages, run, manifest, counts}`;
    `status` is `complete`, `warnings` or `failed`; `run`, `manifest` and `counts` are null for a site that failed.

    SIGTERM or Ctrl-C, once, ends the crawl in order: what was captured is extracted and published as an incomplete
    run, exit code 3.

    `scrapy crawl news -a url=https://example.org/` in a checkout does the same, for those who want Scrapy's own
    options.

    Exit code 0 complete, 1 failed, 2 usage or configuration, 3 complete with warnings.
    """
    flags = {
        "archive.location": archive,
        "crawl.max_pages": max_pages,
        "crawl.delay_s": delay,
        "crawl.allow_private": allow_private or None,
    }
    jobs = [Job(load_config(site, config_file=config, overrides=set_ or (), flags=flags)) for site in sites]
    raise typer.Exit(report(_crawl(jobs), as_json=as_json))


@app.command()
def capture(
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL...", help="Pages to capture.")] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", help="A file with more of them, one a line (`#` begins a comment); `-` for standard input."
        ),
    ] = None,
    requisites: Annotated[
        bool,
        typer.Option(
            "--requisites", help="Capture what they need to be shown, too: images, style sheets, scripts, fonts."
        ),
    ] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    delay: DelayOption = None,
    set_: SetOption = None,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Capture exactly these pages, now: nothing is discovered, all else is as in a crawl. One run a site.

    ```sh
    pressarc capture https://example.org/2026/11/a-story/
    pressarc capture --from urls.txt --requisites
    ```

    Pages of one site share a run, its connection and its delay; robots.txt is obeyed here too. With `--json`: as
    `crawl`.

    Exit code 0 complete, 1 failed, 2 usage or configuration, 3 complete with warnings.
    """
    wanted = [*(urls or ()), *_read_urls(from_)]
    if not wanted:
        raise ConfigError("name the URLs to capture, or a file of them with --from", where="pressarc capture")
    flags = {
        "archive.location": archive,
        "crawl.requisites": "all" if requisites else "none",
        "crawl.delay_s": delay,
        "crawl.allow_private": allow_private or None,
        "crawl.max_pages": _REQUESTS_A_CAPTURE * len(wanted),
    }
    by_site: dict[str, list[str]] = {}
    for url in wanted:
        by_site.setdefault(_site_of(url), []).append(url)
    jobs = [
        Job(load_config(group[0], config_file=config, overrides=set_ or (), flags=flags), tuple(group))
        for group in by_site.values()
    ]
    raise typer.Exit(report(_crawl(jobs), as_json=as_json))


def _read_urls(source: str | None) -> list[str]:
    if source is None:
        return []
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the file cannot be read ({error})", where=source) from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _site_of(url: str) -> str:
    try:
        return site_name(url)
    except ValueError as error:
        raise ConfigError("this is no web address; write it like https://example.org/page", where=url) from error


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The site's home page.")],
    config: ConfigOption = None,
    delay: DelayOption = None,
    set_: SetOption = None,
    allow_private: PrivateOption = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a site file that is there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; only look and tell.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a site with at most 20 polite requests, write its site file, and show three of its articles.

    ```sh
    pressarc add https://example.org/
    pressarc add https://example.org/ --dry-run --json
    ```

    What is asked, in this order, as far as there is such a thing: robots.txt, the home page, sitemaps, feeds, three
    articles, `/.well-known/tdmrep.json`, a section and its next page, WordPress REST. robots.txt is obeyed and the
    pace of a crawl is kept; redirects, failures and robots.txt count. What crosses the wire is thrown away: a look is
    no run.

    The file is `sites/<site>.toml` beside the configuration file. It sets the URL; comments say what was found
    (sources, sections, pagination, content system, languages, statements on text and data mining, signs of a paywall,
    whether JavaScript is needed), what will be used, and how many articles a day to expect. Nothing is asked of
    whoever runs it; `--set site.name=…` names the file. With `--json`: all that was found, as one object; `file` is
    the file that was written, or null.

    Exit code 0 where the file was written, 1 where the home page could not be had (the sentence says why, and nothing
    is written), 2 also where there is a site file already, 3 where it was written and there is a warning: a site that
    is drawn by scripts, walls in place of pages, fewer articles than were named, sources that are out of date.
    """
    if "://" not in url:
        raise ConfigError("name the site by its address, like https://example.org/", where=url)
    flags = {"crawl.delay_s": delay, "crawl.allow_private": allow_private or None}
    effective = load_config(url, config_file=config, overrides=set_ or (), flags=flags)
    path = site_path(check_site(effective.site.name), config)
    if path.exists() and not (force or dry_run):
        raise ConfigError("there is a site file already; --force writes over it, --dry-run only looks", where=str(path))
    with site_progress() as watch:
        found = look_at(effective, watch)
    if not dry_run:
        _write(path, site_file(found))
    _tell(found, None if dry_run else path, as_json=as_json)
    raise typer.Exit(WARNINGS if found.warnings else 0)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.partial")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise AccessDenied(f"the site file cannot be written ({error.strerror})", where=str(path)) from error


def _tell(found: SiteReport, path: Path | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(path) if path else None, **words.as_json(found)}, indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    for line in words.lines(found):
        out.print(line, markup=False)
    if path is not None:
        out.print(
            f"\n{path} is written; next: pressarc crawl {path.stem}, or pressarc nightly for all sites", markup=False
        )
    for warning in found.warnings:
        errors.print(f"{found.name}: warning: {plain(warning)}", markup=False)


@app.command()
def demo(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Start our demo news site on this machine, crawl it for real, and say what was written and where.

    ```sh
    pressarc demo --archive demo-archive
    ```

    With `--json`: as `crawl`.

    To try pressarc on a site that is larger, older or more difficult, serve one and crawl it yourself: `--help` lists
    the vices that it can have.

    ```sh
    python -m crawler.demo --port 8080 --size 500 --day 2 --vice only_listings --vice calendar
    pressarc crawl http://127.0.0.1:8080/ --allow-private --delay 0
    ```
    """
    from crawler.demo import serve  # noqa: PLC0415 (nothing else needs the demo's newsroom)

    flags: dict[str, object] = {"archive.location": archive, "crawl.delay_s": 0.0, "crawl.allow_private": True}
    with serve() as site:
        flags["site.name"] = "demo"
        config = load_config(site.url, flags=flags)
        results = _crawl([Job(config)])
    code = report(results, as_json=as_json)
    if not as_json and code != FAILED:
        _how_to_look(config.archive.location)
    raise typer.Exit(code)


def report(results: list[CrawlResult], *, as_json: bool) -> int:
    """Print what became of each site; the exit code that follows."""
    if as_json:
        print(json.dumps([_as_json(result) for result in results], indent=1))
    else:
        for result in results:
            _print(result)
    statuses = {result.status for result in results}
    return FAILED if "failed" in statuses else WARNINGS if "warnings" in statuses else 0


def _crawl(jobs: list[Job]) -> list[CrawlResult]:
    names = [job.config.site.name for job in jobs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("the site is named twice", where=twice[0])
    with site_progress() as watch:
        return crawl(jobs, watch)


def _print(result: CrawlResult) -> None:
    out = Console(soft_wrap=True, highlight=False)
    manifest = result.manifest
    if manifest is None:
        word = "failed" if result.status == "failed" else "not crawled"
        errors.print(f"{result.site}: {word}: {'; '.join(result.messages)}", markup=False)
        return
    articles, counts = manifest.counts.articles, manifest.counts
    out.print(
        f"{result.site}: {articles.new} new, {articles.changed} changed, {articles.removed} removed articles "
        f"from {counts.exchanges} exchanges; run {manifest.run}, manifest {manifest.number}",
        markup=False,
    )
    for message in result.messages:
        errors.print(f"{result.site}: warning: {message}", markup=False)


def _as_json(result: CrawlResult) -> dict[str, object]:
    manifest = result.manifest
    return {
        "site": result.site,
        "status": result.status,
        "messages": list(result.messages),
        "run": manifest.run if manifest else None,
        "manifest": manifest.number if manifest else None,
        "counts": manifest.counts.model_dump() if manifest else None,
    }


def _how_to_look(archive: str) -> None:
    print(f"\nThe archive is in {archive}/: articles/ (JSON Lines), warc/ (the bytes), runs/ (the manifests).")
    print("To look at it:")
    option = "" if archive == "archive" else f" --archive {archive}"
    print(f"  .venv/bin/pressarc status{option}")
    print(f"  .venv/bin/pressarc verify{option}")
    print(f"  gzip -dc {archive}/articles/site=demo/*/*.jsonl.gz | head -n 1 | python3 -m json.tool --no-ensure-ascii")
    print(
        f"  .venv/bin/pressarc report demo --format html --out demo.html{option}    (a page with plots, for a browser)"
    )
    print(
        f"  .venv/bin/pressarc replay --install && .venv/bin/pressarc replay --open{option}    (its pages as they were)"
    )


def everything() -> typer.Typer:
    """The whole of `pressarc`: the commands of this module, and those that have modules of their own."""
    whole = typer.Typer(
        name="pressarc",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",  # docs/commands.md is made of the same docstrings
    )
    whole.callback()(_pressarc)
    for part in (app, nights.app, offline.app):
        whole.add_typer(part)
    return whole


def _say_version(is_wanted: bool) -> None:  # noqa: FBT001 (as the library calls it)
    if is_wanted:
        print(extractor())
        raise typer.Exit


def _pressarc(
    _version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """A news crawler and archive: clean articles as JSON Lines, and the exact bytes they came from as WARC."""


_OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG)


def main() -> None:
    """Run the command; an error is one sentence on standard error, and an exit code."""
    try:
        everything()()
    except ConfigError as error:
        errors.print(f"pressarc: {error}", markup=False)
        sys.exit(USAGE)
    except ArchiveError as error:
        errors.print(f"pressarc: {error}", markup=False)
        sys.exit(FAILED)
    except OSError as error:
        if error.errno not in _OF_DISKS:
            raise
        where = f"{error.filename}: " if error.filename else ""
        errors.print(
            f"pressarc: {where}the disk could not be used ({error.strerror or error}): see to its space and rights, "
            "and run it again",
            markup=False,
        )
        sys.exit(FAILED)
    except CrawlCutOff:
        errors.print("pressarc: stopped; what was captured is safe, and the next start goes on from here")
        os._exit(INTERRUPTED)  # a thread that publishes would be waited for: it is made so that it can be cut off


if __name__ == "__main__":
    main()

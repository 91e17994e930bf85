"""The `pressarc` command: `crawl`, `capture`, `add`, `demo` here, and the commands of pipelines/cli.py beside them."""

from __future__ import annotations

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

app = typer.Typer(
    name="pressarc",
    help="A news crawler and archive: clean articles as JSON Lines, and the exact bytes they came from as WARC.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


DelayOption = Annotated[
    float | None,
    typer.Option(
        "--delay", help="Seconds between two requests to a host; never less than its Crawl-delay.", show_default="1"
    ),
]
PrivateOption = Annotated[bool, typer.Option("--allow-private", help="Allow hosts with private or loopback addresses.")]

INTERRUPTED = 128 + signal.SIGINT
"""The exit code by which shells know a command that an interrupt ended."""
_REQUESTS_A_CAPTURE = 12
"""A page, and the redirects that may come before it."""


@app.command("crawl")
def crawl_(
    sites: Annotated[list[str], typer.Argument(metavar="URL|SITE...", help="URLs, or names of site files.")],
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    max_pages: Annotated[int | None, typer.Option(help="Pages a run may fetch.", show_default="1000")] = None,
    delay: DelayOption = None,
    set_: SetOption = None,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Crawl each site into the archive: one run, one committed manifest a site.

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
        str | None, typer.Option("--from", help="A file with more of them, one a line; - for standard input.")
    ] = None,
    requisites: Annotated[bool, typer.Option("--requisites", help="Capture what they need to be shown, too.")] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    delay: DelayOption = None,
    set_: SetOption = None,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Capture exactly these pages, now: nothing is discovered, all else is as in a crawl. One run a site.

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

    Exit code 0 written, 1 the site could not be looked at, 2 usage or configuration, 3 written, with warnings.
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
        out.print(f"\n{path} is written; next: pressarc crawl {path.stem}", markup=False)
    for warning in found.warnings:
        errors.print(f"{found.name}: warning: {plain(warning)}", markup=False)


@app.command()
def demo(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Start our demo news site on this machine, crawl it for real, and say what was written and where."""
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


def main() -> None:
    """Run the command; an error is one sentence on standard error, and an exit code."""
    app.add_typer(offline.app)
    app.add_typer(nights.app)
    try:
        app()
    except ConfigError as error:
        errors.print(f"pressarc: {error}", markup=False)
        sys.exit(USAGE)
    except ArchiveError as error:
        errors.print(f"pressarc: {error}", markup=False)
        sys.exit(FAILED)
    except CrawlCutOff:
        errors.print("pressarc: stopped; what was captured is safe, and the next start goes on from here")
        os._exit(INTERRUPTED)  # a thread that publishes would be waited for: it is made so that it can be cut off


if __name__ == "__main__":
    main()

"""`pressarc add`: a site's file, made by looking at the site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crawler.commands.options import DelayOption, PrivateOption
from crawler.probe import look_at
from crawler.probing import words
from crawler.probing.report import SiteReport
from crawler.probing.site_file import plain, site_file
from crawler.progress import site_progress
from pipelines.commands.console import errors
from pipelines.commands.options import WARNINGS, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config, site_path
from pipelines.errors import AccessDenied, ConfigError
from pipelines.store.keys import check_site


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

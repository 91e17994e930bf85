"""`pressarc capture`: exactly these pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.commands.crawled import crawled, report
from crawler.commands.options import DelayOption, PrivateOption
from crawler.run import Job
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.http.url import site_name

_REQUESTS_A_CAPTURE = 12
"""A page, and the redirects that may come before it."""


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
    raise typer.Exit(report(crawled(jobs), as_json=as_json))


def _read_urls(source: str | None) -> list[str]:
    if source is None:
        return []
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror})", where=source) from error
    except UnicodeDecodeError as error:
        raise ConfigError("this is no text in UTF-8", where=source) from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _site_of(url: str) -> str:
    try:
        return site_name(url)
    except ValueError as error:
        raise ConfigError("this is no web address; write it like https://example.org/page", where=url) from error

"""`pressarc crawl`: one run for each site."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.commands.crawled import crawled, report
from crawler.commands.options import DelayOption, PrivateOption
from crawler.run import Job
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config


def crawl(
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
    raise typer.Exit(report(crawled(jobs), as_json=as_json))

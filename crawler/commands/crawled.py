"""What the commands that crawl have in common: the crawl, and how its results are told."""

from __future__ import annotations

import json

from rich.console import Console

from crawler.progress import site_progress
from crawler.run import CrawlResult, Job, crawl
from pipelines.commands.console import errors
from pipelines.commands.options import FAILED, WARNINGS
from pipelines.errors import ConfigError


def crawled(jobs: list[Job]) -> list[CrawlResult]:
    """Crawl them, with progress on a terminal.

    Raises:
        ConfigError: Two of them are of one site.
    """
    names = [job.config.site.name for job in jobs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("the site is named twice", where=twice[0])
    with site_progress() as watch:
        return crawl(jobs, watch)


def report(results: list[CrawlResult], *, as_json: bool) -> int:
    """Print what became of each site; the exit code that follows."""
    if as_json:
        print(json.dumps([_as_json(result) for result in results], indent=1))
    else:
        for result in results:
            _print(result)
    statuses = {result.status for result in results}
    return FAILED if "failed" in statuses else WARNINGS if "warnings" in statuses else 0


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

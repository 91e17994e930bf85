"""`pressarc publish`: runs whose crawl is over, brought into the archive."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.console import progress_bar
from pipelines.commands.options import FAILED, WARNINGS, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ArchiveError
from pipelines.options import Config
from pipelines.publish.publish import publish as publish_run
from pipelines.publish.run import OpenRun
from pipelines.publish.work import waiting_sites
from pipelines.store.keys import check_site
from pipelines.values import Ledger

_INTERRUPTED = "the crawl was interrupted and not taken up again; what it had captured was published"


def publish(
    sites: Annotated[
        list[str] | None,
        typer.Argument(help="Sites, by their names in the archive; all that have runs in the work folder by default."),
    ] = None,
    archive: ArchiveOption = None,
    incomplete: Annotated[
        bool,
        typer.Option(
            "--incomplete",
            help="Publish runs whose crawl was interrupted, too, as they are; "
            "a crawl of the site would take them up again.",
        ),
    ] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what was captured and could not be published: nothing is crawled.

    ```sh
    pressarc publish
    pressarc publish example.org --archive s3://bucket/prefix --incomplete
    ```

    A run is in the work folder until it is committed: the archive did not answer, the disk was full, the machine went
    down. `pressarc crawl` publishes such runs of its sites, too. With `--json`: a list of `{site, status, run,
    manifest, said}`.

    Exit code 0 where nothing is left to publish, 1 where something failed, 3 with warnings.
    """
    base = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    rows: list[dict[str, object]] = []
    for site in sites or ():
        check_site(site)
    for site in sites or waiting_sites(base):
        named = base.model_copy(update={"site": base.site.model_copy(update={"name": site})})
        rows += _publish_site(named, incomplete=incomplete)
    if as_json:
        print(json.dumps(rows, indent=1))
    for row in () if as_json else rows or [{"site": base.archive.location, "said": "nothing is left to publish"}]:
        print(f"{row['site']}: {row['said']}")
    statuses = {row["status"] for row in rows}
    raise typer.Exit(FAILED if "failed" in statuses else WARNINGS if "warnings" in statuses else 0)


def _publish_site(config: Config, *, incomplete: bool) -> Iterator[dict[str, object]]:
    site = config.site.name
    try:
        with OpenRun.left_behind(config) as runs, progress_bar() as watcher:
            for run in runs:
                if not run.crawl_is_over and not incomplete:
                    words = f"run {run.folder.run} is not over: crawl the site again, or say --incomplete"
                    yield {"site": site, "status": "warnings", "run": run.folder.run, "manifest": None, "said": words}
                    continue
                if not run.crawl_is_over:
                    run.folder.write_ledger(Ledger(complete=False, warnings=(_INTERRUPTED,)))
                manifest = publish_run(run, now=_now, new_suffix=lambda: secrets.token_hex(3), progress=watcher)
                words = "; ".join([f"run {manifest.run} is manifest {manifest.number}", *manifest.warnings, *run.notes])
                status = "warnings" if manifest.warnings or run.notes else "complete"
                facts = {"run": manifest.run, "manifest": manifest.number, "said": words}
                yield {"site": site, "status": status, **facts}
    except (ArchiveError, OSError) as error:
        words = f"the run stays in the work folder: {error}"
        yield {"site": site, "status": "failed", "run": None, "manifest": None, "said": words}


def _now() -> datetime:
    return datetime.now(UTC)

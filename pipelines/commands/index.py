"""`pressarc index`: indexes for runs that were committed without one."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.captures.indexes import run_indexes
from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.options import ArchiveOption, ConfigOption, SetOption
from pipelines.config import load_config
from pipelines.publish.work import work_folder


def index(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to index; all of them by default.")] = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Make ready what lookup and replay read: indexes of runs that were committed before runs had one.

    ```sh
    pressarc index
    ```

    They are made of the WARC files and kept in the archive's work folder; the archive itself is not written to. Lookup
    and replay do the same when they need it.
    """
    loaded = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(loaded)
    with progress_bar() as watcher:
        for site in named_sites(store, sites):
            runs = list(run_indexes(store, site, work_folder(loaded) / ".index", watcher))
            print(f"{site}: {len(runs)} runs have an index, {sum(run.file.size_bytes for run in runs)} bytes")

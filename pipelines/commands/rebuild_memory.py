"""`pressarc rebuild-memory`: a site's memory, made anew of its archive."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.options import ArchiveOption, ConfigOption, SetOption
from pipelines.config import load_config
from pipelines.publish.guarded import Crew
from pipelines.publish.manifest import newest
from pipelines.publish.rebuild import rebuild
from pipelines.publish.work import SiteFolder, work_folder


def rebuild_memory(
    sites: Annotated[
        list[str] | None, typer.Argument(help="Sites, by their names in the archive; all of them by default.")
    ] = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Make a site's memory again from its articles, outcomes and WARC files, for a snapshot that is lost or damaged.

    ```sh
    pressarc rebuild-memory example.org
    pressarc rebuild-memory
    ```

    The memory is put into the work folder, and the next run of the site goes on from it. What only the crawl knew
    (which sitemap listed what) is learnt again by the next nights. Without a name, all sites of the archive: after an
    upgrade that reads memories of another version, for one.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    work = work_folder(effective)
    with Crew() as crew:
        for site in named_sites(store, sites):
            head = newest(store, site)
            assert head is not None  # `named_sites` names only sites with a manifest
            with closing(SiteFolder(work, site)) as folder, progress_bar() as watcher:
                target = folder.memory_of(head.manifest.run)
                count = rebuild(store, site, target, crew, watcher)
            print(f"{target}: {count} articles; the next run of {site} goes on from it")

"""A machine that died has left WARC files in the archive which no manifest names: another publishes them.

They become a run of their own, under a new name and begun when the dead one began, marked as incomplete. The files keep
their keys. Should the dead machine come back, it finds them named, and publishes only what it has besides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipelines import disk
from pipelines.options import Config
from pipelines.publish.committed import dead_runs, started_at
from pipelines.publish.work import RunFolder, SiteFolder, run_name
from pipelines.store.contract import Store
from pipelines.values import Ledger

log = logging.getLogger(__name__)

_STEP_BYTES = 1 << 20


def adopt(
    config: Config, store: Store, site_folder: SiteFolder, *, now: datetime, new_suffix: Callable[[], str]
) -> list[RunFolder]:
    """Fetch what dead runs of the site have left in the archive; the folders of the runs that publish it, oldest first.

    Raises:
        StoreError: The store failed; what was fetched is fetched again the next time.
    """
    here = {folder.run for folder in site_folder.unfinished()}
    after = timedelta(seconds=config.archive.adopt_after_s)
    folders = []
    for run, keys in dead_runs(store, config.site.name, now=now, after=after).items():
        if run not in here:
            folders.append(_adopt(config, store, site_folder, run, keys, new_suffix))
    return folders


def _adopt(
    config: Config, store: Store, site_folder: SiteFolder, run: str, keys: Sequence[str], new_suffix: Callable[[], str]
) -> RunFolder:
    began_at = started_at(run)
    log.info("files of a dead run are adopted", extra={"run": run, "files": len(keys)})
    folder = site_folder.begin(run_name(began_at, new_suffix()), began_at, config.model_dump(mode="json"))
    words = f"the machine of run {run} died; what it had brought into the archive was published by another"
    # First: with it, a start that dies here leaves a run to be published, and the next one adopts the rest.
    folder.write_ledger(Ledger(complete=False, warnings=(words,)))
    for key in keys:
        day, name = key.split("/")[-2:]
        disk.make_folder(folder.warc / day)
        _fetch(store, key, folder.warc / day / name)
    return folder


def _fetch(store: Store, key: str, target: Path) -> None:
    with store.open(key) as stream, disk.whole(target) as file:
        while part := stream.read(_STEP_BYTES):
            file.write(part)

"""An archive in a browser: the indexes of its sites merged, our server and pywb started, both ended together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from pipelines import disk
from pipelines.captures.indexes import RunIndex, run_indexes
from pipelines.publish.work import make_work_folder
from pipelines.replay.index import merged_index
from pipelines.replay.server import Guide, serving
from pipelines.replay.wayback import running, write_settings
from pipelines.store.contract import Store

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Replay:
    """What runs."""

    address: str
    """Of the start page."""
    replay_address: str
    """Of pywb: `<it>/archive/<14 digits>/<URL>` is a page as it was."""
    pywb: Popen[bytes]


@contextmanager
def replaying(
    store: Store, sites: Sequence[str], folder: Path, python: Path, progress: Progress, *, bind: str, port: int
) -> Iterator[Replay]:
    """Show *sites* while the block runs.

    Args:
        store: The archive.
        sites: Which of it.
        folder: Where the merged indexes are kept from one time to the next.
        python: The Python that has pywb.
        progress: Is told which site is being made ready.
        bind: The address to listen on.
        port: Of the start page; pywb has the next one.

    Raises:
        ReplayFailed: A port is taken, or pywb does not come up.
        ArchiveError: The archive cannot be read.
    """
    make_work_folder(folder)
    indexes: list[Path] = []
    runs: dict[str, list[RunIndex]] = {}
    for done, site in enumerate(sites):
        progress("index", done, len(sites))
        runs[site] = list(run_indexes(store, site, folder / "runs", progress))
        indexes.append(merged_index(site, runs[site], folder / "sites", is_remote="://" in store.location))
    progress("index", len(sites), len(sites))
    with serving(Guide(store, runs), bind=bind, port=port, replay_port=port + 1) as address:
        at_work = folder / f"port-{port}"
        disk.make_folder(at_work)
        write_settings(at_work, indexes, f"{address}/records/")
        with running(python, at_work, bind=bind, port=port + 1) as pywb:
            yield Replay(address, address.rpartition(":")[0] + f":{port + 1}", pywb)

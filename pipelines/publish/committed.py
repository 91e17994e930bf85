"""What of a run is in the archive already, by whichever hand: its manifest, or manifests that name its WARC files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.publish.manifest import Manifest, numbers, read_link
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key, site_prefix

_LOOK_BACK = 50
"""How many of the newest manifests are searched."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What the newest manifests of a site say of a run."""

    manifest: Manifest | None
    """The one that makes the run whole: its own, or the one that names the last of its WARC files; null for none."""
    named: frozenset[str]
    """Keys of those of the run's WARC files that some manifest names."""


def committed(store: Store, site: str, run: str, keys: Iterable[str]) -> Committed:
    """What is in the archive of the run *run*, whose WARC files have the *keys*.

    A run that had to give way to another is committed under a new name, and the files of a machine that died may have
    been adopted; in both cases the files keep the name they began with.
    """
    wanted, named = set(keys), set[str]()
    last: Manifest | None = None
    for manifest in _newest_first(store, site):
        found = wanted & {file.key for file in manifest.files}
        if manifest.run == run or (found and last is None):
            last = manifest
        named |= found
        if last is not None and named == wanted:
            return Committed(last, frozenset(named))
    return Committed(None, frozenset(named))


def dead_runs(store: Store, site: str, *, now: datetime, after: timedelta) -> dict[str, list[str]]:
    """The runs, oldest first, that have WARC files in the archive which no manifest names, and the keys of these.

    Args:
        store: The archive.
        site: Whose runs.
        now: The present.
        after: How long ago a run must have begun to count as dead, rather than as being at work on another machine.
    """
    manifests = list(_newest_first(store, site))
    named = {file.key for manifest in manifests for file in manifest.files}
    # Older days are not looked at: what is there was there when they were looked at last.
    since = min((manifest.started_at for manifest in manifests), default=None)
    prefix = site_prefix(Kind.WARC, site)
    begin = "" if since is None else f"{prefix}date={since.date().isoformat()}"
    found: dict[str, list[str]] = {}
    for stored in store.list(prefix, after=begin):
        parts = parse_key(stored.key)
        if parts is None or parts.run is None or stored.key in named:
            continue
        if now - started_at(parts.run) > after:
            found.setdefault(parts.run, []).append(stored.key)
    return dict(sorted(found.items()))


def started_at(run: str) -> datetime:
    """When the run of that name began."""
    return datetime.strptime(f"{run[:16]}+0000", "%Y%m%dT%H%M%SZ%z")


def _newest_first(store: Store, site: str) -> Iterator[Manifest]:
    for number in sorted(numbers(store, site), reverse=True)[:_LOOK_BACK]:
        yield read_link(store, site, number).manifest

"""What no manifest names: files of tries that gave way, and what writers that died have left unfinished.

A file that no manifest names does not exist for readers, so nothing is lost with it. WARC files are another matter:
those that no manifest names are captures of a machine that died, which the next crawl of the site publishes; they count
as garbage only where that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import ObjectMissing
from pipelines.publish.manifest import read_link
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key, parse_key

_KEPT = (Kind.RUNS, Kind.SEALS)


@dataclass(frozen=True, slots=True)
class Garbage:
    """One thing that may go."""

    name: str
    """Its key; or what `Store.discard` takes."""
    size_bytes: int | None
    """Null for what is unfinished."""
    is_unfinished: bool
    is_capture: bool = False
    """Whether it is a WARC file: what a machine that died had captured."""


def garbage(store: Store, before: datetime) -> Iterator[Garbage]:
    """What came into the archive before that instant and belongs to nothing, in the order of the keys.

    Files that are of no kind of this format are not looked at: whoever put them there knows why.

    Raises:
        ArchiveError: A manifest is missing or cannot be read, so that it cannot be said what it names; nothing is
            garbage then.
    """
    named: set[str] = set()
    newest: dict[str, int] = {}
    for kind in (Kind.RUNS, Kind.SEALS):  # a seal speaks of a manifest that was there
        for stored in store.list(f"{kind}/"):
            parts = parse_key(stored.key)
            if parts is not None and parts.number is not None:
                newest[parts.site] = max(parts.number, newest.get(parts.site, 0))
    for site, last in newest.items():
        for number in range(1, last + 1):
            named.update(_named(store, site, number))
    for stored in store.list(""):
        parts = parse_key(stored.key)
        if parts is None or parts.kind in _KEPT or stored.key in named:
            continue
        if stored.modified_at is not None and stored.modified_at < before:
            yield Garbage(stored.key, stored.size_bytes, is_unfinished=False, is_capture=parts.kind is Kind.WARC)
    for leftover in store.leftovers(before):
        yield Garbage(leftover, None, is_unfinished=True)


def _named(store: Store, site: str, number: int) -> list[str]:
    try:
        return [file.key for file in read_link(store, site, number).manifest.files]
    except ObjectMissing as error:
        words = "this manifest is missing, so that nobody can say what no manifest names: nothing is removed; "
        raise ObjectMissing(f"{words}`pressarc repair` has it from a copy", where=manifest_key(site, number)) from error


def throw_away(store: Store, each: Garbage) -> None:
    """Remove *each* for good.

    Raises:
        StoreError: It is locked, or the store failed.
    """
    if each.is_unfinished:
        store.discard(each.name)
    else:
        store.remove(each.name)

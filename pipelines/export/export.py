"""An export: the lines that are wanted, in the order of the chain, into one file; and beside it what it covers.

The archive is read as a stream, a part at a time; of millions of articles no more than a bit each is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from pipelines.article.jsonl import file_sha256
from pipelines.export.croissant import SUFFIX as CROISSANT_SUFFIX
from pipelines.export.croissant import Described, croissant
from pipelines.export.formats import FORMATS
from pipelines.export.lines import LineFilter, batches
from pipelines.export.newest import newest_lines
from pipelines.export.place import Place
from pipelines.export.selection import Selection, SitePlan, plan
from pipelines.export.state import SUFFIX, CoveredSite, ExportState, state_file
from pipelines.store.contract import Store

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the bytes of parts that were read, and how many there are."""


@dataclass(slots=True)
class _Told:
    """Progress over all sites."""

    progress: Progress
    total: int
    done: int = 0

    def add(self, size_bytes: int) -> None:
        self.done += size_bytes
        self.progress("exporting", self.done, self.total)


@dataclass(slots=True)
class _Left:
    """What was left out, where an earlier export may have it."""

    reserved: set[str] = field(default_factory=set)
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the archive, for a description of the export."""

    owner: str
    url: str


def export(
    store: Store,
    selection: Selection,
    format_: str,
    place: Place,
    progress: Progress,
    *,
    keeper: Keeper | None = None,
) -> ExportState:
    """Write the export and its state; nothing of it is there if this raises.

    Args:
        store: The archive; it is only read.
        selection: What is wanted.
        format_: Of `FORMATS`.
        place: Where it goes.
        progress: Told how far it is.
        keeper: Who is named in a Croissant description; without, there is none.

    Raises:
        ConfigError: The place is taken, or the export that is to be continued is of another archive.
        ArchiveError: The archive cannot be read; a part or a line is named.
    """
    state_name, croissant_name = place.name + SUFFIX, place.name + CROISSANT_SUFFIX
    place.check_free(place.name, state_name, *([croissant_name] if keeper else ()))
    plans = list(plan(store, selection))
    readings = 2 if selection.latest else 1
    told = _Told(progress, readings * sum(each.size_bytes for each in plans))
    left = _Left()
    with place.whole(place.name) as path:
        _write(store, plans, selection, format_, path, place.name, told, left)
        size_bytes, sha256 = path.stat().st_size, file_sha256(path)
    state = ExportState(
        file=place.name,
        format=format_,
        lines=left.lines,
        bytes=size_bytes,
        sha256=sha256,
        selection={
            "since": selection.since.isoformat() if selection.since else None,
            "until": selection.until.isoformat() if selection.until else None,
            "latest": selection.latest,
            "exclude_reserved": selection.exclude_reserved,
        },
        sites={
            each.site: CoveredSite(first=each.first, last=each.last, last_sha256=each.last_sha256) for each in plans
        },
        taken_down=sorted({id_ for each in plans for id_ in each.taken_down}),
        reserved=sorted(left.reserved),
    )
    if keeper is not None:
        published_on = max(each.ended_at for each in plans).astimezone(UTC).date()
        with place.whole(croissant_name) as path:
            path.write_bytes(croissant(state, Described(keeper.owner, keeper.url, published_on)))
    with place.whole(state_name) as path:
        path.write_bytes(state_file(state))
    return state


def _write(
    store: Store,
    plans: list[SitePlan],
    selection: Selection,
    format_: str,
    path: Path,
    name: str,
    told: _Told,
    left: _Left,
) -> None:
    with closing(FORMATS[format_](path, name)) as writer:
        for each in plans:
            newest = newest_lines(store, each, told.add) if selection.latest else None
            wanted = LineFilter(each, selection, newest)
            part = None
            for batch in batches(store, each, wanted):
                writer.write(batch)
                left.lines += len(batch.lines)
                if batch.part is not part:
                    part = batch.part
                    told.add(part.size_bytes)
            left.reserved.update(wanted.reserved)

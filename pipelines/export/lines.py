"""Parts of articles → the lines that an export holds, in batches: as bytes, unparsed, and never many at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from isal import igzip
from isal.igzip_lib import IsalError

from pipelines.errors import ArchiveError, DigestMismatch, ObjectMissing
from pipelines.export.selection import ExportPart, Selection, SitePlan
from pipelines.store.contract import Store

BATCH_LINES = 500
BATCH_BYTES = 8 << 20
"""A batch ends at the first of both: what fits a processor's caches is read fastest."""

# The first keys of every line, as `to_line` writes them.
_HEAD = re.compile(rb'\{"schema":"pressarc\.article/1","id":"([0-9a-f]{32})","revision":\d+,"event":"([a-z]+)"')
_RESERVED = b'"reserved":true'
"""As a line has it; within a string of JSON the quotes would be escaped."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of one part."""

    part: ExportPart
    lines: tuple[bytes, ...]
    """Each with its line feed."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a line begins with."""

    id: str
    event: str


def head_of(line: bytes, where: str) -> Head:
    """The beginning of *line*.

    Raises:
        ArchiveError: It is no article line.
    """
    found = _HEAD.match(line)
    if found is not None:
        return Head(found[1].decode(), found[2].decode())
    try:
        fields = json.loads(line)
        return Head(fields["id"], fields["event"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"this is no article line ({error}); `pressarc verify` says more", where=where) from error


def read_part(store: Store, part: ExportPart) -> Iterator[bytes]:
    """The lines of *part*.

    Raises:
        ArchiveError: It is missing, damaged, or has another number of lines than its manifest says.
    """
    count = 0
    try:
        with store.open(part.key) as stream:
            packed = igzip.GzipFile(fileobj=stream, mode="rb")  # type: ignore[no-untyped-call]
            for line in packed:
                yield line
                count += 1
    except ObjectMissing as error:
        words = "a manifest names it, and it is not there; `pressarc repair` helps"
        raise ObjectMissing(words, where=part.key) from error
    except (OSError, EOFError, IsalError) as error:  # type: ignore[misc]  # its stub says that it is no class
        words = f"it cannot be read on from line {count + 1} ({error}); `pressarc verify` says more"
        raise DigestMismatch(words, where=part.key) from error
    if count != part.lines:
        raise DigestMismatch(f"it has {count} lines, and its manifest says {part.lines}", where=part.key)


class LineFilter:
    """Which lines of a site are exported.

    Args:
        plan: Of the site.
        selection: What is wanted.
        newest: The lines that are the newest of their articles, by their place in the plan's order; null for all.
    """

    def __init__(self, plan: SitePlan, selection: Selection, newest: bytearray | None) -> None:
        self._gone = plan.gone
        self._exclude_reserved = selection.exclude_reserved
        self._drops_removed = selection.latest and not selection.is_delta
        self._newest = newest
        self._keeps_reserved = selection.is_delta
        self.reserved: list[str] = []
        """Ids of the articles that were left out for their rights, where an earlier export may have them."""
        self.reserved_lines = 0

    def takes(self, line: bytes, place: int, where: str) -> bool:
        """Whether *line*, the one at that place of the plan, is exported."""
        if self._newest is not None and not self._newest[place >> 3] >> (place & 7) & 1:
            return False
        head: Head | None = None
        if self._gone or self._drops_removed:
            head = head_of(line, where)
            if head.id in self._gone or (self._drops_removed and head.event == "removed"):
                return False
        if self._exclude_reserved and _RESERVED in line and _is_reserved(line):
            self.reserved_lines += 1
            if self._keeps_reserved:
                self.reserved.append((head or head_of(line, where)).id)
            return False
        return True


def _is_reserved(line: bytes) -> bool:
    rights = json.loads(line).get("rights")
    return isinstance(rights, dict) and rights.get("reserved") is True


def batches(store: Store, plan: SitePlan, wanted: LineFilter) -> Iterator[Batch]:
    """The lines of the plan that are wanted, in order; one batch at least for each part, and be it empty."""
    place = 0
    for part in plan.parts:
        held: list[bytes] = []
        size = 0
        for line in read_part(store, part):
            if wanted.takes(line, place, part.key):
                held.append(line)
                size += len(line)
            place += 1
            if len(held) >= BATCH_LINES or size >= BATCH_BYTES:
                yield Batch(part, tuple(held))
                held, size = [], 0
        yield Batch(part, tuple(held))

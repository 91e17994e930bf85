"""Which lines are the newest of their articles: found in a first reading, kept as a bit a line.

Along the chain the last line of an article is its newest. Ids and places go through a SQLite file, since of millions of
articles they would fill the memory.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from pipelines.export.lines import head_of, read_part
from pipelines.export.selection import SitePlan
from pipelines.store.contract import Store

_ROWS = 10_000


def newest_lines(store: Store, plan: SitePlan, progress: Callable[[int], None]) -> bytearray:
    """A bit for each line of the plan, in its order, lowest bit first: whether it is the newest of its article.

    Args:
        store: The archive.
        plan: Of one site.
        progress: Told the bytes of each part that was read.

    Raises:
        ArchiveError: A part cannot be read.
    """
    with (
        tempfile.TemporaryDirectory(prefix="pressarc-") as folder,
        closing(sqlite3.connect(Path(folder) / "newest.sqlite", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -65536")  # KiB
        database.execute("CREATE TABLE newest (id BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID")
        count = 0
        for rows in _rows(store, plan, progress):
            database.execute("BEGIN")
            database.executemany(
                "INSERT INTO newest VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET place = excluded.place", rows
            )
            database.execute("COMMIT")
            count += len(rows)
        bits = bytearray((count + 7) // 8)
        for (place,) in database.execute("SELECT place FROM newest"):
            bits[place >> 3] |= 1 << (place & 7)
    return bits


def _rows(store: Store, plan: SitePlan, progress: Callable[[int], None]) -> Iterator[list[tuple[bytes, int]]]:
    rows: list[tuple[bytes, int]] = []
    place = 0
    for part in plan.parts:
        for line in read_part(store, part):
            rows.append((bytes.fromhex(head_of(line, part.key).id), place))
            place += 1
            if len(rows) == _ROWS:
                yield rows
                rows = []
        progress(part.size_bytes)
    yield rows

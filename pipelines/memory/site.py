"""The memory of one site: which URLs it has, which revisions of its articles are archived, which lines repeat.

One SQLite file. It is a view: all it holds can be derived again from the archive's manifests, articles and WARC files.
A run works on a copy and the copy becomes the memory once the run is committed, so that a run that dies leaves none of
itself behind.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.errors import ArchiveError
from pipelines.values import RecordRef

_VERSION = 1

_SCHEMA = """
CREATE TABLE urls (
    url TEXT PRIMARY KEY,            -- canonical
    first_seen_at TEXT NOT NULL,     -- RFC 3339
    last_seen_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    etag TEXT,
    last_modified TEXT,
    payload_digest TEXT
) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    revision INTEGER NOT NULL,
    removed INTEGER NOT NULL,        -- 1 once the site no longer serves it
    embedded INTEGER NOT NULL,
    text_sha256 TEXT,
    content TEXT NOT NULL,           -- JSON: a digest for each content field
    captured_at TEXT NOT NULL,
    warc_key TEXT NOT NULL,
    warc_offset INTEGER NOT NULL,
    warc_length INTEGER NOT NULL,
    warc_record_id TEXT NOT NULL,
    payload_digest TEXT
) WITHOUT ROWID;
CREATE TABLE lines (
    digest BLOB PRIMARY KEY,         -- the first 16 bytes of the line's sha256
    support INTEGER NOT NULL,        -- how many different articles have the line
    line TEXT                        -- null until a second article has it
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """The archive's newest revision of an article."""

    id: str
    url: str
    revision: int
    removed: bool
    embedded: bool
    text_sha256: str | None
    content: Mapping[str, str]
    """A digest for each content field, to tell which of them changed."""
    captured_at: datetime
    record: RecordRef


@dataclass(frozen=True, slots=True)
class SeenUrl:
    """What the last visit of a URL showed."""

    url: str
    at: datetime
    outcome: str
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None


class SiteMemory:
    """The open memory of one site.

    Args:
        path: The SQLite file; made if it is not there.

    Raises:
        ArchiveError: The file is no memory, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db, found = _open(path)
        except sqlite3.Error as error:
            raise ArchiveError(f"this is no readable site memory ({error})", where=str(path)) from error
        if found != _VERSION:
            self._db.close()
            raise ArchiveError(
                f"the site memory has version {found}, and this pressarc reads version {_VERSION}", where=str(path)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; calling it again does nothing."""
        self._db.close()

    # ------------------------------------------------------------ articles

    def article(self, id_: str) -> KnownArticle | None:
        """The newest archived revision of the article, or null."""
        row = self._db.execute("SELECT * FROM articles WHERE id = ?", (id_,)).fetchone()
        return _known(row) if row else None

    def articles(self) -> Iterator[KnownArticle]:
        """All articles, in the order of their ids."""
        for row in self._db.execute("SELECT * FROM articles ORDER BY id"):
            yield _known(row)

    def remember_articles(self, articles: Iterable[KnownArticle]) -> None:
        """Make each the newest revision of its article."""
        rows = (
            (
                each.id,
                each.url,
                each.revision,
                int(each.removed),
                int(each.embedded),
                each.text_sha256,
                json.dumps(dict(each.content), sort_keys=True),
                each.captured_at.isoformat(),
                each.record.key,
                each.record.offset,
                each.record.length,
                each.record.record_id,
                each.record.payload_digest,
            )
            for each in articles
        )
        self._all("INSERT OR REPLACE INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)

    # ------------------------------------------------------------ URLs

    def remember_urls(self, urls: Iterable[SeenUrl]) -> None:
        """Note the visits; the first one of a URL stays its `first_seen_at`."""
        rows = (
            (
                each.url,
                each.at.isoformat(),
                each.at.isoformat(),
                each.outcome,
                each.status,
                each.etag,
                each.last_modified,
                each.payload_digest,
            )
            for each in urls
        )
        self._all(
            "INSERT INTO urls VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (url) DO UPDATE SET last_seen_at = "
            "excluded.last_seen_at, outcome = excluded.outcome, status = excluded.status, etag = excluded.etag, "
            "last_modified = excluded.last_modified, payload_digest = excluded.payload_digest",
            rows,
        )

    def url(self, url: str) -> SeenUrl | None:
        """What the last visit of this canonical URL showed, or null for one that was never visited."""
        row = self._db.execute(
            "SELECT url, last_seen_at, outcome, status, etag, last_modified, payload_digest FROM urls WHERE url = ?",
            (url,),
        ).fetchone()
        return None if row is None else SeenUrl(row[0], datetime.fromisoformat(row[1]), *row[2:])

    # ------------------------------------------------------------ lines

    def line_support(self, lines: Iterable[str]) -> dict[str, int]:
        """For each line that is known: how many different archived articles have it."""
        query = "SELECT support FROM lines WHERE digest = ?"
        found = ((line, self._db.execute(query, (_digest(line),)).fetchone()) for line in lines)
        return {line: int(row[0]) for line, row in found if row}

    def repeated_lines(self) -> dict[str, int]:
        """Every line that at least two different archived articles have, with their number."""
        rows = self._db.execute("SELECT line, support FROM lines WHERE line IS NOT NULL")
        return {str(line): int(support) for line, support in rows}

    def add_lines(self, support: Mapping[str, int]) -> None:
        """Count the lines of articles that were not counted before."""
        rows = ((_digest(line), count, line if count > 1 else None, line) for line, count in sorted(support.items()))
        self._all(
            "INSERT INTO lines VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO UPDATE "
            "SET support = support + excluded.support, line = ?4",
            rows,
        )

    def _all(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._db.execute("BEGIN")
        try:
            self._db.executemany(statement, rows)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def write_snapshot(memory: Path, target: Path) -> None:
    """Write the closed memory file, gzipped, to *target*; the name appears once it is whole."""
    temporary = target.with_name(f".{target.name}.partial")
    with memory.open("rb") as plain, temporary.open("wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
        raw.flush()
        os.fsync(raw.fileno())
    os.replace(temporary, target)


def read_snapshot(packed: bytes, target: Path, *, where: str) -> None:
    """Write the memory that *packed* is a snapshot of to *target*.

    Raises:
        ArchiveError: It is no snapshot; *where* is what it is called then.
    """
    try:
        plain = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(f"this is no snapshot of a site memory ({error})", where=where) from error
    if not plain:
        raise ArchiveError("this snapshot of a site memory is empty", where=where)
    temporary = target.with_name(f".{target.name}.partial")
    temporary.write_bytes(plain)
    os.replace(temporary, target)


def _open(path: Path) -> tuple[sqlite3.Connection, int]:
    """The open database, with tables if it is new, and its version."""
    is_new = not path.exists()
    database = sqlite3.connect(path, isolation_level=None)
    try:
        if is_new:
            database.executescript(_SCHEMA + f"PRAGMA user_version = {_VERSION};")
        return database, int(database.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        database.close()
        raise


def _digest(line: str) -> bytes:
    return hashlib.sha256(line.encode("utf-8", "replace")).digest()[:16]


def _known(row: tuple[object, ...]) -> KnownArticle:
    (id_, url, revision, removed, embedded, text, content, captured, key, offset, length, record, payload) = row
    return KnownArticle(
        id=str(id_),
        url=str(url),
        revision=int(str(revision)),
        removed=bool(removed),
        embedded=bool(embedded),
        text_sha256=None if text is None else str(text),
        content=json.loads(str(content)),
        captured_at=datetime.fromisoformat(str(captured)),
        record=RecordRef(
            str(key), int(str(offset)), int(str(length)), str(record), None if payload is None else str(payload)
        ),
    )

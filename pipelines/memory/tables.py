"""The tables of a site's memory. A file of another version is refused: the archive has what it is made of.

In: the path of a SQLite file. Out: an open connection to a database that has these tables. Nothing else writes DDL.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import ArchiveError

VERSION = 3
MAKE_AGAIN = "`pressarc rebuild-memory` makes it again from the archive"
"""What to do about a memory that cannot be read."""
_DISK_ERRORS = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}
_CACHE_KIB = 64 * 1024
"""Of a large memory the inner pages of the index stay at hand: SQLite's own default of 2 MB does not hold them."""

_SCHEMA = """
CREATE TABLE urls (
    url TEXT PRIMARY KEY,            -- canonical
    first_seen_at TEXT NOT NULL,     -- RFC 3339
    last_seen_at TEXT,               -- of the last visit that told something; null until the first
    outcome TEXT NOT NULL,           -- what that visit showed
    status INTEGER,
    etag TEXT,
    last_modified TEXT,
    payload_digest TEXT,
    reason TEXT,
    spelling TEXT,                   -- as it is requested, where that is not `url`
    target TEXT NOT NULL DEFAULT 'page',
    depth INTEGER NOT NULL DEFAULT 0,
    expects_article INTEGER NOT NULL DEFAULT 0,
    article TEXT,                    -- id of the article it gave
    published_at TEXT,               -- of that article, or as a source claims
    changed_at TEXT,                 -- when a visit last showed something new
    modified_at TEXT,                -- the last change that a source claimed, and a visit has seen to
    idle INTEGER NOT NULL DEFAULT 0,      -- visits in a row that showed nothing new
    failures INTEGER NOT NULL DEFAULT 0,  -- visits in a row that told nothing
    due_at TEXT,                     -- when to look again; null: not unless something asks for it
    listed_by INTEGER,               -- the sitemap that last listed it: sitemaps.id
    record_id TEXT,                  -- the response record that holds what the validators are of
    record_url TEXT,
    record_at TEXT,
    transfer_coding TEXT NOT NULL DEFAULT '',
    content_coding TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX urls_due ON urls (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX urls_listed ON urls (listed_by) WHERE listed_by IS NOT NULL;
CREATE TABLE sitemaps (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE         -- canonical
);
CREATE TABLE facts (                 -- what was learnt of the site's ways, as JSON
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
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
    payload_digest TEXT,
    simhash TEXT,                    -- of the text, 16 hex digits
    duplicate_of TEXT,               -- id of the article that it repeats
    further TEXT                     -- JSON: its further pages and their records; null for none
) WITHOUT ROWID;
CREATE TABLE lines (
    digest BLOB PRIMARY KEY,         -- the first 16 bytes of the line's sha256
    support INTEGER NOT NULL,        -- how many different articles have the line
    line TEXT                        -- null until a second article has it
) WITHOUT ROWID;
"""


def open_database(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """The open database at *path*, made with empty tables if there is none.

    Args:
        path: The file, or `:memory:`.
        read_only: Nothing may be written; a file that is not there is not made.

    Raises:
        ArchiveError: The file is no memory, or one of another version.
        OSError: The disk is full, or refuses it.
    """
    try:
        with disk_errors(path):
            database, found = _open(path, read_only=read_only)
    except sqlite3.Error as error:
        raise ArchiveError(f"this is no readable site memory ({error}); {MAKE_AGAIN}", where=str(path)) from error
    if found != VERSION:
        database.close()
        raise ArchiveError(
            f"the site memory has version {found}, and this pressarc reads version {VERSION}: {MAKE_AGAIN}",
            where=str(path),
        )
    return database


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Within it, what SQLite says of a disk that is full or refuses is an OSError, as of any other file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        number = _DISK_ERRORS.get(error.sqlite_errorcode & 0xFF)
        if number is None:
            raise
        raise OSError(number, str(error), str(path)) from error


def _open(path: Path, *, read_only: bool) -> tuple[sqlite3.Connection, int]:
    is_new = not path.exists()
    if read_only and not is_new:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    else:
        database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if is_new:
            database.executescript(_SCHEMA + f"PRAGMA user_version = {VERSION};")
        return database, int(database.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        database.close()
        raise

"""The memory of one site: which URLs it has, which revisions of its articles are archived, which lines repeat.

One SQLite file. It is a view: all it holds can be derived again from the archive's manifests, articles and WARC files.
A run works on a copy and the copy becomes the memory once the run is committed, so that a run that dies leaves none of
itself behind.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines import disk
from pipelines.errors import ArchiveError
from pipelines.memory import listed, urls
from pipelines.memory.tables import MAKE_AGAIN, disk_errors, open_database
from pipelines.memory.urls import KnownUrl
from pipelines.values import FurtherPage, RecordRef


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
    simhash: int | None = None
    """Of its text; the last one that it had, where it is removed."""
    duplicate_of: str | None = None
    """Id of the article that it repeats."""
    further: tuple[FurtherPage, ...] = ()
    """Its further pages, where it stands on several."""

    @property
    def is_taken_down(self) -> bool:
        """Whether it was taken out of the archive, which has no more of it from then on."""
        return self.removed and self.text_sha256 is None


class SiteMemory:
    """The open memory of one site.

    Args:
        path: The SQLite file; made if it is not there.
        read_only: Nothing will be written.

    Raises:
        ArchiveError: The file is no memory, or one of another version.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._db = open_database(path, read_only=read_only)

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

    def originals(self) -> Iterator[tuple[str, int]]:
        """Id and simhash of every article that repeats no other one."""
        rows = self._db.execute("SELECT id, simhash FROM articles WHERE simhash IS NOT NULL AND duplicate_of IS NULL")
        return ((str(id_), int(simhash, 16)) for id_, simhash in rows)

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
                None if each.simhash is None else f"{each.simhash:016x}",
                each.duplicate_of,
                json.dumps([asdict(page) for page in each.further], sort_keys=True) if each.further else None,
            )
            for each in articles
        )
        self._all("INSERT OR REPLACE INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)

    def forget(self, id_: str, url: str, lines: Iterable[str]) -> None:
        """Keep nothing of the article but that it was there: no digest of its content, no validators, no line of it."""
        with self._transaction():
            self._db.execute(
                "UPDATE articles SET removed = 1, text_sha256 = NULL, content = '{}', payload_digest = NULL, "
                "simhash = NULL, duplicate_of = NULL, further = NULL WHERE id = ?",
                (id_,),
            )
            self._db.execute("DELETE FROM urls WHERE url = ? OR article = ?", (url, id_))
            self._db.executemany("DELETE FROM lines WHERE digest = ?", ((_digest(line),) for line in lines))
        with disk_errors(self.path):
            self._db.execute("VACUUM")  # what is deleted stays in a file's free pages otherwise

    # ------------------------------------------------------------ URLs

    def remember_urls(self, known: Iterable[tuple[datetime, KnownUrl]]) -> None:
        """Make each what is known of its URL; the instant beside it is its first sight, if it is that."""
        with self._transaction():
            urls.remember(self._db, known)

    def url(self, url: str) -> KnownUrl | None:
        """What is known of this canonical URL, or null."""
        return urls.find(self._db, url)

    def due_sources(self, now: datetime, limit: int) -> list[KnownUrl]:
        """What names articles, or was wanted and not visited, and is due; the newest first, no more than *limit*."""
        return list(urls.due_sources(self._db, now, limit))

    def due_articles(self, now: datetime, limit: int) -> list[KnownUrl]:
        """The pages that are to be looked at again, the newest first, no more than *limit*."""
        return list(urls.due_articles(self._db, now, limit))

    def note_listed(self, sitemap: str, listed_urls: Iterable[str]) -> None:
        """Note that the sitemap lists these canonical URLs."""
        with self._transaction():
            listed.note_listed(self._db, listed.sitemap_id(self._db, sitemap), listed_urls)

    def note_dropped(self, dropped: Iterable[str]) -> None:
        """Note that no sitemap lists these canonical URLs any more."""
        with self._transaction():
            listed.note_dropped(self._db, dropped)

    def listed_by(self, sitemaps: Collection[str]) -> Iterator[str]:
        """The URLs that one of these sitemaps listed when it was last read, sorted."""
        return listed.listed_by(self._db, sitemaps)

    # ------------------------------------------------------------ facts

    def fact(self, name: str) -> object:
        """What was learnt of the site under this name, or null."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def learn_facts(self, facts: Mapping[str, object]) -> None:
        """Put what was learnt, each under its name."""
        rows = ((name, json.dumps(value, sort_keys=True)) for name, value in sorted(facts.items()))
        self._all("INSERT OR REPLACE INTO facts VALUES (?,?)", rows)

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
        with self._transaction():
            self._db.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with disk_errors(self.path):
            self._db.execute("BEGIN")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk has ended it
                    self._db.execute("ROLLBACK")
                raise


def write_snapshot(memory: Path, target: Path) -> None:
    """Write the closed memory file, gzipped, to *target*; the name appears once it is whole."""
    with (
        memory.open("rb") as plain,
        disk.whole(target) as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, 1 << 20)


def read_snapshot(packed: bytes, target: Path, *, where: str) -> None:
    """Write the memory that *packed* is a snapshot of to *target*.

    Raises:
        ArchiveError: It is no snapshot; *where* is what it is called then.
    """
    try:
        plain = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(f"this is no snapshot of a site memory ({error}); {MAKE_AGAIN}", where=where) from error
    if not plain:
        raise ArchiveError(f"this snapshot of a site memory is empty; {MAKE_AGAIN}", where=where)
    with disk.whole(target) as file:
        file.write(plain)


def _digest(line: str) -> bytes:
    return hashlib.sha256(line.encode("utf-8", "replace")).digest()[:16]


def _known(row: tuple[object, ...]) -> KnownArticle:
    (id_, url, revision, removed, embedded, text, content, captured, key, offset, length, record, *rest) = row
    payload, simhash, duplicate_of, further = rest
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
        simhash=None if simhash is None else int(str(simhash), 16),
        duplicate_of=None if duplicate_of is None else str(duplicate_of),
        further=tuple(
            FurtherPage(page["url"], RecordRef(**page["record"]), page["first_block"])
            for page in json.loads(str(further or "[]"))
        ),
    )

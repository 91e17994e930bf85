"""What a site's memory keeps of a URL: what the last visit showed, its validators, and when to look again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.values import EarlierRecord


@dataclass(frozen=True, slots=True)
class KnownUrl:
    """One URL as earlier runs know it."""

    url: str
    """Canonical."""
    at: datetime | None
    """The last visit that told something; null for one that was wanted and not visited yet."""
    outcome: str
    """What that visit showed; `refused` until there was one."""
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    reason: str | None = None
    spelling: str | None = None
    """As it is requested, where that is not `url`."""
    target: str = "page"
    depth: int = 0
    expects_article: bool = False
    article: str | None = None
    """Id of the article that it gave."""
    published_at: datetime | None = None
    changed_at: datetime | None = None
    modified_at: datetime | None = None
    """The last change that a source claimed, and a visit has seen to."""
    idle: int = 0
    """Visits in a row that showed nothing new."""
    failures: int = 0
    """Visits in a row that told nothing."""
    due_at: datetime | None = None
    """When to look again; null: not unless something asks for it."""
    record: EarlierRecord | None = None
    """The response record that holds what the validators are of."""

    @property
    def is_pending(self) -> bool:
        """Whether it was wanted on an earlier night, and never visited."""
        return self.at is None


_COLUMNS = (
    "url", "last_seen_at", "outcome", "status", "etag", "last_modified", "payload_digest", "reason", "spelling",
    "target", "depth", "expects_article", "article", "published_at", "changed_at", "modified_at",
    "idle", "failures", "due_at",
    "record_id", "record_url", "record_at", "transfer_coding", "content_coding",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM urls"  # noqa: S608 (names of our own)
_UPSERT = (
    f"INSERT INTO urls (first_seen_at, {', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 1))}) ON CONFLICT (url) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
)


def find(database: sqlite3.Connection, url: str) -> KnownUrl | None:
    """What is known of this canonical URL, or null."""
    row = database.execute(f"{_SELECT} WHERE url = ?", (url,)).fetchone()
    return None if row is None else _known(row)


def due_sources(database: sqlite3.Connection, now: datetime, limit: int) -> Iterator[KnownUrl]:
    """What names articles and is to be read by *now*, and what was wanted on an earlier night and not visited.

    The newest first, no more than *limit*.
    """
    yield from _due(database, now, limit, "(last_seen_at IS NULL OR target != 'page' OR outcome = 'listing')")


def due_articles(database: sqlite3.Connection, now: datetime, limit: int) -> Iterator[KnownUrl]:
    """The pages that are to be looked at again by *now*, the newest first, no more than *limit*."""
    yield from _due(database, now, limit, "last_seen_at IS NOT NULL AND target = 'page' AND outcome != 'listing'")


def _due(database: sqlite3.Connection, now: datetime, limit: int, which: str) -> Iterator[KnownUrl]:
    rows = database.execute(
        f"{_SELECT} WHERE due_at <= ? AND {which} ORDER BY published_at DESC, due_at DESC, url LIMIT ?",
        (_text(now), limit),
    )
    yield from map(_known, rows)


def remember(database: sqlite3.Connection, urls: Iterable[tuple[datetime, KnownUrl]]) -> None:
    """Make each what is known of its URL; the instant beside it is its first sight, if it is that."""
    database.executemany(_UPSERT, ((_text(seen_at), *_row(known)) for seen_at, known in urls))


def _row(known: KnownUrl) -> tuple[object, ...]:
    record = known.record
    return (
        known.url,
        _text(known.at),
        known.outcome,
        known.status,
        known.etag,
        known.last_modified,
        known.payload_digest,
        known.reason,
        known.spelling if known.spelling != known.url else None,
        known.target,
        known.depth,
        int(known.expects_article),
        known.article,
        _text(known.published_at),
        _text(known.changed_at),
        _text(known.modified_at),
        known.idle,
        known.failures,
        _text(known.due_at),
        record.record_id if record else None,
        record.url if record else None,
        _text(record.at) if record else None,
        record.transfer_coding if record else "",
        record.content_coding if record else "",
    )


def _known(row: tuple[object, ...]) -> KnownUrl:
    table = dict(zip(_COLUMNS, row, strict=True))
    record_at = _instant(table.pop("record_at"))
    record = {name: table.pop(name) for name in ("record_id", "record_url", "transfer_coding", "content_coding")}
    earlier = None
    if record["record_id"] is not None and record_at is not None:
        earlier = EarlierRecord(
            record_id=str(record["record_id"]),
            url=str(record["record_url"]),
            at=record_at,
            payload_digest=None if table["payload_digest"] is None else str(table["payload_digest"]),
            transfer_coding=str(record["transfer_coding"]),
            content_coding=str(record["content_coding"]),
        )
    at = _instant(table.pop("last_seen_at"))
    instants = {name: _instant(table.pop(name)) for name in ("published_at", "changed_at", "modified_at", "due_at")}
    expects = bool(table.pop("expects_article"))
    return KnownUrl(at=at, expects_article=expects, record=earlier, **instants, **table)  # type: ignore[arg-type]


def _text(instant: datetime | None) -> str | None:
    """RFC 3339 in UTC with six digits of a second, so that texts sort as instants do."""
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="microseconds")


def _instant(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))

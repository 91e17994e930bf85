"""The records of a WARC file held against each other, and against the outcome lines that speak of them.

In go records, one after another, and lines; out come findings, and digests that are the same where both say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from pipelines.errors import ArchiveError, ProtocolBroken
from pipelines.http.head import parse_head
from pipelines.publish.outcomes import OutcomeLine
from pipelines.values import Finding
from pipelines.warc.pages import parse_warc_date
from pipelines.warc.reader import WarcRecord

_PLACES = {"response": 0, "revisit": 0, "request": 1, "metadata": 2}
"""The order in which the records of an exchange stand."""


class Exchanges:
    """The exchanges of one WARC file: each whole, its records beside each other, at one time, of the file's day."""

    def __init__(self, key: str, day: date | None) -> None:
        self._key = key
        self._day = day
        self._group: list[WarcRecord] = []
        self._ids: set[bytes] = set()
        self.records = 0
        """How many there were."""

    def add(self, record: WarcRecord) -> Iterator[Finding]:
        """What is wrong with *record*, the next one, or with the exchange that ended before it."""
        self.records += 1
        where = f"{self._key}@{record.offset}"
        if record.record_id is not None:
            short = _digest(record.record_id)
            if short in self._ids:
                yield Finding("record_rules", where, f"a record before it has its WARC-Record-ID {record.record_id}")
            self._ids.add(short)
        if record.type not in _PLACES:
            return
        if self._group and _PLACES[record.type] <= _PLACES[self._group[-1].type]:
            yield from self.end()
        self._group.append(record)

    def end(self) -> Iterator[Finding]:
        """What is wrong with the exchange that ends here."""
        group, self._group = self._group, []
        if not group:
            return
        first, beside = group[0], group[1:]
        where = f"{self._key}@{first.offset}"
        missing = {"request", "metadata"} - {record.type for record in group}
        if missing:
            yield Finding("record_rules", where, f"no {' and no '.join(sorted(missing))} record stands beside it")
        elif not all(_is_beside(record, first) for record in beside):
            yield Finding("record_rules", where, "the records beside it are not of its exchange")
        at = _date_of(first)
        if self._day is not None and at is not None and at.date() != self._day:
            yield Finding("record_rules", where, f"it was captured on {at.date()}, which is not the day of its file")


def told_by_record(record: WarcRecord) -> bytes | None:
    """A digest of what an outcome line has to say of the answer *record*; null where its header is broken."""
    at = _date_of(record)
    if at is None or record.target_uri is None or record.record_id is None:
        return None
    try:
        status = parse_head(record.block).status or None
    except ProtocolBroken:
        status = None
    return _told(record.target_uri, at, status, record.record_id, record.length)


def told_by_line(line: OutcomeLine) -> bytes:
    """The digest that `told_by_record` gives of the record that *line* speaks of."""
    assert line.warc is not None
    return _told(line.url, line.at, line.status, line.warc.record_id, line.warc.length)


def _told(url: str, at: datetime, status: int | None, record_id: str, length: int) -> bytes:
    return _digest(f"{url}\n{at.timestamp()}\n{status}\n{record_id}\n{length}")


def _digest(text: str) -> bytes:
    """8 bytes that stand for *text*: those of all records of a file are kept."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _is_beside(record: WarcRecord, first: WarcRecord) -> bool:
    """Whether *record* is of the exchange that begins with *first*: names it, and has its URL and its time."""
    pairs = ((record.target_uri, first.target_uri), (record.get("WARC-Date"), first.get("WARC-Date")))
    return first.record_id in record.concurrent_to and all(one == other or None in (one, other) for one, other in pairs)


def _date_of(record: WarcRecord) -> datetime | None:
    try:
        return parse_warc_date(record.get("WARC-Date") or "")
    except ArchiveError:
        return None

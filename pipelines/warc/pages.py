"""Captured pages out of WARC records: the one way from bytes to `Page`, live and offline.

A record or its block goes in, a page comes out whose body has lost its transfer and content codings and nothing else.
`read_exchanges` joins the records that belong to one capture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from pipelines.errors import ContentError, ProtocolBroken, WarcSyntaxError
from pipelines.http.body import decode_body
from pipelines.http.head import parse_fields, parse_head
from pipelines.reasons import Reason, Source
from pipelines.values import Page, SiteRights, Target, VisitFacts
from pipelines.warc.reader import MAX_BLOCK_BYTES, WarcRecord, read_records
from pipelines.warc.record import (
    FIELD_ANCHOR,
    FIELD_DEPTH,
    FIELD_ERROR,
    FIELD_EXPECTED,
    FIELD_FURTHER,
    FIELD_HOPS,
    FIELD_ROBOTS,
    FIELD_ROBOTS_RULE,
    FIELD_SIGNAL,
    FIELD_SOURCE,
    FIELD_TARGET,
    FIELD_TDM_POLICY,
    FIELD_TDM_RESERVATION,
    FIELD_TDMREP,
    FIELD_VIA,
)

# §5.4 and W3CDTF: any precision from the year down to nanoseconds, always UTC.
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z)?)?)?", re.ASCII)
_SOURCES = {str(source.value): source for source in Source}
_REASONS = {str(reason.value): reason for reason in Reason}
_MAIN_TYPES = frozenset({"response", "revisit", "resource"})


@dataclass(frozen=True, slots=True)
class CapturedExchange:
    """The records of one capture; at least one of `response` and `request` is there."""

    response: WarcRecord | None
    """The response, or the revisit or resource record in its place; null where nothing was received."""
    request: WarcRecord | None
    metadata: WarcRecord | None
    facts: VisitFacts | None
    """What the crawl knew; null where another tool wrote the file."""
    error: str | None
    """What went wrong, in words, for an exchange that failed."""

    @property
    def failure(self) -> Reason | None:
        """Why the exchange failed, where the crawl noted it: `error` begins with the reason and a colon."""
        return None if self.error is None else _REASONS.get(self.error.partition(":")[0])


def page_from_record(record: WarcRecord, *, max_bytes: int) -> Page:
    """The page in a response or resource record (§6.3, §6.4).

    Args:
        record: Its block must have been held whole, or the page counts as cut there.
        max_bytes: The most the body may have once decoded.

    Raises:
        ContentError: The record holds no page, or the body's codings cannot be undone.
        WarcSyntaxError: The record has no target or no date.
    """
    url, date = record.target_uri, record.get("WARC-Date")
    if url is None or date is None:
        raise WarcSyntaxError("the record has no WARC-Target-URI or no WARC-Date", where=str(record.record_id))
    captured_at = parse_warc_date(date)
    truncated = record.get("WARC-Truncated") or (None if record.is_block_whole else "length")
    if record.type == "resource":
        headers = (("Content-Type", record.get("Content-Type") or "application/octet-stream"),)
        return Page(url, record.block, captured_at, headers=headers, truncated=truncated)
    if record.type != "response":
        raise ContentError(f"a {record.type} record holds no page", where=url)
    return page_from_message(record.block, url=url, captured_at=captured_at, truncated=truncated, max_bytes=max_bytes)


def page_from_message(
    message: bytes,
    *,
    url: str,
    captured_at: datetime,
    truncated: str | None = None,
    max_bytes: int,
) -> Page:
    """The page in an HTTP/1.x response as received.

    Raises:
        ContentError: It is no HTTP response, or the body's codings cannot be undone.
    """
    try:
        head = parse_head(message)
    except ProtocolBroken as error:
        raise ContentError(error.message, where=url) from error
    try:
        body = decode_body(message[head.size_bytes :], head, max_bytes=max_bytes)
    except ContentError as error:
        raise type(error)(error.message, where=url) from error
    return Page(url, body, captured_at, head.status, head.fields, truncated)


def facts_from_record(metadata: WarcRecord) -> VisitFacts | None:
    """What the crawl noted in a metadata record; null where there is no such note of ours."""
    fields = _fields_of(metadata)
    with suppress(KeyError, ValueError):
        return VisitFacts(
            _SOURCES[fields[FIELD_SOURCE]],
            fields.get(FIELD_VIA),
            int(fields[FIELD_DEPTH]),
            hops=fields.get(FIELD_HOPS, ""),
            expects_article=FIELD_EXPECTED in fields,
            anchor=fields.get(FIELD_ANCHOR),
            robots=fields.get(FIELD_ROBOTS),
            rights=_rights_from_record(metadata),
            target=Target(fields.get(FIELD_TARGET, Target.PAGE)),
            is_pagination=FIELD_FURTHER in fields,
        )
    return None


def _rights_from_record(metadata: WarcRecord) -> SiteRights:
    fields = _fields_of(metadata)
    said = parse_fields(metadata.block, "utf-8")
    return SiteRights(
        robots_rule=fields.get(FIELD_ROBOTS_RULE),
        signals=tuple(value for name, value in said if name == FIELD_SIGNAL),
        tdmrep=fields.get(FIELD_TDMREP),
        tdm_reservation=fields.get(FIELD_TDM_RESERVATION),
        tdm_policy=fields.get(FIELD_TDM_POLICY),
    )


def read_exchanges(
    stream: IO[bytes],
    *,
    max_block_bytes: int = MAX_BLOCK_BYTES,
    where: str = "WARC stream",
) -> Iterator[CapturedExchange]:
    """The captures in a WARC file, in its order: each response with the request and metadata that lie beside it.

    Records belong together if one is WARC-Concurrent-To the other; those of other types are passed over.

    Raises:
        WarcSyntaxError: While iterating: damage that is not a cut tail.
    """
    group: list[WarcRecord] = []
    for record in read_records(stream, max_block_bytes=max_block_bytes, where=where):
        if record.type not in _MAIN_TYPES and record.type not in ("request", "metadata"):
            continue
        if group and not _belongs(record, group):
            yield from _joined(group)
            group = []
        group.append(record)
    yield from _joined(group)


def parse_warc_date(text: str) -> datetime:
    """The instant of a WARC-Date (§5.4); parts below microseconds are cut off.

    Raises:
        WarcSyntaxError: It is no date.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise WarcSyntaxError(f"{text[:40]!r} is no WARC-Date")
    year, month, day, hour, minute, second, fraction = match.groups()
    try:
        return datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            # A leap second is the instant before the next minute.
            min(int(second or 0), 59),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=UTC,
        )
    except ValueError as error:
        raise WarcSyntaxError(f"{text[:40]!r} is no WARC-Date") from error


def _fields_of(metadata: WarcRecord) -> dict[str, str]:
    return dict(parse_fields(metadata.block, "utf-8"))


def _belongs(record: WarcRecord, group: list[WarcRecord]) -> bool:
    named = {identity for other in group for identity in (*other.concurrent_to, other.record_id)}
    is_second = any(_role(record) == _role(other) for other in group)
    return not is_second and (record.record_id in named or not named.isdisjoint(record.concurrent_to))


def _role(record: WarcRecord) -> str:
    return "response" if record.type in _MAIN_TYPES else record.type


def _joined(group: list[WarcRecord]) -> Iterator[CapturedExchange]:
    by_role = {_role(record): record for record in group}
    response, request, metadata = (by_role.get(role) for role in ("response", "request", "metadata"))
    if response is None and request is None:
        return
    facts = facts_from_record(metadata) if metadata is not None else None
    error = _fields_of(metadata).get(FIELD_ERROR) if metadata is not None else None
    yield CapturedExchange(response, request, metadata, facts, error)

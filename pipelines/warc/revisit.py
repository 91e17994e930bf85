"""When a response need not be written again: revisit records (WARC/1.1 §6.7), and what they refer to.

An exchange and what is known of earlier records go in; what its revisit record has to say comes out, or null for a
response that is written whole. Two profiles of the standard are used:

*identical-payload-digest* (§6.7.2): an earlier record holds the same payload, in the same transfer and content coding:
a reader puts the revisit's headers before the earlier record's stored bytes, so both must mean the same framing. The
headers are kept, and the body is left out, so that the record is WARC-Truncated.

*server-not-modified* (§6.7.3): the server answered 304 to the validators of an earlier record.

*Why pages are written again.* A revisit holds no body, so extraction makes no article of it: the archive holds what is
there already. That is so where the URL is the same. The same HTML under another URL may be another article's page (or
the same one's proper address), so it is written whole; pictures, feeds and style sheets are read by nobody, and one
copy of them serves every URL. What names no type may be a page, and is written whole under any URL.

*Why only this run's.* The table begins empty with every start, a resumed one too: a revisit saves space, and nothing
depends on it. Records of earlier runs come in through `known`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from pipelines.errors import ProtocolBroken
from pipelines.http.head import Head, parse_head
from pipelines.values import EarlierRecord, Exchange, VisitFacts

IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

MIN_BODY_BYTES = 1024
"""A smaller body takes hardly more room than a revisit's own fields do."""
MAX_REMEMBERED = 8192
"""Payloads of this run that are remembered; the oldest are forgotten first, so that memory does not grow."""

Known: TypeAlias = Callable[[str], EarlierRecord | None]
"""Payload digest (`sha256:…`) → the record of an earlier run that holds the payload, or null."""

_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Revisit:
    """What a revisit record says that a response record does not."""

    profile: str
    """Its WARC-Profile."""
    earlier: EarlierRecord
    block_bytes: int
    """How much of the response is kept."""
    truncated: str | None
    """Its WARC-Truncated (§5.13)."""


class Payloads:
    """The payloads that need not be written again: those of this run, and those that *known* knows.

    Args:
        known: Asked where this run has no record of a payload.
    """

    def __init__(self, known: Known = lambda _digest: None) -> None:
        self._known = known
        self._remembered: dict[str, EarlierRecord] = {}

    def revisit_of(self, exchange: Exchange, facts: VisitFacts | None) -> Revisit | None:
        """The revisit that *exchange* may be written as; null where it is to be written whole."""
        head = _head_of(exchange)
        if head is None:
            return None
        if head.status == 304:
            earlier = facts.revalidates if facts else None
            return None if earlier is None else Revisit(NOT_MODIFIED, earlier, exchange.response_bytes, None)
        digest = _digest_if_worth_it(exchange)
        if digest is None:
            return None
        earlier = self._remembered.get(digest) or self._known(digest)
        if earlier is None or not _may_stand_for(earlier, exchange, head):
            return None
        return Revisit(IDENTICAL_PAYLOAD, earlier, exchange.head_bytes or 0, "length")

    def remember(self, exchange: Exchange, record_id: str) -> None:
        """Note that *exchange* was written whole, as the response record *record_id*."""
        head = _head_of(exchange)
        digest = _digest_if_worth_it(exchange)
        if head is None or digest is None or digest in self._remembered:
            return
        if len(self._remembered) >= MAX_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[digest] = EarlierRecord(
            record_id=record_id,
            url=exchange.url,
            at=exchange.started_at,
            payload_digest=digest,
            transfer_coding=codings(head, "transfer-encoding"),
            content_coding=codings(head, "content-encoding"),
        )


def codings(head: Head, field: str) -> str:
    """The codings that all fields of that name list, in lower case, in the order they were applied; "" for none."""
    listed = ",".join(head.get_all(field)).lower().split(",")
    return ", ".join(coding for item in listed if (coding := item.strip()))


def _may_stand_for(earlier: EarlierRecord, exchange: Exchange, head: Head) -> bool:
    if codings(head, "transfer-encoding") != earlier.transfer_coding:
        return False
    if codings(head, "content-encoding") != earlier.content_coding:
        return False
    return earlier.url == exchange.url or _type_of(head) not in _PAGE_TYPES


def _type_of(head: Head) -> str:
    return (head.get("content-type") or "").partition(";")[0].strip().lower()


def _head_of(exchange: Exchange) -> Head | None:
    """The head of a whole answer; null where it was cut, or where there is none."""
    if exchange.payload_sha256 is None or exchange.truncated is not None or not exchange.head_bytes:
        return None
    exchange.response.seek(0)
    try:
        return parse_head(exchange.response.read(exchange.head_bytes))
    except ProtocolBroken:
        return None


def _digest_if_worth_it(exchange: Exchange) -> str | None:
    body_bytes = exchange.response_bytes - (exchange.head_bytes or 0)
    return f"sha256:{exchange.payload_sha256}" if body_bytes >= MIN_BODY_BYTES else None

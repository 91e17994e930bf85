"""The records of one exchange, and the warcinfo record: values in, headers and blocks out, nothing written yet.

Promised: blocks are the bytes of the wire (WARC/1.1 §6.3.2, §6.5.2), chunks and codings as received; a response is
streamed from its spool, never held whole; every header has been held against `rules.py`; all records of one exchange
carry the WARC-Date at which its capture began (§5.4). Digests are `sha256:<lowercase hex>`.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from pipelines.values import Exchange, Target, VisitFacts
from pipelines.warc.revisit import Revisit
from pipelines.warc.rules import check

WARC_FORMAT = "WARC File Format 1.1"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
FIELDS_TYPE = "application/warc-fields"

# Names in the metadata record's block: `via`, `hopsFromSeed`, `fetchTimeMs` are the standard's (§6.6), the others ours.
FIELD_VIA = "via"
FIELD_HOPS = "hopsFromSeed"
FIELD_FETCH_MS = "fetchTimeMs"
FIELD_SOURCE = "pressarc-source"
FIELD_DEPTH = "pressarc-depth"
FIELD_EXPECTED = "pressarc-expected"
FIELD_ANCHOR = "pressarc-anchor"
FIELD_ROBOTS = "pressarc-robots"
FIELD_ROBOTS_RULE = "pressarc-robots-rule"
FIELD_SIGNAL = "pressarc-signal"
FIELD_TDMREP = "pressarc-tdmrep"
FIELD_TDM_RESERVATION = "pressarc-tdm-reservation"
FIELD_TDM_POLICY = "pressarc-tdm-policy"
FIELD_TARGET = "pressarc-target"
FIELD_FURTHER = "pressarc-further-page"
FIELD_INTERIM = "interimResponses"
FIELD_EXCESS_BYTES = "excessBytes"
FIELD_TRUNCATED = "truncated"
FIELD_ERROR = "error"

_STEP_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class WarcInfo:
    """What a WARC file says of itself in its first record (§6.2): who wrote it, with what, for which run."""

    software: str
    operator: str | None
    user_agent: str | None
    is_part_of: str | None
    """Name of the run."""
    robots: str | None = "RFC 9309"
    hostname: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that is ready to be written."""

    type: str
    record_id: str
    """`urn:uuid:…`, without angle brackets."""
    headers: tuple[tuple[str, str], ...]
    """Every named field in order."""
    block: IO[bytes]
    """Seekable; the block is its first `block_bytes` bytes."""
    block_bytes: int
    payload_digest: str | None = None


def warc_date(at: datetime) -> str:
    """The instant as WARC-Date has it: UTC, microseconds (§5.4).

    Raises:
        ValueError: *at* is naive.
    """
    if at.tzinfo is None:
        raise ValueError("a naive datetime names no instant")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def warcinfo_record(info: WarcInfo, *, filename: str, now: datetime, new_id: Callable[[], str]) -> NewRecord:
    """The record every WARC file of ours begins with (§6.2).

    Raises:
        WarcRuleError: A header breaks `rules.py`.
    """
    block = _fields_block(
        ("software", info.software),
        ("format", WARC_FORMAT),
        ("conformsTo", CONFORMS_TO),
        ("robots", info.robots),
        ("operator", info.operator),
        ("hostname", info.hostname),
        ("http-header-user-agent", info.user_agent),
        ("isPartOf", info.is_part_of),
        ("description", info.description),
    )
    headers = [("WARC-Date", warc_date(now)), ("WARC-Filename", filename)]
    return _record("warcinfo", new_id(), headers, FIELDS_TYPE, block)


def exchange_records(
    exchange: Exchange,
    facts: VisitFacts | None,
    *,
    warcinfo_id: str,
    new_id: Callable[[], str],
    revisit: Revisit | None = None,
) -> tuple[NewRecord, ...]:
    """The response, request and metadata records of *exchange* (§6.3, §6.5, §6.6), in the order they are written.

    Without a byte of a response there are only request and metadata, the latter concurrent to the former. With
    *revisit* there is a revisit record in the response's place (§6.7).

    Raises:
        WarcRuleError: A header breaks `rules.py`.
    """
    common = [
        ("WARC-Target-URI", exchange.url),
        ("WARC-Date", warc_date(exchange.started_at)),
        ("WARC-Warcinfo-ID", f"<{warcinfo_id}>"),
    ]
    wire = [*common, *_connection_headers(exchange)]
    records: list[NewRecord] = []
    if revisit is not None:
        records.append(_revisit(exchange, revisit, wire, new_id()))
    elif exchange.response_bytes:
        records.append(_response(exchange, wire, new_id()))
    concurrent = [("WARC-Concurrent-To", f"<{records[0].record_id}>")] if records else []
    block = (io.BytesIO(exchange.request), len(exchange.request))
    records.append(_record("request", new_id(), wire + concurrent, "application/http;msgtype=request", block))
    concurrent = concurrent or [("WARC-Concurrent-To", f"<{records[0].record_id}>")]
    records.append(_record("metadata", new_id(), common + concurrent, FIELDS_TYPE, _metadata_block(exchange, facts)))
    return tuple(records)


def _connection_headers(exchange: Exchange) -> list[tuple[str, str]]:
    headers = []
    if exchange.peer_address is not None:
        headers.append(("WARC-IP-Address", exchange.peer_address))
    headers.append(("WARC-Protocol", "http/1.1"))
    if exchange.tls is not None:
        headers.append(("WARC-Protocol", exchange.tls.version))
        headers.append(("WARC-Cipher-Suite", exchange.tls.cipher_suite))
    return headers


def _response(exchange: Exchange, wire: list[tuple[str, str]], record_id: str) -> NewRecord:
    headers = list(wire)
    digest = None if exchange.payload_sha256 is None else f"sha256:{exchange.payload_sha256}"
    if digest is not None:
        headers.append(("WARC-Payload-Digest", digest))
    if exchange.truncated is not None:
        headers.append(("WARC-Truncated", exchange.truncated))
    block = (exchange.response, exchange.response_bytes)
    return _record("response", record_id, headers, "application/http;msgtype=response", block, digest)


def _revisit(exchange: Exchange, revisit: Revisit, wire: list[tuple[str, str]], record_id: str) -> NewRecord:
    earlier = revisit.earlier
    headers = [
        *wire,
        ("WARC-Profile", revisit.profile),
        ("WARC-Refers-To", f"<{earlier.record_id}>"),
        ("WARC-Refers-To-Target-URI", earlier.url),
        ("WARC-Refers-To-Date", warc_date(earlier.at)),
    ]
    if earlier.payload_digest is not None:
        headers.append(("WARC-Payload-Digest", earlier.payload_digest))
    if revisit.truncated is not None:
        headers.append(("WARC-Truncated", revisit.truncated))
    block = (exchange.response, revisit.block_bytes)
    return _record("revisit", record_id, headers, "application/http;msgtype=response", block, earlier.payload_digest)


def _record(
    record_type: str,
    record_id: str,
    headers: list[tuple[str, str]],
    content_type: str,
    block: tuple[IO[bytes], int],
    payload_digest: str | None = None,
) -> NewRecord:
    stream, size = block
    named = (
        ("WARC-Type", record_type),
        ("WARC-Record-ID", f"<{record_id}>"),
        *headers,
        ("WARC-Block-Digest", f"sha256:{_sha256(stream, size)}"),
        ("Content-Type", content_type),
        ("Content-Length", str(size)),
    )
    check(record_type, named)
    return NewRecord(record_type, record_id, named, stream, size, payload_digest)


def _sha256(stream: IO[bytes], size: int) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while size and (step := stream.read(min(size, _STEP_BYTES))):
        digest.update(step)
        size -= len(step)
    if size:
        raise OSError(f"the spool ends {size} bytes before the message does")
    return digest.hexdigest()


def _metadata_block(exchange: Exchange, facts: VisitFacts | None) -> tuple[IO[bytes], int]:
    return _fields_block(
        *(_visit_fields(facts) if facts else ()),
        (FIELD_FETCH_MS, str(exchange.fetch_ms)),
        (FIELD_INTERIM, base64.b64encode(exchange.interim).decode() if exchange.interim else None),
        (FIELD_EXCESS_BYTES, str(exchange.excess_bytes) if exchange.excess_bytes else None),
        (FIELD_TRUNCATED, exchange.truncated),
        (FIELD_ERROR, exchange.error),
    )


def _visit_fields(facts: VisitFacts) -> tuple[tuple[str, str | None], ...]:
    rights = facts.rights
    return (
        (FIELD_VIA, facts.referrer),
        (FIELD_HOPS, facts.hops or None),
        (FIELD_SOURCE, str(facts.via)),
        (FIELD_DEPTH, str(facts.depth)),
        (FIELD_EXPECTED, "article" if facts.expects_article else None),
        (FIELD_ANCHOR, facts.anchor or None),
        (FIELD_ROBOTS, facts.robots),
        (FIELD_ROBOTS_RULE, rights.robots_rule),
        *((FIELD_SIGNAL, signal) for signal in rights.signals),
        (FIELD_TDMREP, rights.tdmrep),
        (FIELD_TDM_RESERVATION, rights.tdm_reservation),
        (FIELD_TDM_POLICY, rights.tdm_policy),
        (FIELD_FURTHER, "yes" if facts.is_pagination else None),
        (FIELD_TARGET, None if facts.target is Target.PAGE else facts.target.value),
    )


def _fields_block(*fields: tuple[str, str | None]) -> tuple[IO[bytes], int]:
    """`application/warc-fields` (§8.3): one line a field, those without a value left out."""
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in fields if value is not None)
    block = "".join(lines).encode("utf-8", "replace")
    return io.BytesIO(block), len(block)

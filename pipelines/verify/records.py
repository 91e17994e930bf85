"""One WARC record → what is wrong with it: the standard's rules for its header, and the digests it promises."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pipelines.errors import ArchiveError, ProtocolBroken
from pipelines.http.body import dechunk
from pipelines.http.head import parse_head
from pipelines.values import Finding
from pipelines.warc.reader import WarcRecord
from pipelines.warc.rules import check


def check_record(record: WarcRecord, key: str) -> Iterator[Finding]:
    """What is wrong with *record*, which lies in the file *key*."""
    where = f"{key}@{record.offset}"
    try:
        check(record.type, record.headers)
    except ArchiveError as error:
        yield Finding("record_rules", where, error.message)
    promised = record.get("WARC-Block-Digest")
    if promised is None or not promised.startswith("sha256:"):
        yield Finding("record_rules", where, "it has no SHA-256 of its block in its header")
    elif promised != f"sha256:{record.block_sha256}":
        yield Finding("record_digest", where, "its block is not the one its header has the digest of")
        return
    promised = record.get("WARC-Payload-Digest")
    if record.type == "response" and promised is not None and promised != (payload_digest(record) or promised):
        yield Finding("record_digest", where, "its payload is not the one its header has the digest of")


def payload_digest(record: WarcRecord) -> str | None:
    """The WARC-Payload-Digest (§5.9) that a response's block has: of the body without its transfer coding.

    Null where it cannot be told: the block was not held whole, or is no HTTP message.
    """
    if not record.is_block_whole:
        return None
    try:
        head = parse_head(record.block)
    except ProtocolBroken:
        return None
    payload = memoryview(record.block)[head.size_bytes :]
    is_chunked = any("chunked" in value.lower() for value in head.get_all("transfer-encoding"))
    return f"sha256:{hashlib.sha256(dechunk(bytes(payload)) if is_chunked else payload).hexdigest()}"

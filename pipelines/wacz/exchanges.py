"""Exchanges out of WARC files by range: the gzip members of an answer, its request and its metadata, as they lie there.

In goes the place of a response or revisit record; out come the record as it is read, and the bytes of the members, to
be written elsewhere as they are. Nothing else of the file is read.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

from pipelines.errors import DigestMismatch, WarcSyntaxError
from pipelines.store.contract import Store
from pipelines.warc.reader import WarcRecord, read_records

_AHEAD_BYTES = 8 * 1024
"""What request and metadata take together, mostly much less."""


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """The members of one exchange, which lie next to each other in the file *key*, from *offset*."""

    key: str
    offset: int
    members: bytes
    answer: WarcRecord
    """The response or revisit record; `offset` is that of the file."""


def exchange_at(store: Store, key: str, offset: int, length: int, *, file_bytes: int) -> StoredExchange:
    """The exchange whose answer lies at *offset*.

    Args:
        store: The archive.
        key: The WARC file's.
        offset: Of the answer's member.
        length: Its bytes.
        file_bytes: Bytes of the file.

    Raises:
        WarcSyntaxError: No record lies there.
        DigestMismatch: Its block is not what its header says.
        StoreError: The archive cannot be read.
    """
    where = f"{key}@{offset}"
    ahead = _AHEAD_BYTES
    while True:
        wanted = min(length + ahead, file_bytes - offset)
        raw = store.read_range(key, offset, wanted)
        records = read_records(io.BytesIO(raw), where=where)
        answer = next(records, None)
        if answer is None or answer.length != length:
            raise WarcSyntaxError("no record of the index's length lies here; run pressarc verify", where=where)
        whole_bytes, ended = answer.length, False
        for record in records:
            ended = answer.record_id not in record.concurrent_to
            if ended:
                break
            whole_bytes = record.offset + record.length
        if ended or offset + wanted == file_bytes:
            break
        ahead *= 4
    _check(answer, where)
    return StoredExchange(key, offset, raw[:whole_bytes], replace(answer, offset=offset))


def warcinfo_of(store: Store, key: str, *, file_bytes: int) -> bytes:
    """The member with the warcinfo record that the file *key* begins with.

    Raises:
        WarcSyntaxError: The file does not begin with one.
        StoreError: The archive cannot be read.
    """
    raw = store.read_range(key, 0, min(_AHEAD_BYTES, file_bytes))
    first = next(read_records(io.BytesIO(raw), where=key), None)
    if first is None or first.type != "warcinfo":
        raise WarcSyntaxError("the file does not begin with a warcinfo record", where=key)
    return raw[: first.length]


def _check(answer: WarcRecord, where: str) -> None:
    said = answer.get("WARC-Block-Digest")
    if said is not None and said.startswith("sha256:") and said != f"sha256:{answer.block_sha256}":
        raise DigestMismatch("the record's block is not what its header says; run pressarc verify", where=where)

"""A place in a WARC file → the record there, and what the crawl noted of it in the metadata record beside it."""

from __future__ import annotations

import io
from contextlib import suppress

from pipelines.article.schema import WarcPlace
from pipelines.errors import WarcSyntaxError
from pipelines.store.contract import Store
from pipelines.values import RecordRef, VisitFacts
from pipelines.warc.pages import facts_from_record
from pipelines.warc.reader import WarcRecord, read_record, read_records

_BESIDE_BYTES = 256 * 1024
"""A request and a metadata record are seldom a hundredth of it."""


def read_captured(store: Store, place: WarcPlace | RecordRef) -> tuple[WarcRecord, VisitFacts | None]:
    """The record at *place*, and what was noted of it; null where no metadata record of ours can be read behind it.

    Raises:
        ArchiveError: The record cannot be read.
    """
    record = read_record(store.read_range(place.key, place.offset, place.length), where=f"{place.key}@{place.offset}")
    end = place.offset + place.length
    rest = min(store.stat(place.key).size_bytes - end, _BESIDE_BYTES)
    following = read_records(io.BytesIO(store.read_range(place.key, end, rest)), where=place.key)
    with suppress(WarcSyntaxError):  # the check of the whole file tells of damage
        for each in following:
            if is_beside(each, record):
                return record, facts_from_record(each)
            if each.type not in ("request", "metadata"):
                break
    return record, None


def is_beside(metadata: WarcRecord, record: WarcRecord) -> bool:
    """Whether *metadata* is the metadata record of *record*."""
    return metadata.type == "metadata" and record.record_id in metadata.concurrent_to

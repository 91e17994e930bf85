"""What the archive holds of an article, read as tonight's pages are read.

In: an article as memory knows it. Out: digests of its content, made of the archived record by the extractor and with
the profile of tonight.

*Why*: what was learnt since, or a newer extractor, may read the same words otherwise. An article has changed where its
pages differ when they are read alike, not where two readings of one page do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.article.build import content_digests
from pipelines.errors import ArchiveError, StoreUnavailable
from pipelines.extract.profile import Profile
from pipelines.memory.site import KnownArticle
from pipelines.publish.beside import read_captured
from pipelines.publish.exchange import read_record as read_page_record
from pipelines.publish.joining import whole_article
from pipelines.publish.resolve import SeenPage, seen_page
from pipelines.store.contract import Store
from pipelines.values import Page, Reading, RecordRef
from pipelines.warc.reader import read_record


def reread(archived: KnownArticle, store: Store, profile: Profile) -> Mapping[str, str] | None:
    """The content of the archived revision as it is read with *profile*; null where its records do not give it now.

    Raises:
        StoreUnavailable: The archive does not answer.
    """
    found = _read(archived.record, store, profile)
    drafts = [draft for draft in found[1].drafts if draft.id == archived.id] if found is not None else []
    drafts.sort(key=lambda draft: draft.embedded)
    if found is None or not drafts:
        return None
    first = seen_page(found[0], archived.record, found[1], None)
    if drafts[0].embedded or first is None or first.paging.number > 1:
        return content_digests(drafts[0])
    further = [reread_page(page.record, store, profile) for page in archived.further]
    had = [page for page in further if page is not None]
    return content_digests(whole_article(first, had, profile.keep).draft) if len(had) == len(further) else None


def reread_page(record: RecordRef, store: Store, profile: Profile) -> SeenPage | None:
    """One archived page of an article that stands on several; null where its record does not give it now.

    Raises:
        StoreUnavailable: The archive does not answer.
    """
    try:
        found, facts = read_captured(store, record)
        page, reading = read_page_record(found, None, profile)
    except StoreUnavailable:
        raise
    except ArchiveError:
        return None
    return seen_page(replace(page, body=b""), record, reading, facts)


def _read(place: RecordRef, store: Store, profile: Profile) -> tuple[Page, Reading] | None:
    try:
        record = read_record(store.read_range(place.key, place.offset, place.length), where=place.key)
        return read_page_record(record, None, profile)
    except StoreUnavailable:
        raise
    except ArchiveError:
        return None

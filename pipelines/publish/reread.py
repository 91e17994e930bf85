"""What the archive holds of an article, read as tonight's pages are read.

In: articles as memory knows them. Out: digests of their content, made of the archived records by the extractor and with
the profile of tonight, in the workers that read tonight's pages.

*Why*: what was learnt since, or a newer extractor, may read the same words otherwise. An article has changed where its
pages differ when they are read alike, not where two readings of one page do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from pipelines.article.build import content_digests
from pipelines.errors import ArchiveError, StoreUnavailable
from pipelines.extract.profile import Profile
from pipelines.memory.site import KnownArticle
from pipelines.publish.beside import read_captured
from pipelines.publish.exchange import read_record
from pipelines.publish.guarded import Crew, on_page
from pipelines.publish.joining import whole_article
from pipelines.publish.resolve import SeenPage, seen_page
from pipelines.reasons import Reason
from pipelines.store.contract import Store
from pipelines.values import RecordRef, VisitFacts
from pipelines.warc.reader import WarcRecord
from pipelines.warc.reader import read_record as read_warc_record

Captured: TypeAlias = tuple[WarcRecord, VisitFacts | None]
"""A record, and what the crawl noted beside it."""


def reread(
    archived: Iterable[KnownArticle], store: Store, profile: Profile, crew: Crew
) -> dict[str, Mapping[str, str]]:
    """The content of the archived revisions as *crew* reads them with *profile*, by id.

    An article is left out where its records do not give it now.

    Raises:
        StoreUnavailable: The archive does not answer.
    """
    wanted = list(archived)
    frozen = profile.to_json()
    jobs = (on_page(_content, each, _records(each, store), frozen) for each in wanted)
    found = zip(wanted, crew.in_order(jobs), strict=True)
    return {each.id: content for each, content in found if content is not None and not isinstance(content, Reason)}


def reread_page(record: RecordRef, store: Store, profile: Profile, crew: Crew) -> SeenPage | None:
    """One archived page of an article that stands on several; null where its record does not give it now.

    Raises:
        StoreUnavailable: The archive does not answer.
    """
    try:
        captured = read_captured(store, record)
    except StoreUnavailable:
        raise
    except ArchiveError:
        return None
    found = crew.one(on_page(_page, record, captured, profile.to_json()))
    return None if isinstance(found, Reason) else found


def _records(archived: KnownArticle, store: Store) -> list[Captured] | None:
    """The records of the article's page and of its further ones; null where one cannot be had."""
    first = archived.record
    try:
        record = read_warc_record(store.read_range(first.key, first.offset, first.length), where=first.key)
        return [(record, None), *(read_captured(store, page.record) for page in archived.further)]
    except StoreUnavailable:
        raise
    except ArchiveError:
        return None


def _content(archived: KnownArticle, records: list[Captured] | None, profile: bytes) -> Mapping[str, str] | None:
    if records is None:
        return None
    known = _profile(profile)
    try:
        page, reading = read_record(records[0][0], None, known)
    except ArchiveError:
        return None
    drafts = sorted((draft for draft in reading.drafts if draft.id == archived.id), key=lambda draft: draft.embedded)
    if not drafts:
        return None
    first = seen_page(page, archived.record, reading, None)
    if drafts[0].embedded or first is None or first.paging.number > 1:
        return content_digests(drafts[0])
    places = (each.record for each in archived.further)
    further = [_page(place, captured, profile) for place, captured in zip(places, records[1:], strict=True)]
    had = [each for each in further if each is not None]
    return content_digests(whole_article(first, had, known.keep).draft) if len(had) == len(further) else None


def _page(place: RecordRef, captured: Captured, profile: bytes) -> SeenPage | None:
    record, facts = captured
    try:
        page, reading = read_record(record, None, _profile(profile))
    except ArchiveError:
        return None
    return seen_page(replace(page, body=b""), place, reading, facts)


@lru_cache(maxsize=1)
def _profile(raw: bytes) -> Profile:
    """The same for all pages of a site, and looked up in each of them."""
    return Profile.from_json(raw)

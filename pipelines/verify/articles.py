"""One article line → the same line again, made from its WARC records alone; and whether it is the same to the byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.article.build import Origin, Revision, build, build_removed
from pipelines.article.jsonl import to_line
from pipelines.article.schema import Article
from pipelines.errors import WarcError
from pipelines.extract.access import with_listed
from pipelines.extract.profile import Profile
from pipelines.publish.exchange import read_record, record_ref
from pipelines.publish.joining import whole_article
from pipelines.publish.resolve import SeenPage, seen_page
from pipelines.reasons import Event, Reason
from pipelines.store.contract import Store
from pipelines.values import Finding, RecordRef, VisitFacts
from pipelines.warc.reader import WarcRecord
from pipelines.warc.reader import read_record as read_warc_record


def further_records(article: Article, store: Store) -> list[WarcRecord]:
    """The records of the article's further pages, in order.

    Raises:
        ArchiveError: One cannot be read, or is another than the line names.
    """
    found = []
    for named in article.provenance.further:
        where = f"{named.key}@{named.offset}"
        record = read_warc_record(store.read_range(named.key, named.offset, named.length), where=where)
        if (record.record_id, record.get("WARC-Payload-Digest")) != (named.record_id, named.payload_digest):
            raise WarcError(f"another record than {named.record_id} lies where it points", where=named.key)
        found.append(record)
    return found


def rederive(
    article: Article,
    record: WarcRecord,
    facts: VisitFacts | None,
    profile: Profile,
    further: Sequence[WarcRecord] = (),
) -> bytes | None:
    """The line that its records give for *article*, with the profile the article names; null if they give none.

    Args:
        article: As its line has it.
        record: The one that its provenance names.
        facts: What the metadata record beside it notes.
        profile: The one that it names.
        further: Those of its further pages, as `further_records` gives them.
    """
    page, reading = read_record(record, None, profile)
    provenance = article.provenance
    reference = record_ref(record, provenance.warc.key, provenance.warc.offset)
    origin = Origin(article.site, provenance.run, provenance.extractor, provenance.versions, profile.sha256)
    revision = Revision(article.revision, article.event, article.changes, article.duplicate_of)
    if article.event is Event.REMOVED:
        return to_line(build_removed(article.url, article.id, page, reference, origin, revision))
    drafts = [draft for draft in reading.drafts if draft.id == article.id]
    if not drafts:
        return None
    own_first = sorted(drafts, key=lambda draft: draft.embedded)
    first = seen_page(page, reference, reading, facts)
    listed = article.access.listed if article.access is not None else None  # what no record of the page says
    if own_first[0].embedded or first is None or first.paging.number > 1:
        return to_line(build(with_listed(own_first[0], listed), page, reference, origin, revision, facts))
    pages = _pages(article, further, profile)
    whole = whole_article(first, [each for each in pages if each is not None], profile.keep)
    return to_line(build(with_listed(whole.draft, listed), page, reference, origin, revision, facts, whole.further))


def _pages(article: Article, further: Sequence[WarcRecord], profile: Profile) -> list[SeenPage | None]:
    """What its further records give."""
    found = []
    for named, record in zip(article.provenance.further, further, strict=True):
        page, reading = read_record(record, None, profile)
        reference = RecordRef(named.key, named.offset, record.length, named.record_id, named.payload_digest)
        found.append(seen_page(page, reference, reading, None))
    return found


def compare(
    line: bytes, derived: bytes | None, article: Article, versions: Mapping[str, str], where: str
) -> Finding | None:
    """The finding for a line that was derived again; null if both are the same."""
    if line == derived:
        return None
    if dict(article.provenance.versions) != dict(versions):
        theirs = ", ".join(f"{name} {version}" for name, version in sorted(article.provenance.versions.items()))
        return Finding(
            "extractor_differs",
            where,
            f"the line was made with other library versions ({theirs}), so that it cannot be compared here",
        )
    if derived is None:
        return Finding("article_differs", where, "its record does not give this article")
    return Finding("article_differs", where, "its record gives another line than this one")


def unread(reason: Reason, where: str) -> Finding:
    """The finding for a line whose record asks too much to be read again, and so never gave it."""
    words = f"its record cannot be read within the limits of a page ({reason}), so that it cannot have given the line"
    return Finding("article_unread", where, words)

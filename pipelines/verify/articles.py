"""One article line → the same line again, made from its WARC record alone; and whether it is the same to the byte."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.article.build import Origin, Revision, build, build_removed
from pipelines.article.jsonl import to_line
from pipelines.article.schema import Article
from pipelines.extract.profile import Profile
from pipelines.publish.exchange import read_record, record_ref
from pipelines.reasons import Event
from pipelines.values import Finding, VisitFacts
from pipelines.warc.reader import WarcRecord


def rederive(article: Article, record: WarcRecord, facts: VisitFacts | None, profile: Profile) -> bytes | None:
    """The line that *record* gives for *article*, with the profile the article names; null if it gives none.

    Args:
        article: As its line has it.
        record: The record that it names.
        facts: What the metadata record beside it notes.
        profile: The one that it names.
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
    return to_line(build(own_first[0], page, reference, origin, revision, facts))


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

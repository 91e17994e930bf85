"""Whether what a line says of other lines follows from them: what changed since the revision before, what it repeats.

In: a site's article lines, a run at a time, in the order of the chain. Out: findings. Publishing took both from the
memory of the night; here they are made of the lines alone, as a memory that is rebuilt would have them. Lines that are
wrong in themselves, or were made by another version, are believed and not judged.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.article.build import PARAGRAPHS
from pipelines.article.revisions import paragraph_changes
from pipelines.article.schema import Article, Changes, PreviousRevision, WarcPlace
from pipelines.publish.duplicates import Text, find_duplicates
from pipelines.publish.rebuild import content_of
from pipelines.reasons import Event
from pipelines.values import Finding
from pipelines.versions import extraction_versions, extractor


@dataclass(frozen=True, slots=True)
class SeenRevision:
    """An article line, as far as other lines rest on it."""

    id: str
    revision: int
    event: Event
    where: str
    url: str
    place: WarcPlace
    text_sha256: str | None
    content: str
    """Digests of its content fields and paragraphs, as JSON; {} of an article that is gone."""
    simhash: int | None
    published_at: str | None
    embedded: bool
    duplicate_of: str | None
    changes: Changes | None
    is_ours: bool
    """Whether this version of the program made it."""

    @classmethod
    def of(cls, article: Article, where: str) -> SeenRevision:
        """What others rest on of the line at *where*."""
        named, provenance = article.provenance.warc, article.provenance
        return cls(
            id=article.id,
            revision=article.revision,
            event=article.event,
            where=where,
            url=article.url,
            place=WarcPlace(key=named.key, offset=named.offset, length=named.length, record_id=named.record_id),
            text_sha256=article.text_sha256,
            content=json.dumps(content_of(article)),
            simhash=None if article.simhash is None else int(article.simhash, 16),
            published_at=article.published_at,
            embedded=provenance.embedded,
            duplicate_of=article.duplicate_of,
            changes=article.changes,
            is_ours=provenance.extractor == extractor() and provenance.versions == dict(extraction_versions()),
        )


class Lineage:
    """The newest line of each article, up to a run."""

    def __init__(self) -> None:
        self._newest: dict[str, SeenRevision] = {}

    def judge(self, lines: Sequence[SeenRevision], spoilt: Collection[str]) -> Iterator[Finding]:
        """What is wrong with a run's *lines*, given those before; articles whose ids are *spoilt* are passed over."""
        for line in lines:
            if line.id not in spoilt and line.is_ours and line.changes != self._changes(line):
                words = "its changes are not those between its content and the revision's before it"
                yield Finding("changes", line.where, words)
        if spoilt or not all(line.is_ours for line in lines):
            return
        written = [line for line in lines if line.event is not Event.REMOVED and line.simhash is not None]
        originals = ((id_, seen.simhash) for id_, seen in self._newest.items() if seen.duplicate_of is None)
        repeats = find_duplicates(
            [_text(line) for line in written], ((id_, simhash) for id_, simhash in originals if simhash is not None)
        )
        for line in written:
            if line.duplicate_of != repeats.get(line.id):
                words = f"it repeats {repeats.get(line.id) or 'none'}, and says {line.duplicate_of or 'none'}"
                yield Finding("duplicate_of", line.where, words)

    def add(self, lines: Sequence[SeenRevision]) -> None:
        """Have the run's lines among those before."""
        for line in lines:
            before = self._newest.get(line.id)
            if line.event is Event.REMOVED and before is not None:
                # What is gone is remembered by what it was last.
                line = replace(  # noqa: PLW2901 (the line as it is remembered)
                    line, text_sha256=before.text_sha256, simhash=before.simhash, duplicate_of=before.duplicate_of
                )
            self._newest[line.id] = replace(line, changes=None)

    def _changes(self, line: SeenRevision) -> Changes | None:
        """What the line's changes have to be."""
        before = self._newest.get(line.id)
        if before is None:
            return None
        old, new = json.loads(before.content), json.loads(line.content)
        fields = [name for name in new if name != PARAGRAPHS and old.get(name) != new[name]]
        is_told = line.event is not Event.REMOVED and PARAGRAPHS in old
        return Changes(
            fields=fields,
            paragraphs=paragraph_changes(old[PARAGRAPHS], new[PARAGRAPHS]) if is_told else None,
            previous=PreviousRevision(
                revision=before.revision, text_sha256=before.text_sha256 or "", warc=before.place
            ),
        )


def _text(line: SeenRevision) -> Text:
    assert line.simhash is not None
    return Text(line.id, line.simhash, line.revision > 1, line.embedded, line.published_at, line.url)

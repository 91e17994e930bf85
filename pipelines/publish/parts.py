"""From readings and verdicts to the lines that are published: articles and outcomes, and what memory keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.article.build import Origin, build, build_removed, content_digests, text_sha256
from pipelines.article.schema import Article, WarcPlace
from pipelines.http.url import canonical_url
from pipelines.memory.site import KnownArticle, SeenUrl
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.resolve import Fate, Lookup, Place, Verdict, removal
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Draft, Ledger, ReadExchange, RecordRef, Unvisited


@dataclass(slots=True)
class Lines:
    """The lines of one WARC file, and what memory keeps of them."""

    articles: list[Article] = field(default_factory=list)
    outcomes: list[OutcomeLine] = field(default_factory=list)
    known: list[KnownArticle] = field(default_factory=list)
    urls: list[SeenUrl] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all lines of a run."""

    origin: Origin
    verdicts: Mapping[Place, Verdict]
    known: Lookup
    ledger: Ledger


def lines_of_file(file_number: int, readings: Iterable[tuple[int, ReadExchange]], context: Context) -> Lines:
    """The lines that the exchanges of one WARC file give."""
    lines = Lines()
    gone: set[str] = set()
    for exchange_number, read in readings:
        fates = [context.verdicts[file_number, exchange_number, number] for number in range(len(read.reading.drafts))]
        _add_articles(lines, read, fates, context)
        is_removal = _add_removal(lines, read, context, gone)
        lines.outcomes.append(_outcome(read, fates, context.ledger, is_removal=is_removal))
        lines.urls.append(_seen(read, lines.outcomes[-1]))
    return lines


def lines_of_unvisited(ledger: Ledger) -> Iterator[OutcomeLine]:
    """The lines of what was wanted and gave no record."""
    for each in ledger.unvisited:
        yield _unvisited_line(each, ledger)


def place(record: RecordRef) -> WarcPlace:
    """Where a record lies, as lines have it."""
    return WarcPlace(key=record.key, offset=record.offset, length=record.length, record_id=record.record_id)


def _add_articles(lines: Lines, read: ReadExchange, fates: list[Verdict], context: Context) -> None:
    for draft, verdict in zip(read.reading.drafts, fates, strict=True):
        if verdict.revision is None:
            continue
        article = build(draft, read.page, read.record, context.origin, verdict.revision)
        lines.articles.append(article)
        lines.known.append(_known(draft, article.revision, read))


def _known(draft: Draft, revision: int, read: ReadExchange) -> KnownArticle:
    return KnownArticle(
        id=draft.id,
        url=draft.url,
        revision=revision,
        removed=False,
        embedded=draft.embedded,
        text_sha256=text_sha256(draft),
        content=content_digests(draft),
        captured_at=read.page.captured_at,
        record=read.record,
    )


def _add_removal(lines: Lines, read: ReadExchange, context: Context, gone: set[str]) -> bool:
    found = removal(read, context.known)
    if found is None:
        return False
    archived, revision = found
    if archived.id in gone:
        return True
    gone.add(archived.id)
    lines.articles.append(build_removed(archived.url, archived.id, read.page, read.record, context.origin, revision))
    lines.known.append(
        KnownArticle(
            id=archived.id,
            url=archived.url,
            revision=revision.number,
            removed=True,
            embedded=False,
            text_sha256=archived.text_sha256,
            content={},
            captured_at=read.page.captured_at,
            record=read.record,
        )
    )
    return True


def _outcome(read: ReadExchange, fates: list[Verdict], ledger: Ledger, *, is_removal: bool) -> OutcomeLine:
    reading, page = read.reading, read.page
    outcome, reason = reading.outcome, reading.reason
    drafts = list(zip(reading.drafts, fates, strict=True))
    own = [verdict.fate for draft, verdict in drafts if not draft.embedded]
    if is_removal:
        outcome, reason = Outcome.REMOVED, None
    elif outcome is Outcome.ARTICLE and Fate.WRITTEN not in own:
        is_held = Fate.UNCHANGED in own
        outcome, reason = (Outcome.UNCHANGED, None) if is_held else (Outcome.PAGE, Reason.DUPLICATE_URL)
    return OutcomeLine(
        url=page.url,
        at=page.captured_at,
        outcome=outcome,
        reason=reason,
        detail=reading.detail,
        status=page.status or None,
        warc=place(read.record),
        articles=[
            draft.id
            for draft, verdict in drafts
            if verdict.fate is Fate.WRITTEN or (verdict.fate is Fate.UNCHANGED and not draft.embedded)
        ],
        via=read.facts.via if read.facts else None,
        expected_by=_expected_by(page.url, ledger),
    )


def _unvisited_line(each: Unvisited, ledger: Ledger) -> OutcomeLine:
    return OutcomeLine(
        url=each.url,
        at=each.at,
        outcome=each.outcome,
        reason=each.reason,
        detail=each.detail,
        status=None,
        warc=None,
        articles=[],
        via=each.via,
        expected_by=_expected_by(each.url, ledger),
    )


def _expected_by(url: str, ledger: Ledger) -> list[Source]:
    return list(ledger.expected_by.get(canonical_url(url), ()))


def _seen(read: ReadExchange, line: OutcomeLine) -> SeenUrl:
    return SeenUrl(
        url=canonical_url(read.page.url),
        at=read.page.captured_at,
        outcome=line.outcome.value,
        status=read.page.status or None,
        etag=read.page.header("etag"),
        last_modified=read.page.header("last-modified"),
        payload_digest=read.record.payload_digest,
    )

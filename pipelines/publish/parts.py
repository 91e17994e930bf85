"""From readings and verdicts to the lines that are published: articles and outcomes, and what memory keeps of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.article.build import Origin, build, build_removed, kept_content
from pipelines.article.schema import Article, WarcPlace
from pipelines.extract.access import with_listed
from pipelines.http.url import canonical_url
from pipelines.memory.site import KnownArticle
from pipelines.memory.urls import KnownUrl
from pipelines.publish.joining import NOTHING_JOINED, Joining, WholeArticle
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.resolve import Addresses, Fate, Lookup, Place, Verdict, departure
from pipelines.publish.url_notes import Seen, UrlNotes
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Ledger, ReadExchange, RecordRef, Unvisited

_JOINED = Verdict(Fate.JOINED)


@dataclass(slots=True)
class Lines:
    """The lines of one WARC file, and what memory keeps of its articles."""

    articles: list[Article] = field(default_factory=list)
    outcomes: list[OutcomeLine] = field(default_factory=list)
    known: list[KnownArticle] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all lines of a run."""

    origin: Origin
    verdicts: Mapping[Place, Verdict]
    known: Lookup
    ledger: Ledger
    addresses: Addresses
    notes: UrlNotes
    joining: Joining = NOTHING_JOINED


def lines_of_file(file_number: int, readings: Iterable[tuple[int, ReadExchange]], context: Context) -> Lines:
    """The lines that the exchanges of one WARC file give."""
    lines = Lines()
    gone: set[str] = set()
    for exchange_number, read in readings:
        places = [(file_number, exchange_number, number) for number in range(len(read.reading.drafts))]
        fates = [context.verdicts.get(place, _JOINED) for place in places]
        _add_articles(lines, read, places, context)
        left = _add_departure(lines, read, context, gone)
        line = _outcome(read, fates, context, left)
        if places and places[0] in context.joining.further:
            line = _of_further_page(line, context.joining.further[places[0]])
        lines.outcomes.append(line)
        own = (fate.revision for draft, fate in zip(read.reading.drafts, fates, strict=True) if not draft.embedded)
        event = next((revision.event for revision in own if revision is not None), None)
        context.notes.visited(Seen(read, line, event))
    return lines


def lines_of_unvisited(ledger: Ledger) -> Iterator[OutcomeLine]:
    """The lines of what was wanted and gave no record."""
    for each in ledger.unvisited:
        yield _unvisited_line(each, ledger)


def place(record: RecordRef) -> WarcPlace:
    """Where a record lies, as lines have it."""
    return WarcPlace(key=record.key, offset=record.offset, length=record.length, record_id=record.record_id)


def _add_articles(lines: Lines, read: ReadExchange, places: Iterable[Place], context: Context) -> None:
    for draft, place in zip(read.reading.drafts, places, strict=True):
        verdict = context.verdicts.get(place, _JOINED)
        if verdict.revision is None:
            continue
        whole = context.joining.articles.get(place) or WholeArticle(draft, read.page, read.record, read.facts)
        listed = context.ledger.access.get(whole.draft.url) or context.ledger.access.get(canonical_url(whole.page.url))
        told = with_listed(whole.draft, listed)
        article = build(told, whole.page, whole.record, context.origin, verdict.revision, whole.facts, whole.further)
        lines.articles.append(article)
        lines.known.append(_known(whole, article))


def _known(whole: WholeArticle, article: Article) -> KnownArticle:
    return KnownArticle(
        id=article.id,
        url=whole.draft.url,
        revision=article.revision,
        removed=False,
        embedded=whole.draft.embedded,
        text_sha256=article.text_sha256,
        content=kept_content(whole.draft),
        captured_at=whole.page.captured_at,
        record=whole.record,
        simhash=None if article.simhash is None else int(article.simhash, 16),
        duplicate_of=article.duplicate_of,
        further=whole.further,
    )


def _of_further_page(line: OutcomeLine, article: str | None) -> OutcomeLine:
    """The line of a page that is a further one of *article*, or of one that is not to be had."""
    reason = Reason.FURTHER_PAGE if article is not None else Reason.FIRST_PAGE_MISSING
    articles = [article] if article is not None else []
    embedded = [each for each in line.articles if each != article]
    return line.model_copy(update={"outcome": Outcome.PAGE, "reason": reason, "articles": [*articles, *embedded]})


def _add_departure(lines: Lines, read: ReadExchange, context: Context, gone: set[str]) -> Outcome | None:
    """Write that an archived article is gone, or has moved; the outcome that this is, or null."""
    found = departure(read, context.known, context.addresses, context.ledger.dropped, context.notes.known)
    if found is None:
        return None
    archived, revision = found.archived, found.revision
    outcome = Outcome.MOVED if found.is_moved else Outcome.REMOVED
    if archived.id in gone:
        return outcome
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
            simhash=archived.simhash,
            duplicate_of=archived.duplicate_of,
        )
    )
    return outcome


def _outcome(read: ReadExchange, fates: list[Verdict], context: Context, left: Outcome | None) -> OutcomeLine:
    reading, page = read.reading, read.page
    outcome, reason = reading.outcome, reading.reason
    drafts = list(zip(reading.drafts, fates, strict=True))
    own = [verdict.fate for draft, verdict in drafts if not draft.embedded]
    if left is not None:
        outcome, reason = left, None
    elif outcome is Outcome.ARTICLE and Fate.WRITTEN not in own:
        is_held = Fate.UNCHANGED in own
        outcome, reason = (Outcome.UNCHANGED, None) if is_held else (Outcome.PAGE, Reason.DUPLICATE_URL)
    articles = [
        draft.id
        for draft, verdict in drafts
        if verdict.fate is Fate.WRITTEN or (verdict.fate is Fate.UNCHANGED and not draft.embedded)
    ]
    if outcome is Outcome.UNCHANGED and not drafts:
        known = context.notes.known(canonical_url(page.url))
        articles = [known.article] if known is not None and known.article is not None else []
    return OutcomeLine(
        url=page.url,
        at=page.captured_at,
        outcome=outcome,
        reason=reason,
        detail=reading.detail,
        status=page.status or None,
        warc=place(read.record),
        articles=articles,
        via=read.facts.via if read.facts else None,
        expected_by=_expected_by(page.url, context.ledger),
    )


def lines_of_held(ledger: Ledger, known: Callable[[str], KnownUrl | None], at: datetime) -> Iterator[OutcomeLine]:
    """The lines of what a source named, the archive holds, and was not due.

    Args:
        ledger: What the crawl knew at its end.
        known: What memory keeps of a canonical URL.
        at: The beginning of the run, which is what was due is measured by.
    """
    for url in ledger.held:
        held = known(url)
        if held is None:
            continue
        yield OutcomeLine(
            url=held.spelling or url,
            at=at,
            outcome=Outcome.HELD,
            reason=Reason(held.reason) if held.reason is not None and held.article is None else None,
            detail=None if held.article is not None else f"its last visit ended as {held.outcome}",
            status=None,
            warc=None,
            articles=[] if held.article is None else [held.article],
            via=Source.MEMORY,
            expected_by=_expected_by(url, ledger),
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

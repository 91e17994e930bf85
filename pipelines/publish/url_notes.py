"""From a night's outcomes to what the site's memory keeps of each URL: what was seen, and when to look again.

In: each reading with its outcome line, and what the crawl wanted and did not have. Out: `KnownUrl`s. A visit that told
nothing (no answer, an error that may pass) changes nothing that was known but the count of failures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from pipelines.http.url import canonical_url
from pipelines.memory.due import article_due, failure_due, source_due
from pipelines.memory.urls import KnownUrl
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.resolve import Addresses
from pipelines.reasons import FAILURES, PENDING, Event, Outcome, Reason, Source
from pipelines.values import Candidate, Draft, EarlierRecord, Ledger, ReadExchange, Target, Unvisited, VisitFacts

_MAY_PASS = FAILURES | {Reason.ROBOTS_UNREACHABLE}
_SELDOM = 5
"""How seldom a page that is neither article nor listing is read again, in steps of `source_due`."""
_MOST_IDLE = {Target.FEED: 0, Target.REST: 0, Target.PAGE: 3, Target.SITEMAP: 3, Target.FRAGMENT: _SELDOM}
"""How seldom a source may be read however long it shows nothing new: a feed forgets, a listing goes on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange, and what became of it."""

    read: ReadExchange
    line: OutcomeLine
    event: Event | None
    """What was written of the page's own article, if anything was."""


class UrlNotes:
    """Collects what memory is to keep.

    Args:
        known: What memory keeps of a canonical URL now.
        ledger: What the crawl knew at its end.
        addresses: Where the night's redirects ended.
        revisit_after_h: When articles are looked at again: see `memory.due.article_due`.
    """

    def __init__(
        self,
        known: Callable[[str], KnownUrl | None],
        ledger: Ledger,
        addresses: Addresses,
        revisit_after_h: Sequence[float],
    ) -> None:
        self._known = known
        self._ledger = ledger
        self._addresses = addresses
        self._revisit_after_h = revisit_after_h
        self._fruitful = frozenset(ledger.fruitful)
        self._notes: dict[str, tuple[datetime, KnownUrl]] = {}

    def known(self, url: str) -> KnownUrl | None:
        """What is known of a canonical URL, this night's visits so far included."""
        return self._notes[url][1] if url in self._notes else self._known(url)

    def visited(self, seen: Seen) -> None:
        """Note a visit."""
        page, line = seen.read.page, seen.line
        url = canonical_url(page.url)
        old = self.known(url) or KnownUrl(url, None, line.outcome.value)
        claimed_at = self._ledger.claims.get(url) or old.modified_at
        old = replace(_with_facts(old, seen.read.facts), spelling=page.url, modified_at=claimed_at)
        at = page.captured_at
        if _tells_nothing(line):
            failures = old.failures + 1
            self._keep(at, replace(old, failures=failures, due_at=failure_due(visited_at=at, failures=failures)))
            return
        if not (line.outcome is Outcome.UNCHANGED and not seen.read.reading.drafts):
            old = self._with_content(old, seen)
        self._keep(at, self._scheduled(replace(old, at=at, failures=0), seen))

    def wanted(self, each: Unvisited) -> None:
        """Note a URL that was wanted and gave no record, where another night may have it."""
        url = canonical_url(each.url)
        candidate = self._ledger.wanted.get(url)
        if candidate is None or each.via in (Source.REQUISITE, Source.ROBOTS, Source.RIGHTS):
            return
        known = self.known(url)
        old = known or KnownUrl(url, None, each.outcome.value, spelling=each.url)
        if each.reason in _MAY_PASS:
            failures = old.failures + 1
            due_at: datetime | None = failure_due(visited_at=each.at, failures=failures)
        elif each.reason in PENDING:
            failures, due_at = old.failures, each.at if old.is_pending else old.due_at
        else:
            return
        old = _with_candidate(old, candidate) if known is None or known.is_pending else old
        reason = each.reason.value if old.is_pending else old.reason
        self._keep(each.at, replace(old, failures=failures, due_at=due_at, reason=reason))

    def take(self) -> list[tuple[datetime, KnownUrl]]:
        """What was noted since the last time, by URL; each with when it was noted."""
        taken = [self._notes[url] for url in sorted(self._notes)]
        self._notes.clear()
        return taken

    def _keep(self, at: datetime, known: KnownUrl) -> None:
        self._notes[known.url] = (at, known)

    def _with_content(self, old: KnownUrl, seen: Seen) -> KnownUrl:
        """What is known of a page whose body was received, or whose absence was."""
        read, line, page = seen.read, seen.line, seen.read.page
        own = next((draft for draft in read.reading.drafts if not draft.embedded), None)
        led_to = self._addresses.article_at(page.url) if line.outcome in (Outcome.REDIRECT, Outcome.MOVED) else None
        article = own.id if own is not None else led_to.id if led_to is not None else None
        if line.reason in (Reason.FURTHER_PAGE, Reason.FIRST_PAGE_MISSING):
            article = next(iter(line.articles), None) if line.reason is Reason.FURTHER_PAGE else None
        is_news = article is not None and (old.article is None or seen.event is Event.CHANGED)
        # A page that names new articles is a listing, however little of it there is; and it stays one on a quiet night.
        names = line.outcome is Outcome.PAGE and (old.url in self._fruitful or old.outcome == Outcome.LISTING)
        is_whole = page.status == 200 and page.truncated is None and not read.is_revisit
        return replace(
            old,
            outcome=(Outcome.LISTING if names else line.outcome).value,
            reason=line.reason.value if line.reason else None,
            status=page.status or None,
            article=article,
            published_at=_instant(own) or old.published_at,
            changed_at=page.captured_at if is_news and old.at is not None else old.changed_at,
            etag=page.header("etag"),
            last_modified=page.header("last-modified"),
            payload_digest=read.record.payload_digest,
            record=_record(read) if is_whole else old.record if read.is_revisit else None,
        )

    def _scheduled(self, known: KnownUrl, seen: Seen) -> KnownUrl:
        """The same, and when to look again."""
        assert known.at is not None
        outcome, target = known.outcome, Target(known.target)
        facts = seen.read.facts
        is_of_interface = facts is not None and facts.via is Source.REST and facts.target is Target.REST
        is_listed = is_of_interface or (facts is not None and facts.is_pagination)
        if is_listed and known.reason != Reason.FURTHER_PAGE:
            return replace(known, due_at=None)  # it is read on to from the page before
        if outcome in (Outcome.REQUISITE, Outcome.ROBOTS, Outcome.RIGHTS) and target is Target.PAGE:
            return replace(known, due_at=None)
        if outcome != Outcome.HTTP_ERROR and (target is not Target.PAGE or outcome == Outcome.LISTING):
            is_fruitful = known.url in self._fruitful
            idle = 0 if is_fruitful else known.idle + 1
            most_idle = 0 if known.depth == 0 else _MOST_IDLE[target]
            return replace(known, idle=idle, due_at=source_due(visited_at=known.at, idle=idle, most_idle=most_idle))
        if known.article is not None and outcome not in (Outcome.REDIRECT, Outcome.MOVED, Outcome.REMOVED):
            idle = 0 if seen.event is not None else known.idle + 1
            anchor_at = max(filter(None, (known.published_at, known.changed_at)), default=known.at)
            due_at = article_due(
                known.url, visited_at=known.at, anchor_at=anchor_at, revisit_after_h=self._revisit_after_h
            )
            return replace(known, idle=idle, due_at=due_at)
        return replace(known, due_at=source_due(visited_at=known.at, idle=_SELDOM))


def _tells_nothing(line: OutcomeLine) -> bool:
    if line.outcome is Outcome.FAILED or line.reason in (Reason.CHALLENGE, Reason.LOGIN_WALL, Reason.CONSENT_WALL):
        return True
    return line.outcome is Outcome.HTTP_ERROR and line.status not in (404, 410)


def _with_facts(known: KnownUrl, facts: VisitFacts | None) -> KnownUrl:
    if facts is None or facts.via is Source.MEMORY:
        return known
    return replace(known, depth=facts.depth, target=facts.target.value, expects_article=facts.expects_article)


def _with_candidate(known: KnownUrl, candidate: Candidate) -> KnownUrl:
    return replace(
        known,
        spelling=candidate.url,
        depth=candidate.depth,
        target=candidate.target.value,
        expects_article=candidate.expects_article,
        published_at=candidate.published_at or known.published_at,
    )


def _record(read: ReadExchange) -> EarlierRecord:
    return EarlierRecord(
        record_id=read.record.record_id,
        url=read.page.url,
        at=read.page.captured_at,
        payload_digest=read.record.payload_digest,
        transfer_coding=_codings(read, "transfer-encoding"),
        content_coding=_codings(read, "content-encoding"),
    )


def _codings(read: ReadExchange, field: str) -> str:
    """As `warc.revisit.codings` has them of a head."""
    listed = ",".join(value for name, value in read.page.headers if name.lower() == field).lower().split(",")
    return ", ".join(coding for item in listed if (coding := item.strip()))


def _instant(draft: Draft | None) -> datetime | None:
    """When the article was published; midnight in UTC where only the day is known."""
    if draft is None or draft.published_at is None:
        return None
    text = draft.published_at
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

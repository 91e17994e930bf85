"""What memory keeps of a night: enough to ask for less the next night, and nothing is forgotten by a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.memory.urls import KnownUrl
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.resolve import Addresses, Harvest
from pipelines.publish.url_notes import Seen, UrlNotes
from pipelines.reasons import Event, Outcome, Reason, Source
from pipelines.values import (
    Candidate,
    Draft,
    EarlierRecord,
    Ledger,
    Page,
    ReadExchange,
    Reading,
    RecordRef,
    Target,
    Unvisited,
    VisitFacts,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://news.example.org/a-story"
RECORD = RecordRef("warc/k", 1, 2, "urn:uuid:new", "sha256:new")
EARLIER = EarlierRecord("urn:uuid:old", URL, NOW - DAY, "sha256:old")
DRAFT = Draft(URL, "words", (), published_at="2026-11-20T08:30:00Z")
KNOWN = KnownUrl(
    URL,
    NOW - DAY,
    "article",
    200,
    etag='"old"',
    payload_digest="sha256:old",
    article=DRAFT.id,
    record=EARLIER,
    due_at=NOW,
)


def seen(
    outcome: Outcome,
    *,
    status: int = 200,
    reason: Reason | None = None,
    event: Event | None = None,
    url: str = URL,
    drafts: tuple[Draft, ...] = (),
    facts: VisitFacts | None = None,
    is_revisit: bool = False,
    **fields: str,
) -> Seen:
    headers = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    page = Page(url, b"", NOW, status, headers)
    read = ReadExchange(page, RECORD, facts, Reading(outcome, drafts=drafts), is_revisit)
    line = OutcomeLine(
        url=url,
        at=NOW,
        outcome=outcome,
        reason=reason,
        detail=None,
        status=status,
        warc=None,
        articles=[],
        via=None,
        expected_by=[],
    )
    return Seen(read, line, event)


def notes(known: KnownUrl | None = None, **ledger: object) -> UrlNotes:
    table = {} if known is None else {known.url: known}
    return UrlNotes(table.get, Ledger(complete=True, **ledger), Addresses(Harvest()), (12, 24))  # type: ignore[arg-type]


def kept(collected: UrlNotes) -> KnownUrl:
    ((_, known),) = collected.take()
    return known


def test_a_new_article_is_kept_with_its_validators_and_the_record_they_are_of() -> None:
    collected = notes()
    facts = VisitFacts(Source.FEED, None, 2, expects_article=True)
    collected.visited(
        seen(
            Outcome.ARTICLE,
            drafts=(DRAFT,),
            event=Event.NEW,
            facts=facts,
            ETag='"new"',
            Last_Modified="then",
            Content_Encoding="GZIP",
        )
    )
    known = kept(collected)
    assert (known.outcome, known.article, known.status, known.depth) == ("article", DRAFT.id, 200, 2)
    assert (known.etag, known.last_modified) == ('"new"', "then")
    assert known.record == EarlierRecord("urn:uuid:new", URL, NOW, "sha256:new", "", "gzip")
    assert known.published_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert known.due_at is not None
    assert known.due_at > NOW


def test_a_304_changes_nothing_that_is_known_of_the_page_but_when_it_is_due() -> None:
    collected = notes(KNOWN)
    collected.visited(seen(Outcome.UNCHANGED, status=304))
    known = kept(collected)
    assert (known.outcome, known.etag, known.record, known.payload_digest) == (
        "article",
        '"old"',
        EARLIER,
        "sha256:old",
    )
    assert (known.at, known.idle) == (NOW, 1)


def test_an_edit_makes_an_article_hot_again() -> None:
    quiet = replace(KNOWN, published_at=NOW - 300 * DAY)
    collected = notes(quiet)
    old = replace(DRAFT, published_at="2026-01-01")
    collected.visited(seen(Outcome.ARTICLE, drafts=(old,), event=Event.CHANGED))
    known = kept(collected)
    assert known.changed_at == NOW
    assert known.due_at is not None
    assert known.due_at < NOW + DAY


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (Outcome.FAILED, 0, Reason.TIMEOUT),
        (Outcome.HTTP_ERROR, 503, Reason.SERVER_ERROR),
        (Outcome.HTTP_ERROR, 403, Reason.CHALLENGE),
        (Outcome.PAGE, 200, Reason.LOGIN_WALL),
    ],
)
def test_what_told_nothing_forgets_nothing_and_is_tried_again(outcome: Outcome, status: int, reason: Reason) -> None:
    collected = notes(KNOWN)
    collected.visited(seen(outcome, status=status, reason=reason))
    known = kept(collected)
    assert (known.at, known.outcome, known.article, known.etag) == (KNOWN.at, "article", DRAFT.id, '"old"')
    assert known.failures == 1
    assert known.due_at is not None
    assert NOW <= known.due_at < NOW + DAY


def test_a_failure_is_struck_by_the_answer_of_another_try_in_the_same_night() -> None:
    collected = notes(KNOWN)
    collected.visited(seen(Outcome.HTTP_ERROR, status=503, reason=Reason.SERVER_ERROR))
    collected.visited(seen(Outcome.UNCHANGED, status=304))
    assert kept(collected).failures == 0


def test_a_listing_that_named_something_new_is_due_in_the_next_run_and_a_quiet_one_later() -> None:
    fruitful = notes(fruitful=(URL,))
    fruitful.visited(seen(Outcome.LISTING))
    assert kept(fruitful).due_at == NOW
    quiet = notes(KnownUrl(URL, NOW - DAY, "listing", depth=2, idle=1))
    quiet.visited(seen(Outcome.LISTING))
    known = kept(quiet)
    assert known.idle == 2
    assert known.due_at is not None
    assert known.due_at > NOW + DAY


def test_an_article_that_an_interface_named_is_looked_at_again_and_the_interfaces_own_pages_are_not() -> None:
    collected = notes()
    collected.visited(seen(Outcome.ARTICLE, drafts=(DRAFT,), facts=VisitFacts(Source.REST, None, 1)))
    assert kept(collected).due_at is not None
    collected.visited(seen(Outcome.REQUISITE, facts=VisitFacts(Source.REST, None, 1, target=Target.REST)))
    assert kept(collected).due_at is None


def test_a_section_with_too_little_to_look_like_one_is_read_again_all_the_same() -> None:
    page = seen(Outcome.PAGE, reason=Reason.NO_ARTICLE, facts=VisitFacts(Source.LINK, None, 1))
    collected = notes(fruitful=(URL,))
    collected.visited(page)
    known = kept(collected)
    assert (known.outcome, known.due_at) == ("listing", NOW)
    quiet = notes(known)
    quiet.visited(page)
    again = kept(quiet)
    assert (again.outcome, again.idle) == ("listing", 1)
    plain = notes()
    plain.visited(page)
    assert kept(plain).outcome == "page"


def test_a_further_page_of_a_listing_is_not_due_of_itself() -> None:
    collected = notes(fruitful=(URL,))
    collected.visited(seen(Outcome.LISTING, facts=VisitFacts(Source.LISTING, None, 1, is_pagination=True)))
    assert kept(collected).due_at is None


@pytest.mark.parametrize("reason", [Reason.PAGE_BUDGET, Reason.STOPPED, Reason.OUT_OF_HOURS])
def test_what_waits_for_another_night_is_kept_with_all_that_is_needed_to_go_on(reason: Reason) -> None:
    candidate = Candidate(
        URL + "?x=1", Source.FEED, depth=3, expects_article=True, target=Target.PAGE, published_at=NOW - DAY
    )
    collected = notes(wanted={URL + "?x=1": candidate})
    collected.wanted(Unvisited(URL + "?x=1", NOW, Outcome.REFUSED, reason, None, Source.FEED))
    known = kept(collected)
    assert known.is_pending
    assert (known.due_at, known.depth, known.expects_article, known.published_at) == (NOW, 3, True, NOW - DAY)


@pytest.mark.parametrize("reason", [Reason.ROBOTS_DISALLOW, Reason.TRAP])
def test_what_we_decided_against_is_not_kept(reason: Reason) -> None:
    collected = notes(wanted={URL: Candidate(URL, Source.LINK)})
    collected.wanted(Unvisited(URL, NOW, Outcome.REFUSED, reason, None, Source.LINK))
    assert collected.take() == []


def test_a_site_that_is_down_loses_nothing_of_what_is_known() -> None:
    collected = notes(KNOWN, wanted={URL: Candidate(URL, Source.MEMORY)})
    collected.wanted(Unvisited(URL, NOW, Outcome.REFUSED, Reason.ROBOTS_UNREACHABLE, None, Source.MEMORY))
    known = kept(collected)
    assert replace(known, failures=0, due_at=None) == replace(KNOWN, due_at=None)


def test_a_pending_url_keeps_what_a_source_said_of_its_change_once_it_was_visited() -> None:
    collected = notes(claims={URL: NOW - DAY})
    collected.visited(seen(Outcome.ARTICLE, drafts=(DRAFT,), event=Event.NEW))
    assert kept(collected).modified_at == NOW - DAY

"""Which of a night's articles are written, and as what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.memory.site import KnownArticle
from pipelines.memory.urls import KnownUrl
from pipelines.publish.resolve import (
    Addresses,
    Fate,
    Harvest,
    Lookup,
    Place,
    Sighting,
    Verdict,
    departure,
    harvest,
    resolve,
    sightings,
)
from pipelines.reasons import Event, Outcome, Reason
from pipelines.values import Draft, Page, ReadExchange, Reading, RecordRef, article_id

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
URL = "https://news.example.org/a-story"
ID = article_id(URL)
CONTENT = {"headline": "h1", "text": "t1", "authors": "a1"}


def seen(place: Place = (0, 0, 0), **changes: object) -> Sighting:
    plain = Sighting(place, ID, embedded=False, at_own_url=True, text_sha256="x", content=CONTENT, payload_digest="p")
    return replace(plain, **changes)  # type: ignore[arg-type]


def archived(*, revision: int = 1, payload: str | None = "old", **changes: object) -> KnownArticle:
    record = RecordRef("warc/k", 10, 20, "urn:uuid:1", payload)
    plain = KnownArticle(
        id=ID,
        url=URL,
        revision=revision,
        removed=False,
        embedded=False,
        text_sha256="s",
        content={**CONTENT, "text": "t0"},
        captured_at=NOW,
        record=record,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def verdicts(
    *sighted: Sighting, known: KnownArticle | None = None, pending: tuple[str, ...] = ()
) -> Mapping[Place, Verdict]:
    return resolve(sighted, lambda id_: known if known is not None and known.id == id_ else None, pending)


def test_an_article_the_archive_does_not_hold_is_new() -> None:
    (verdict,) = verdicts(seen()).values()
    assert verdict.fate is Fate.WRITTEN
    assert verdict.revision is not None
    assert (verdict.revision.number, verdict.revision.event, verdict.revision.changes) == (1, Event.NEW, None)


@pytest.mark.parametrize("own_first", [True, False])
def test_its_own_page_beats_an_embedded_copy_wherever_it_stands(*, own_first: bool) -> None:
    own, copy = ((0, 1, 0), (0, 2, 1)) if own_first else ((1, 5, 0), (0, 2, 1))
    found = verdicts(seen(copy, embedded=True, at_own_url=False), seen(own))
    assert found[own].fate is Fate.WRITTEN
    assert found[copy].fate is Fate.SUPERSEDED


def test_the_page_at_its_own_url_beats_another_url_of_it() -> None:
    found = verdicts(seen((0, 1, 0), at_own_url=False), seen((0, 2, 0)))
    assert (found[0, 1, 0].fate, found[0, 2, 0].fate) == (Fate.SUPERSEDED, Fate.WRITTEN)


def test_of_equal_copies_the_first_captured_wins_and_all_others_are_superseded() -> None:
    found = verdicts(seen((1, 0, 0)), seen((0, 9, 0)), seen((0, 9, 1)))
    assert [place for place, verdict in found.items() if verdict.fate is Fate.WRITTEN] == [(0, 9, 0)]
    assert len(found) == 3


def test_an_embedded_copy_is_written_when_its_own_page_cannot_be_had() -> None:
    (verdict,) = verdicts(seen(embedded=True)).values()
    assert verdict.fate is Fate.WRITTEN


def test_an_embedded_copy_is_withheld_while_its_own_page_waits_for_another_night() -> None:
    (verdict,) = verdicts(seen(embedded=True), pending=(ID,)).values()
    assert verdict == Verdict(Fate.WITHHELD)


def test_an_own_page_that_was_had_is_written_although_its_url_is_pending() -> None:
    (verdict,) = verdicts(seen(), pending=(ID,)).values()
    assert verdict.fate is Fate.WRITTEN


def test_an_embedded_copy_never_changes_what_the_archive_holds() -> None:
    (verdict,) = verdicts(seen(embedded=True), known=archived()).values()
    assert verdict == Verdict(Fate.UNCHANGED)


def test_an_embedded_copy_does_not_bring_a_removed_article_back() -> None:
    (verdict,) = verdicts(seen(embedded=True), known=archived(removed=True, content={})).values()
    assert verdict == Verdict(Fate.UNCHANGED)


def test_the_same_payload_is_unchanged_whatever_was_learnt_since() -> None:
    (verdict,) = verdicts(seen(payload_digest="p"), known=archived(payload="p")).values()
    assert verdict == Verdict(Fate.UNCHANGED)


def test_the_same_content_is_unchanged_whatever_surrounds_it() -> None:
    (verdict,) = verdicts(seen(payload_digest="other"), known=archived(content=CONTENT)).values()
    assert verdict == Verdict(Fate.UNCHANGED)


def test_two_cut_bodies_without_digest_are_not_the_same_bytes() -> None:
    (verdict,) = verdicts(seen(payload_digest=None), known=archived(payload=None)).values()
    assert verdict.fate is Fate.WRITTEN


def test_the_bytes_of_the_page_that_carried_a_copy_say_nothing_about_the_own_page() -> None:
    (verdict,) = verdicts(seen(payload_digest="p"), known=archived(payload="p", embedded=True)).values()
    assert verdict.fate is Fate.WRITTEN


def test_a_changed_article_is_the_next_revision_and_names_the_fields_and_the_one_before() -> None:
    (verdict,) = verdicts(seen(), known=archived(revision=4)).values()
    assert verdict.revision is not None
    assert (verdict.revision.number, verdict.revision.event) == (5, Event.CHANGED)
    changes = verdict.revision.changes
    assert changes is not None
    assert changes.fields == ["text"]
    assert changes.previous.revision == 4
    assert changes.previous.text_sha256 == "s"
    assert changes.previous.warc.model_dump() == {
        "key": "warc/k",
        "offset": 10,
        "length": 20,
        "record_id": "urn:uuid:1",
    }


def test_a_removed_article_that_is_seen_again_is_written_even_if_nothing_changed() -> None:
    (verdict,) = verdicts(
        seen(payload_digest="p"), known=archived(revision=2, removed=True, payload="p", content=CONTENT)
    ).values()
    assert verdict.fate is Fate.WRITTEN
    assert verdict.revision is not None
    assert (verdict.revision.number, verdict.revision.event) == (3, Event.CHANGED)


def test_different_articles_are_decided_apart() -> None:
    found = verdicts(seen((0, 0, 0)), seen((0, 1, 0), id=article_id("https://news.example.org/b")))
    assert {verdict.fate for verdict in found.values()} == {Fate.WRITTEN}


NOWHERE = Addresses(Harvest())


def answered(status: int, url: str = URL, *, location: str | None = None, reason: Reason | None = None) -> ReadExchange:
    headers = (("Location", location),) if location else ()
    page = Page(url, b"", NOW, status, headers)
    return ReadExchange(page, RecordRef("k", 0, 1, "urn:uuid:2"), None, Reading(Outcome.HTTP_ERROR, reason))


def only(known: KnownArticle) -> Lookup:
    return lambda id_: known if id_ == known.id else None


@pytest.mark.parametrize("status", [404, 410])
def test_gone_means_that_an_article_of_the_archive_was_removed(status: int) -> None:
    known = archived(revision=2)
    found = departure(answered(status), only(known), NOWHERE)
    assert found is not None
    assert (found.archived, found.is_moved) == (known, False)
    assert (found.revision.number, found.revision.event) == (3, Event.REMOVED)


def test_a_page_that_says_in_words_that_nothing_is_here_removes_the_article() -> None:
    assert departure(answered(200, reason=Reason.SOFT_404), only(archived()), NOWHERE) is not None


def test_a_page_without_an_article_removes_one_only_where_its_sitemap_has_dropped_it() -> None:
    answer = answered(200, reason=Reason.TOO_SHORT)
    assert departure(answer, only(archived()), NOWHERE) is None
    assert departure(answer, only(archived()), NOWHERE, (URL,)) is not None


def test_a_permanent_redirect_to_the_home_page_removes_the_article_and_a_temporary_one_shows_nothing() -> None:
    home = "https://news.example.org/"
    found = departure(answered(301, location=home), only(archived()), NOWHERE)
    assert found is not None
    assert not found.is_moved
    assert departure(answered(302, location=home), only(archived()), NOWHERE) is None
    assert departure(answered(302, location=home), only(archived()), NOWHERE, (URL,)) is not None


def addresses(end: str, *, id_: str) -> Addresses:
    """A run in which /moved led to *end*, where the article *id_* is."""
    there = seen(id=id_, page_url=end, url=end)
    return Addresses(Harvest((there,), (("https://news.example.org/moved", end),)))


def test_a_permanent_redirect_to_an_article_of_another_address_moves_it_over_any_way_between() -> None:
    new_url = "https://news.example.org/a-new-address"
    answer = answered(308, location="/moved")
    found = departure(answer, only(archived()), addresses(new_url, id_=article_id(new_url)))
    assert found is not None
    assert found.is_moved


def test_a_redirect_to_another_spelling_of_the_article_moves_nothing() -> None:
    answer = answered(301, location="/moved")
    assert departure(answer, only(archived()), addresses(f"{URL}/", id_=ID)) is None


@pytest.mark.parametrize("status", [200, 301, 401, 403, 429, 500, 503])
def test_no_other_status_removes_an_article(status: int) -> None:
    assert departure(answered(status), only(archived()), NOWHERE) is None
    assert departure(answered(status, location="/sign-in"), only(archived()), NOWHERE) is None


def test_what_is_not_archived_or_is_removed_already_is_not_removed() -> None:
    assert departure(answered(404), lambda _: None, NOWHERE) is None
    assert departure(answered(404), only(archived(removed=True)), NOWHERE) is None


def test_a_removal_is_found_by_the_canonical_url() -> None:
    assert departure(answered(404, f"{URL}?utm_source=x#top"), only(archived()), NOWHERE) is not None


OTHER = "https://news.example.org/by-another-address"


def gave(*urls: str, outcome: str = "article") -> Callable[[str], KnownUrl | None]:
    """A memory in which these URLs gave the archived article."""
    return lambda url: KnownUrl(url, NOW, outcome, article=ID) if url in urls else None


def test_an_article_that_was_had_by_another_address_alone_is_gone_with_that() -> None:
    assert departure(answered(404, OTHER), only(archived()), NOWHERE, given=gave(OTHER)) is not None
    assert departure(answered(404, OTHER), only(archived()), NOWHERE, given=gave(OTHER, outcome="redirect")) is None


def test_an_article_that_is_at_its_own_address_too_is_not_gone_with_another() -> None:
    assert departure(answered(404, OTHER), only(archived()), NOWHERE, given=gave(OTHER, URL)) is None
    tonight = addresses("https://news.example.org/by-a-third-address", id_=ID)
    assert departure(answered(404, OTHER), only(archived()), tonight, given=gave(OTHER)) is None


def test_redirects_in_a_circle_end() -> None:
    a, b = "https://news.example.org/a", "https://news.example.org/b"
    assert Addresses(Harvest((), ((a, b), (b, a)))).article_at(a) is None


def test_an_exchange_shows_where_it_leads() -> None:
    shown = harvest(0, 0, answered(302, location="/b?utm_source=x"))
    assert shown.redirects == ((URL, "https://news.example.org/b"),)
    assert harvest(0, 0, answered(200, location="/b")).redirects == ()


def test_sightings_say_whether_a_draft_stands_at_its_own_url() -> None:
    own = Draft(URL, "text", ())
    other = Draft("https://news.example.org/b", "text", (), embedded=True)
    page = Page(f"{URL}?utm_campaign=mail", b"", NOW)
    read = ReadExchange(
        page, RecordRef("k", 0, 1, "urn:uuid:3", "sha256:d"), None, Reading(Outcome.ARTICLE, drafts=(own, other))
    )
    first, second = sightings(3, 7, read)
    assert (first.place, first.at_own_url, first.embedded, first.payload_digest) == ((3, 7, 0), True, False, "sha256:d")
    assert (second.place, second.at_own_url, second.embedded) == ((3, 7, 1), False, True)

"""The frontier: each URL once, in its order, and nothing wanted is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.frontier import Frontier
from crawler.frontier.priority import priority
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOME = "https://news.example.org/"


def frontier(*, max_pages: int = 100, max_depth: int = 5) -> Frontier:
    return Frontier(HOME, max_pages=max_pages, max_depth=max_depth)


def named(path: str, via: Source = Source.LISTING, **facts: object) -> Candidate:
    url = path if "://" in path else HOME + path
    return Candidate(url, via, HOME, **{"depth": 1, **facts})  # type: ignore[arg-type]


def test_a_url_is_taken_once_however_it_is_written() -> None:
    crawl = frontier()
    assert crawl.offer(named("a?b=1&c=2#top")) is not None
    for again in ("a?b=1&c=2", "a?c=2&b=1", "a?b=1&c=2&utm_source=mail", "https://NEWS.example.org:443/a?b=1&c=2"):
        assert crawl.offer(named(again)) is None
    assert crawl.known == 1
    assert crawl.offer(named("a?b=1&c=3")) is not None


@pytest.mark.parametrize(
    "url", ["https://other.example.org/a", "https://news.example.org:8000/", "https://example.org/"]
)
def test_what_is_not_on_the_site_leaves_no_trace(url: str) -> None:
    crawl = frontier()
    assert crawl.offer(named(url, expects_article=True)) is None
    ledger = crawl.ledger(NOW, stopped=False)
    assert (ledger.unvisited, dict(ledger.expected_by), ledger.complete) == ((), {}, True)


def test_www_and_http_are_the_same_site() -> None:
    crawl = frontier()
    assert crawl.offer(named("http://www.news.example.org/a")) is not None


def test_depth_has_an_end_and_a_nearer_way_is_still_open() -> None:
    crawl = frontier(max_depth=2)
    assert crawl.offer(named("a", depth=3)) is None
    assert crawl.offer(named("a", depth=2)) is not None


def test_an_expected_article_that_lies_too_deep_is_in_the_ledger() -> None:
    crawl = frontier(max_depth=1)
    crawl.offer(named("a?utm_source=x", depth=2, expects_article=True))
    crawl.offer(named("tags", depth=2))
    ledger = crawl.ledger(NOW, stopped=False)
    (line,) = ledger.unvisited
    assert (line.url, line.outcome, line.reason) == (f"{HOME}a?utm_source=x", Outcome.REFUSED, Reason.TOO_DEEP)
    assert ledger.complete
    assert ledger.expected_by == {f"{HOME}a": (Source.LISTING,)}


def test_a_redirect_to_another_spelling_of_a_known_url_is_followed_once() -> None:
    crawl = frontier()
    assert crawl.offer(named("a?utm_source=x")) is not None
    crawl.captured(f"{HOME}a?utm_source=x")
    assert crawl.offer(named("a", Source.REDIRECT, redirects=1)) is not None
    assert [each.reason for each in crawl.ledger(NOW, stopped=True).unvisited] == [Reason.STOPPED]
    crawl.captured(f"{HOME}a")
    assert crawl.offer(named("a", Source.REDIRECT, redirects=1)) is None
    assert crawl.offer(named("a?utm_source=x", Source.REDIRECT, redirects=1)) is None
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_a_chain_of_redirects_has_an_end_and_an_expected_article_at_it_is_in_the_ledger() -> None:
    crawl = frontier()
    assert crawl.offer(named("a", Source.REDIRECT, redirects=10)) is not None
    assert crawl.offer(named("b", Source.REDIRECT, redirects=11, expects_article=True)) is None
    crawl.captured(f"{HOME}a")
    (line,) = crawl.ledger(NOW, stopped=False).unvisited
    assert (line.url, line.reason) == (f"{HOME}b", Reason.TOO_MANY_REDIRECTS)


def test_the_budget_is_spent_page_by_page() -> None:
    crawl = frontier(max_pages=2)
    assert [crawl.spend() for _ in range(4)] == [True, True, False, False]


def test_all_who_expect_an_article_are_named_though_one_is_enough_to_visit_it() -> None:
    crawl = frontier()
    crawl.offer(named("a", Source.LISTING, expects_article=True))
    crawl.offer(named("a", Source.FEED, expects_article=True))
    crawl.offer(named("a", Source.LINK))
    assert crawl.ledger(NOW, stopped=False).expected_by == {f"{HOME}a": (Source.FEED, Source.LISTING)}


def test_what_was_not_had_is_in_the_ledger_with_its_reason_and_source() -> None:
    crawl = frontier()
    crawl.offer(named("a", Source.FEED))
    crawl.not_captured(f"{HOME}a", NOW, Outcome.FAILED, Reason.TIMEOUT, "timeout: 60 s")
    (line,) = crawl.ledger(NOW, stopped=False).unvisited
    assert (line.url, line.outcome, line.reason, line.via, line.detail) == (
        f"{HOME}a",
        Outcome.FAILED,
        Reason.TIMEOUT,
        Source.FEED,
        "timeout: 60 s",
    )


def test_a_later_answer_strikes_an_earlier_failure() -> None:
    crawl = frontier()
    crawl.offer(named("a"))
    crawl.not_captured(f"{HOME}a", NOW, Outcome.FAILED, Reason.TIMEOUT, None)
    crawl.captured(f"{HOME}a")
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


@pytest.mark.parametrize(
    ("reason", "is_complete"),
    [
        (Reason.PAGE_BUDGET, False),
        (Reason.STOPPED, False),
        (Reason.ROBOTS_DISALLOW, True),
        (Reason.TIMEOUT, True),
    ],
)
def test_a_crawl_that_left_something_for_another_night_is_not_complete(reason: Reason, *, is_complete: bool) -> None:
    crawl = frontier()
    crawl.offer(named("a"))
    crawl.not_captured(f"{HOME}a", NOW, Outcome.REFUSED, reason, None)
    assert crawl.ledger(NOW, stopped=False).complete is is_complete


def test_a_stopped_crawl_remembers_what_it_had_before_it() -> None:
    crawl = frontier()
    for path in ("a", "b", "c"):
        crawl.offer(named(path))
    crawl.captured(f"{HOME}b")
    ledger = crawl.ledger(NOW, stopped=True, warnings=("a sentence",))
    assert [(each.url, each.reason) for each in ledger.unvisited] == [
        (f"{HOME}a", Reason.STOPPED),
        (f"{HOME}c", Reason.STOPPED),
    ]
    assert (ledger.complete, ledger.warnings) == (False, ("a sentence",))


def test_why_a_seed_was_not_had_is_known() -> None:
    crawl = frontier()
    crawl.offer(Candidate(HOME, Source.SEED))
    assert crawl.missed([HOME]) == []
    crawl.not_captured(HOME, NOW, Outcome.REFUSED, Reason.ROBOTS_DISALLOW, None)
    assert [each.reason for each in crawl.missed([HOME])] == [Reason.ROBOTS_DISALLOW]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["offer", "captured", "lost"])), max_size=30))
def test_every_accepted_url_ends_as_captured_or_in_the_ledger_and_never_as_both(steps: list[tuple[str, str]]) -> None:
    crawl = frontier()
    accepted, captured = set(), set()
    for path, step in steps:
        if step == "offer":
            crawl.offer(named(path))
            accepted.add(path)
        elif path in accepted and step == "captured":
            crawl.captured(HOME + path)
            captured.add(path)
        elif path in accepted and path not in captured:
            crawl.not_captured(HOME + path, NOW, Outcome.FAILED, Reason.TIMEOUT, None)
    assert {each.url.removeprefix(HOME) for each in crawl.ledger(NOW, stopped=True).unvisited} == accepted - captured


def ordered() -> Iterator[Candidate]:
    yield Candidate(HOME, Source.SEED)
    yield named("article", expects_article=True, depth=1)
    yield named("deep-article", expects_article=True, depth=99)
    yield named("section", depth=1)
    yield named("deep-section", depth=99)
    yield named("page/2", is_pagination=True, depth=0)
    yield named("section/page/2", is_pagination=True, depth=1)


def test_the_seed_comes_first_then_articles_then_listings_then_their_further_pages() -> None:
    numbers = [priority(candidate) for candidate in ordered()]
    assert numbers == sorted(set(numbers), reverse=True)


def requisite(path: str, **facts: object) -> Candidate:
    return named(path, Source.REQUISITE, **facts)


def test_requisites_may_come_from_anywhere_and_come_last() -> None:
    crawl = Frontier(HOME, max_pages=1, max_depth=0, max_requisites=9)
    image = crawl.offer(requisite("https://images.example.net/a.png", depth=7))
    assert image is not None
    assert image < priority(named("page/99/", depth=5, is_pagination=True))
    assert crawl.offer(requisite("https://images.example.net/a.png")) is None


def test_requisites_of_other_hosts_can_be_left_alone() -> None:
    crawl = Frontier(HOME, max_pages=1, max_depth=0, max_requisites=9, requisites_anywhere=False)
    assert crawl.offer(requisite("https://images.example.net/a.png")) is None
    assert crawl.offer(requisite("a.png")) is not None


def test_requisites_over_their_budget_are_in_the_ledger_and_do_not_make_the_run_incomplete() -> None:
    crawl = Frontier(HOME, max_pages=1, max_depth=0, max_requisites=1)
    assert crawl.offer(requisite("a.png")) is not None
    assert crawl.offer(requisite("b.png")) is None
    crawl.captured(f"{HOME}a.png")
    ledger = crawl.ledger(NOW, stopped=False)
    assert [(each.url, each.reason) for each in ledger.unvisited] == [(f"{HOME}b.png", Reason.REQUISITE_BUDGET)]
    assert ledger.complete

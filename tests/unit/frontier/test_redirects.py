"""Redirects at the frontier: a chain has an end, a loop is walked once, and neither is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.frontier.frontier import MAX_REDIRECTS, Frontier
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOME = "https://news.example.org/"


def frontier() -> Frontier:
    return Frontier(HOME, max_pages=100, max_depth=5)


def redirected(path: str, redirects: int) -> Candidate:
    return Candidate(HOME + path, Source.REDIRECT, HOME + "from", 1, redirects=redirects)


def test_ten_redirects_are_followed_and_the_eleventh_is_refused_with_a_reason() -> None:
    crawl = frontier()
    for number in range(1, MAX_REDIRECTS + 1):
        assert crawl.offer(redirected(f"{number}", number)) is not None
        crawl.captured(f"{HOME}{number}")
    assert crawl.offer(redirected("eleventh", MAX_REDIRECTS + 1)) is None
    (line,) = crawl.ledger(NOW, stopped=False).unvisited
    assert (line.url, line.outcome, line.reason) == (HOME + "eleventh", Outcome.REFUSED, Reason.TOO_MANY_REDIRECTS)
    assert line.via is Source.REDIRECT
    assert line.detail == f"10 redirects, the last of them from {HOME}from"


def test_a_long_chain_that_ends_at_a_known_page_costs_that_page_nothing() -> None:
    crawl = frontier()
    known = Candidate(HOME + "known", Source.LINK, HOME, 1)
    assert crawl.offer(known) is not None
    crawl.captured(known.url)
    assert crawl.offer(redirected("known", MAX_REDIRECTS + 1)) is None
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_what_a_long_chain_did_not_reach_is_taken_when_a_page_names_it() -> None:
    crawl = frontier()
    assert crawl.offer(redirected("wanted", MAX_REDIRECTS + 1)) is None
    assert crawl.offer(Candidate(HOME + "wanted", Source.LINK, HOME, 1)) is not None
    crawl.captured(HOME + "wanted")
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_a_run_that_cut_a_chain_is_complete_all_the_same() -> None:
    crawl = frontier()
    crawl.offer(redirected("eleventh", MAX_REDIRECTS + 1))
    assert crawl.ledger(NOW, stopped=False).complete


def test_respelling_without_end_ends_too() -> None:
    crawl = frontier()
    assert crawl.offer(Candidate(HOME + "page", Source.LINK, HOME, 1)) is not None
    for number in range(1, 30):
        taken = crawl.offer(redirected(f"page?utm_source={number}", number))
        assert (taken is not None) == (number <= MAX_REDIRECTS)
        if taken is not None:
            crawl.captured(f"{HOME}page?utm_source={number}")
    (line,) = crawl.ledger(NOW, stopped=False).unvisited
    assert line.reason is Reason.TOO_MANY_REDIRECTS

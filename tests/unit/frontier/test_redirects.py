"""Redirects at the frontier: a chain has an end, a loop is walked once, and neither is forgotten."""

from __future__ import annotations

from crawler.frontier.expectations import MAX_REDIRECTS
from crawler.frontier.frontier import Frontier
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate
from tests.unit.frontier.newsroom import HOME, NOW, article, frontier, named, remembered, story, taken


def redirected(path: str, redirects: int, **facts: object) -> Candidate:
    return Candidate(HOME + path, Source.REDIRECT, HOME + "from", 1, redirects=redirects, **facts)  # type: ignore[arg-type]


def follow(crawl: Frontier, path: str, redirects: int) -> bool:
    """Whether the redirect is followed."""
    crawl.offer(redirected(path, redirects))
    return taken(crawl) == [path]


def test_ten_redirects_are_followed_and_the_eleventh_is_refused_with_a_reason() -> None:
    crawl = frontier()
    for number in range(1, MAX_REDIRECTS + 1):
        assert follow(crawl, f"{number}", number)
    assert not follow(crawl, "eleventh", MAX_REDIRECTS + 1)
    (line,) = crawl.ledger(NOW, stopped=False).unvisited
    assert (line.url, line.outcome, line.reason) == (HOME + "eleventh", Outcome.REFUSED, Reason.TOO_MANY_REDIRECTS)
    assert line.via is Source.REDIRECT
    assert line.detail == f"10 redirects, the last of them from {HOME}from"


def test_a_redirect_to_another_spelling_of_a_known_url_is_followed_once() -> None:
    crawl = frontier()
    crawl.offer(named("a?utm_source=x"))
    assert taken(crawl) == ["a?utm_source=x"]
    assert follow(crawl, "a", 1)
    assert not follow(crawl, "a", 1)
    assert not follow(crawl, "a?utm_source=x", 1)
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_a_redirect_to_what_the_archive_holds_is_followed_as_what_is_there_may_be_another() -> None:
    crawl = frontier(remembered(article("held")))
    crawl.offer(story("held", Source.FEED))
    assert taken(crawl) == []
    assert follow(crawl, "held", 1)
    assert crawl.ledger(NOW, stopped=False).held == ()


def test_who_expected_an_article_at_one_address_expects_it_where_that_leads() -> None:
    crawl = frontier()
    crawl.offer(story("short", Source.FEED))
    assert taken(crawl) == ["short"]
    crawl.read(story("short", Source.FEED), [redirected("the-long-address", 1, expects_article=True)])
    expected_by = crawl.ledger(NOW, stopped=False).expected_by
    assert expected_by[f"{HOME}the-long-address"] == (Source.FEED, Source.REDIRECT)


def test_a_long_chain_that_ends_at_a_known_page_costs_that_page_nothing() -> None:
    crawl = frontier()
    crawl.offer(Candidate(HOME + "known", Source.LINK, HOME, 1))
    assert taken(crawl) == ["known"]
    assert not follow(crawl, "known", MAX_REDIRECTS + 1)
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_what_a_long_chain_did_not_reach_is_taken_when_a_page_names_it() -> None:
    crawl = frontier()
    assert not follow(crawl, "wanted", MAX_REDIRECTS + 1)
    crawl.offer(Candidate(HOME + "wanted", Source.LINK, HOME, 1))
    assert taken(crawl) == ["wanted"]
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_a_run_that_cut_a_chain_is_complete_all_the_same() -> None:
    crawl = frontier()
    crawl.offer(redirected("eleventh", MAX_REDIRECTS + 1))
    assert crawl.ledger(NOW, stopped=False).complete


def test_respelling_without_end_ends_too() -> None:
    crawl = frontier()
    crawl.offer(Candidate(HOME + "page", Source.LINK, HOME, 1))
    assert taken(crawl) == ["page"]
    for number in range(1, 30):
        assert follow(crawl, f"page?utm_source={number}", number) == (number <= MAX_REDIRECTS)
    (line,) = crawl.ledger(NOW, stopped=False).unvisited
    assert line.reason is Reason.TOO_MANY_REDIRECTS

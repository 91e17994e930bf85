"""The frontier: each URL once, in its order, and nothing wanted is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.budgets import Limits
from crawler.frontier.frontier import Frontier
from crawler.frontier.priority import priority
from crawler.frontier.turns import AHEAD
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate, Target
from tests.unit.frontier.newsroom import DAY, HOME, NOW, Remembered, frontier, named, story, taken


def test_a_url_is_taken_once_however_it_is_written() -> None:
    crawl = frontier()
    assert crawl.offer(named("a?b=1&c=2#top"))
    for again in ("a?b=1&c=2", "a?c=2&b=1", "a?b=1&c=2&utm_source=mail", "https://NEWS.example.org:443/a?b=1&c=2"):
        assert not crawl.offer(named(again))
    assert crawl.known == 1
    assert crawl.offer(named("a?b=1&c=3"))


@pytest.mark.parametrize(
    "url", ["https://other.example.org/a", "https://news.example.org:8000/", "https://example.org/"]
)
def test_what_is_not_on_the_site_leaves_no_trace(url: str) -> None:
    crawl = frontier()
    assert not crawl.offer(story(url))
    ledger = crawl.ledger(NOW, stopped=False)
    assert (ledger.unvisited, dict(ledger.expected_by), ledger.complete) == ((), {}, True)


def test_a_sitemap_may_lie_elsewhere_where_robots_txt_names_it() -> None:
    crawl = frontier()
    assert crawl.offer(named("https://cdn.example.net/sitemap.xml", target=Target.SITEMAP), anywhere=True)


def test_www_and_http_are_the_same_site() -> None:
    assert frontier().offer(named("http://www.news.example.org/a"))


def test_what_a_news_sitemap_says_of_access_is_in_the_ledger_whoever_named_the_article_first() -> None:
    crawl = frontier()
    crawl.offer(story("a"))
    crawl.offer(story("a", via=Source.NEWS_SITEMAP, access="Subscription"))
    assert dict(crawl.ledger(NOW, stopped=False).access) == {f"{HOME}a": "Subscription"}


def test_depth_has_an_end_and_a_nearer_way_is_still_open() -> None:
    crawl = frontier(max_depth=2)
    assert not crawl.offer(named("a", depth=3))
    assert crawl.offer(named("a", depth=2))


def test_an_expected_article_that_lies_too_deep_is_in_the_ledger() -> None:
    crawl = frontier(max_depth=1)
    crawl.offer(story("a?utm_source=x", depth=2))
    crawl.offer(named("tags", depth=2))
    ledger = crawl.ledger(NOW, stopped=False)
    (line,) = ledger.unvisited
    assert (line.url, line.outcome, line.reason) == (f"{HOME}a?utm_source=x", Outcome.REFUSED, Reason.TOO_DEEP)
    assert ledger.complete
    assert ledger.expected_by == {f"{HOME}a": (Source.LISTING,)}


def test_no_more_are_out_at_once_than_may_be_and_an_answer_makes_room() -> None:
    crawl = frontier()
    for number in range(AHEAD + 2):
        crawl.offer(story(f"{number}"))
    assert len(taken(crawl, answers=False)) == AHEAD
    crawl.captured(f"{HOME}0")
    assert len(taken(crawl, answers=False)) == 1


def test_what_may_lead_to_nothing_is_out_alone_so_that_its_answer_still_counts() -> None:
    crawl = frontier()
    for word in "ab":
        crawl.offer(named(f"tag/{word}", Source.LINK))
    assert taken(crawl, answers=False) == ["tag/a"]
    crawl.captured(f"{HOME}tag/a")
    assert taken(crawl, answers=False) == ["tag/b"]


def test_a_page_of_a_listing_is_let_go_once_a_sitemap_has_all_that_the_page_before_showed() -> None:
    crawl = frontier()
    listing = named("sport", Source.LINK)
    crawl.offer(listing)
    taken(crawl)
    crawl.offer(named("sitemap.xml", Source.SITEMAP, target=Target.SITEMAP, depth=0))
    crawl.read(listing, [story("a", depth=2), story("b", depth=2), named("sport/page/2", is_pagination=True)])
    sitemap = crawl.take()
    assert sitemap is not None
    crawl.captured(sitemap.candidate.url)
    crawl.read(sitemap.candidate, [story("a", Source.SITEMAP), story("b", Source.SITEMAP)], is_sitemap=True)
    assert taken(crawl) == ["a", "b"]
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_the_budget_is_spent_page_by_page_and_the_rest_waits_for_another_night() -> None:
    crawl = frontier(max_pages=2)
    for path in "abc":
        crawl.offer(named(path))
    assert taken(crawl) == ["a", "b"]
    assert not crawl.has_more
    ledger = crawl.ledger(NOW, stopped=False)
    assert [(each.url, each.reason) for each in ledger.unvisited] == [(f"{HOME}c", Reason.PAGE_BUDGET)]
    assert set(ledger.wanted) == {f"{HOME}c"}
    assert not ledger.complete


def test_what_was_refused_before_it_was_sent_costs_no_page() -> None:
    crawl = frontier(max_pages=1)
    for path in "ab":
        crawl.offer(named(path))
    assert crawl.take() is not None
    crawl.not_captured(f"{HOME}a", NOW, Outcome.REFUSED, Reason.ROBOTS_DISALLOW, None)
    assert taken(crawl) == ["b"]


@pytest.mark.parametrize(
    ("limits", "spending", "reason"),
    [
        (Limits(10, minutes=2), {"elapsed_s": 120.0}, Reason.TIME_BUDGET),
        (Limits(10, body_bytes=1000), {"received_bytes": 1000}, Reason.BYTE_BUDGET),
    ],
)
def test_when_bytes_or_minutes_are_spent_nothing_more_comes_out(
    limits: Limits, spending: dict[str, float], reason: Reason
) -> None:
    crawl = Frontier(HOME, limits=limits, max_depth=5, memory=Remembered(), now=NOW)
    crawl.offer(named("a"))
    crawl.offer(named("b"))
    assert crawl.take() is not None
    assert crawl.take(**spending) is None  # type: ignore[arg-type]
    assert not crawl.has_more
    crawl.captured(f"{HOME}a")
    assert [each.reason for each in crawl.ledger(NOW, stopped=False).unvisited] == [reason]


def test_all_who_expect_an_article_are_named_though_one_is_enough_to_visit_it() -> None:
    crawl = frontier()
    for via in (Source.LISTING, Source.FEED):
        crawl.offer(story("a", via))
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
        (Reason.HOST_BACKED_OFF, False),
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


def test_what_an_interrupted_run_has_had_is_not_taken_again_and_counts_against_the_budget() -> None:
    crawl = frontier(max_pages=2)
    crawl.restore(story("a"))
    for path in "abc":
        crawl.offer(named(path))
    assert taken(crawl) == ["b"]


def ordered() -> Iterator[Candidate]:
    yield Candidate(HOME, Source.SEED)
    yield named("sitemap.xml", Source.SITEMAP, target=Target.SITEMAP, depth=0)
    yield named("section", Source.LINK, is_navigation=True)
    yield story("today", Source.SITEMAP, published_at=NOW)
    yield story("last-month", Source.FEED, published_at=NOW - 30 * DAY)
    yield story("undated")
    yield named("sitemap-1.xml", Source.SITEMAP, target=Target.SITEMAP, depth=2, modified_at=NOW)
    yield named("sitemap-2.xml", Source.SITEMAP, target=Target.SITEMAP, depth=2)
    yield story("last-year", Source.FEED, published_at=NOW - 300 * DAY)
    yield story("of-unknown-age", Source.SITEMAP)
    yield named("section/page/2", is_pagination=True)
    yield named("section/page/3", is_pagination=True)
    yield named("tag/rain", Source.LINK, depth=1)
    yield named("tag/wind", Source.LINK, depth=2)
    yield Candidate(HOME + "a.png", Source.REQUISITE)


def test_sources_come_first_then_articles_newest_first_then_older_pages_then_the_rest() -> None:
    numbers = [priority(candidate, NOW) for candidate in list(ordered())[:-1]]
    assert numbers == sorted(set(numbers), reverse=True)


def test_they_come_out_in_this_order() -> None:
    crawl = frontier(max_requisites=1)
    candidates = [each for each in ordered() if not each.is_pagination]
    for candidate in reversed(candidates):
        crawl.offer(candidate)
    assert taken(crawl) == [each.url.removeprefix(HOME) for each in candidates]


def requisite(path: str, **facts: object) -> Candidate:
    return named(path, Source.REQUISITE, **facts)


def test_requisites_may_come_from_anywhere_and_wait_until_every_page_is_answered() -> None:
    crawl = frontier(max_depth=0, max_requisites=9)
    crawl.offer(requisite("https://images.example.net/a.png", depth=7))
    crawl.offer(requisite("https://images.example.net/a.png"))
    crawl.offer(named("a", depth=0))
    assert taken(crawl, answers=False) == ["a"]
    crawl.captured(f"{HOME}a")
    assert taken(crawl) == ["https://images.example.net/a.png"]
    assert not crawl.has_more


def test_requisites_of_other_hosts_can_be_left_alone() -> None:
    crawl = frontier(max_requisites=9, requisites_anywhere=False)
    crawl.offer(requisite("https://images.example.net/a.png"))
    crawl.offer(requisite("a.png"))
    assert taken(crawl) == ["a.png"]


def test_requisites_over_their_budget_are_in_the_ledger_and_do_not_make_the_run_incomplete() -> None:
    crawl = frontier(max_requisites=1)
    crawl.offer(requisite("a.png"))
    crawl.offer(requisite("b.png"))
    assert taken(crawl) == ["a.png"]
    ledger = crawl.ledger(NOW, stopped=False)
    assert [(each.url, each.reason) for each in ledger.unvisited] == [(f"{HOME}b.png", Reason.REQUISITE_BUDGET)]
    assert ledger.complete


def test_a_listing_is_read_on_once_a_link_that_did_not_look_like_one_proves_to_be_an_article() -> None:
    crawl = frontier()
    listing = Candidate(HOME, Source.SEED)
    crawl.offer(listing)
    assert taken(crawl) == [""]
    pages = [named(f"?p={number}", is_pagination=True) for number in (2, 3)]
    for page in pages:
        link = Candidate(f"{page.url}&id=7", Source.LINK, listing.url)
        crawl.read(listing, [link, *pages])
        assert taken(crawl) == [link.url.removeprefix(HOME)]
        crawl.read(link, [], is_article=True)
        assert taken(crawl) == [page.url.removeprefix(HOME)]
        listing = page


def test_the_first_page_by_another_address_is_no_end_of_a_listing_and_a_second_repetition_is_one() -> None:
    crawl = frontier()
    home = Candidate(HOME, Source.SEED)
    crawl.offer(home)
    pages = [named(f"?p={number}", is_pagination=True) for number in range(1, 5)]
    assert taken(crawl) == [""]
    crawl.read(home, [story("a"), story("b"), *pages])
    assert taken(crawl) == ["a", "b", "?p=1"]
    crawl.read(pages[0], [story("a"), story("b"), *pages[1:]])
    assert taken(crawl) == ["?p=2"]
    crawl.read(pages[1], [story("b"), story("a"), *pages[2:]])
    assert taken(crawl) == []

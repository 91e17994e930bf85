"""The second night: what is new is found, what is known is left alone, and what may have changed is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.frontier.frontier import Frontier
from pipelines.memory.urls import KnownUrl
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate, Target
from tests.unit.frontier.newsroom import DAY, HOME, NOW, article, frontier, named, remembered, story, taken

SITEMAP = Candidate(HOME + "sitemap.xml", Source.SITEMAP, target=Target.SITEMAP)


def read_sitemap(crawl: Frontier, *listed: Candidate) -> None:
    crawl.offer(SITEMAP)
    assert crawl.take() is not None
    crawl.captured(SITEMAP.url)
    crawl.read(SITEMAP, listed, is_sitemap=True)


def test_what_the_archive_has_is_held_and_what_it_has_not_is_taken() -> None:
    crawl = frontier(remembered(article("old")))
    assert not crawl.offer(story("old", Source.FEED))
    assert crawl.offer(story("new", Source.FEED))
    assert taken(crawl) == ["new"]
    ledger = crawl.ledger(NOW, stopped=False)
    assert ledger.held == (f"{HOME}old",)
    assert ledger.expected_by == {f"{HOME}new": (Source.FEED,), f"{HOME}old": (Source.FEED,)}


def test_what_an_earlier_night_had_no_time_for_comes_before_what_is_looked_at_again() -> None:
    pending = KnownUrl(HOME + "left", None, "refused", due_at=NOW - DAY, expects_article=True)
    crawl = frontier(remembered(article("due", due_at=NOW), pending))
    crawl.begin()
    assert taken(crawl) == ["left", "due"]


def test_a_source_is_read_again_when_it_is_due_and_not_before() -> None:
    feed = KnownUrl(HOME + "feed", NOW - DAY, "requisite", target="feed", due_at=NOW)
    tired = KnownUrl(HOME + "tag/rain", NOW - DAY, "listing", due_at=NOW + DAY)
    crawl = frontier(remembered(feed, tired))
    crawl.begin()
    crawl.offer(named("tag/rain", Source.LINK))
    assert taken(crawl) == ["feed"]


def test_the_front_page_is_read_every_time() -> None:
    crawl = frontier(remembered(KnownUrl(HOME, NOW, "listing", due_at=NOW + DAY)))
    crawl.offer(Candidate(HOME, Source.SEED))
    visit = crawl.take()
    assert visit is not None
    assert visit.known is not None


def test_an_article_is_looked_at_sooner_when_a_source_says_that_it_changed() -> None:
    known = [article("edited", modified_at=NOW - 2 * DAY), article("same", modified_at=NOW - 2 * DAY)]
    crawl = frontier(remembered(*known))
    read_sitemap(
        crawl,
        story("edited", Source.SITEMAP, modified_at=NOW - DAY),
        story("same", Source.SITEMAP, modified_at=NOW - 2 * DAY),
    )
    assert taken(crawl) == ["edited"]
    assert crawl.ledger(NOW, stopped=False).claims == {f"{HOME}edited": NOW - DAY}


def test_what_one_source_says_of_a_change_is_heard_though_another_named_the_article_first() -> None:
    crawl = frontier(remembered(article("edited", modified_at=NOW - 2 * DAY)))
    crawl.offer(story("edited"))
    crawl.offer(story("edited", Source.FEED, modified_at=NOW - DAY))
    assert taken(crawl) == ["edited"]


def test_a_sitemap_that_says_of_everything_that_it_changed_is_tried_on_a_few() -> None:
    paths = [f"story-{number}" for number in range(200)]
    known = [article(path, published_at=NOW - number * DAY) for number, path in enumerate(paths)]
    crawl = frontier(remembered(*known))
    read_sitemap(crawl, *(story(path, Source.SITEMAP, modified_at=NOW) for path in reversed(paths)))
    assert taken(crawl) == [f"story-{number}" for number in range(75)]


def test_a_source_that_was_wrong_before_is_tried_on_fewer_and_can_win_its_trust_back() -> None:
    trust = {"claims": {"sitemap": [20, 0]}}
    paths = [f"story-{number}" for number in range(15)]
    crawl = frontier(remembered(*map(article, paths)), facts=trust)
    read_sitemap(crawl, *(story(path, Source.SITEMAP, modified_at=NOW) for path in paths))
    seen = []
    while (visit := crawl.take()) is not None:
        seen.append(visit.candidate.url)
        crawl.captured(visit.candidate.url, is_news=True)
    assert len(seen) == 10
    facts = crawl.ledger(NOW, stopped=False).facts
    assert facts["claims"] == {"sitemap": [30, 10]}
    again = frontier(remembered(*map(article, paths)), facts=facts)
    read_sitemap(again, *(story(path, Source.SITEMAP, modified_at=NOW) for path in paths))
    assert len(taken(again)) == 15


def test_what_a_sitemap_has_dropped_is_looked_at() -> None:
    memory = remembered(article("kept"), article("gone"), listed={SITEMAP.url: (f"{HOME}kept", f"{HOME}gone")})
    crawl = frontier(memory)
    read_sitemap(crawl, story("kept", Source.SITEMAP))
    assert taken(crawl) == ["gone"]
    assert crawl.ledger(NOW, stopped=False).dropped == (f"{HOME}gone",)


def test_what_a_sitemap_that_was_not_read_may_have_dropped_is_left_alone() -> None:
    crawl = frontier(remembered(article("gone"), listed={SITEMAP.url: (f"{HOME}gone",)}))
    crawl.offer(SITEMAP)
    assert taken(crawl) == ["sitemap.xml"]


def test_what_an_unchanged_sitemap_lists_is_expected_as_it_was() -> None:
    page = KnownUrl(f"{HOME}about", NOW - DAY, "listing", due_at=NOW + DAY)
    memory = remembered(article("kept"), page, listed={SITEMAP.url: (f"{HOME}kept", f"{HOME}about")})
    crawl = frontier(memory)
    crawl.offer(SITEMAP)
    assert taken(crawl) == ["sitemap.xml"]
    crawl.unchanged(SITEMAP)
    assert taken(crawl) == []
    ledger = crawl.ledger(NOW, stopped=False)
    assert ledger.expected_by == {f"{HOME}kept": (Source.SITEMAP,)}
    assert ledger.held == (f"{HOME}kept",)


def test_a_sitemap_that_dropped_nearly_all_is_taken_for_broken() -> None:
    paths = [f"story-{number}" for number in range(300)]
    memory = remembered(*map(article, paths), listed={SITEMAP.url: tuple(HOME + path for path in paths)})
    crawl = frontier(memory)
    read_sitemap(crawl, story("story-0", Source.SITEMAP))
    assert len(taken(crawl)) == 20


def test_when_urls_are_named_by_hand_they_alone_are_taken_due_or_not() -> None:
    crawl = frontier(remembered(article("named"), article("due", due_at=NOW - DAY)), looks_again=False)
    crawl.begin()
    crawl.offer(Candidate(HOME + "named", Source.SEED))
    assert taken(crawl) == ["named"]


def test_a_listing_is_left_at_the_first_page_that_shows_only_what_is_known() -> None:
    listing = named("sport", Source.LINK)
    crawl = frontier(remembered(*(article(f"old-{number}") for number in range(5))))
    crawl.offer(listing)
    assert taken(crawl) == ["sport"]
    pager = [named(f"sport/page/{number}", is_pagination=True) for number in (4, 2, 3)]
    crawl.read(listing, [story("new"), story("old-1"), *pager])
    assert taken(crawl) == ["new", "sport/page/2"]
    crawl.read(pager[1], [story("old-2"), story("old-3"), *pager])
    assert taken(crawl) == []
    assert crawl.ledger(NOW, stopped=False).unvisited == ()


def test_on_the_first_night_a_listing_is_read_to_its_end_though_a_feed_knows_its_beginning() -> None:
    crawl = frontier()
    for number in range(3):
        crawl.offer(story(f"story-{number}", Source.FEED))
    listing = named("sport", Source.LINK)
    crawl.offer(listing)
    taken(crawl)
    further = replace(named("sport/page/2", is_pagination=True), referrer=listing.url)
    crawl.read(listing, [*(story(f"story-{number}", depth=2) for number in range(3)), further])
    assert taken(crawl) == ["sport/page/2"]


def test_a_listing_that_shows_what_a_sitemap_listed_is_read_no_further() -> None:
    crawl = frontier()
    read_sitemap(crawl, *(story(f"story-{number}", Source.SITEMAP) for number in range(3)))
    listing = named("sport", Source.LINK)
    crawl.offer(listing)
    taken(crawl)
    crawl.read(
        listing,
        [*(story(f"story-{number}", depth=2) for number in range(3)), named("sport/page/2", is_pagination=True)],
    )
    assert taken(crawl) == []


def test_an_interface_that_lists_all_is_read_to_its_end() -> None:
    crawl = frontier()
    posts = named("wp-json/wp/v2/posts", Source.LINK, target=Target.REST)
    crawl.offer(posts)
    assert crawl.take() is not None
    crawl.captured(posts.url)
    further = named("wp-json/wp/v2/posts?page=2", Source.REST, target=Target.REST, is_pagination=True)
    crawl.read(posts, [story("a", Source.REST), further])
    assert taken(crawl) == ["a", "wp-json/wp/v2/posts?page=2"]


def test_the_next_page_that_was_not_reached_waits_for_another_night() -> None:
    crawl = frontier(max_pages=1)
    listing = named("sport", Source.LINK)
    crawl.offer(listing)
    taken(crawl)
    crawl.read(listing, [story("new"), named("sport/page/2", is_pagination=True)])
    ledger = crawl.ledger(NOW, stopped=False)
    assert {each.url.removeprefix(HOME): each.reason for each in ledger.unvisited} == {
        "new": Reason.PAGE_BUDGET,
        "sport/page/2": Reason.PAGE_BUDGET,
    }
    assert ledger.wanted[f"{HOME}sport/page/2"].is_pagination


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED])
def test_a_page_of_a_listing_that_was_not_had_ends_the_listing_for_tonight(outcome: Outcome) -> None:
    crawl = frontier()
    listing = named("sport", Source.LINK)
    crawl.offer(listing)
    taken(crawl)
    crawl.read(listing, [story("new"), *(named(f"sport/page/{number}", is_pagination=True) for number in (2, 3))])
    assert taken(crawl, answers=False) == ["new", "sport/page/2"]
    crawl.not_captured(f"{HOME}sport/page/2", NOW, outcome, Reason.TIMEOUT, None)
    crawl.captured(f"{HOME}new")
    assert taken(crawl) == []


def test_what_was_learnt_of_a_site_is_known_on_the_next_night() -> None:
    crawl = frontier()
    links = [named(f"story-{number}?visit=8f3ab2c1", Source.LINK) for number in range(8)]
    crawl.read(named("", Source.LINK), links)
    facts = crawl.ledger(NOW + timedelta(hours=1), stopped=False).facts
    again = frontier(facts=facts)
    again.offer(named("story-1?visit=77aa88bb"))
    assert taken(again) == ["story-1"]

"""What the spider makes of an answer: what the configuration does not want is left, what was learnt is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.spiders.reading import Reading
from pipelines.config import load_config
from pipelines.reasons import Source
from pipelines.values import Candidate, Page, Target

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOME = "https://news.example.org/"
LISTING = (
    '<html><head><link rel="alternate" type="application/rss+xml" href="/feed/">'
    '<link rel="https://api.w.org/" href="/wp-json/"></head><body><nav><a href="/sport/">Sport</a></nav>'
    + "".join(
        f'<h2><a href="/2026/11/the-story-number-{number}">The story number {number}</a></h2>' for number in "abc"
    )
    + '<a href="/sitemap.xml">Sitemap</a><a href="/page/2/" rel="next">Older</a></body></html>'
)
POSTS = (
    '[{"link": "https://news.example.org/2026/11/a", "date_gmt": "2026-11-21T10:00:00", "title": {"rendered": "A"}}]'
)


def read(reading: Reading, text: str, path: str = "", content_type: str = "text/html", **origin: Any) -> Any:
    candidate = Candidate(HOME + path, **{"via": Source.SEED, **origin})
    page = Page(HOME + path, text.encode(), NOW, headers=(("Content-Type", content_type),))
    return reading.read(page, candidate)


def reading(*options: str, facts: dict[str, object] | None = None) -> Reading:
    return Reading(load_config(HOME, overrides=options), facts or {})


def ways(found: Any) -> set[tuple[Target, Source]]:
    return {(each.target, each.via) for each in found.candidates}


@pytest.mark.parametrize(
    ("option", "gone"),
    [
        ("discover.feeds=false", (Target.FEED, Source.LINK)),
        ("discover.sitemaps=false", (Target.SITEMAP, Source.LINK)),
        ("discover.rest=false", (Target.REST, Source.LINK)),
        ("discover.listings=false", (Target.PAGE, Source.LISTING)),
        ("discover.links=false", (Target.PAGE, Source.LINK)),
    ],
)
def test_each_way_of_finding_articles_can_be_switched_off(option: str, gone: tuple[Target, Source]) -> None:
    every = ways(read(reading(), LISTING))
    assert gone in every
    assert ways(read(reading(option), LISTING)) == every - {gone}


def test_what_a_page_names_remembers_the_way_to_it() -> None:
    found = read(reading(), LISTING, hops="L")
    assert {each.hops for each in found.candidates} == {"LL"}


def test_a_sitemap_that_lists_all_is_told_from_one_that_lists_what_is_newest() -> None:
    plain = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://news.example.org/a</loc>{}</url></urlset>'
    news = (
        '<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><news:publication_date>2026-11-21'
        "</news:publication_date><news:title>A</news:title></news:news>"
    )
    assert read(reading(), plain.format(""), "sitemap.xml", "text/xml", target=Target.SITEMAP).is_sitemap
    assert not read(reading(), plain.format(news), "news.xml", "text/xml", target=Target.SITEMAP).is_sitemap


def test_an_interface_is_asked_what_changed_since_it_was_read_last() -> None:
    first = reading()
    found = read(first, POSTS, "wp-json/wp/v2/posts", "application/json", target=Target.REST, via=Source.LINK)
    assert [each.url for each in found.candidates] == [f"{HOME}2026/11/a"]
    again = reading(facts=first.facts)
    found = read(again, POSTS, "wp-json/wp/v2/posts", "application/json", target=Target.REST, via=Source.LINK)
    (since,) = [each for each in found.candidates if each.target is Target.REST]
    assert "modified_after=2026-11-22T03" in since.url
    assert since.via is Source.REST


def test_the_shapes_of_urls_are_learnt_over_nights() -> None:
    first = reading()
    for number in range(4):
        read(first, LISTING, f"rubric/{'abcd'[number]}/", via=Source.LINK)
    assert first.facts["shapes"]
    assert reading(facts=first.facts).facts["shapes"] == first.facts["shapes"]


@pytest.mark.parametrize("is_obeyed", [True, False])
def test_nofollow_is_obeyed_or_not_as_the_configuration_says(*, is_obeyed: bool) -> None:
    html = LISTING.replace("<head>", '<head><meta name="robots" content="nofollow">')
    found = read(reading(f"crawl.obey_nofollow={str(is_obeyed).lower()}"), html)
    assert any(each.expects_article for each in found.candidates) is not is_obeyed


def test_facts_that_are_damaged_are_as_none() -> None:
    assert reading(facts={"shapes": 7, "rest_read_at": ["no"]}).facts["shapes"] == {}


def test_an_earlier_reading_of_an_interface_is_kept_by_a_night_that_did_not_read_it() -> None:
    at = (NOW - timedelta(days=1)).isoformat()
    assert reading(facts={"rest_read_at": at}).facts["rest_read_at"] == at


def test_what_pages_of_a_shape_are_is_learnt_while_they_are_read() -> None:
    site = reading()
    listed = '<html><body><a href="/view.php?id=7">Ferry sinks</a></body></html>'
    assert not any(each.expects_article for each in read(site, listed).candidates)
    text = "".join(f"<p>{'It was a dark and stormy night at the harbour. ' * 9}{number}</p>" for number in range(4))
    story = f'<html><head><meta property="og:type" content="article"></head><body><h1>Ferry</h1>{text}</body></html>'
    for number in range(3):
        assert read(site, story, f"view.php?id={number}", via=Source.LINK).is_article
    assert [each.expects_article for each in read(site, listed).candidates] == [True]


def test_walls_do_not_make_the_nights_other_links_unlikely() -> None:
    site = reading()
    for number in range(3):
        read(site, "<html><body><p>Please sign in.</p></body></html>", f"2026/11/a-story-of-the-day-{number}")
    listed = '<html><body><a href="/2026/11/a-story-of-the-day-7">Ferry sinks</a></body></html>'
    assert [each.expects_article for each in read(site, listed).candidates] == [True]
    assert reading(facts=site.facts).facts["shapes"] == site.facts["shapes"] != {}

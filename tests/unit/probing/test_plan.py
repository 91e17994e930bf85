"""What is asked of a site, in which order, and when it is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.frontier.robots import Robots
from crawler.probing.plan import MAX_REQUESTS, SAMPLES, next_step, sections
from crawler.probing.visit import Purpose, Visit
from tests.unit.probing.looks import (
    HOME,
    STORIES,
    home,
    index,
    look,
    page,
    paths,
    sitemap,
    story,
    story_path,
    teasers,
)

ROBOTS = Robots(None, sitemaps=(f"{HOME}all.xml", f"{HOME}news.xml"))


def test_the_home_page_comes_first_and_without_it_nothing_follows() -> None:
    assert paths(look({})) == ["/"]
    assert paths(look({"/": page("/", "<title>Just a moment...</title>", 403)})) == ["/"]
    assert paths(look({"/": page("/", b"\x89PNG", kind="image/png")})) == ["/"]


def test_a_site_without_sources_is_seen_over_its_pages() -> None:
    town = home(more='<a rel="next" href="/town/page/2/">Older</a>')
    visits = look({"/": home(), "/town/": town, "/town/page/2/": home(), **STORIES})
    assert paths(visits) == [
        "/",
        "/sitemap.xml",
        *(story_path(number) for number in range(SAMPLES)),
        "/.well-known/tdmrep.json",
        "/town/",
        "/town/page/2/",
    ]


def test_articles_that_do_not_look_like_any_are_known_by_the_first_that_was_opened() -> None:
    links = "".join(f'<p><a href="/view.php?id={number}">Story {number}</a></p>' for number in range(9))
    answers = {"/": f"<html><body>{links}</body></html>", **{f"/view.php?id={n}": story(n) for n in range(9)}}
    visits = look(answers)
    assert paths(visits, "category") == ["/view.php?id=0"]
    assert paths(visits, "article") == [f"/view.php?id={number}" for number in range(1, SAMPLES)]
    assert sections(HOME, visits) == []


def test_news_sitemaps_come_first_and_their_newest_articles_are_the_samples() -> None:
    answers = {
        "/": home(),
        "/news.xml": sitemap(*(story_path(n) for n in (3, 4, 5)), news=True),
        "/all.xml": sitemap(*(story_path(n) for n in range(6))),
        **STORIES,
    }
    visits = look(answers, ROBOTS)
    assert paths(visits, "sitemap") == ["/news.xml", "/all.xml"]
    assert paths(visits, "article") == [story_path(n) for n in (3, 4, 5)]


def test_of_an_index_one_sitemap_of_articles_is_enough() -> None:
    answers = {
        "/": home(),
        "/sitemap.xml": index(*(f"/posts-{n}.xml" for n in range(9))),
        "/posts-0.xml": sitemap("/imprint/"),
        "/posts-1.xml": sitemap(*STORIES),
    }
    assert paths(look(answers), "sitemap") == ["/sitemap.xml", "/posts-0.xml", "/posts-1.xml"]


def test_feeds_that_pages_declare_are_asked_for_two_of_them() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/feed-{n}.xml">' for n in range(5))
    assert paths(look({"/": home(links)}), "feed") == ["/feed-0.xml", "/feed-1.xml"]


def test_a_content_interface_is_asked_once() -> None:
    link = '<link rel="https://api.w.org/" href="/wp-json/">'
    asked = paths(look({"/": home(link)}), "rest")
    assert len(asked) == 1
    assert asked[0].startswith("/wp-json/wp/v2/posts?")


def test_redirects_within_the_site_are_followed_and_others_are_not() -> None:
    moved = page("/", "", 301, Location="/en/")
    assert paths(look({"/": moved, "/en/": home()}))[:2] == ["/", "/en/"]
    assert paths(look({"/": page("/", "", 301, Location="https://other.example/")})) == ["/"]
    circle = {"/": page("/", "", 302, Location="/a"), "/a": page("/a", "", 302, Location="/")}
    assert paths(look(circle)) == ["/", "/a"]


def test_pages_that_turn_out_to_be_no_articles_are_made_up_for_up_to_five() -> None:
    broken = {story_path(number): page("", "", 500) for number in range(6)}
    assert len(paths(look({"/": home(), **broken}), "article")) == 5
    walled = {**STORIES, story_path(0): "<title>Sign in</title><form><input type=password></form>"}
    visits = look({"/": home(), **walled})
    assert len(paths(visits, "article")) == SAMPLES + 1
    assert sum(visit.is_article for visit in visits) == SAMPLES


def test_sections_are_what_articles_lie_below_and_what_stands_beside_a_section() -> None:
    links = "".join(f'<a href="{path}">Words</a>' for path in ("/about/", "/list/a/", "/list/b/", "/list/c/", "/x/y/"))
    answers = {"/": home(more=links), "/town/": page("", "", 404), "/list/a/": f"<html>{teasers(range(6))}"}
    visits = look(answers)
    assert paths(visits, "category") == ["/town/", "/list/a/"]
    assert [each.url.removeprefix(HOME) for each in sections(HOME, visits)][:4] == [
        "list/a/",
        "list/b/",
        "list/c/",
        "town/",
    ]


def test_sources_and_the_home_page_are_no_sections() -> None:
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    feed += '<a href="/feed/">RSS</a><a href="/?a=1">Home</a>'
    visits = look({"/": home(feed)})
    assert {each.url for each in sections(HOME, visits)} == {f"{HOME}town/", f"{HOME}imprint/"}


ANSWERS = st.sampled_from([
    home(), home(more="<a rel=next href='?page=2'>Next</a>"), next(iter(STORIES.values())), sitemap(*STORIES),
    index("/a.xml", "/b.xml", "/c.xml", "/d.xml"), page("", "", 500), page("", "", 302, Location="/else/"),
    page("", "", 302, Location="?again=1"), page("", b"{}", kind="application/json"), "",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_a_site_answers_a_look_ends_and_asks_nothing_twice(data: st.DataObject) -> None:
    visits = look(lambda path: home() if path == "/" else data.draw(ANSWERS, label=path), ROBOTS)
    assert len({visit.url for visit in visits}) == len(visits) <= MAX_REQUESTS


@pytest.mark.parametrize("failure", ["timeout", None])
def test_a_failure_is_passed_over(failure: str | None) -> None:
    visits: list[Visit] = look({"/": home()})[:1]
    step = next_step(HOME, visits)
    assert step is not None
    visits.append(Visit(step, None, failure=failure))
    following = next_step(HOME, visits)
    assert following is not None
    assert following.candidate.url != step.candidate.url
    assert following == replace(following, purpose=Purpose.ARTICLE)

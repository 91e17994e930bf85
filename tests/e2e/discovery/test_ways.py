"""Every way in which sites show their articles, each the only one: all articles are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.demo import Kind, serve
from crawler.demo.visits import disallowed, kinds
from tests.e2e.discovery.visitor import assert_found, crawl

SIZE = 40
MOST_IN_TRAPS = 10


@pytest.mark.parametrize(
    "vices",
    [
        ("only_listings",),
        ("only_sitemap",),
        ("more_posts_fragment",),
        ("more_posts_json",),
        ("more_posts_script",),
        ("rest", "only_sitemap", "no_sitemap"),
        ("article_numbers",),
        ("article_queries",),
        ("article_days",),
        ("article_numbers", "only_listings"),
        ("article_queries", "only_listings"),
        ("canonical_home",),
        ("canonical_other",),
        ("case_and_slashes", "only_listings"),
        ("no_validators",),
    ],
    ids="+".join,
)
def test_every_article_is_found_and_no_page_that_robots_txt_closes(tmp_path: Path, vices: tuple[str, ...]) -> None:
    with serve(size=SIZE, vices=vices) as server:
        night = crawl(server, tmp_path)
        assert_found(night.articles, server.truth())
    assert disallowed(night.hits) == []


@pytest.mark.parametrize("vice", ["session_query", "session_unknown", "session_parameter", "session_path"])
def test_sessions_in_every_link_hide_no_article_and_cost_no_page_twice(tmp_path: Path, vice: str) -> None:
    with serve(size=SIZE, vices=[vice, "only_listings"]) as server:
        night = crawl(server, tmp_path)
        assert_found(night.articles, server.truth())
    assert kinds(night.hits)[Kind.ARTICLE] <= SIZE + MOST_IN_TRAPS


@pytest.mark.parametrize("vice", ["consent_wall", "login_wall", "challenge"])
def test_a_wall_becomes_no_article_and_says_what_it_is(tmp_path: Path, vice: str) -> None:
    with serve(size=SIZE, vices=[vice]) as server:
        night = crawl(server, tmp_path, code=None)
        assert_found(night.articles, server.truth())
        open_ = {article.url for article in server.truth()}
    with serve(size=SIZE) as every:
        walled = {article.url.replace(every.url, server.url) for article in every.truth()} - open_
    reasons = night.reasons()
    assert {reasons[url] for url in walled} == {vice}


def test_soft_404_pages_become_no_articles(tmp_path: Path) -> None:
    with serve(size=SIZE, vices=["soft_404"]) as server:
        first = crawl(server, tmp_path)
        assert_found(first.articles, server.truth())
        server.set_day(2)
        second = crawl(server, tmp_path)
        told = server.events()
    assert set(told.new) <= set(second.written("new"))
    assert set(second.written("changed")) <= set(told.edited) | {new for _, new in told.moved}
    assert {second.reasons()[url] for url in told.removed} <= {"soft_404", None}

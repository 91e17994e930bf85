"""Sites that ask for manners, and sites that are ill: what they ask is kept to, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.demo import Kind, serve
from crawler.demo.vices.manners import CRAWL_DELAY_S
from crawler.demo.visits import kinds, shortest_gap_s, too_early
from tests.e2e.archive_view import manifests, pressarc
from tests.e2e.discovery.visitor import OPTIONS, assert_complete, crawl

SIZE = 30


@pytest.mark.parametrize("vice", ["busy_429", "busy_503"])
def test_a_busy_site_is_left_alone_as_long_as_it_asks_and_had_whole_in_the_end(tmp_path: Path, vice: str) -> None:
    with serve(size=SIZE, vices=[vice]) as server:
        night = crawl(server, tmp_path, code=None)
        assert_complete(night.articles, server.truth())
    assert kinds(night.hits)[Kind.BUSY] >= 1
    assert too_early(night.hits) == []


def test_the_crawl_delay_is_never_cut_short(tmp_path: Path) -> None:
    with serve(size=20, vices=["crawl_delay"]) as server:
        night = crawl(server, tmp_path)
        assert_complete(night.articles, server.truth())
    after_robots = [hit for hit in night.hits if hit.kind is not Kind.ROBOTS]
    assert shortest_gap_s(after_robots, over=5) > CRAWL_DELAY_S - 0.01


def test_a_slow_site_is_given_more_time_between_requests(tmp_path: Path) -> None:
    with serve(size=20, vices=["slow"]) as server:
        night = crawl(server, tmp_path)
        assert_complete(night.articles, server.truth())
    assert shortest_gap_s(night.hits[5:], over=5) > 0.15


def test_robots_txt_that_is_ill_closes_the_site_for_tonight(tmp_path: Path) -> None:
    with serve(size=20, vices=["robots_5xx"]) as server:
        night = crawl(server, tmp_path, code=None)
    assert set(kinds(night.hits)) == {Kind.ROBOTS}
    assert night.reasons()[server.url] == "robots_unreachable"


@pytest.mark.parametrize("vice", ["robots_404", "robots_moved"])
def test_robots_txt_that_is_missing_opens_the_site_and_one_that_moved_is_followed(tmp_path: Path, vice: str) -> None:
    with serve(size=SIZE, vices=[vice]) as server:
        night = crawl(server, tmp_path)
        assert_complete(night.articles, server.truth())
    assert any(hit.path.startswith("/private/") for hit in night.hits) == (vice == "robots_404")


@pytest.mark.parametrize("vice", ["down", "silent"])
def test_a_site_that_is_down_for_a_night_loses_nothing(tmp_path: Path, vice: str) -> None:
    with serve(size=SIZE) as server:
        first = crawl(server, tmp_path)
        assert_complete(first.articles, server.truth())
        server.set_day(2)
        server.set_vices(vice)
        pressarc("crawl", server.url, *OPTIONS, cwd=tmp_path)
        server.set_vices()
        third = crawl(server, tmp_path)
        told = server.events()
    runs = manifests(tmp_path / "archive", "demo")
    assert all(run["counts"]["articles"]["removed"] == 0 for run in runs[:-1])
    moved = {url for pair in told.moved for url in pair}
    assert set(third.written("new")) - moved == set(told.new)
    assert set(third.written("changed")) - moved == set(told.edited)
    assert set(third.written("removed")) - moved == set(told.removed)


@pytest.mark.parametrize(
    ("vice", "option"),
    [
        ("nofollow_links", "crawl.obey_nofollow"),
        ("nofollow_meta", "crawl.obey_nofollow"),
        ("nofollow_header", "crawl.obey_x_robots_tag"),
    ],
)
def test_nofollow_is_obeyed_unless_the_setting_says_otherwise(tmp_path: Path, vice: str, option: str) -> None:
    with serve(size=SIZE, vices=[vice, "only_listings"]) as server:
        obeyed = crawl(server, tmp_path / "obeyed", code=None)
        assert obeyed.articles == []
        followed = crawl(server, tmp_path / "followed", "--set", f"{option}=false")
        assert_complete(followed.articles, server.truth())

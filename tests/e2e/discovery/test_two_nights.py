"""A site of 200 articles on two nights: everything is found, for hardly more requests than there are articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.demo import DemoServer, Kind, serve
from crawler.demo.visits import answered_anew, asked_twice, disallowed, kinds, shortest_gap_s, too_early
from tests.e2e.discovery.visitor import Night, assert_complete, assert_verified, crawl

SIZE, SMALLER = 200, 120
MOST_REQUESTS_AN_ARTICLE = 1.25
MOST_ANSWERED_ANEW = 60


@dataclass(frozen=True)
class TwoNights:
    server: DemoServer
    folder: Path
    first: Night
    second: Night
    before: dict[str, str]
    """URL → text of every article of the first night's truth."""


@pytest.fixture(
    scope="module",
    params=[((), SIZE), (("changing_sidebar",), SMALLER), (("lying_lastmod",), SIZE)],
    ids=["plain", "sidebar", "lastmod"],
)
def nights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNights]:
    folder = tmp_path_factory.mktemp("demo")
    vices, size = request.param
    with serve(size=size, vices=vices) as server:
        before = {article.url: article.text for article in server.truth()}
        first = crawl(server, folder)
        assert_complete(first.articles, server.truth())
        server.set_day(2)
        yield TwoNights(server, folder, first, crawl(server, folder), before)


def test_the_first_night_costs_little_more_than_a_request_an_article(nights: TwoNights) -> None:
    assert len(nights.first.hits) <= MOST_REQUESTS_AN_ARTICLE * len(nights.before), kinds(nights.first.hits)
    assert asked_twice(nights.first.hits) == {}


def test_both_nights_are_polite(nights: TwoNights) -> None:
    for night in (nights.first, nights.second):
        assert disallowed(night.hits) == []
        assert too_early(night.hits) == []
        assert shortest_gap_s(night.hits, over=20) > 0.02 - 0.0025  # of robots.txt
        assert kinds(night.hits)[Kind.TRAP] == 0


def test_every_article_that_sources_named_has_one_outcome_and_the_manifest_says_how_many_were_had(
    nights: TwoNights,
) -> None:
    counted = Counter(line["url"] for line in nights.first.outcomes)
    assert {counted[url] for url in nights.before} == {1}
    assert {nights.first.outcome(url) for url in nights.before} == {"article"}
    assert "sitemap" in nights.first.manifest["counts"]["coverage"]


def test_the_second_night_finds_all_that_is_new_edited_removed_and_moved(nights: TwoNights) -> None:
    told, second = nights.server.events(), nights.second
    ((old, new),) = told.moved
    assert second.outcome(old) == "moved"
    assert {url: second.outcome(url) for url in told.removed} == dict.fromkeys(told.removed, "removed")
    about_the_move = {old, new}
    assert set(second.written("new")) - about_the_move == set(told.new)
    assert set(second.written("changed")) - about_the_move == set(told.edited)
    assert set(second.written("removed")) - about_the_move == set(told.removed)


def test_no_unchanged_article_is_written_again(nights: TwoNights) -> None:
    told = nights.server.events()
    meant = {*told.new, *told.edited, *told.removed, *(url for pair in told.moved for url in pair)}
    assert {line["url"] for line in nights.second.articles} <= meant
    assert max(Counter(line["url"] for line in nights.second.articles).values()) == 1


def test_new_and_edited_articles_say_what_the_site_says_today(nights: TwoNights) -> None:
    truth = {article.url: article for article in nights.server.truth()}
    written = [line for line in nights.second.articles if line["event"] in ("new", "changed")]
    assert [line["url"] for line in written if line["text"] != truth[line["url"]].text] == []
    edited = [line for line in written if line["url"] in nights.server.events().edited]
    assert {line["revision"] for line in edited} == {2}


def test_the_second_night_costs_few_requests_that_are_answered_anew(nights: TwoNights) -> None:
    anew = answered_anew(nights.second.hits)
    assert len(anew) <= MOST_ANSWERED_ANEW, kinds(anew)


def test_every_article_that_was_there_yesterday_or_is_today_has_one_outcome(nights: TwoNights) -> None:
    counted = Counter(line["url"] for line in nights.second.outcomes)
    expected = nights.before.keys() | {article.url for article in nights.server.truth()}
    assert {url: counted[url] for url in expected if counted[url] != 1} == {}
    touched = {line["url"] for line in nights.second.articles}
    told = nights.server.events()
    quiet = nights.before.keys() - touched - {url for pair in told.moved for url in pair}
    assert {nights.second.outcome(url) for url in quiet} <= {"held", "unchanged"}


def test_the_archive_of_both_nights_verifies(nights: TwoNights) -> None:
    assert_verified(nights.folder)


def test_a_night_on_which_nothing_changed_costs_next_to_nothing_and_still_accounts_for_every_article(
    tmp_path: Path,
) -> None:
    with serve(size=30) as server:
        first, second = crawl(server, tmp_path), crawl(server, tmp_path)
        listed = {article.url for article in server.truth()}
    assert {hit.path for hit in answered_anew(second.hits)} == {"/robots.txt", "/.well-known/tdmrep.json"}
    assert second.articles == []
    assert {second.outcome(url) for url in listed} <= {"held", "unchanged"}
    coverage = second.manifest["counts"]["coverage"]["sitemap"]
    assert coverage == first.manifest["counts"]["coverage"]["sitemap"]

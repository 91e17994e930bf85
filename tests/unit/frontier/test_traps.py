"""Mazes are told by counting, and the pages of articles are never taken for one."""

from __future__ import annotations

from itertools import count

import pytest

from crawler.frontier.traps import FRUITLESS, Traps, is_endless, kinds, variant_of
from pipelines.reasons import Reason, Source
from tests.unit.frontier.newsroom import HOME, NOW, frontier, named, story, taken


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/tag/rain", ("/tag/*", "**/rain")),
        ("/author/ada-quill/", ("/author/*", "**/ada-quill")),
        ("/about", ("/about",)),
        ("/calendar/2026/11/", ("/calendar/#",)),
        ("/calendar/2026/11/22", ("/calendar/#",)),
        ("/2026/11/22/the-storm-of-the-year", ("/#/~",)),
        ("/2026/11/22/the-storm-of-the-year/amp/", ("/#/~/amp", "**/amp")),
        ("/a/8f3ab2c1d0", ("/a/#",)),
        ("/section/sport?sort=new&color=red", ("/section/**?*", "*?color&sort")),
        ("/author/ada-maria-quill?view=grid", ("/author/**?*", "*?view")),
        ("/2026/11/the-storm-of-the-year?print=1", ("/#/**?*", "*?print")),
        ("/?p=17", ("/*?*", "*?p")),
    ],
)
def test_a_url_belongs_to_kinds_that_its_shape_gives(url: str, expected: tuple[str, ...]) -> None:
    assert kinds(f"https://news.example.org{url}") == expected


def test_a_kind_is_closed_after_so_many_fruitless_visits_and_one_fruitful_visit_opens_the_count_anew() -> None:
    traps = Traps()
    for number in range(FRUITLESS - 1):
        traps.note(f"{HOME}tag/{'abc'[number]}", fruitful=False)
    traps.note(f"{HOME}tag/d", fruitful=True)
    for word in ("e", "f"):
        traps.note(f"{HOME}tag/{word}", fruitful=False)
    assert traps.closed(f"{HOME}tag/h") is None
    traps.note(f"{HOME}tag/g", fruitful=False)
    assert "/tag/*" in (traps.closed(f"{HOME}tag/h") or "")
    assert traps.closed(f"{HOME}author/h") is None


def test_days_that_show_articles_of_their_own_are_no_calendar_without_end() -> None:
    traps = Traps()
    for day in range(10, 20):
        traps.note(f"{HOME}2026/11/{day}/", fruitful=False, shown={f"{day}/a", "beside"})
    assert traps.closed(f"{HOME}2026/11/20/") is None
    for day in range(20, 20 + FRUITLESS):
        traps.note(f"{HOME}2026/11/{day}/", fruitful=False, shown={"beside"})
    assert traps.closed(f"{HOME}2026/11/25/") is not None


def test_what_looks_like_an_article_takes_twice_as_much_to_be_given_up() -> None:
    traps = Traps()
    traps.note(f"{HOME}news/?sort=new", fruitful=False, is_variant=True)
    assert traps.closed(f"{HOME}news/?sort=old") is not None
    assert traps.closed(f"{HOME}news/?sort=old", expects_article=True) is None
    traps.note(f"{HOME}news/?sort=old", fruitful=False, is_variant=True)
    assert traps.closed(f"{HOME}news/?sort=old", expects_article=True) is not None


def test_what_one_night_closed_the_next_one_tries_once() -> None:
    traps = Traps(["/tag/*"])
    assert traps.closed(f"{HOME}tag/a") is None
    traps.note(f"{HOME}tag/a", fruitful=False)
    assert traps.closed(f"{HOME}tag/b") is not None
    assert traps.closed_kinds == ["/tag/*"]


@pytest.mark.parametrize("path", ["more/more/more/", "a/b/a/b/a/b/", "/".join("abcdefghijklm")])
def test_a_path_that_goes_round_in_circles_is_endless(path: str) -> None:
    assert is_endless(HOME + path)
    assert not is_endless(f"{HOME}2026/11/22/more/news/more")


@pytest.mark.parametrize(
    "make", [lambda n: f"calendar/{2000 + n // 12}/{n % 12 + 1}", lambda n: f"list?a={n}&b={n % 3}"]
)
def test_an_endless_maze_ends_after_a_few_requests_and_says_why(make: object) -> None:
    crawl = frontier(max_depth=100)
    numbers = count()
    start = named(make(next(numbers)), Source.LINK)  # type: ignore[operator]
    crawl.offer(start)
    visited = 0
    while (visit := crawl.take()) is not None and visited < 100:
        visited += 1
        crawl.captured(visit.candidate.url)
        more = [named(make(next(numbers)), Source.LINK) for _ in range(5)]  # type: ignore[operator]
        crawl.read(visit.candidate, more)
    assert visited <= 10
    ledger = crawl.ledger(NOW, stopped=False)
    assert {each.reason for each in ledger.unvisited} == {Reason.TRAP}
    assert all("led to nothing new" in (each.detail or "") for each in ledger.unvisited)


def test_pages_that_are_copies_of_a_known_one_are_fruitless() -> None:
    crawl = frontier()
    crawl.offer(story("the-storm"))
    taken(crawl)
    replies = [named(f"the-storm?replytocom={number}", Source.LINK) for number in range(10)]
    seen = 0
    for reply in replies:
        crawl.offer(reply)
    while (visit := crawl.take()) is not None:
        seen += 1
        crawl.captured(visit.candidate.url)
        is_repeat = crawl.is_known_elsewhere(f"{HOME}the-storm", visit.candidate)
        crawl.read(visit.candidate, (), is_article=True, is_repeat=is_repeat)
    assert seen == 1  # of what only adds something to a known page, one says enough


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("/a?b=1", "/a"),
        ("/the-storm/amp/", "/the-storm/"),
        ("/the-storm", None),
        ("/the-storm/2", None),
        ("/", None),
    ],
)
def test_a_variant_adds_a_query_or_a_word_to_another_address(url: str, base: str | None) -> None:
    home = HOME.rstrip("/")
    assert variant_of(home + url) == (None if base is None else home + base)


def test_a_canonical_link_that_all_articles_share_is_not_believed() -> None:
    crawl = frontier()
    crawl.offer(story("the-newest"))
    taken(crawl)
    verdicts = [crawl.is_known_elsewhere(f"{HOME}the-newest", story(f"quite-another-{number}")) for number in range(6)]
    assert verdicts[-1] is False
    assert crawl.is_known_elsewhere(None, story("quite-another")) is False


def test_what_a_feed_or_a_sitemap_names_is_never_a_trap() -> None:
    crawl = frontier()
    for number in range(FRUITLESS):
        page = named(f"photo/word{'abc'[number]}", Source.LINK)
        crawl.offer(page)
        taken(crawl)
        crawl.read(page, ())
    assert not crawl.offer(named("photo/wordd", Source.LINK))
    assert crawl.offer(story("photo/worde", Source.FEED))
    assert taken(crawl) == ["photo/worde"]

"""Templates of URLs, and what a site's own pages teach about them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.found import FoundKind
from crawler.discovery.learnt import MAX_SHAPES, LearntShapes, shape
from crawler.discovery.links import SeenLink
from crawler.discovery.shapes import is_article_link

HOST = "https://news.example.org"


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/", "/"),
        ("", "/"),
        ("/politics", "/word"),
        ("/politics/", "/word"),
        ("/Politics/europe", "/politics/word"),
        ("/tag/harbour-bridge", "/tag/word"),
        ("/politics/council-votes-on-bridge", "/politics/words"),
        ("/politics/council-votes-on-bridge.html", "/politics/words.html"),
        ("/politics/council-votes-on-bridge-1234567", "/politics/words-N"),
        ("/2026/11/20/council-votes/", "/YYYY/MM/DD/word"),
        ("/2026/11/", "/YYYY/MM"),
        ("/news/2026-11-20/bridge", "/news/DATE/word"),
        ("/story/1234567", "/story/N"),
        ("/news/articles/c0ffee123456", "/news/word/ID"),
        ("/a/0f8fad5b-d9cb-469f-a165-70867728950e", "/a/ID"),
        ("/politics/page/2/", "/politics/word/N"),
        ("/?p=12&b=1&p=3", "/?b&p"),
        ("/politika/%D1%81%D0%BE%D0%B2%D0%B5%D1%82", "/politika/words"),
    ],
)
def test_a_template_keeps_the_section_and_makes_the_rest_general(path: str, template: str) -> None:
    assert shape(HOST + path) == template


def link(path: str, text: str = "") -> SeenLink:
    return SeenLink(HOST + path, text, frozenset(), is_heading=False)


def test_shapes_of_articles_are_learnt() -> None:
    learnt = LearntShapes().with_pages((f"{HOST}/s/{word}", FoundKind.ARTICLE) for word in ("a", "b", "c"))
    assert not is_article_link(link("/s/bridge"))
    assert is_article_link(link("/s/bridge"), learnt)
    assert not is_article_link(link("/t/bridge"), learnt)


def test_shapes_of_listings_are_learnt_and_do_not_outvote_plain_evidence() -> None:
    learnt = LearntShapes().with_pages(
        (f"{HOST}/topic/{word}-of-the-year", FoundKind.LISTING) for word in ("song", "book", "dish")
    )
    assert is_article_link(link("/topic/man-of-the-year"))
    assert not is_article_link(link("/topic/man-of-the-year"), learnt)
    told = SeenLink(f"{HOST}/topic/man-of-the-year", "He is the man of this year", frozenset(), is_heading=True)
    assert is_article_link(told, learnt)


def test_articles_told_by_a_parameter_are_learnt() -> None:
    learnt = LearntShapes().with_pages((f"{HOST}/?p={number}", FoundKind.ARTICLE) for number in range(3))
    assert is_article_link(link("/?p=9"), learnt)
    assert not is_article_link(link("/"), learnt)


def test_few_pages_or_mixed_ones_teach_nothing() -> None:
    two = LearntShapes().with_pages([(f"{HOST}/s/a", FoundKind.ARTICLE), (f"{HOST}/s/b", FoundKind.ARTICLE)])
    assert two.verdict(f"{HOST}/s/c") is None
    kinds = (FoundKind.ARTICLE, FoundKind.LISTING, FoundKind.PAGE, FoundKind.ARTICLE)
    mixed = LearntShapes().with_pages((f"{HOST}/s/{number}x", kind) for number, kind in enumerate(kinds))
    assert mixed.verdict(f"{HOST}/s/c") is None


def test_what_is_no_page_counts_for_nothing() -> None:
    assert LearntShapes().with_pages([(f"{HOST}/feed/", FoundKind.FEED), (f"{HOST}/x", FoundKind.NOTHING)]).counts == {}


def test_pages_add_to_what_was_known_and_leave_it_as_it_was() -> None:
    one = LearntShapes().with_pages([(f"{HOST}/s/a", FoundKind.ARTICLE)])
    two = one.with_pages([(f"{HOST}/s/b", FoundKind.LISTING)])
    assert (one.to_dict(), two.to_dict()) == ({"/s/word": [1, 0, 0]}, {"/s/word": [1, 1, 0]})


def test_no_more_shapes_are_kept_than_are_useful() -> None:
    pages = [(f"{HOST}/s{number}/a", FoundKind.ARTICLE) for number in range(MAX_SHAPES + 50)]
    learnt = LearntShapes().with_pages([*pages, (f"{HOST}/t/a", FoundKind.ARTICLE), (f"{HOST}/t/b", FoundKind.ARTICLE)])
    assert len(learnt.counts) == MAX_SHAPES
    assert learnt.counts["/t/word"].article == 2


URLS = st.from_regex(r"https://e\.org(?:/[a-z0-9.%-]{0,9}){0,4}(?:\?[a-z]=\d)?", fullmatch=True)


@given(st.lists(st.tuples(URLS, st.sampled_from(FoundKind))))
def test_what_was_learnt_survives_being_stored(pages: list[tuple[str, FoundKind]]) -> None:
    learnt = LearntShapes().with_pages(pages)
    assert LearntShapes.from_dict(json.loads(json.dumps(learnt.to_dict()))) == learnt


@pytest.mark.parametrize("stored", [None, [], {"/a": None}, {"/a": [1]}, {"/a": [1, 2, "3"]}, {"/a": [1, -2, 3]}])
def test_what_cannot_be_understood_is_forgotten(stored: object) -> None:
    assert LearntShapes.from_dict(stored) == LearntShapes()


@given(st.text(max_size=40))
def test_every_string_has_a_shape(url: str) -> None:
    assert shape(url).startswith("/")
    assert shape("https://e.org/" + url).startswith("/")

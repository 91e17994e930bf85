from __future__ import annotations

import pytest

from pipelines.page import classify as classify_module
from pipelines.page.blocks import blocks_of
from pipelines.page.classify import Kind, classify
from pipelines.page.facts import read_facts
from pipelines.page.tree import body_of, parse

RUNNING = (
    "<p>The harbour council voted on Tuesday evening to keep the old ferry in service through the winter, "
    "after residents had filled the hall and spoken for three hours.</p>"
)
TEASERS = "".join(
    f'<li><h3><a href="/2026/11/story-number-{n}/">Story number {n} of many</a></h3><p>A sentence of some length that '
    "says what this particular story is going to be about, and why.</p></li>"
    for n in range(12)
)
ARTICLE_META = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-20">'
)


def kind(url: str, body: str, head: str = "") -> Kind:
    root = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    return classify(root, read_facts(root, url), blocks_of(body_of(root))).kind


@pytest.mark.parametrize(
    ("url", "body", "head", "expected"),
    [
        ("https://a.example/", RUNNING * 9, ARTICLE_META, Kind.LISTING),
        ("https://a.example/news/", f"<ul>{TEASERS}</ul>", "", Kind.LISTING),
        ("https://a.example/tag/ferry/", f"<ul>{TEASERS}</ul>", "", Kind.LISTING),
        ("https://a.example/author/ana-diaz/", f"<p>Ana writes.</p><ul>{TEASERS}</ul>", "", Kind.LISTING),
        ("https://a.example/news/page/3/", f"<ul>{TEASERS}</ul>", ARTICLE_META, Kind.LISTING),
        ("https://a.example/?s=ferry", f"<ul>{TEASERS}</ul>", "", Kind.LISTING),
        ("https://a.example/2026/11/ferry-stays-in-service/", RUNNING, "", Kind.ARTICLE),
        ("https://a.example/ferry", RUNNING, ARTICLE_META, Kind.ARTICLE),
        ("https://a.example/ferry-stays-in-service-48213", RUNNING * 8 + f"<ul>{TEASERS}</ul>", "", Kind.ARTICLE),
        ("https://a.example/ferry", RUNNING * 2 + f"<ul>{TEASERS}</ul>", ARTICLE_META, Kind.ARTICLE),
        ("https://a.example/contact/", "<p>Write to us at the harbour.</p>", "", Kind.OTHER),
        ("https://a.example/imprint/", RUNNING, "", Kind.OTHER),
    ],
)
def test_a_page_is_known_by_its_structure_its_url_and_what_it_says(
    url: str, body: str, head: str, expected: Kind
) -> None:
    assert kind(url, body, head) is expected


def test_teasers_without_headings_make_a_listing_and_related_links_do_not() -> None:
    teasers = "".join(
        f'<div><a href="/story-{n}"><img src="/{n}.jpg"><span>Story number {n} of many</span></a><p>A sentence of some '
        "length that says what this particular story is going to be about, and why.</p></div>"
        for n in range(12)
    )
    assert kind("https://a.example/region/", teasers) is Kind.LISTING
    assert kind("https://a.example/ferry", RUNNING * 8 + teasers) is Kind.ARTICLE


def test_a_collection_of_dated_articles_is_a_listing() -> None:
    graph = '<script type="application/ld+json">{"@type":"CollectionPage"}</script>'
    assert kind("https://a.example/town-news-of-the-week/", f"<ul>{TEASERS}</ul>", graph) is Kind.LISTING


def test_the_articles_of_a_listing_do_not_make_it_an_article() -> None:
    items = '<script type="application/ld+json">[{"@type":"NewsArticle","url":"/2026/11/story-number-1/"}]</script>'
    assert kind("https://a.example/news/", f"<ul>{TEASERS}</ul>", items) is Kind.LISTING


@pytest.mark.parametrize(
    ("path", "is_shaped"),
    [
        ("/2026/11/storm", True),
        ("/2026/11/22/storm", True),
        ("/2026/11/22/7-days", True),
        ("/calendar/2026/11/22/", False),
        ("/2026/11/", False),
    ],
)
def test_words_below_a_date_are_the_address_of_an_article_and_the_date_alone_is_not(
    path: str, *, is_shaped: bool
) -> None:
    assert bool(classify_module._ARTICLE_URL.search(path)) is is_shaped

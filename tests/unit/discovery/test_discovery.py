"""What a captured page says about where articles are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.discovery.answers import read_answer
from crawler.discovery.links import SeenLink, page_links
from pipelines.page.tree import MAX_HTML_BYTES
from pipelines.reasons import Source
from pipelines.values import Candidate, Page
from tests.unit.discovery.answers import HOST, read, urls
from tests.unit.publish.nights import HOME, article_page, home_page, url_of

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def links(body: str, url: str = f"{HOME}section/") -> list[SeenLink]:
    return page_links(html.document_fromstring(f"<html><body>{body}</body></html>"), url)


def test_links_are_absolute_and_in_the_order_of_the_page() -> None:
    found = links('<a href="b">B</a><a href="/a"> The \n <i>A</i> </a><a href="//other.example.org/c">C</a>')
    assert [(each.url, each.text) for each in found] == [
        (f"{HOME}section/b", "B"),
        (f"{HOME}a", "The A"),
        ("https://other.example.org/c", "C"),
    ]


@pytest.mark.parametrize(
    "anchor",
    [
        "<a>no address</a>",
        '<a href="">x</a>',
        '<a href="mailto:desk@example.org">x</a>',
        '<a href="javascript:void(0)">x</a>',
        '<a href="http://[broken">x</a>',
        '<a href="/a" rel="nofollow">x</a>',
        '<a href="/a" rel="external NoFollow">x</a>',
        '<a href="/picture.JPG">x</a>',
        '<a href="/report.pdf?download=1">x</a>',
        '<a href="/feed.xml">x</a>',
        '<a href="/clip.mp4">x</a>',
        '<link rel="stylesheet" href="/a">',
        '<link rel="canonical" href="/a">',
    ],
)
def test_what_leads_to_no_page_is_no_link(anchor: str) -> None:
    assert links(anchor) == []


@pytest.mark.parametrize("path", ["/a.html", "/a.php", "/v1.2/a", "/index.aspx", "/the-mp3", "/a?file=x.pdf"])
def test_what_may_be_a_page_is_a_link(path: str) -> None:
    assert [each.url for each in links(f'<a href="{path}">x</a>')] == [HOME.rstrip("/") + path]


def test_of_several_links_to_one_url_the_most_telling_words_and_place_are_kept() -> None:
    (found,) = links(
        '<a href="/a"><img></a><h2><a href="/a?utm_source=home">A headline of words</a></h2><a href="/a#c">12</a>'
    )
    assert (found.url, found.text, found.is_heading) == (f"{HOME}a", "A headline of words", True)


@pytest.mark.parametrize(
    ("body", "is_heading"),
    [
        ('<h3><a href="/a">x</a></h3>', True),
        ('<h2><span><b><a href="/a">x</a></b></span></h2>', True),
        ('<a href="/a"><div><h4>x</h4></div></a>', True),
        ('<h2>Section</h2><a href="/a">x</a>', False),
        ('<h2><div><div><div><a href="/a">x</a></div></div></div></h2>', False),
    ],
)
def test_an_anchor_is_a_headline_if_it_is_in_a_heading_or_holds_one(body: str, *, is_heading: bool) -> None:
    assert links(body)[0].is_heading is is_heading


def test_a_base_element_moves_relative_links() -> None:
    tree = html.document_fromstring('<html><head><base href="/other/"></head><body><a href="a">x</a></body></html>')
    assert [each.url for each in page_links(tree, HOME)] == [f"{HOME}other/a"]


def page(body: bytes, url: str = HOME) -> Page:
    return Page(url, body, NOW, headers=(("Content-Type", "text/html; charset=utf-8"),))


def discover(shown: Page, depth: int) -> list[Candidate]:
    return list(read_answer(shown, Candidate(shown.url, Source.SEED, depth=depth)).candidates)


def test_a_listing_names_articles_listings_and_its_further_pages() -> None:
    body = (
        f'<html><body><h2><a href="{url_of("bakery")}">The bakery opens its doors again</a></h2>'
        '<a href="/politics">Politics</a><a href="/page/2/">Older</a></body></html>'
    ).encode()
    article, listing, further = discover(page(body), 1)
    assert (article.url, article.via, article.depth, article.expects_article) == (
        url_of("bakery"),
        Source.LISTING,
        2,
        True,
    )
    assert (listing.url, listing.via, listing.depth, listing.expects_article) == (
        f"{HOME}politics",
        Source.LINK,
        2,
        False,
    )
    assert (further.via, further.depth, further.is_pagination) == (Source.LISTING, 1, True)
    assert {each.referrer for each in (article, listing, further)} == {HOME}


def test_an_article_names_other_articles_and_expects_nothing() -> None:
    body = article_page("bakery").replace(
        b"<footer>", f'<a href="{url_of("quarry")}">x</a><a href="/tag/bread">bread</a><footer>'.encode()
    )
    found = [each for each in discover(page(body, url_of("bakery")), 1) if each.url != url_of("bakery")]
    assert [(each.url, each.via, each.depth, each.expects_article) for each in found] == [
        (url_of("quarry"), Source.LINK, 2, False)
    ]


def test_every_teaser_of_a_home_page_is_expected_to_be_an_article() -> None:
    topics = ("bakery", "quarry", "tramway")
    found = discover(page(home_page(topics)), 0)
    assert [each.url for each in found if each.expects_article] == [url_of(topic) for topic in topics]


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"<html>" + b" " * MAX_HTML_BYTES])
def test_what_cannot_be_read_names_nothing(body: bytes) -> None:
    assert discover(page(body), 0) == []


@given(st.text(alphabet="<>/ahref=\"' h2&#;\\u0", max_size=60))
def test_no_markup_stops_the_crawl(body: str) -> None:
    discover(page(body.encode()), 0)


def test_an_article_does_not_name_itself_under_the_address_it_gives_itself() -> None:
    body = (
        '<link rel="canonical" href="/2026/11/the-ferry-sails-again"><script type="application/ld+json">'
        '{"@type": "NewsArticle", "url": "https://news.example.org/2026/11/the-ferry-sails-again"}</script><article>'
        f"<h1>The ferry sails again</h1><p>{'Words of the article, one after another. ' * 30}</p></article>"
    )
    assert urls(read(body, "/s-8f3ab2/2026/11/the-ferry-sails-again")) == []


REFRESH = '<html><head><meta http-equiv="refresh" content="{}"></head><body><a href="/about">About</a></body></html>'


def test_a_page_that_leads_on_by_itself_is_a_redirect() -> None:
    (only,) = read(REFRESH.format("0; url=/en/home.html"), "/").candidates
    assert (only.url, only.via, only.redirects, only.depth) == (f"{HOST}/en/home.html", Source.REDIRECT, 1, 0)


@pytest.mark.parametrize("content", ["300", "300; url=/late", "0; url=/"])
def test_a_page_that_is_only_loaded_anew_is_none(content: str) -> None:
    assert [each.via for each in read(REFRESH.format(content), "/").candidates] == [Source.LINK]

"""URL shapes as content systems make them, in several languages: articles, listings, further pages."""

from __future__ import annotations

import pytest

from crawler.discovery.links import SeenLink
from crawler.discovery.shapes import is_article_link, is_page_of

HOST = "https://news.example.org"


def link(path: str, text: str = "", *, rel: str = "", is_heading: bool = False) -> SeenLink:
    return SeenLink(HOST + path, text, frozenset(rel.split()), is_heading)


ARTICLES = (
    # the headline's words
    "/politics/council-votes-on-harbour-bridge",
    "/council-votes-on-harbour-bridge/",
    "/news/uk-12345678-council-votes",
    "/stadt/brücke-am-hafen-wird-gesperrt.html",
    "/politique/le-conseil-vote-sur-le-pont_6123456_823448.html",
    "/politica/el-consejo-vota-sobre-el-puente.html",
    "/kultur/artikel/neues-museum-oeffnet-im-fruehjahr-a-1234567.html",
    "/article/rada-miasta-glosuje-nad-mostem-w-porcie",
    "/news/2026-11-20-council-votes-on-bridge",
    # a date and something after it
    "/2026/11/20/council-votes/",
    "/2026/11/council-votes",
    "/2026/nov/20261120/bridge-vote",
    "/nachrichten/20261120/bruecke",
    "/world/2026-11-20/bridge",
    # a number and words around it
    "/story/bridge-vote-today-1234567",
    "/sport/fussball/hsv-gewinnt-derby-23456789.html",
    # not Latin
    "/politika/совет-проголосовал-за-новый-мост",
    "/politika/%D1%81%D0%BE%D0%B2%D0%B5%D1%82-%D0%B7%D0%B0-%D0%BD%D0%BE%D0%B2%D1%8B%D0%B9-%D0%BC%D0%BE%D1%81%D1%82",
    "/2026/11/20/مجلس-المدينة-يصوت",
)

HEADLINES = (
    # where the address says little, the anchor does
    ("/articles/1234567", "Council votes on new bridge today"),
    ("/a/98765", "Rat stimmt über neue Brücke ab"),
    ("/news/articles/c0ffee123456", "Council votes on the new bridge"),
    ("/news/123456.html", "市議会は新しい橋について投票した"),
    ("/node/12345", "สภาเมืองลงมติเรื่องสะพานใหม่"),
)

LISTINGS = (
    "/",
    "",
    "/politics",
    "/politics/",
    "/world/europe",
    "/sport/football",
    "/tag/harbour",
    "/tag/harbour-bridge",
    "/category/local-news/",
    "/author/ada-quill",
    "/autor/ada-quill/",
    "/about",
    "/kontakt",
    "/impressum.html",
    "/privacy-policy",
    "/2026/",
    "/2026/11/",
    "/2026/11/20/",
    "/2026/11/20",
    "/archive/2026/11",
    "/search",
    "/page/2/",
    "/politics/page/3",
    "/?p=2",
)


@pytest.mark.parametrize("path", ARTICLES)
def test_the_address_of_an_article_is_known_by_its_shape(path: str) -> None:
    assert is_article_link(link(path))


@pytest.mark.parametrize(("path", "text"), HEADLINES)
def test_a_headline_with_a_number_is_an_article(path: str, text: str) -> None:
    assert is_article_link(link(path, text, is_heading=True))


@pytest.mark.parametrize("path", LISTINGS)
def test_the_address_of_a_listing_is_none_of_an_article(path: str) -> None:
    assert not is_article_link(link(path, "Politics"))


def test_a_headline_alone_does_not_make_an_article_of_a_section() -> None:
    assert not is_article_link(link("/politics", "Politics", is_heading=True))
    assert is_article_link(link("/bridge", "Council votes on the new bridge", is_heading=True))


FURTHER = (
    ("/politics", "/politics/page/2"),
    ("/politics/", "/politics/page/2/"),
    ("/politics/page/2", "/politics/page/3"),
    ("/politics", "/politics?page=2"),
    ("/politics?page=2", "/politics?page=3"),
    ("/politics?sort=new", "/politics?page=2&sort=new"),
    ("/politics", "/politics/2"),
    ("/politics/2", "/politics/3"),
    ("/", "/page/2/"),
    ("/", "/?paged=2"),
    ("/stadt", "/stadt/seite/2"),
    ("/ville", "/ville?p=2&utm_source=x"),
    ("/archiv?jahr=2026", "/archiv?jahr=2026&seite=2"),
)


@pytest.mark.parametrize(("here", "there"), FURTHER)
def test_a_further_page_is_the_listing_with_a_number(here: str, there: str) -> None:
    assert is_page_of(link(there), HOST + here)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("/politics", "/politics"),
        ("/politics", "/politics#top"),
        ("/politics", "/sport/page/2"),
        ("/politics", "/politics/bridge"),
        ("/politics", "/politics/harbour-2"),
        ("/politics", "/politics?page=all"),
        ("/politics", "/politics?page=0"),
        ("/politics", "/politics/2026/11"),
        ("/2026/", "/2026/11/"),
        ("/2026/11/", "/2026/11/22/"),
        ("/", "/politics/page/2"),
        ("/politics?sort=new", "/politics?page=2"),
    ],
)
def test_what_differs_otherwise_is_no_further_page(here: str, there: str) -> None:
    assert not is_page_of(link(there), HOST + here)


@pytest.mark.parametrize("rel", ["next", "prev"])
def test_a_page_may_say_which_is_its_next(rel: str) -> None:
    assert is_page_of(link("/anything?cursor=abc", rel=rel), f"{HOST}/politics")

"""Sitemaps as sites serve them: whole, packed, cut off, broken, misdeclared, and what is none."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.found import FoundKind
from crawler.discovery.learnt import LearntShapes
from crawler.discovery.sitemaps import MAX_URLS, read_xml_sitemap
from pipelines.reasons import Source
from pipelines.values import Target
from tests.unit.discovery.answers import HOST, expected, read, urls

XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(*entries: str, attributes: str = XMLNS) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {attributes}>\n' + "\n".join(entries) + "\n</urlset>\n"


def url(path: str, more: str = "") -> str:
    return f"<url><loc>{HOST}{path}</loc>{more}</url>"


TWO = urlset(url("/a-b-c-d"), url("/e-f-g-h"))


def test_a_sitemap_names_its_urls_in_order() -> None:
    found = read(TWO, "/sitemap.xml", Target.SITEMAP)
    assert (found.kind, urls(found), found.notes) == (FoundKind.SITEMAP, ["/a-b-c-d", "/e-f-g-h"], ())
    assert {(each.via, each.target, each.depth) for each in found.candidates} == {(Source.SITEMAP, Target.PAGE, 1)}


def test_an_index_names_sitemaps_where_no_article_is_expected() -> None:
    body = (
        f"<sitemapindex {XMLNS}><sitemap><loc>{HOST}/post-sitemap.xml</loc><lastmod>2026-11-20</lastmod></sitemap>"
        f"<sitemap><loc>{HOST}/page-sitemap.xml</loc></sitemap></sitemapindex>"
    )
    found = read(body, "/sitemap.xml", Target.SITEMAP)
    assert (found.kind, urls(found)) == (FoundKind.SITEMAP_INDEX, ["/post-sitemap.xml", "/page-sitemap.xml"])
    assert {(each.via, each.target, each.expects_article, each.depth) for each in found.candidates} == {
        (Source.SITEMAP, Target.SITEMAP, False, 1)
    }
    assert found.candidates[0].modified_at == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-11-20T10:30:00Z", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T10:30Z", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00+01:00", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00+0100", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00.1234567-05:00", datetime(2026, 11, 20, 15, 30, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T10:30:00", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20 10:30:00", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        (" \n2026-11-20T10:30:00Z ", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:30:00 GMT", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("20 November 2026", datetime(2026, 11, 20, tzinfo=UTC)),
        ("0000-00-00", None),
        ("0001-01-01T00:00:00+00:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_lastmod_is_read_in_every_form(written: str, meant: datetime | None) -> None:
    (found,) = read(urlset(url("/a", f"<lastmod>{written}</lastmod>")), "/sitemap.xml").candidates
    assert found.modified_at == meant


def test_a_news_sitemap_gives_titles_dates_and_languages() -> None:
    body = urlset(
        url(
            "/1",
            "<news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language>"
            "</news:publication><news:publication_date>2026-11-20T10:00:00+01:00</news:publication_date>"
            "<news:title>Bread &amp;amp; butter</news:title></news:news><lastmod>2026-11-21</lastmod>",
        ),
        url("/2", "<news:news><news:title><![CDATA[Rock & roll]]></news:title></news:news>"),
        url("/about"),
        attributes=f"{XMLNS} {NEWS}",
    )
    found = read(body, "/news.xml", Target.SITEMAP)
    first, second, third = found.candidates
    assert (found.is_news, found.signposts.languages) == (True, ("en",))
    assert (first.via, first.expects_article, first.anchor) == (Source.NEWS_SITEMAP, True, "Bread & butter")
    assert first.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert first.modified_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert (second.anchor, second.expects_article) == ("Rock & roll", True)
    assert (third.via, third.expects_article, third.anchor) == (Source.SITEMAP, False, None)


def test_a_news_sitemap_says_what_one_needs_to_read_an_article() -> None:
    given = ("Subscription", "registration ", "Free", None)
    entries = [
        url(f"/{number}", f"<news:news>{access}<news:title>T</news:title></news:news>")
        for number, access in enumerate(f"<news:access>{word}</news:access>" if word else "" for word in given)
    ]
    found = read(urlset(*entries, attributes=f"{XMLNS} {NEWS}"), "/news.xml", Target.SITEMAP)
    assert [each.access for each in found.candidates] == ["Subscription", "Registration", None, None]


def test_images_and_videos_are_no_pages_and_their_titles_no_headlines() -> None:
    body = urlset(
        url("/a", f"<image:image><image:loc>{HOST}/i.jpg</image:loc><image:title>No</image:title></image:image>"),
        f"<url><video:video><video:content_loc>{HOST}/v.mp4</video:content_loc><video:title>No</video:title>"
        f"<video:publication_date>2020-01-01</video:publication_date></video:video><loc>{HOST}/b</loc></url>",
        attributes=f'{XMLNS} xmlns:image="http://i" xmlns:video="http://v"',
    )
    found = read(body, "/sitemap.xml")
    assert urls(found) == ["/a", "/b"]
    assert {(each.anchor, each.published_at) for each in found.candidates} == {(None, None)}


@pytest.mark.parametrize(
    "body",
    [
        urlset(url("/a"), url("/b"), attributes=""),
        urlset(url("/a"), url("/b"), attributes='xmlns="http://www.google.com/schemas/sitemap/0.84"'),
        urlset(url("/a"), url("/b")).replace("<url>", "<s:url>").replace("</url>", "</s:url>"),
        urlset(url("/a"), url("/b"), attributes=XMLNS).replace("<loc>", "<loc>\n  ").replace("</loc>", "\n</loc>"),
        urlset(url("/a", "<image:image><image:loc>x</image:loc></image:image>"), url("/b")),
        "\ufeff" + urlset(url("/a"), url("/b")),
        "\n\n  " + urlset(url("/a"), url("/b")),
        "<br />\n<b>Warning</b>: x in y.php on line 3<br />\n" + urlset(url("/a"), url("/b")).partition("?>\n")[2],
        "<!-- made by a plugin -->\n" + urlset(url("/a"), url("/b")).partition("?>\n")[2],
        urlset(f"<url><loc><![CDATA[{HOST}/a]]></loc></url>", url("/b")),
        urlset("<url><loc>/a</loc></url>", "<url><loc>//news.example.org/b</loc></url>"),
        urlset(f"<url><loc>{HOST}/a</loc>", url("/b")),
        urlset(url("/a", "<title>1 < 2 & 3 > 2</title>"), url("/b")),
        urlset(url("/a"), "<url></url>", "<url><loc> </loc></url>", url("/b")),
        urlset(url("/a"), "<!-- x -->", url("/b"), url("/a")),
    ],
)
def test_what_sites_get_wrong_is_read_all_the_same(body: str) -> None:
    found = read(body, "/sitemap.xml", Target.SITEMAP)
    assert (found.kind, urls(found)) == (FoundKind.SITEMAP, ["/a", "/b"])


def test_ampersands_that_nobody_escaped_and_those_escaped_twice_are_one() -> None:
    found = read(urlset(url("/?a=1&b=2"), url("/?a=1&amp;c=2"), url("/?a=1&amp;amp;d=2")), "/sitemap.xml")
    assert urls(found) == ["/?a=1&b=2", "/?a=1&c=2", "/?a=1&d=2"]


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_other_charsets_are_read(charset: str) -> None:
    body = urlset(url("/é-b"), url("/c?d=1&amp;e=2")).replace("UTF-8", charset)
    assert urls(read(body.encode(charset), "/sitemap.xml", Target.SITEMAP)) == ["/é-b", "/c?d=1&e=2"]


def test_entities_are_not_expanded_and_nothing_is_fetched() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "lol">{lol}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        f"<urlset><url><loc>{HOST}/a</loc></url><url><loc>{HOST}/&l11;</loc></url><url><loc>{HOST}/&f;</loc></url></urlset>"
    )
    assert "/a" in urls(read(body, "/sitemap.xml", Target.SITEMAP))
    assert all("lol" not in each for each in urls(read(body, "/sitemap.xml", Target.SITEMAP)))


def test_a_packed_sitemap_is_unpacked_whatever_its_name_or_type() -> None:
    packed = gzip.compress(TWO.encode())
    assert read(packed, "/sitemap.xml", Target.SITEMAP) == read(TWO, "/sitemap.xml", Target.SITEMAP)
    assert read(TWO, "/sitemap.xml.gz", Target.SITEMAP).kind is FoundKind.SITEMAP
    half = TWO.encode()[:150]
    assert urls(read(gzip.compress(half) + gzip.compress(TWO.encode()[150:]), "/s", Target.SITEMAP)) == urls(read(TWO))


def test_a_packed_sitemap_that_was_cut_off_gives_what_is_there() -> None:
    body = urlset(*(url(f"/{number}") for number in range(5000)))
    packed = gzip.compress(body.encode())
    found = read(packed[: len(packed) // 2], "/sitemap.xml.gz", Target.SITEMAP)
    assert urls(found) == urls(read(body))[: len(urls(found))]
    assert 0 < len(urls(found)) < 5000
    assert found.notes[0] == "its gzip file is cut off; it was read as far as it goes"


def test_a_bomb_is_read_to_the_limit_and_costs_little() -> None:
    bomb = gzip.compress(TWO.replace("</urlset>", "").encode() + b" " * 200_000_000)
    tracemalloc.start()
    found = read(bomb, "/sitemap.xml.gz", Target.SITEMAP)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert urls(found) == ["/a-b-c-d", "/e-f-g-h"]
    assert "larger than 52,428,800 bytes" in found.notes[0]
    assert peak < 20_000_000


def test_no_more_than_the_allowed_number_of_urls_is_read() -> None:
    body = urlset(*(url(f"/{number}") for number in range(MAX_URLS + 10)))
    found = read(body, "/sitemap.xml", Target.SITEMAP)
    assert len(found.candidates) == MAX_URLS
    assert found.notes == ("it names more than 50,000 URLs; the rest was not read",)


def test_a_text_sitemap_is_one_url_a_line() -> None:
    text = f"\ufeff{HOST}/a\r\n\r\n{HOST}/b?c=d\nno URL\n"
    found = read(text, "/sitemap.txt", Target.SITEMAP)
    assert (found.kind, urls(found)) == (FoundKind.SITEMAP, ["/a", "/b?c=d"])
    assert found.notes == ("1 of its lines are no URLs",)
    assert read(gzip.compress(text.encode()), "/sitemap.txt", Target.SITEMAP) == found


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<!DOCTYPE html><html><body><a href='/a-b-c-d-e'>x</a></body></html>", "it is an HTML page"),
        ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "it is an HTML page"),
        ("Not found", "it is something else"),
        ('<?xml version="1.0"?><error/>', "it is something else"),
        ('{"code": "no_route"}', "it is other JSON"),
    ],
)
def test_what_stands_in_a_sitemaps_place_names_nothing(body: str, why: str) -> None:
    found = read(body, "/sitemap.xml", Target.SITEMAP)
    assert (found.kind, found.candidates) == (FoundKind.NOTHING, ())
    assert found.notes == (f"a sitemap was expected here, and {why}",)


def test_broken_xml_is_read_as_far_as_it_goes_and_said_to_be_broken() -> None:
    found = read(urlset(url("/a"), "<url a=b><loc>x</lac>", url("/b")), "/sitemap.xml", Target.SITEMAP)
    assert urls(found)[0] == "/a"
    assert "its XML is broken in line 4" in found.notes[0]


def test_a_feed_in_a_sitemaps_place_is_read_as_a_feed() -> None:
    body = f"<rss version='2.0'><channel><item><link>{HOST}/a</link></item></channel></rss>"
    assert read(body, "/sitemap.xml", Target.SITEMAP).kind is FoundKind.FEED


# ---------------------------------------------------------------- which entries are articles


def test_articles_are_told_from_sections_by_the_shapes_of_their_urls() -> None:
    body = urlset(
        *map(url, ("/", "/politics/", "/about-us/", "/2026/11/20/bridge/", "/politics/council-votes-on-bridge"))
    )
    assert expected(read(body, "/sitemap.xml")) == ["/2026/11/20/bridge/", "/politics/council-votes-on-bridge"]


@pytest.mark.parametrize(
    ("name", "are_articles"),
    [
        ("/post-sitemap.xml", True),
        ("/wp-sitemap-posts-post-1.xml", True),
        ("/sitemap_news_2.xml.gz", True),
        ("/wp-sitemap-posts-page-1.xml", False),
        ("/wp-sitemap-taxonomies-category-1.xml", False),
        ("/post_tag-sitemap.xml", False),
        ("/author-sitemap.xml", False),
    ],
)
def test_where_shapes_say_little_the_sitemaps_name_decides(name: str, *, are_articles: bool) -> None:
    body = urlset(*(url(f"/{word}/") for word in ("bridge", "quarry", "bakery", "harbour", "museum", "ferry")))
    assert len(expected(read(body, name))) == (6 if are_articles else 0)


def test_numbers_that_most_entries_share_are_articles() -> None:
    body = urlset(url("/"), url("/about"), *(url(f"/news/{number}") for number in range(1234567, 1234577)))
    assert len(expected(read(body, "/sitemap.xml"))) == 10


def test_what_earlier_captures_found_counts() -> None:
    learnt = LearntShapes().with_pages((f"{HOST}/{word}", FoundKind.ARTICLE) for word in ("bridge", "quarry", "ferry"))
    body = urlset(url("/harbour"), url("/a/harbour"))
    assert expected(read(body, "/sitemap.xml", learnt=learnt)) == ["/harbour"]


# ---------------------------------------------------------------- whatever comes

PATHS = st.lists(st.from_regex(r"/[a-z0-9&=?-]{0,12}", fullmatch=True), max_size=8)


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(body: bytes) -> None:
    for target in Target:
        read(body, "/x", target)
        read(b"\x1f\x8b" + body, "/x", target)
        read(b"<urlset>" + body, "/x", target)
        read(gzip.compress(b"<sitemapindex>" + body), "/x", target)


@given(PATHS, st.integers(min_value=0), st.booleans())
def test_a_sitemap_that_was_cut_gives_the_first_of_its_urls(paths: list[str], place: int, packed: bool) -> None:  # noqa: FBT001
    body = urlset(*(url(path, "<lastmod>2026-11-20</lastmod>") for path in paths)).encode()
    whole = urls(read(body, "/sitemap.xml", Target.SITEMAP))
    cut = body[: place % (len(body) + 1)]
    some = urls(read(gzip.compress(cut) if packed else cut, "/sitemap.xml", Target.SITEMAP))
    assert some == whole[: len(some)]


@given(PATHS, st.lists(st.integers(min_value=1, max_value=40), min_size=1))
def test_the_pieces_in_which_a_sitemap_comes_do_not_matter(paths: list[str], sizes: list[int]) -> None:
    body = urlset(*map(url, paths)).encode()
    pieces: list[bytes] = []
    rest = body
    while rest:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(rest[:size])
        rest = rest[size:]
    assert read_xml_sitemap(pieces, HOST, []) == read_xml_sitemap([body], HOST, [])

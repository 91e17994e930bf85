"""Feeds of every kind, as they are and as sites break them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.found import FoundKind
from pipelines.reasons import Source
from pipelines.values import Target
from tests.unit.discovery.answers import HOST, expected, further, read, urls

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

RSS_2 = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Paper</title><link>{HOST}/</link>
<language>en-GB</language>
<item><title>First</title><link>{HOST}/first</link><pubDate>Fri, 20 Nov 2026 10:30:00 +0100</pubDate></item>
<item><title>Second</title><link>{HOST}/second</link><pubDate>Fri, 20 Nov 2026 09:30:00 GMT</pubDate>
<atom:updated>2026-11-21T09:30:00Z</atom:updated></item>
</channel></rss>"""

RSS_0_91 = f"""<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://example.org/rss-0.91.dtd">
<rss version="0.91"><channel><title>The Paper</title><item><title>First</title><link>{HOST}/first</link></item>
<item><title>Second</title><link>{HOST}/second</link></item></channel></rss>"""

RSS_0_9 = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>The Paper</title></channel>
<item><title>First</title><link>{HOST}/first</link></item><item><title>Second</title><link>{HOST}/second</link></item>
</rdf:RDF>"""

RSS_1_0 = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{HOST}/"><title>P
</title></channel><item rdf:about="{HOST}/first"><title>First</title><link>{HOST}/first</link>
<dc:date>2026-11-20T10:30+01:00</dc:date></item>
<item rdf:about="{HOST}/second"><title>Second</title><link>{HOST}/second</link></item></rdf:RDF>"""

ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Paper</title>
<entry><title type="html">First</title><link rel="enclosure" href="/first.mp3"/>
<link rel="alternate" type="text/html" href="{HOST}/first"/><id>tag:1</id>
<published>2026-11-20T10:30:00+01:00</published>
<updated>2026-11-21T09:30:00Z</updated></entry>
<entry><title>Second</title><link href="{HOST}/second"/><id>tag:2</id></entry></feed>"""

ATOM_0_3 = f"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>The Paper</title><entry><title>First</title>
<link rel="alternate" type="text/html" href="{HOST}/first"/><issued>2026-11-20T10:30:00+01:00</issued></entry>
<entry><title>Second</title><link rel="alternate" href="{HOST}/second"/></entry></feed>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Paper",
        "language": "en",
        "items": [
            {
                "id": "1",
                "url": f"{HOST}/first",
                "title": "First",
                "date_published": "2026-11-20T10:30:00+01:00",
                "date_modified": "2026-11-21T09:30:00Z",
            },
            {"id": f"{HOST}/second", "title": "Second"},
        ],
    }
)

FEEDS = {
    "RSS 2.0": RSS_2,
    "RSS 0.91": RSS_0_91,
    "RSS 0.9": RSS_0_9,
    "RSS 1.0": RSS_1_0,
    "Atom": ATOM,
    "Atom 0.3": ATOM_0_3,
    "JSON Feed 1.1": JSON_FEED,
    "JSON Feed 1": JSON_FEED.replace("version/1.1", "version/1"),
}


@pytest.mark.parametrize("kind", FEEDS)
def test_each_entry_of_a_feed_is_an_article_with_its_own_title(kind: str) -> None:
    found = read(FEEDS[kind], "/feed/", Target.FEED)
    assert found.kind is FoundKind.FEED
    assert [(each.url, each.anchor) for each in found.candidates] == [
        (f"{HOST}/first", "First"),
        (f"{HOST}/second", "Second"),
    ]
    assert {(each.via, each.expects_article, each.target, each.depth) for each in found.candidates} == {
        (Source.FEED, True, Target.PAGE, 1)
    }
    assert found.notes == ()


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_is_known_whatever_was_expected(kind: str) -> None:
    for target in Target:
        assert read(FEEDS[kind], "/x", target).kind is FoundKind.FEED


@pytest.mark.parametrize("kind", ["RSS 2.0", "RSS 1.0", "Atom", "Atom 0.3", "JSON Feed 1.1"])
def test_dates_of_entries_are_instants(kind: str) -> None:
    first, second = read(FEEDS[kind], "/feed/").candidates
    assert first.published_at == AT
    assert first.modified_at in (None, LATER)
    assert second.published_at in (None, AT)


def test_an_entry_that_tells_no_change_has_none() -> None:
    first, second = read(RSS_2, "/feed/").candidates
    assert (first.modified_at, second.modified_at) == (None, LATER)


def test_title_and_language_of_a_feed_are_kept() -> None:
    found = read(RSS_2, "/feed/")
    assert (found.title, found.signposts.languages) == ("The Paper", ("en-gb",))


def item(inner: str, attributes: str = "") -> str:
    return f'<rss version="2.0" {attributes}><channel><link>https://other.example.org/</link><item>{inner}</item></channel></rss>'


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ("<link>/a</link>", "/a"),
        ("<link>a</link>", "/section/a"),
        (f"<link>\n  {HOST}/a\n</link>", "/a"),
        (f"<link><![CDATA[{HOST}/a?b=1&c=2]]></link>", "/a?b=1&c=2"),
        (f"<guid>{HOST}/a</guid>", "/a"),
        (f'<guid isPermaLink="true">{HOST}/a</guid>', "/a"),
        (f'<guid isPermaLink="false">{HOST}/?p=1</guid><link>{HOST}/a</link>', "/a"),
        (f'<link>{HOST}/a</link><guid isPermaLink="false">12345</guid>', "/a"),
        (f"<link>https://feeds.example.org/~r/1</link><feedburner:origLink>{HOST}/a</feedburner:origLink>", "/a"),
        (f'<atom:link rel="alternate" href="{HOST}/a"/>', "/a"),
        (f'<link>{HOST}/a</link><atom:link rel="replies" href="{HOST}/a/feed/"/>', "/a"),
    ],
)
def test_the_address_of_an_entry_is_found(inner: str, path: str) -> None:
    attributes = (
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:atom="http://www.w3.org/2005/Atom"'
    )
    assert urls(read(item(inner, attributes), "/section/feed", Target.FEED)) == [path]


def test_an_entry_without_an_address_is_left_out_and_noted() -> None:
    found = read(item('<title>x</title><guid isPermaLink="false">1</guid>'), "/feed/")
    assert (found.candidates, found.notes) == ((), ("1 of its entries name no URL",))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Bread &amp; butter", "Bread & butter"),
        ("Bread &amp;amp; butter", "Bread & butter"),
        ("It&amp;#8217;s here", "It’s here"),
        ("<![CDATA[The <em>new</em>  bridge]]>", "The new bridge"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_titles_are_what_a_reader_sees(written: str, meant: str) -> None:
    (found,) = read(item(f"<title>{written}</title><link>/a</link>"), "/feed/").candidates
    assert found.anchor == meant


def test_a_feed_of_comments_names_pages_but_says_nothing_of_them() -> None:
    body = item(f"<title>Comment on X by Y</title><link>{HOST}/a-b-c-d#comment-7</link>")
    (found,) = read(body, "/comments/feed/", Target.FEED).candidates
    assert (found.url, found.expects_article, found.anchor, found.published_at) == (
        f"{HOST}/a-b-c-d",
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    "body",
    [
        RSS_2.replace(
            "<language>",
            f'<atom:link rel="self" href="{HOST}/feed/"/><atom:link rel="next" href="{HOST}/feed/?paged=2"/><language>',
        ),
        ATOM.replace("<entry>", '<link rel="next" href="?paged=2"/><entry>', 1),
        ATOM.replace("<entry>", '<link rel="prev-archive" href="/feed/?paged=2"/><entry>', 1),
        JSON_FEED.replace('"items"', f'"next_url": "{HOST}/feed/?paged=2", "items"'),
    ],
)
def test_the_page_with_older_entries_is_a_further_page(body: str) -> None:
    found = read(body, "/feed/", Target.FEED)
    assert further(found) == ["/feed/?paged=2"]
    assert (found.candidates[-1].target, found.candidates[-1].depth) == (Target.FEED, 0)
    assert len(expected(found)) == 2


@pytest.mark.parametrize(
    "body",
    [
        "\n\n" + RSS_2,
        "\ufeff" + RSS_2,
        "<b>Notice</b>: oops in z.php\n" + RSS_2,
        RSS_2.replace("First", "First & foremost < all"),
        RSS_2.replace("First", "First&nbsp;&eacute;"),
        RSS_2.replace("</channel></rss>", ""),
        RSS_2.replace("First", "First &#x110000; &#xD800;"),
        RSS_2.replace("First", "First\x00"),
        RSS_2.replace(' xmlns:atom="http://www.w3.org/2005/Atom"', ""),
        RSS_2.replace('encoding="UTF-8"', 'encoding="no-such-charset"'),
    ],
)
def test_what_sites_get_wrong_is_read_all_the_same(body: str) -> None:
    assert urls(read(body, "/feed/", Target.FEED)) == ["/first", "/second"]


def test_other_charsets_are_read() -> None:
    body = RSS_2.replace("UTF-8", "windows-1251").replace("First", "Первый").encode("cp1251")
    assert read(body, "/feed/").candidates[0].anchor == "Первый"


def test_entities_of_a_feed_are_not_expanded_and_nothing_is_fetched() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    body = RSS_2.replace(
        "<rss", f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lol}<!ENTITY f SYSTEM "file:///etc/hostname">]><rss'
    )
    found = read(body.replace("First", "&l8;&f;"), "/feed/")
    assert urls(found) == ["/first", "/second"]
    assert "lol" not in (found.candidates[0].anchor or "")


@pytest.mark.parametrize(
    "body", ["<html><body><a href='/a-b-c-d-e'>x</a></body></html>", "", "gone", "<p>x</p>", '{"items": []}', "[]"]
)
def test_what_stands_in_a_feeds_place_names_nothing(body: str) -> None:
    found = read(body, "/feed/", Target.FEED)
    assert (found.kind, found.candidates, len(found.notes)) == (FoundKind.NOTHING, (), 1)


def test_a_path_that_exists_on_this_machine_is_not_opened() -> None:
    assert read(b"/etc/hostname", "/feed/", Target.FEED).kind is FoundKind.NOTHING


@given(st.sampled_from(sorted(FEEDS)), st.integers(min_value=0), st.binary(max_size=3))
def test_a_feed_that_was_cut_or_damaged_never_raises(kind: str, place: int, noise: bytes) -> None:
    body = FEEDS[kind].encode()
    place %= len(body) + 1
    read(body[:place], "/feed/", Target.FEED)
    read(body[:place] + noise + body[place:], "/feed/", Target.FEED)


NAMES = ("version", "items", "url", "id", "title", "next_url", "link", "next", "page", "hasMore", "html")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([f"{HOST}/a", "/b?page=2"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_no_json_is_too_odd(value: object) -> None:
    for target in Target:
        read(json.dumps(value), "/api?page=1", target)
        read(json.dumps({"version": "https://jsonfeed.org/version/1", "items": value, "next_url": value}), "/f", target)

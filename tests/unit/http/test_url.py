"""One address, one string."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.http.url import (
    _CANONICAL,
    _canonical_url,
    absolute_url,
    canonical_url,
    same_site,
    site_name,
    without_tracking,
)

BASE = "https://news.example.org/section/page?x=1"

# Text that is dense in what matters to URLs.
rough = st.text(alphabet="ab%2Fé/?#&=;:@[]. \t\n\\+~'\"<>ü中0-_\ud800", max_size=24)
hosts = st.sampled_from(["example.org", "EXAMPLE.org.", "bücher.example", "[2001:db8::1]", "192.0.2.1", "a_b.example"])
ports = st.sampled_from(["", ":80", ":443", ":8000", ":"])
urls = st.builds("{}://{}{}/{}".format, st.sampled_from(["http", "https", "HTTPS"]), hosts, ports, rough)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://News.Example.ORG", "https://news.example.org/"),
        ("https://news.example.org:443/a", "https://news.example.org/a"),
        ("http://news.example.org:80/a", "http://news.example.org/a"),
        ("http://news.example.org:443/a", "http://news.example.org:443/a"),
        ("https://news.example.org./a", "https://news.example.org/a"),
        ("https://news.example.org/a#top", "https://news.example.org/a"),
        ("https://news.example.org/a?b=2&a=1", "https://news.example.org/a?a=1&b=2"),
        ("https://news.example.org/a?utm_source=x&id=7&UTM_Medium=y", "https://news.example.org/a?id=7"),
        ("https://news.example.org/a?fbclid=1&gclid=2", "https://news.example.org/a"),
        ("https://news.example.org/a?q=", "https://news.example.org/a?q="),
        ("https://news.example.org/%7Ea/%c3%a9", "https://news.example.org/~a/%C3%A9"),
        ("https://news.example.org/é", "https://news.example.org/%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        (" https://news.example.org/a ", "https://news.example.org/a"),
        ("https://news.example.org/a/", "https://news.example.org/a/"),
        ("https://news.example.org/a?id=1&id=2", "https://news.example.org/a?id=1&id=2"),
    ],
)
def test_a_url_has_one_form(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize("parameter", ["id", "p", "utmost", "at", "article", "page", "s", "wtf", "ref"])
def test_what_may_decide_about_the_page_is_kept(parameter: str) -> None:
    assert canonical_url(f"https://e.org/a?{parameter}=1") == f"https://e.org/a?{parameter}=1"


@given(urls)
def test_the_canonical_form_is_its_own(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(st.from_regex(_CANONICAL, fullmatch=True))
def test_a_url_that_is_taken_as_it_is_would_come_out_the_same(url: str) -> None:
    assert canonical_url(url) == url == _canonical_url(url)


@given(rough)
def test_whatever_it_is_the_answer_is_text(text: str) -> None:
    assert isinstance(canonical_url(text), str)
    assert isinstance(same_site(text, BASE), bool)


@given(urls, rough)
def test_an_absolute_url_is_absolute_and_sound(base: str, href: str) -> None:
    url = absolute_url(base, href)
    if url is not None:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert parts.path.startswith("/")
        assert "#" not in url
        assert url == url.strip()
        url.encode()


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/a", "https://news.example.org/a"),
        ("b", "https://news.example.org/section/b"),
        ("../c", "https://news.example.org/c"),
        ("?y=2", "https://news.example.org/section/page?y=2"),
        ("", "https://news.example.org/section/page?x=1"),
        ("#top", "https://news.example.org/section/page?x=1"),
        ("//cdn.example.org", "https://cdn.example.org/"),
        (" /blank\n", "https://news.example.org/blank"),
        ("HTTP://OTHER.example.org/", "http://OTHER.example.org/"),
        ("mailto:desk@example.org", None),
        ("javascript:void(0)", None),
        ("tel:+4930", None),
        ("data:text/html,x", None),
        ("https://e.org:port/", None),
        ("http://[::1", None),
        ("/half\ud83d", None),
    ],
)
def test_a_link_means_a_url_or_nothing(href: str, url: str | None) -> None:
    assert absolute_url(BASE, href) == url


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.news.example.org/a", "news.example.org"),
        ("http://NEWS.example.org:80", "news.example.org"),
        ("http://127.0.0.1:8000/", "127.0.0.1-8000"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://www.example/", "example"),
    ],
)
def test_a_site_is_named_after_its_host(url: str, name: str) -> None:
    assert site_name(url) == name


@pytest.mark.parametrize("url", ["", "news.example.org", "ftp://e.org/", "https://", "mailto:a@e.org"])
def test_what_is_no_web_address_names_no_site(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (its message is the URL)
        site_name(url)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://www.e.org/a", "http://e.org/b", True),
        ("https://e.org/", "https://E.ORG./", True),
        ("https://e.org:8000/", "https://e.org/", False),
        ("http://e.org:8000/", "https://www.e.org:8000/", True),
        ("https://e.org/", "https://news.e.org/", False),
        ("https://e.org/", "https://e.org.evil.example/", False),
        ("https://e.org/", "https://evil.example/e.org", False),
        ("https://bücher.example/", "https://xn--bcher-kva.example/a", True),
        ("https://e.org/", "", False),
        ("", "", False),
        ("https://e.org/", "http://[::1", False),
    ],
)
def test_two_urls_are_on_one_site_by_host_and_port(one: str, other: str, *, expected: bool) -> None:
    assert same_site(one, other) is expected
    assert same_site(other, one) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org/a?utm_source=x", "https://e.org/a"),
        ("https://e.org/a?b=2&utm_source=x&a=1&fbclid=y#part", "https://e.org/a?b=2&a=1#part"),
        ("https://e.org/a?x", "https://e.org/a?x"),
        ("https://e.org/a", "https://e.org/a"),
    ],
)
def test_where_a_reader_came_from_is_taken_off_and_nothing_else_is_touched(url: str, expected: str) -> None:
    assert without_tracking(url) == expected


PLAIN_HREFS = st.from_regex(r"(https?://[a-z0-9.-]{0,6})?/[a-z0-9_%~=&+,:@/.?-]{0,16}", fullmatch=True)


@given(
    PLAIN_HREFS, st.sampled_from([BASE, "http://user@e.org:8080", "HTTPS://E.org/a?b", "https://[::1]/x/", "about:x"])
)
def test_the_short_way_for_plain_links_gives_what_resolving_gives(href: str, base: str) -> None:
    assert absolute_url(base, href) == absolute_url(base, href + "#fragment")

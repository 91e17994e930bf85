"""robots.txt as RFC 9309 has it: what an answer means, and which rule wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.robots import MAX_BYTES, NO_RULES, PRODUCT, read_robots, robots_url, unreachable
from pipelines.reasons import Reason

HOST = "https://news.example.org"


def verdict(body: str | bytes, path: str = "/a", status: int = 200) -> Reason | None:
    raw = body if isinstance(body, bytes) else body.encode()
    return read_robots(status, raw).verdict(HOST + path)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
def test_a_server_in_trouble_means_stay_away(status: int) -> None:
    assert verdict("User-agent: *\nAllow: /", status=status) is Reason.ROBOTS_UNREACHABLE


@pytest.mark.parametrize("status", [301, 304, 400, 401, 403, 404, 410, 418, 451])
def test_an_unavailable_file_means_no_rules(status: int) -> None:
    assert verdict("User-agent: *\nDisallow: /", status=status) is None


@pytest.mark.parametrize("status", [200, 203, 206])
def test_a_file_is_read(status: int) -> None:
    assert verdict("User-agent: *\nDisallow: /", status=status) is Reason.ROBOTS_DISALLOW


@pytest.mark.parametrize(
    ("body", "path", "is_allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /a", "/abc", False),
        ("User-agent: *\nDisallow: /a/", "/a", True),
        ("User-agent: *\nDisallow: /a", "/A", True),
        # §2.2.2: the longest match wins, whatever the order, and of equal ones Allow
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        # §2.2.3: special characters
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /*/print/", "/a/print/b", False),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        # §2.2.1: the group of our product, else that of all
        ("User-agent: *\nDisallow: /\n\nUser-agent: pressarc\nAllow: /", "/a", True),
        ("User-agent: pressarc\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: PressArc\nDisallow: /", "/a", False),
        ("User-agent: otherbot\nUser-agent: pressarc\nDisallow: /", "/a", False),
        ("User-agent: otherbot\nDisallow: /", "/a", True),
        ("User-agent: press\nDisallow: /", "/a", True),
        ("User-agent: pressarc/1.0\nDisallow: /", "/a", False),
        (
            "User-agent: pressarc\nAllow: /a\n\nUser-agent: *\nDisallow: /\n\nUser-agent: PRESSARC\nDisallow: /",
            "/b",
            False,
        ),
        (
            "User-agent: pressarc\nAllow: /a\n\nUser-agent: *\nDisallow: /\n\nUser-agent: PRESSARC\nDisallow: /",
            "/a",
            True,
        ),
        ("User-agent: pressarc\n\nUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: pressarc\n", "/a", True),
        # §2.2.4: other records end no group
        ("User-agent: pressarc\nSitemap: /x\nUser-agent: otherbot\nDisallow: /", "/a", False),
        ("User-agent: pressarc\nCrawl-delay: 1\nUser-agent: otherbot\nDisallow: /", "/a", False),
        ("User-agent: pressarc\nContent-Signal: search=yes\n\nDisallow: /", "/a", False),
        ("Disallow: /\n\nUser-agent: otherbot\nDisallow: /", "/a", True),
        # §2.2: a line ends with CR, LF or both, and with nothing else
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\r\n\r\nDisallow: /a\r\n", "/a", False),
        ("User-agent: *\n\rDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /x\x0bAllow: /a\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /x\u2028Disallow: /a", "/a", True),
        ("\t User-agent \t: \t*\t\n  DISALLOW  :  /a  ", "/a", False),
        # §2.2.2: the file itself is always allowed
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        # §2.2: lines that are no rule are passed over
        ("# hello\r\nUser-agent: * # all\r\nSitemap: x\r\nDisallow: /a # here\r\n", "/a", False),
        ("<html><body>Not found</body></html>", "/a", True),
        # §2.2.2: octets outside ASCII are compared percent-encoded
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /café", "/caf%C3%A9", False),
    ],
)
def test_which_rule_wins(body: str, path: str, *, is_allowed: bool) -> None:
    assert verdict(body, path) is (None if is_allowed else Reason.ROBOTS_DISALLOW)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        # the table of §2.2.2
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
    ],
)
def test_paths_are_compared_whichever_way_they_are_encoded(rule: str, path: str) -> None:
    assert verdict(f"User-agent: *\nDisallow: {rule}", path) is Reason.ROBOTS_DISALLOW
    assert verdict(f"User-agent: *\nDisallow: {path}", rule) is Reason.ROBOTS_DISALLOW


SIMPLE = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""
LONGEST = """
User-Agent: foobot
Allow: /example/page/
Disallow: /example/page/disallowed.gif
"""


@pytest.mark.parametrize(
    ("file", "robot", "path", "is_allowed"),
    [
        # §5.1: the first group is everyone's, and each of the other robots has its own
        (SIMPLE, "everyone", "/a.gif", False),
        (SIMPLE, "everyone", "/example/a", False),
        (SIMPLE, "everyone", "/publications/a", True),
        (SIMPLE, "foobot", "/a", False),
        (SIMPLE, "foobot", "/example/page.html", True),
        (SIMPLE, "foobot", "/example/allowed.gif", True),
        (SIMPLE, "barbot", "/example/page.html", False),
        (SIMPLE, "bazbot", "/example/page.html", False),
        (SIMPLE, "bazbot", "/a.gif", True),
        (SIMPLE, "quxbot", "/example/a", True),
        # §5.2
        (LONGEST, "foobot", "/example/page/disallow.gif", True),
        (LONGEST, "foobot", "/example/page/disallowed.gif", False),
    ],
)
def test_the_examples_of_the_standard(file: str, robot: str, path: str, *, is_allowed: bool) -> None:
    assert verdict(file.replace(robot, PRODUCT), path) is (None if is_allowed else Reason.ROBOTS_DISALLOW)


RULES = b"""
    User-agent: otherbot
    Disallow: /
    User-agent: *
    Crawl-delay: 1
    Disallow: /p
    Allow: /private/press   # for journalists
    Disallow: /private/
    Disallow: /private/press/*.pdf$
    Disallow: /tie
    allow: /tie
"""


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/public", "Disallow: /p"),
        ("/private/a", "Disallow: /private/"),
        ("/private/press/a", "Allow: /private/press"),
        ("/private/press/a.pdf", "Disallow: /private/press/*.pdf$"),
        ("/tie", "allow: /tie"),
        ("/a", None),
    ],
)
def test_the_rule_that_decides_is_named(path: str, rule: str | None) -> None:
    robots = read_robots(200, RULES, address=f"{HOST}/robots.txt")
    assert robots.matching_rule(HOST + path) == rule
    assert robots.basis(HOST + path) == (f"{rule} ({HOST}/robots.txt)" if rule else f"{HOST}/robots.txt")


patterns = st.text("ab/*$", max_size=6).map("/".__add__)
rules = st.lists(st.tuples(st.sampled_from(["Allow", "Disallow"]), patterns), max_size=6)


@given(rules, st.text("ab/", max_size=8).map("/".__add__))
def test_the_verdict_and_the_rule_that_is_named_agree(lines: list[tuple[str, str]], path: str) -> None:
    text = "\n".join(["User-agent: *", *(f"{kind}: {pattern}" for kind, pattern in lines)])
    robots = read_robots(200, text.encode())
    rule = robots.matching_rule(HOST + path)
    expected = "Disallow" if robots.verdict(HOST + path) else "Allow"
    assert rule is None or rule.startswith(f"{expected}:")
    assert robots.verdict(HOST + path) is None or rule is not None


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    read_robots(200, body, address=f"{HOST}/robots.txt").verdict(f"{HOST}/a")


def test_sitemaps_are_told_with_absolute_addresses_whatever_group_they_stand_in() -> None:
    body = b"""sitemap: /one.xml
        User-agent: otherbot
        Sitemap: https://cdn.example.net/two.xml
        Disallow: /
        Sitemap: /one.xml
        Sitemap: javascript:alert(1)
        Sitemap:
    """
    robots = read_robots(200, body, address=f"{HOST}/robots.txt")
    assert robots.sitemaps == (f"{HOST}/one.xml", "https://cdn.example.net/two.xml")


def test_signals_about_use_are_kept_as_they_stand_if_they_are_meant_for_us() -> None:
    body = b"""Content-Usage: ai=n
        User-agent: otherbot
        Content-Signal: ai-train=yes
        Disallow: /
        User-agent: *
        content-signal: search=yes, ai-train=no
        Content-Usage: /photos/ ai=n
        License: https://news.example.org/licence.xml
        Allow: /
    """
    assert read_robots(200, body).signals == (
        "Content-Usage: ai=n",
        "content-signal: search=yes, ai-train=no",
        "Content-Usage: /photos/ ai=n",
        "License: https://news.example.org/licence.xml",
    )


def test_a_byte_order_mark_hides_no_rule() -> None:
    assert verdict(b"\xef\xbb\xbfUser-agent: *\nDisallow: /a") is Reason.ROBOTS_DISALLOW


def test_bytes_that_are_no_utf8_harm_no_other_rule() -> None:
    assert verdict(b"User-agent: *\nDisallow: /\xff\xfe\nDisallow: /a") is Reason.ROBOTS_DISALLOW


def long_file(size: int, last: bytes) -> bytes:
    head = b"User-agent: *\n"
    filler = b"# nothing to see here\n"
    body = head + filler * ((size - len(head) - len(last)) // len(filler))
    return body + b"#" * (size - len(body) - len(last) - 1) + b"\n" + last


def test_500_kib_are_read() -> None:
    assert verdict(long_file(500 * 1024, b"Disallow: /a")) is Reason.ROBOTS_DISALLOW


def test_a_line_that_the_limit_cuts_is_no_rule() -> None:
    body = long_file(MAX_BYTES, b"Disallow: /") + b"private\n"
    assert verdict(body) is None


def test_a_long_file_whose_lines_end_with_cr_alone_is_read() -> None:
    body = b"User-agent: *\rDisallow: /a\r" + b"# nothing to see here\r" * (MAX_BYTES // 20)
    assert len(body) > MAX_BYTES
    assert verdict(body) is Reason.ROBOTS_DISALLOW


@pytest.mark.parametrize(
    ("body", "delay_s"),
    [
        ("User-agent: *\nCrawl-delay: 7", 7.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nCrawl-delay: 7\n\nUser-agent: pressarc\nCrawl-delay: 3", 3.0),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: nan", None),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nDisallow: /", None),
    ],
)
def test_the_delay_is_a_number_of_seconds(body: str, delay_s: float | None) -> None:
    assert read_robots(200, body.encode()).crawl_delay_s == delay_s


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (Reason.TIMEOUT, Reason.ROBOTS_UNREACHABLE),
        (Reason.DISCONNECTED, Reason.ROBOTS_UNREACHABLE),
        (Reason.HOST_UNREACHABLE, Reason.HOST_UNREACHABLE),
        (Reason.ADDRESS_REFUSED, Reason.ADDRESS_REFUSED),
        (Reason.TLS_FAILED, Reason.TLS_FAILED),
    ],
)
def test_without_an_answer_nothing_of_the_host_may_be_fetched(why: Reason, reason: Reason) -> None:
    robots = unreachable(why, "in words")
    assert robots.verdict(f"{HOST}/a") is reason
    assert robots.detail == "in words"


def test_no_rules_allow_everything() -> None:
    assert NO_RULES.verdict(f"{HOST}/a") is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://news.example.org/a/b?c#d", "https://news.example.org/robots.txt"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/robots.txt"),
    ],
)
def test_the_rules_of_a_page_are_at_the_root_of_its_host(url: str, address: str) -> None:
    assert robots_url(url) == address


def test_the_product_token_is_a_token() -> None:
    assert PRODUCT.isascii()
    assert PRODUCT.replace("-", "").replace("_", "").isalpha()

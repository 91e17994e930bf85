"""robots.txt as RFC 9309 has it: what an answer means, and which rule wins."""

from __future__ import annotations

import pytest

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

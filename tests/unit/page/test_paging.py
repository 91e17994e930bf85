"""Which page of an article a page is, and which further ones it names."""

from __future__ import annotations

import pytest

from pipelines.page.facts import read_facts
from pipelines.page.paging import read_paging
from pipelines.page.tree import parse
from pipelines.values import Paging

SLUG = "https://paper.example/2026/11/20/the-ferry-stays"


def paging(url: str, body: str, head: str = "") -> Paging | None:
    root = parse(f"<html><head>{head}</head><body><h1>The ferry stays</h1>{body}</body></html>")
    return read_paging(root, read_facts(root, url), url)


def links(*hrefs: str) -> str:
    return "".join(f'<a href="{href}">{href.strip("/")[-1]}</a> ' for href in hrefs)


@pytest.mark.parametrize(
    ("url", "hrefs", "further"),
    [
        (f"{SLUG}/", ["2/", "3/"], [f"{SLUG}/2/", f"{SLUG}/3/"]),
        (SLUG, ["?page=2"], [f"{SLUG}?page=2"]),
        (f"{SLUG}/", [f"{SLUG}/page/2/"], [f"{SLUG}/page/2/"]),
        ("https://paper.example/read.php?id=7", ["?id=7&seite=2"], ["https://paper.example/read.php?id=7&seite=2"]),
    ],
)
def test_a_first_page_names_the_further_ones(url: str, hrefs: list[str], further: list[str]) -> None:
    found = paging(url, links(*hrefs))
    assert found is not None
    assert (found.first_url, found.number) == (url, 1)
    assert [each for _, each in found.further] == further


@pytest.mark.parametrize(
    ("url", "body", "head"),
    [
        (f"{SLUG}/2/", links(f"{SLUG}/"), ""),
        (f"{SLUG}/2/", "", f'<link rel="prev" href="{SLUG}/">'),
        (f"{SLUG}/?page=2", "", f'<link rel="canonical" href="{SLUG}/">'),
        ("https://paper.example/a/1234/2", '<a href="/a/1234">1</a> <a href="/a/1234/3">3</a>', ""),
    ],
)
def test_a_further_page_knows_its_number_and_the_first_one(url: str, body: str, head: str) -> None:
    found = paging(url, body, head)
    assert found is not None
    assert found.number == 2
    assert found.first_url.rstrip("/") in (SLUG, "https://paper.example/a/1234")


def test_a_number_before_the_ending_counts_where_links_say_next_and_previous() -> None:
    first = paging("https://paper.example/ferry.html", '<a rel="next" href="ferry-2.html">Go on</a>')
    assert first is not None
    assert first.further == ((2, "https://paper.example/ferry-2.html"),)
    second = paging("https://paper.example/ferry-2.html", '<a rel="prev" href="ferry.html">Back</a>')
    assert second is not None
    assert (second.first_url, second.number) == ("https://paper.example/ferry.html", 2)
    assert paging("https://paper.example/ferry.html", '<a href="ferry-2.html">The second ferry</a>') is None


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (f"{SLUG}/", '<a rel="next" href="/2026/11/21/another-story-of-ours/">Next story</a>'),
        (f"{SLUG}/", links(f"{SLUG}/comment-page-2/", f"{SLUG}/?replies=2", "/page/2/", "/news/2/")),
        ("https://paper.example/news/12", '<a href="/news/">News</a> <a href="/news/13">Another</a>'),
        ("https://paper.example/2026/11/20/", '<a href="/2026/11/">November</a>'),
    ],
)
def test_other_numbers_and_other_articles_are_no_further_pages(url: str, body: str) -> None:
    assert paging(url, body) is None


def test_an_address_alone_does_not_make_a_page_a_part_of_another() -> None:
    found = paging(
        "https://paper.example/comics/the-cat-of-the-harbour/12", '<a href="/comics/the-cat-of-the-harbour">All</a>'
    )
    assert found is not None
    assert not found.is_told


@pytest.mark.parametrize("url", ["http://[half", "mailto:nobody", "", "https://paper.example/?page=2&page=3"])
def test_whatever_a_page_is_called_is_borne(url: str) -> None:
    root = parse('<a href="?page=2">2</a><a rel="next" href="2">Next</a>')
    facts = read_facts(root, "https://paper.example/a")
    assert read_paging(root, facts, url) is None or url.startswith("https")


def test_pages_in_queries_may_be_counted_from_nought() -> None:
    pager = '<a href="?page=0">1</a> <a href="?page=1">2</a> <a href="?page=2">3</a>'
    further = ((2, f"{SLUG}?page=1"), (3, f"{SLUG}?page=2"))
    assert paging(SLUG, pager) == Paging(SLUG, 1, further)
    assert paging(SLUG, '<a href="?page=1">2</a> <a href="?page=2">3</a>') == Paging(SLUG, 1, further)
    assert paging(f"{SLUG}?page=0", pager) == Paging(f"{SLUG}?page=0", 1, further)
    assert paging(f"{SLUG}?page=1", f'<a href="{SLUG}">1</a> {pager}') == Paging(SLUG, 2, further[1:])
    assert paging(f"{SLUG}?page=2", pager) == Paging(SLUG, 3, further[:1])

from __future__ import annotations

import pytest

from pipelines.page.facts import read_facts
from pipelines.page.tree import parse

URL = "https://paper.example/2026/11/ferry/?utm_source=mail"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://paper.example/2026/11/the-ferry/", "https://paper.example/2026/11/the-ferry/"),
        ("/2026/11/the-ferry/", "https://paper.example/2026/11/the-ferry/"),
        ("https://www.paper.example/2026/11/ferry/", "https://www.paper.example/2026/11/ferry/"),
        ("https://paper.example/", "https://paper.example/2026/11/ferry/"),
        ("https://elsewhere.example/2026/11/ferry/", "https://paper.example/2026/11/ferry/"),
        ("javascript:void(0)", "https://paper.example/2026/11/ferry/"),
    ],
)
def test_a_canonical_link_is_believed_on_its_own_site_and_not_for_the_home_page(canonical: str, expected: str) -> None:
    root = parse(f'<html><head><link rel="canonical" href="{canonical}"></head><body><p>x</p></body></html>')
    assert read_facts(root, URL).url == expected


def test_the_site_is_called_what_its_metadata_calls_it() -> None:
    html = """<meta property="og:site_name" content="The Paper">
    <script type="application/ld+json">{"@type":"NewsArticle","publisher":{"name":"Paper Ltd"}}</script><p>x</p>"""
    assert read_facts(parse(html), URL).site_names == ("The Paper", "Paper Ltd", "paper.example", "paper")


@pytest.mark.parametrize(
    "witness",
    [
        '<meta property="og:url" content="https://paper.example/2026/11/ferry/">',
        '<script type="application/ld+json">{"@type":"NewsArticle","url":"/2026/11/ferry/"}</script>',
        (
            '<script type="application/ld+json">{"@type":"NewsArticle",'
            '"mainEntityOfPage":{"@id":"https://paper.example/2026/11/ferry/"}}</script>'
        ),
    ],
)
def test_a_canonical_link_to_another_page_is_not_believed_where_the_page_names_itself(witness: str) -> None:
    link = '<link rel="canonical" href="https://paper.example/2026/11/the-newest/">'
    assert read_facts(parse(f"{link}{witness}<p>x</p>"), URL).url == "https://paper.example/2026/11/ferry/"


def test_a_copy_that_names_the_page_it_is_a_copy_of_is_believed() -> None:
    html = """<link rel="canonical" href="https://paper.example/2026/11/ferry/">
    <meta property="og:url" content="https://paper.example/2026/11/ferry/"><p>x</p>"""
    copy = "https://paper.example/2026/11/ferry/?print=1"
    assert read_facts(parse(html), copy).url == "https://paper.example/2026/11/ferry/"

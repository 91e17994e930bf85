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

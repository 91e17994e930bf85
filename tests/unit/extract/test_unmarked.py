"""Articles below one another that no markup tells of; and lists of teasers, which are none."""

from __future__ import annotations

from pipelines.extract.split import split
from pipelines.page.blocks import blocks_of
from pipelines.page.facts import read_facts
from pipelines.page.tree import body_of, parse
from tests.unit.extract.pages import BODY, URL, paragraphs

OTHER = [line.replace("ferry", "tram").replace("bridge", "tunnel") for line in BODY]


def entry(title: str, href: str | None, lines: list[str], byline: str = "By Ada Quill") -> str:
    heading = f'<a href="{href}">{title}</a>' if href else title
    return f"<div class='entry'><h2>{heading}</h2><p>{byline}</p>{paragraphs(lines)}</div>"


def urls(html: str) -> list[tuple[str, bool]]:
    root = parse(f"<html><head><title>The ferry stays until the spring</title></head><body>{html}</body></html>")
    facts = read_facts(root, URL)
    return [(part.url, part.is_lead) for part in split(root, facts, blocks_of(body_of(root)))]


def test_an_article_below_another_is_told_apart_by_what_both_are_built_like() -> None:
    first = entry("The ferry stays until the spring", None, BODY)
    second = entry("The tram stays until the spring", "/2026/11/19/the-tram-stays", OTHER)
    assert urls(f"<main>{first}{second}</main>") == [
        (URL, True),
        ("https://paper.example/2026/11/19/the-tram-stays", False),
    ]


def test_teasers_below_an_article_are_none() -> None:
    first = entry("The ferry stays until the spring", None, BODY)
    teasers = [entry(f"The tram stays for month {n}", f"/2026/11/19/tram-{n}", OTHER[:1]) for n in range(5)]
    assert urls(f"<main>{first}{''.join(teasers)}</main>") == [(URL, True)]


def test_sections_of_an_article_whose_headings_link_elsewhere_and_that_nobody_signs_are_none() -> None:
    sections = [
        entry(f"What the town says, part {n} of it", f"/2026/11/1{n}/what-the-town-says", OTHER, byline="And so on")
        for n in range(3)
    ]
    assert urls(f"<main><h1>The ferry stays until the spring</h1>{paragraphs(BODY)}{''.join(sections)}</main>") == [
        (URL, True)
    ]

"""Long articles on several pages, in both of the ways in which sites write their addresses: `/2/` and `?page=2`.

Every page repeats title, byline and picture. Those with `/2/` are each their own canonical page, as content systems
have it that know of such pages; those with a query name the first page, as themes do whose authors thought of one only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from crawler.demo.content import Passage
from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.site import DemoArticle
from crawler.demo.theme.article import body_html
from crawler.demo.vices.rewrite import alone, in_the_head, not_found, rewritten
from crawler.demo.vices.vice import Ask, Site, Vice

_BELOW = re.compile(r"(?P<path>.*/)(?P<number>[1-9])/")
_PER_PAGE = 5
"""So many passages are on a page, at least."""


def on_several_pages(site: Site) -> Site:
    """Two articles in three are shown page by page, where they are long enough."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        asked, number = _asked(ask)
        found = site(edition, asked)
        article = found.article
        if article is None or found.kind is not Kind.ARTICLE or article.number % 9 == 1:
            return site(edition, ask)
        pages = _pages(article.passages)
        if number > len(pages) or (number > 1 and asked.path.endswith("/") and ask != _written(asked, article, number)):
            return not_found(site, edition, ask)
        return rewritten(found, lambda html: _page(edition, asked, article, pages, number, html))

    return answer


def _asked(ask: Ask) -> tuple[Ask, int]:
    """What is asked for without its page number, and that."""
    if below := _BELOW.fullmatch(ask.path):
        return replace(ask, path=below["path"]), int(below["number"])
    pairs = parse_qsl(ask.query)
    number = next((value for name, value in pairs if name == "page"), "1")
    rest = urlencode([pair for pair in pairs if pair[0] != "page"])
    return (replace(ask, query=rest), int(number)) if number in set("23456789") else (ask, 1)


def _written(asked: Ask, article: DemoArticle, number: int) -> Ask:
    """What has to be asked for to get the page of that number."""
    if number == 1:
        return asked
    if article.number % 9 == 4 and asked.path.endswith("/"):
        return replace(asked, path=f"{asked.path}{number}/")
    return replace(asked, query=urlencode([*parse_qsl(asked.query), ("page", str(number))]))


def _pages(passages: Sequence[Passage]) -> list[tuple[Passage, ...]]:
    """The passages of each page; each begins with a paragraph, so that no list or table is cut."""
    pages: list[list[Passage]] = [[]]
    for place, passage in enumerate(passages):
        is_rest = len(passages) - place < _PER_PAGE
        if len(pages[-1]) >= _PER_PAGE and passage.kind == "paragraph" and not is_rest:
            pages.append([])
        pages[-1].append(passage)
    return [tuple(page) for page in pages]


def _page(
    edition: Edition, asked: Ask, article: DemoArticle, pages: Sequence[Sequence[Passage]], number: int, html: str
) -> str:
    if len(pages) == 1:
        return html
    first = edition.absolute(article.path)
    urls = [edition.absolute(_written(asked, article, each).target) for each in range(1, len(pages) + 1)]
    links = [
        f"<span>{each}</span>" if each == number else f'<a href="{url}">{each}</a>'
        for each, url in enumerate(urls, start=1)
    ]
    pager = f'<div class="tide-leaves">Pages: {" ".join(links)}</div>'
    shown = replace(article, passages=tuple(pages[number - 1]))
    html = html.replace(body_html(article), f"{body_html(shown)}\n{pager}", 1)
    near = [("prev", number - 1), ("next", number + 1)]
    html = in_the_head(
        html, "\n".join(f'<link rel="{rel}" href="{urls[each - 1]}">' for rel, each in near if 1 <= each <= len(pages))
    )
    if number == 1:
        return html
    if "?" not in urls[1]:
        html = html.replace(
            f'<link rel="canonical" href="{first}">', f'<link rel="canonical" href="{urls[number - 1]}">'
        )
    return alone(html)


PAGES = (
    Vice(
        "several_pages",
        "Long articles are shown on several pages, some as /2/ and some as ?page=2.",
        on_several_pages,
    ),
)

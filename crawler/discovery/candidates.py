"""The candidates of a page: which of its links are worth a visit, and why.

A listing page (home, category) names articles, other listings and its own further pages; an article page names other
articles, and the listings it links to (tags, authors) would only name the same articles again, so they are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.discovery.links import page_links
from crawler.discovery.shapes import is_article_link, is_page_of
from pipelines.errors import ContentError
from pipelines.page.blocks import blocks_of
from pipelines.page.classify import Kind, classify
from pipelines.page.decode import decode
from pipelines.page.facts import read_facts
from pipelines.page.tree import MAX_HTML_BYTES, Element, body_of, parse
from pipelines.reasons import Source
from pipelines.values import Candidate, Page


def discover(page: Page, depth: int) -> list[Candidate]:
    """The candidates that *page* names, in document order; none where it cannot be read.

    Args:
        page: An HTML page, codings removed.
        depth: Its links from the seed.
    """
    if len(page.body) > MAX_HTML_BYTES:
        return []
    try:
        root = parse(decode(page).html, where=page.url)
    except ContentError:
        return []
    kind = classify(root, read_facts(root, page.url), blocks_of(body_of(root))).kind
    return list(_candidates(root, page.url, is_article=kind is Kind.ARTICLE, depth=depth))


def _candidates(root: Element, page_url: str, *, is_article: bool, depth: int) -> Iterator[Candidate]:
    for link in page_links(root, page_url):
        if not is_article and is_page_of(link, page_url):
            yield Candidate(link.url, Source.LISTING, page_url, depth, is_pagination=True, anchor=link.text)
        elif is_article_link(link):
            via = Source.LINK if is_article else Source.LISTING
            yield Candidate(link.url, via, page_url, depth + 1, expects_article=not is_article, anchor=link.text)
        elif not is_article:
            yield Candidate(link.url, Source.LINK, page_url, depth + 1, anchor=link.text)

"""Fewer ways to the articles: no feeds, no sitemap, only listings, only a sitemap."""

from __future__ import annotations

import re
from dataclasses import replace

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.vices.rewrite import alone, linked_article, not_found, own_target, rewritten, unlinked
from crawler.demo.vices.vice import Ask, Site, Vice

_FEED_LINK = re.compile(r'<link rel="alternate" type="application/(?:rss|atom)\+xml"[^>]*>\n')
_FEED_ITEM = '<li><a href="/feed/">RSS</a></li>'
_SITEMAP_LINE = re.compile(rb"\n*^Sitemap: .*$", re.MULTILINE)


def without_feeds(site: Site) -> Site:
    """No feed, and no page that names one."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is Kind.FEED:
            return not_found(site, edition, ask)
        return rewritten(found, lambda html: _FEED_LINK.sub("", html).replace(_FEED_ITEM, ""))

    return answer


def without_sitemap(site: Site) -> Site:
    """No sitemap, and a robots.txt that names none."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is Kind.SITEMAP:
            return not_found(site, edition, ask)
        if found.kind is Kind.ROBOTS:
            return replace(found, body=_SITEMAP_LINE.sub(b"", found.body))
        return found

    return answer


def without_links_between_articles(site: Site) -> Site:
    """Pages that are no listings link to no article."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is Kind.LISTING:
            return found
        hidden = lambda href: linked_article(edition, ask, href) is not None  # noqa: E731
        return rewritten(found, lambda html: unlinked(alone(html), hidden))

    return answer


def only_listings(site: Site) -> Site:
    """Home, category, tag and author pages alone lead to articles."""
    return without_links_between_articles(without_sitemap(without_feeds(site)))


def only_sitemap(site: Site) -> Site:
    """No page links to an article or a listing, and no listing but the home page is there."""
    inner = without_feeds(site)

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = inner(edition, ask)
        if found.kind is Kind.LISTING and ask.path != "/":
            return not_found(inner, edition, ask)
        if found.kind is Kind.SITEMAP and ask.path == "/sitemap-pages.xml":
            return replace(found, body=re.sub(rb"<url><loc>[^<]*/category/.*\n", b"", found.body))

        def is_hidden(href: str) -> bool:
            target = (own_target(edition, ask, href) or "").partition("?")[0]
            return target in edition.listings or linked_article(edition, ask, href) is not None

        return rewritten(found, lambda html: unlinked(alone(html), is_hidden))

    return answer


SHOWN = (
    Vice("no_feeds", "There is no feed, and no page names one.", without_feeds),
    Vice("no_sitemap", "There is no sitemap, and robots.txt names none.", without_sitemap),
    Vice("only_listings", "Nothing but numbered listing pages leads to articles.", only_listings),
    Vice("only_sitemap", "Nothing but the sitemap leads to articles; there are no listings.", only_sitemap),
)

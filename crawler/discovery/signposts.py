"""What a page says of its site's sources: feeds, sitemaps, a REST interface, its content system and languages.

In: a parsed page. Out: `Signposts`. Only declared types count (`link` or `a` with a feed's type, RFC 4287 §4.2.7.2,
jsonfeed.org), relations, and files named as feeds and sitemaps are; an ordinary link that turns out to be a feed is
read as one all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.discovery.found import Signposts
from crawler.discovery.rest import API, link_target
from pipelines.http.url import absolute_url
from pipelines.page.tree import Element
from pipelines.values import Page

_FEED_TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json")
)
_FEED_FILE = re.compile(
    r"\.(?:rss|atom|rdf)$|(?:^|/)(?:[\w-]*[-_.])?(?:feed|rss|atom)s?(?:[-_.][\w-]*)?\.(?:xml|json)$", re.IGNORECASE
)
_SITEMAP_FILE = re.compile(r"(?:^|/)[^/]*site[-_]?map[^/]*\.(?:xml|txt)(?:\.gz)?$", re.IGNORECASE)
# What either of them ends in: no more is looked at of other links.
_FILE = re.compile(r"\.(?:rss|atom|rdf|xml|json|txt|gz)(?:[?#\s]|$)", re.IGNORECASE)
_MAX_NAME_CHARS = 100


def read_signposts(root: Element, base: str, page: Page) -> Signposts:
    """What *page* names.

    Args:
        root: Its tree.
        base: What its relative links are relative to.
        page: The page.
    """
    feeds: dict[str, None] = {}
    sitemaps: dict[str, None] = {}
    rest_root = link_target(page, API)
    languages = {(root.get("lang") or "").strip().lower(): None}
    for element in root.iter("link", "a"):
        href = element.get("href")
        rel = (element.get("rel") or "").lower().split() if element.tag == "link" else ()
        if not href or not (rel or element.get("type") or _FILE.search(href)):
            continue
        target = absolute_url(base, href)
        if target is None:
            continue
        if API in rel:
            rest_root = rest_root or target
        elif "sitemap" in rel or (element.tag == "a" and _SITEMAP_FILE.search(urlsplit(target).path)):
            sitemaps[target] = None
        elif _is_feed(element, rel, target):
            feeds[target] = None
        elif "alternate" in rel and (language := element.get("hreflang")):
            languages[language.strip().lower()] = None
    api = rest_root.rstrip("/") if rest_root else None
    return Signposts(
        # WordPress declares the page's own REST address like a JSON Feed.
        feeds=tuple(feed for feed in feeds if api is None or not feed.startswith(api)),
        sitemaps=tuple(sitemaps),
        rest_root=rest_root,
        generator=_generator(root),
        languages=tuple(language for language in languages if language not in ("", "x-default")),
    )


def _is_feed(element: Element, rel: Sequence[str], target: str) -> bool:
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    if kind in _FEED_TYPES:
        return "alternate" in rel or element.tag == "a"
    return element.tag == "a" and bool(_FEED_FILE.search(urlsplit(target).path))


def _generator(root: Element) -> str | None:
    """The content system, and the extensions that name themselves in the same way."""
    names: dict[str, None] = {}
    for element in root.iter("meta"):
        if (element.get("name") or "").strip().lower() == "generator" and (content := element.get("content")):
            names[" ".join(content.split())[:_MAX_NAME_CHARS]] = None
    return "; ".join(name for name in names if name)[: 4 * _MAX_NAME_CHARS] or None

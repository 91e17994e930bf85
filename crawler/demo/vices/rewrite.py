"""Changes to the site's own pages: links taken out, altered or put in.

In: HTML of this site's theme, whose anchors are never nested and whose attributes stand in double quotes. Out: HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from crawler.demo.edition import Edition
from crawler.demo.markup import escape
from crawler.demo.paper import article_key
from crawler.demo.routes import Answer
from crawler.demo.site import DemoArticle
from crawler.demo.vices.vice import Ask

_ANCHOR = re.compile(r'(?P<before><a\b[^>]*?\bhref=")(?P<href>[^"]*)(?P<after>"[^>]*>)(?P<words>.*?)</a>', re.DOTALL)
_FURTHER = re.compile(r'<div class="tide-more-wrap">.*(?=</div>\n</main>)', re.DOTALL)


def rewritten(found: Answer, change: Callable[[str], str]) -> Answer:
    """*found* with its text changed, where it is a page."""
    if not found.content_type.startswith("text/html") or not found.body:
        return found
    return replace(found, body=change(found.body.decode()).encode())


def relinked(html: str, change: Callable[[str], str]) -> str:
    """*html* with another target for each anchor."""
    return _ANCHOR.sub(
        lambda found: f"{found['before']}{change(found['href'])}{found['after']}{found['words']}</a>", html
    )


def unlinked(html: str, is_hidden: Callable[[str], bool]) -> str:
    """*html* in which anchors with a hidden target are mere words, and headlines that were such anchors are gone."""

    def left(found: re.Match[str]) -> str:
        if not is_hidden(found["href"]):
            return found[0]
        return "" if 'rel="bookmark"' in found["after"] else found["words"]

    return _ANCHOR.sub(left, html)


def remarked(html: str, is_meant: Callable[[str], bool], attribute: str) -> str:
    """*html* with one attribute more in each anchor that is meant."""
    return _ANCHOR.sub(
        lambda found: found[0].replace("<a ", f"<a {attribute} ", 1) if is_meant(found["href"]) else found[0], html
    )


def alone(html: str) -> str:
    """An article's page without the further articles below it."""
    return _FURTHER.sub("", html)


def with_links(html: str, title: str, hrefs: list[tuple[str, str]]) -> str:
    """*html* with a box of links, each (href, words), at the end of its main column."""
    items = "".join(f'<li><a href="{escape(href)}">{escape(words)}</a></li>' for href, words in hrefs)
    return at_the_end(
        html, f'<div class="tide-box"><h4 class="tide-box-title">{escape(title)}</h4><ul>{items}</ul></div>'
    )


def at_the_end(html: str, piece: str) -> str:
    """*html* with *piece* at the end of its main column."""
    before, mark, after = html.rpartition("\n</main>")
    return before + piece + mark + after if mark else html


def in_the_head(html: str, piece: str) -> str:
    """*html* with *piece* at the end of its head element."""
    return html.replace("</head>", f"{piece}\n</head>", 1)


def own_target(edition: Edition, ask: Ask, href: str) -> str | None:
    """Path and query of *href*, a link of the page asked for, where it stays on the site."""
    parts = urlsplit(urljoin(edition.absolute(ask.path), href.replace("&amp;", "&")))
    if parts.netloc != urlsplit(edition.base_url).netloc:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def linked_article(edition: Edition, ask: Ask, href: str) -> DemoArticle | None:
    """The article that *href*, a link of the page asked for, leads to."""
    target = own_target(edition, ask, href)
    if target is None:
        return None
    path, _, query = target.partition("?")
    key = article_key(path, query)
    return edition.by_path.get(edition.night.moved.get(key, key))


def is_page(found: Answer) -> bool:
    """Whether it is a whole page of the site that somebody may read."""
    return found.status == 200 and found.content_type.startswith("text/html")


def not_found(site: Callable[[Edition, Ask], Answer], edition: Edition, ask: Ask) -> Answer:
    """What the site says where there is nothing."""
    return site(edition, replace(ask, path="/nothing-here/", query=""))

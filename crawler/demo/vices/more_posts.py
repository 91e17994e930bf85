"""Listings without numbered pages: ten articles, and a button that loads more from an address the page tells.

Three ways of telling it: a data attribute that holds the address of an HTML fragment; one that holds the address of a
JSON end point, whose answers name the next; and a script with a template, for a button that itself leads nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from crawler.demo.edition import Edition, Listing
from crawler.demo.markup import escape
from crawler.demo.routes import Answer, Kind
from crawler.demo.theme.listing import page_count, shown_on, teasers
from crawler.demo.vices.rewrite import not_found, rewritten
from crawler.demo.vices.shown import only_listings
from crawler.demo.vices.vice import Ask, Site, Vice

_NAVIGATION = re.compile(r'<nav class="tide-pages".*?</nav>', re.DOTALL)
_NEIGHBOUR = re.compile(r'<link rel="(?:prev|next)"[^>]*>\n')
_SCRIPTED = re.compile(r"/load(?P<listing>/.+/)(?P<number>[1-9][0-9]*)\.html")


@dataclass(frozen=True, slots=True)
class _Way:
    """How a page tells where more is, and what is there."""

    button: Callable[[Listing, int], str]
    """HTML of the button that loads page *number* of the listing."""
    asked: Callable[[Ask], tuple[str, int] | None]
    """The listing and the page that a request means, where it is one for more."""
    answer: Callable[[Edition, Listing, int], Answer]


def only_more_posts(way: _Way) -> Callable[[Site], Site]:
    """Nothing but the first ten of each listing, and what its button loads, leads to articles."""

    def around(site: Site) -> Site:
        inner = only_listings(site)

        def answer(edition: Edition, ask: Ask) -> Answer:
            if wanted := way.asked(ask):
                listing = edition.listings.get(wanted[0])
                if listing is None or not 1 <= wanted[1] <= page_count(listing):
                    return not_found(inner, edition, ask)
                return way.answer(edition, listing, wanted[1])
            found = inner(edition, ask)
            if found.kind is not Kind.LISTING or ask.path == "/":
                return found
            if ask.path not in edition.listings:
                return not_found(inner, edition, ask)
            button = _button(way, edition.listings[ask.path], 2)
            return rewritten(found, lambda html: _NEIGHBOUR.sub("", _NAVIGATION.sub(lambda _: button, html)))

        return answer

    return around


def _button(way: _Way, listing: Listing, number: int) -> str:
    return way.button(listing, number) if number <= page_count(listing) else ""


def _query_of(ask: Ask, path: str) -> tuple[str, int] | None:
    query = parse_qs(ask.query)
    number = query.get("page", ["1"])[0]
    if ask.path != path or not number.isdecimal():
        return None
    return query.get("list", [""])[0], int(number)


def _fragment_button(listing: Listing, number: int) -> str:
    href = escape(f"/fragments/teasers?list={listing.path}&page={number}")
    return f'<button type="button" class="tide-more-posts" data-url="{href}">More posts</button>'


def _fragment(edition: Edition, listing: Listing, number: int) -> Answer:
    body = teasers(shown_on(listing, number)) + _button(_FRAGMENT, listing, number + 1)
    return Answer(200, body.encode(), modified_at=edition.changed_at(), kind=Kind.FRAGMENT)


def _json_button(listing: Listing, number: int) -> str:
    href = escape(f"/api/stories?list={listing.path}&page={number}")
    return f'<div class="tide-more-posts" data-endpoint="{href}"><button type="button">More posts</button></div>'


def _json(edition: Edition, listing: Listing, number: int) -> Answer:
    shown, following = shown_on(listing, number), f"/api/stories?list={listing.path}&page={number + 1}"
    told = {
        "html": teasers(shown),
        "stories": [{"title": article.headline, "url": edition.absolute(article.path)} for article in shown],
        "next": following if number < page_count(listing) else None,
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    return Answer(200, body, "application/json", modified_at=edition.changed_at(), kind=Kind.FRAGMENT)


def _script_button(listing: Listing, number: int) -> str:
    told = json.dumps(
        {"template": f"/load{listing.path}{{page}}.html", "page": number - 1, "pages": page_count(listing)}
    )
    return (
        '<p class="tide-more-posts"><a href="#" role="button">More posts</a></p>'
        f"<script>var tideMore = {told};</script>"
    )


def _scripted(ask: Ask) -> tuple[str, int] | None:
    found = _SCRIPTED.fullmatch(ask.path)
    return (found["listing"], int(found["number"])) if found else None


def _bare_fragment(edition: Edition, listing: Listing, number: int) -> Answer:
    body = teasers(shown_on(listing, number)).encode()
    return Answer(200, body, modified_at=edition.changed_at(), kind=Kind.FRAGMENT)


_FRAGMENT = _Way(_fragment_button, lambda ask: _query_of(ask, "/fragments/teasers"), _fragment)
_JSON = _Way(_json_button, lambda ask: _query_of(ask, "/api/stories"), _json)
_SCRIPT = _Way(_script_button, _scripted, _bare_fragment)

MORE_POSTS = (
    Vice(
        "more_posts_fragment",
        "Listings show ten articles and a button whose data attribute names an HTML fragment with ten more.",
        only_more_posts(_FRAGMENT),
    ),
    Vice(
        "more_posts_json",
        "Listings show ten articles and a button whose data attribute names a JSON end point with ten more.",
        only_more_posts(_JSON),
    ),
    Vice(
        "more_posts_script",
        'Listings show ten articles and a button to "#"; a script has the template of where ten more are.',
        only_more_posts(_SCRIPT),
    ),
)

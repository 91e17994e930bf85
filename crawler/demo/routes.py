"""What the site answers: a path and its query in, an answer out. No sockets, no clock.

Every answer says of what kind it is, so that a log of them can be counted.

Promises: the same edition and address give the same bytes; a path that lacks its last slash is moved, an article that
was withdrawn is gone, anything unknown is not found.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from urllib.parse import parse_qs

from crawler.demo import feeds
from crawler.demo.edition import Edition, Listing
from crawler.demo.paper import article_key
from crawler.demo.pictures import picture
from crawler.demo.site import OUTLET, DemoArticle
from crawler.demo.theme.article import article_page
from crawler.demo.theme.listing import embed_page, home_page, listing_page, page_count, search_page, words_page

_HTML = "text/html; charset=UTF-8"
_STYLE = files("crawler.demo.theme").joinpath("tideline.css").read_text(encoding="utf-8")
_TEXT = "text/plain; charset=UTF-8"
_XML = "application/xml; charset=UTF-8"
_RSS = "application/rss+xml; charset=UTF-8"
_ATOM = "application/atom+xml; charset=UTF-8"
_PAGED = re.compile(r"(?P<listing>/.+/)page/(?P<number>[1-9][0-9]*)/")
_POSTS = re.compile(r"/(?P<name>sitemap-posts-(?P<number>[1-9][0-9]*)\.xml(?:\.gz)?)")
_EMBED = re.compile(r"/embed/[0-9]+/")


class Kind(StrEnum):
    """What an answer is to those who count requests."""

    ARTICLE = "article"
    LISTING = "listing"
    """The home page, a section, tag or author, and their further pages."""
    PAGE = "page"
    FEED = "feed"
    SITEMAP = "sitemap"
    REST = "rest"
    FRAGMENT = "fragment"
    """What a listing loads below itself."""
    ROBOTS = "robots"
    REQUISITE = "requisite"
    MOVED = "moved"
    MISSING = "missing"
    WALL = "wall"
    """What stands where an article ought to."""
    TRAP = "trap"
    BUSY = "busy"
    """The site asked to be left alone for a while."""


_FILES: dict[str, tuple[Callable[[Edition], str], str, Kind]] = {
    "/robots.txt": (feeds.robots, _TEXT, Kind.ROBOTS),
    "/sitemap.xml": (feeds.sitemap_index, _XML, Kind.SITEMAP),
    "/sitemap-pages.xml": (feeds.pages_sitemap, _XML, Kind.SITEMAP),
    "/news-sitemap.xml": (feeds.news_sitemap, _XML, Kind.SITEMAP),
    "/feed/": (lambda edition: feeds.rss(edition, edition.articles, OUTLET, "/"), _RSS, Kind.FEED),
    "/feed/atom/": (feeds.atom, _ATOM, Kind.FEED),
}
_WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "/about/": (
        "About us",
        (
            "The Marlhaven Courier is the newspaper of a city that does not exist. It appears when it is asked for.",
            "Its two months of news were written to show what a crawler of news sites has to cope with.",
        ),
    ),
    "/contact/": (
        "Contact",
        ("Letters reach us at Cask Row 9, Marlhaven. The door beside the bakery queue is the right one.",),
    ),
    "/terms/": ("Terms & conditions", ("Read as much as you like, and mind the step.",)),
    "/private/desk/": ("Staff entrance", ("Whoever reads this has passed a sign that said not to.",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the site, before any transfer coding."""

    status: int
    body: bytes = b""
    content_type: str = _HTML
    location: str | None = None
    modified_at: datetime | None = None
    """Null for answers that carry no validators."""
    kind: Kind = Kind.PAGE
    fields: tuple[tuple[str, str], ...] = ()
    """Further header fields."""
    article: DemoArticle | None = None
    """The article that the page is about."""
    retry_after_s: float | None = None
    """How long the client is asked to stay away."""


def answer(edition: Edition, path: str, query: str = "") -> Answer:
    """What the site says to a GET of *path* (percent-decoded) and *query*."""
    found = _article(edition, article_key(path, query)) or _home(edition, path, query) or _listed(edition, path)
    found = found or _machine(edition, path) or _other(edition, path, query)
    if found is not None:
        return found
    key = article_key(path, query)
    if key in edition.night.moved:
        return _moved(edition, edition.night.moved[key])
    if key in edition.night.withdrawn:
        return _words(edition, 410, "Gone", path, ("This story has been withdrawn.",))
    if not path.endswith("/") and answer(edition, path + "/").status in (200, 410):
        return _moved(edition, path + "/" + (f"?{query}" if query else ""))
    return _words(edition, 404, "Page not found", path, ("There is nothing here but the sound of gulls.",))


def _article(edition: Edition, path: str) -> Answer | None:
    article = edition.by_path.get(path)
    if article is None:
        return None
    found = _page(article_page(edition, article), edition.changed_at(article.section), Kind.ARTICLE)
    return replace(found, article=article)


def _home(edition: Edition, path: str, query: str) -> Answer | None:
    if path != "/":
        return None
    wanted = parse_qs(query).get("p", [""])[0]
    for article in edition.articles:
        if str(article.number) == wanted:
            return _moved(edition, article.path)
    return _page(home_page(edition), edition.changed_at(), Kind.LISTING)


def _listed(edition: Edition, path: str) -> Answer | None:
    """A listing, one of its further pages, or its feed."""
    if path.endswith("/feed/") and (listing := edition.listings.get(path.removesuffix("feed/"))):
        text = feeds.rss(edition, listing.articles, f"{listing.title} - {OUTLET}", listing.path)
        return _file(text, _RSS, _changed_at(edition, listing), Kind.FEED)
    paged = _PAGED.fullmatch(path)
    listing = edition.listings.get(paged["listing"] if paged else path)
    if listing is None:
        return None
    number = int(paged["number"]) if paged else 1
    if number > page_count(listing):
        return None
    if paged and number == 1:
        return _moved(edition, listing.path)
    return _page(listing_page(edition, listing, number), _changed_at(edition, listing), Kind.LISTING)


def _machine(edition: Edition, path: str) -> Answer | None:
    """A file for machines."""
    if path in _FILES:
        write, content_type, kind = _FILES[path]
        return _file(write(edition), content_type, edition.changed_at(), kind)
    if (posts := _POSTS.fullmatch(path)) and posts["name"] in feeds.posts_sitemap_names(edition):
        text = feeds.posts_sitemap(edition, int(posts["number"]))
        if not path.endswith(".gz"):
            return _file(text, _XML, edition.changed_at(), Kind.SITEMAP)
        packed = gzip.compress(text.encode(), mtime=0)
        return Answer(200, packed, "application/gzip", modified_at=edition.changed_at(), kind=Kind.SITEMAP)
    return None


def _other(edition: Edition, path: str, query: str) -> Answer | None:
    oldest = edition.articles[-1].published_at
    if path == "/assets/tideline.css":
        return _file(_STYLE, "text/css; charset=UTF-8", oldest, Kind.REQUISITE)
    if path == "/search":
        return Answer(200, search_page(edition, parse_qs(query).get("q", [""])[0]).encode())
    if path in _WORDS:
        title, paragraphs = _WORDS[path]
        return _words(edition, 200, title, path, paragraphs)
    if _EMBED.fullmatch(path):
        return _page(embed_page(f"Video {path.split('/')[2]}"), oldest, Kind.REQUISITE)
    if image := picture(path):
        return Answer(200, image, "image/png", modified_at=oldest, kind=Kind.REQUISITE)
    return None


def _changed_at(edition: Edition, listing: Listing) -> datetime:
    return edition.changed_at(listing.title if listing.kind == "category" else None)


def _page(html: str, modified_at: datetime, kind: Kind) -> Answer:
    return Answer(200, html.encode(), modified_at=modified_at, kind=kind)


def _file(text: str, content_type: str, modified_at: datetime, kind: Kind) -> Answer:
    return Answer(200, text.encode(), content_type, modified_at=modified_at, kind=kind)


def _words(edition: Edition, status: int, title: str, path: str, paragraphs: tuple[str, ...]) -> Answer:
    kind = Kind.PAGE if status == 200 else Kind.MISSING
    return Answer(status, words_page(edition, title, path, paragraphs).encode(), kind=kind)


def _moved(edition: Edition, target: str) -> Answer:
    return Answer(301, b"", location=edition.absolute(target), kind=Kind.MOVED)

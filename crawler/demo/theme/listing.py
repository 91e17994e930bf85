"""Pages that list articles, home, category, tag, author and search, and the few pages of plain words.

In: an edition and what to list. Out: the page's HTML. A listing shows ten teasers a page and numbered links to the
others.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.demo.address import page_path, section_path
from crawler.demo.edition import Edition, Listing
from crawler.demo.markup import escape
from crawler.demo.pictures import rendition
from crawler.demo.site import OUTLET, DemoArticle
from crawler.demo.theme.shell import Sheet, document, written_date

PER_PAGE = 10


def page_count(listing: Listing) -> int:
    """How many pages of teasers the listing fills."""
    return -(-len(listing.articles) // PER_PAGE)


def shown_on(listing: Listing, number: int) -> tuple[DemoArticle, ...]:
    """The articles of page *number*, counted from 1."""
    return listing.articles[(number - 1) * PER_PAGE : number * PER_PAGE]


def teasers(articles: Sequence[DemoArticle]) -> str:
    """One list item an article."""
    return "".join(_teaser(article) for article in articles)


def home_page(edition: Edition) -> str:
    """The newest article large, and the six newest of each section."""
    top = edition.articles[0]
    hero = f"""<section class="tide-hero"><a href="{top.path}" rel="bookmark">
<img src="{rendition(top.picture.stem, (960, 540))}" width="960" height="540" alt="{escape(top.picture.alt)}"></a>
<div class="tide-hero-words">
<h3 class="tide-kicker"><a href="{section_path(top.section)}"><span>{top.section}</span></a></h3>
<h2><a href="{top.path}" rel="bookmark">{escape(top.headline)}</a></h2>
<p>{escape(top.description)}</p></div></section>"""
    sections = "".join(
        f"""<section class="tide-section">
<h4 class="tide-section-title"><a href="{listing.path}">{listing.title}</a></h4>
<ul class="tide-teasers tide-teasers-grid">{teasers(listing.articles[:6])}</ul>
<a class="tide-section-more" href="{listing.path}">More {listing.title}</a></section>"""
        for listing in edition.categories
    )
    sheet = Sheet("News from the harbour and the hill", hero + sections, "/", "home blog")
    return document(edition, sheet)


def listing_page(edition: Edition, listing: Listing, number: int) -> str:
    """Page *number* of a listing, counted from 1."""
    count = page_count(listing)
    title = listing.title if number == 1 else f"{listing.title}, page {number} of {count}"
    blurb = f'<p class="tide-blurb">{escape(listing.blurb)}</p>' if listing.blurb else ""
    main = f"""<header class="tide-listing-head"><h1>{escape(listing.title)}</h1>{blurb}</header>
<ul class="tide-teasers">{teasers(shown_on(listing, number))}</ul>
{_pagination(listing, number, count)}"""
    sheet = Sheet(
        title, main, page_path(listing.path, number), f"archive {listing.kind}", _relations(edition, listing, number)
    )
    return document(edition, sheet)


def stories_page(edition: Edition, title: str, path: str, articles: Sequence[DemoArticle]) -> str:
    """Some articles under a title, on one page."""
    shown = f'<ul class="tide-teasers">{teasers(articles)}</ul>' if articles else "<p>There are no stories here.</p>"
    main = f'<header class="tide-listing-head"><h1>{escape(title)}</h1></header>\n{shown}'
    return document(edition, Sheet(title, main, path, "archive date"))


def search_page(edition: Edition, query: str) -> str:
    """Articles whose headline holds the query."""
    found = [article for article in edition.articles if query and query.lower() in article.headline.lower()]
    main = f"""<header class="tide-listing-head"><h1>Search results for: {escape(query)}</h1></header>
<ul class="tide-teasers">{teasers(found[:PER_PAGE])}</ul>"""
    return document(edition, Sheet("Search", main, "/search", "search", '<meta name="robots" content="noindex">\n'))


def words_page(edition: Edition, title: str, path: str, paragraphs: tuple[str, ...]) -> str:
    """A page that is neither an article nor a listing."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    main = f'<div class="tide-words"><h1>{escape(title)}</h1>{body}</div>'
    return document(edition, Sheet(title, main, path, "page", has_sidebar=False))


def embed_page(title: str) -> str:
    """What an iframe shows."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body style="margin:0;display:grid;place-items:center;height:100vh;background:#12303f;color:#fff;font:16px sans-serif">
<p>&#9654; {escape(title)}</p></body></html>
"""


def _teaser(article: DemoArticle) -> str:
    published = article.published_at
    return f"""<li class="tide-teaser"><a class="tide-teaser-image" href="{article.path}" tabindex="-1">
<img src="{rendition(article.picture.stem, (240, 135))}" width="240" height="135" alt="" loading="lazy"></a>
<div><h3><a href="{article.path}" rel="bookmark">{escape(article.headline)}</a></h3><p>{escape(article.description)}</p>
<time datetime="{published.isoformat()}">{written_date(published)}</time></div></li>
"""


def _pagination(listing: Listing, number: int, count: int) -> str:
    if count == 1:
        return ""
    numbers = " ".join(
        f'<span class="current" aria-current="page">{other}</span>'
        if other == number
        else f'<a href="{page_path(listing.path, other)}">{other}</a>'
        for other in range(1, count + 1)
    )
    older = ""
    if number < count:
        older = f' <a class="next" rel="next" href="{page_path(listing.path, number + 1)}">Older stories</a>'
    return f'<nav class="tide-pages" aria-label="Pages">{numbers}{older}</nav>'


def _relations(edition: Edition, listing: Listing, number: int) -> str:
    title = f"{OUTLET} &raquo; {escape(listing.title)}"
    feed = edition.absolute(listing.path + "feed/")
    lines = [f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{feed}">']
    if number > 1:
        lines.append(f'<link rel="prev" href="{edition.absolute(page_path(listing.path, number - 1))}">')
    if number < page_count(listing):
        lines.append(f'<link rel="next" href="{edition.absolute(page_path(listing.path, number + 1))}">')
    return "\n".join(lines) + "\n"

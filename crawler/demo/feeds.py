"""What the site tells machines: robots.txt, sitemaps, RSS and Atom.

In: an edition. Out: the text of each file. Sitemaps follow sitemaps.org 0.9, the news sitemap the news extension 0.9
(the last two days only); feeds carry the ten newest articles, RSS 2.0 with Dublin Core creators, and RFC 4287.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from crawler.demo.edition import Edition
from crawler.demo.site import LANGUAGE, OUTLET, DemoArticle

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_NEWS_SPAN = timedelta(days=2)
_ITEMS = 10
POSTS_PER_SITEMAP = 80
DISALLOWED = ("/search", "/private/")
"""What robots.txt closes, by the beginning of its path."""


def robots(edition: Edition) -> str:
    """The site's robots.txt (RFC 9309; Crawl-delay and Sitemap are customary)."""
    closed = "\n".join(f"Disallow: {path}" for path in DISALLOWED)
    return f"""User-agent: *
{closed}
Crawl-delay: 0.02

Sitemap: {edition.absolute("/sitemap.xml")}
Sitemap: {edition.absolute("/news-sitemap.xml")}
"""


def sitemap_index(edition: Edition) -> str:
    """The index."""
    names = [*posts_sitemap_names(edition), "sitemap-pages.xml"]
    changed = edition.changed_at().isoformat()
    entries = "".join(
        f"<sitemap><loc>{edition.absolute('/' + name)}</loc><lastmod>{changed}</lastmod></sitemap>\n" for name in names
    )
    return f'{_XML}<sitemapindex xmlns="{_SITEMAP}">\n{entries}</sitemapindex>\n'


def posts_sitemap_names(edition: Edition) -> list[str]:
    """The files of the articles' sitemaps; every second one is compressed."""
    count = -(-len(edition.articles) // POSTS_PER_SITEMAP)
    return [f"sitemap-posts-{number}.xml" + (".gz" if number % 2 == 0 else "") for number in range(1, count + 1)]


def posts_sitemap(edition: Edition, number: int) -> str:
    """Sitemap *number* of the articles, counted from 1."""
    shown = edition.articles[(number - 1) * POSTS_PER_SITEMAP : number * POSTS_PER_SITEMAP]
    return _urlset((edition.absolute(article.path), article.changed_at) for article in shown)


def pages_sitemap(edition: Edition) -> str:
    """The pages that are no articles."""
    paths = ["/", "/about/", "/contact/", *(listing.path for listing in edition.categories)]
    return _urlset((edition.absolute(path), edition.changed_at()) for path in paths)


def news_sitemap(edition: Edition) -> str:
    """The articles of the two days before the newest one."""
    since = edition.articles[0].published_at - _NEWS_SPAN
    entries = "".join(
        f"<url><loc>{edition.absolute(article.path)}</loc><news:news><news:publication><news:name>{OUTLET}</news:name>"
        f"<news:language>{LANGUAGE}</news:language></news:publication>"
        f"<news:publication_date>{article.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(article.headline)}</news:title></news:news></url>\n"
        for article in edition.articles
        if article.published_at >= since
    )
    return f'{_XML}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{entries}</urlset>\n'


def rss(edition: Edition, articles: Sequence[DemoArticle], title: str, path: str) -> str:
    """RSS 2.0 of the newest of *articles*; *path* is the page that the feed belongs to."""
    items = "".join(_rss_item(edition, article) for article in articles[:_ITEMS])
    built = format_datetime(articles[0].changed_at)
    return f"""{_XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{escape(title)}</title>
<atom:link href="{edition.absolute(path + "feed/")}" rel="self" type="application/rss+xml"/>
<link>{edition.absolute(path)}</link>
<description>Seen from the harbour since 1874</description>
<language>{LANGUAGE}</language>
<lastBuildDate>{built}</lastBuildDate>
{items}</channel>
</rss>
"""


def atom(edition: Edition) -> str:
    """The Atom feed of the whole site."""
    entries = "".join(_atom_entry(edition, article) for article in edition.articles[:_ITEMS])
    return f"""{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{LANGUAGE}">
<title>{OUTLET}</title>
<id>{edition.absolute("/feed/atom/")}</id>
<link rel="self" href="{edition.absolute("/feed/atom/")}"/>
<link rel="alternate" type="text/html" href="{edition.base_url}"/>
<updated>{edition.changed_at().isoformat()}</updated>
{entries}</feed>
"""


def _rss_item(edition: Edition, article: DemoArticle) -> str:
    creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in article.authors)
    categories = "".join(f"<category>{escape(name)}</category>" for name in (article.section, *article.keywords))
    return f"""<item>
<title>{escape(article.headline)}</title>
<link>{edition.absolute(article.path)}</link>
{creators}
<pubDate>{format_datetime(article.published_at)}</pubDate>
{categories}
<guid isPermaLink="false">{edition.absolute(f"/?p={article.number}")}</guid>
<description>{escape(article.description)}</description>
</item>
"""


def _atom_entry(edition: Edition, article: DemoArticle) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in article.authors)
    return f"""<entry>
<title>{escape(article.headline)}</title>
<id>{edition.absolute(f"/?p={article.number}")}</id>
<link rel="alternate" type="text/html" href="{edition.absolute(article.path)}"/>
<published>{article.published_at.isoformat()}</published>
<updated>{article.changed_at.astimezone(UTC).isoformat()}</updated>
{authors}
<summary>{escape(article.description)}</summary>
</entry>
"""


def _urlset(entries: Iterable[tuple[str, datetime]]) -> str:
    urls = "".join(f"<url><loc>{escape(url)}</loc><lastmod>{at.isoformat()}</lastmod></url>\n" for url, at in entries)
    return f'{_XML}<urlset xmlns="{_SITEMAP}">\n{urls}</urlset>\n'

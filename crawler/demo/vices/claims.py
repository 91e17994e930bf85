"""What a site says about its pages, and is wrong: digests, dates and canonical links."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.site import DemoArticle
from crawler.demo.vices.rewrite import at_the_end, in_the_head, is_page, remarked, rewritten
from crawler.demo.vices.vice import Ask, Site, Vice

_CANONICAL = re.compile(r'<link rel="canonical" href="[^"]*">')
_DATED = re.compile(r"<loc>(?P<loc>[^<]*)</loc><lastmod>[^<]*</lastmod>")


def with_changing_sidebar(site: Site) -> Site:
    """No two answers have the same bytes, whatever they show."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if not is_page(found):
            return found
        article = edition.articles[ask.number % len(edition.articles)]
        box = (
            f'<div class="tide-box"><h4 class="tide-box-title">Right now</h4><p>{137 + ask.number % 89} readers online'
            f"</p><p>{article.section} was on top at minute {ask.number}</p>"
            f'<input type="hidden" name="nonce" value="{ask.number:010x}"></div>'
        )
        return rewritten(found, lambda html: at_the_end(html, box))

    return answer


def without_validators(site: Site) -> Site:
    """Neither ETag nor Last-Modified."""
    return lambda edition, ask: replace(site(edition, ask), modified_at=None)


def with_lying_lastmod(site: Site) -> Site:
    """All lastmods of all sitemaps are today's."""
    return _with_lastmod(site, lambda edition, _: edition.changed_at().date().isoformat())


def with_stale_lastmod(site: Site) -> Site:
    """The lastmod of an article is when it was published, whatever happened later."""

    def published(edition: Edition, article: DemoArticle | None) -> str:
        return (article or edition.articles[-1]).published_at.isoformat()

    return _with_lastmod(site, published)


def _with_lastmod(site: Site, lastmod: Callable[[Edition, DemoArticle | None], str]) -> Site:
    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.SITEMAP or found.status != 200:
            return found
        is_packed = found.body.startswith(b"\x1f\x8b")
        text = (gzip.decompress(found.body) if is_packed else found.body).decode()

        def dated(entry: re.Match[str]) -> str:
            path = entry["loc"].removeprefix(edition.base_url)
            article = edition.by_path.get("/" + path)
            return f"<loc>{entry['loc']}</loc><lastmod>{lastmod(edition, article)}</lastmod>"

        body = _DATED.sub(dated, text).encode()
        return replace(found, body=gzip.compress(body, mtime=0) if is_packed else body)

    return answer


def with_canonical_home(site: Site) -> Site:
    """The canonical link of every page is the home page."""
    return _with_canonical(site, lambda edition, _: edition.base_url)


def with_canonical_other(site: Site) -> Site:
    """The canonical link of every article is the newest article's."""
    return _with_canonical(
        site, lambda edition, found: edition.absolute(edition.articles[0].path) if found.kind is Kind.ARTICLE else None
    )


def _with_canonical(site: Site, canonical: Callable[[Edition, Answer], str | None]) -> Site:
    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        url = canonical(edition, found)
        if url is None:
            return found
        return rewritten(found, lambda html: _CANONICAL.sub(f'<link rel="canonical" href="{url}">', html))

    return answer


def with_nofollow_links(site: Site) -> Site:
    """Links on listings carry rel=nofollow, as those of sites do that hoard their rank."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.LISTING:
            return found
        return rewritten(found, lambda html: remarked(html, lambda href: "/category/" not in href, 'rel="nofollow"'))

    return answer


def with_nofollow_meta(site: Site) -> Site:
    """Every listing says of itself that its links are not to be followed."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.LISTING:
            return found
        return rewritten(found, lambda html: in_the_head(html, '<meta name="robots" content="index, nofollow">'))

    return answer


def with_nofollow_header(site: Site) -> Site:
    """Every page is answered with X-Robots-Tag: nofollow."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if not is_page(found):
            return found
        return replace(found, fields=(*found.fields, ("X-Robots-Tag", "nofollow")))

    return answer


CLAIMS = (
    Vice("changing_sidebar", "A box in each page differs in every answer, and so do its ETags.", with_changing_sidebar),
    Vice("no_validators", "No answer carries ETag or Last-Modified.", without_validators),
    Vice("lying_lastmod", "Every lastmod of the sitemaps is today.", with_lying_lastmod),
    Vice(
        "stale_lastmod", "The sitemaps' lastmod of an article stays as published when it is edited.", with_stale_lastmod
    ),
    Vice("canonical_home", "The canonical link of every page names the home page.", with_canonical_home),
    Vice("canonical_other", "The canonical link of every article names the newest article.", with_canonical_other),
    Vice("nofollow_links", "Links on listings carry rel=nofollow, but for those to sections.", with_nofollow_links),
    Vice("nofollow_meta", "Listings say in their HTML that their links are not to be followed.", with_nofollow_meta),
    Vice("nofollow_header", "Every page is answered with X-Robots-Tag: nofollow.", with_nofollow_header),
)

"""What the shape of a URL says: an article, a further page of a listing, or neither.

Content systems differ in names and agree in shapes: an article's address ends in the words of its headline, a date or a
number; a further page of a listing is the listing's address with a page number. What a site's own pages turned out to
be says more (`LearntShapes`): it is added to the score, so that neither outvotes plain evidence of the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from crawler.discovery.learnt import LearntShapes
from crawler.discovery.links import SeenLink
from pipelines.http.url import canonical_url

_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:1[0-2]|0?[1-9])(?:[/-]?(?:3[01]|[12]\d|0?[1-9]))?(?=[/-])")
_DAY = re.compile(r"/(?:19|20)\d\d/(?:1[0-2]|0?[1-9])(?:/(?:3[01]|[12]\d|0?[1-9]))?$")
"""The archive of a month or a day, whose number counts no pages."""
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LONG_NUMBER = re.compile(r"\d{5,}")
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|ece|amp)$", re.IGNORECASE)
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_PAGE_NUMBER = re.compile(r"[1-9]\d{0,4}")
_DIGITS = re.compile(r"\d+")
_NEAR = frozenset(("next", "prev"))
_PAGER_SAYINGS = 6
"""A pager says no more different things beside its numbers: first, previous, next, last, page, of."""

ARTICLE_SCORE = 2
"""What a link must score to be taken for one to an article."""
_LEARNT_SCORE = 2


def is_article_link(link: SeenLink, learnt: LearntShapes | None = None) -> bool:
    """Whether the link looks like one to an article: by its URL's shape, its words, and whether it is a headline.

    Args:
        link: A link of a page.
        learnt: What pages of the site turned out to be, by the shapes of their URLs.
    """
    score = url_score(link.url, learnt)
    if score is None:
        return False
    if link.is_heading:
        score += 1
    if _word_count(link.text) >= 5:
        score += 1
    return score >= ARTICLE_SCORE


def url_score(url: str, learnt: LearntShapes | None = None) -> int | None:
    """What the URL alone speaks for an article, in points; null for the root of a site, which none is at."""
    parts = urlsplit(url)
    path = _ENDING.sub("", parts.path).rstrip("/")
    slug = path.rpartition("/")[2]
    verdict = learnt.verdict(url) if learnt else None
    if not slug and not (verdict and parts.query):
        return None
    dated = _DATE.search(path + "/")
    score = _slug_score(slug)
    if dated and path[dated.end() :]:
        score += 2  # something follows the date: not the archive of a day
    if _LONG_NUMBER.search(slug):
        score += 1
    if verdict is not None:
        score += _LEARNT_SCORE if verdict else -_LEARNT_SCORE
    return score


def is_page_of(link: SeenLink, listing_url: str) -> bool:
    """Whether the link leads to another page of the listing at *listing_url*: its address but for a page number."""
    if link.rel & _NEAR:
        return True
    target = canonical_url(link.url)
    here = canonical_url(listing_url)
    return target != here and bool(_without_page_number(target) & ({here.rstrip("/")} | _without_page_number(here)))


def pages_of(links: Iterable[SeenLink], listing_url: str) -> set[str]:
    """The URLs among *links* that lead to other pages of the listing at *listing_url*.

    Where what articles have for a name is a number in the query (`/?a=512`), their links look like those of a pager;
    but they are headlines, or say many different things, where a pager has its numbers and a few words.
    """
    pages = [link for link in links if is_page_of(link, listing_url)]
    sayings = {link.url: _DIGITS.sub("", link.text).casefold().strip() for link in pages if not link.rel & _NEAR}
    if len(set(sayings.values()) - {""}) > _PAGER_SAYINGS:
        pages = [link for link in pages if not sayings.get(link.url)]
    return {link.url for link in pages if not link.is_heading}


def _slug_score(slug: str) -> int:
    words = len(_WORDS.findall(slug)) if re.search(r"[-_]", slug) else 0
    if "%" in slug:
        words = max(words, slug.count("-") + 1)  # not Latin, and percent-encoded
    return 2 if words >= 4 else 1 if words == 3 else 0


def _word_count(text: str) -> int:
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def _without_page_number(url: str) -> set[str]:
    """What *url* may be a numbered page of: its address without the number, and without the word before that."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    bases: set[str] = set()
    segments = parts.path.rstrip("/").split("/")
    if _PAGE_NUMBER.fullmatch(segments[-1]) and len(segments) > 1 and not _DAY.search("/".join(segments)):
        query = f"?{parts.query}" if parts.query else ""
        bases.add(origin + "/".join(segments[:-1]) + query)
        if len(segments) > 2 and segments[-2].isalpha():
            bases.add(origin + "/".join(segments[:-2]) + query)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for number, (_, value) in enumerate(pairs):
        if _PAGE_NUMBER.fullmatch(value):
            rest = "&".join(f"{key}={each}" for key, each in pairs[:number] + pairs[number + 1 :])
            bases.add(canonical_url(origin + parts.path + (f"?{rest}" if rest else "")).rstrip("/"))
    return bases

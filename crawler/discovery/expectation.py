"""Which entries of a sitemap are articles: a sitemap lists sections, tags and pages of plain words as well.

An entry of a news sitemap is one. For the others, points are added as for links: what the URL's shape says, and one for
each of two things that only a sitemap tells: its own name, where the content system put one kind into each file, and
whether most of its entries have one shape, as articles have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.discovery.learnt import LearntShapes, shape
from crawler.discovery.shapes import ARTICLE_SCORE, url_score
from crawler.discovery.sitemaps import SitemapEntry

# The names that content systems give to the files of a sitemap; the last resort, where shapes say too little.
_OF_ARTICLES = re.compile(
    r"posts?|articles?|artikel|beitraege|articulos?|artigos?|articoli|noticias?|notizie|nachrichten|news|actualites?"
    r"|stor(?:y|ies)"
)
_OF_OTHERS = re.compile(
    r"pages?|seiten|paginas?|categor(?:y|ies|ias?)|kategorien?|rubriques?|tags?|taxonom(?:y|ies)|topics?|themen|authors?"
    r"|autoren|autore?s?|users?|images?|videos?|sections?|attachments?"
)
_NAME = re.compile(r"[^\W\d_]+")
_MANY = 5
_MOSTLY = 0.6


def expected_articles(
    entries: Sequence[SitemapEntry], sitemap_url: str, learnt: LearntShapes | None = None
) -> list[bool]:
    """For each entry, whether an article is to be expected there.

    Args:
        entries: Of one sitemap.
        sitemap_url: Its address.
        learnt: What pages of the site turned out to be, by the shapes of their URLs.
    """
    scores = [None if entry.is_news else url_score(entry.url, learnt) for entry in entries]
    are_shaped = sum(score is not None and score >= ARTICLE_SCORE for score in scores) >= _MOSTLY * len(entries)
    hint = _hint(sitemap_url)
    if hint < 0 and are_shaped:
        hint = 0  # `sitemap-page-2.xml` may be the second page of all
    points = [None if score is None else score + hint for score in scores]
    usual = _usual_shape(entries) if hint >= 0 and ARTICLE_SCORE - 1 in points else None
    return [
        entry.is_news
        or (
            point is not None
            and (
                point >= ARTICLE_SCORE
                or (point == ARTICLE_SCORE - 1 and usual is not None and shape(entry.url) == usual)
            )
        )
        for entry, point in zip(entries, points, strict=True)
    ]


def _usual_shape(entries: Sequence[SitemapEntry]) -> str | None:
    """The shape that most entries have; null where there is none, or they are few."""
    usual, count = Counter(shape(entry.url) for entry in entries).most_common(1)[0]
    return usual if count >= max(_MANY, _MOSTLY * len(entries)) else None


def _hint(sitemap_url: str) -> int:
    """1 for the name of a list of articles, -1 for that of other pages, 0 for any other."""
    words = _NAME.findall(urlsplit(sitemap_url).path.rpartition("/")[2].lower())
    if any(_OF_OTHERS.fullmatch(word) for word in words):
        return -1
    return int(any(_OF_ARTICLES.fullmatch(word) for word in words))

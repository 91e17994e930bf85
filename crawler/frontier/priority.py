"""Which URL first: a number for each candidate, higher is earlier.

First what names articles: sources, and the sections that the navigation links to. Then the articles, the newest first;
the sitemaps that an index names, of which there may be very many, come after what is of these weeks. Then older pages
of listings, and only then what else is linked: what a tag lists is known by then, and its kind closes soon. What is
merely looked at again comes once nothing new is left, and requisites when all pages are done.
"""

from __future__ import annotations

import re
from datetime import datetime

from pipelines.reasons import Source
from pipelines.values import Candidate, Target

_SEED = 1000.0
_SOURCE = 900.0
_LISTING = 800.0
_DATED_ARTICLE = 700.0
_UNDATED_ARTICLE = 650.0
_SITEMAP_OF_MANY = 550.0
_OLD_ARTICLE = 400.0
_PAGINATION = 200.0
_OTHER = 150.0
_OLDEST_DAYS = 250.0
_NUMBER = re.compile(r"\d{1,6}")
_WINDOWS = frozenset((Source.NEWS_SITEMAP, Source.FEED, Source.LISTING, Source.LINK, Source.REDIRECT))
"""Sources that show what is new; of the others an undated article may be of any age."""


def priority(candidate: Candidate, now: datetime) -> float:
    """How early *candidate* is to be requested."""
    if candidate.via is Source.SEED:
        return _SEED
    if candidate.target is Target.SITEMAP and candidate.depth:
        return _SITEMAP_OF_MANY + _recency(candidate.modified_at, now) / 3
    if candidate.target is not Target.PAGE and not candidate.is_pagination:
        return _SOURCE
    if candidate.is_pagination and candidate.via is Source.LINK:
        return _DATED_ARTICLE  # of an article that was read: as long as it is not whole, none of it is worth much
    if candidate.is_pagination:
        return _PAGINATION - min(page_number(candidate), _OLDEST_DAYS)
    if candidate.expects_article:
        published_at = candidate.published_at or candidate.modified_at
        if published_at is not None:
            return _DATED_ARTICLE - _OLDEST_DAYS + _recency(published_at, now)
        return _UNDATED_ARTICLE - candidate.depth if candidate.via in _WINDOWS else _OLD_ARTICLE
    if candidate.is_navigation or (candidate.via is Source.MEMORY and candidate.published_at is None):
        return _LISTING - candidate.depth
    return _OTHER - candidate.depth


def page_number(candidate: Candidate) -> int:
    """The number in which a further page's address differs from that of its listing; 0 where there is none."""
    here = _NUMBER.findall(candidate.url)
    there = _NUMBER.findall(candidate.referrer or "")
    differing = [int(one) for one, other in zip(here, there, strict=False) if one != other]
    more = [int(number) for number in here[len(there) :]]
    return ([*differing, *more] or [0])[-1]


def _recency(instant: datetime | None, now: datetime) -> float:
    """From 0 for what is old, or of unknown age, to `_OLDEST_DAYS` for what is of today."""
    if instant is None:
        return 0.0
    age_days = max((now - instant).total_seconds() / 86_400, 0.0)
    return max(_OLDEST_DAYS - age_days, 0.0)

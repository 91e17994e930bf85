"""What any newspaper carries on any day, and what happened in the night before.

In: a day, counted from 1, and a paper. Out: its articles, the addresses that are gone or have moved, and the night's
events. The paper written by hand has two days; a composed one has as many as anybody will crawl. On its second day 15
articles are new, 3 edited, 2 removed and 1 moved; on each later day 10, 2, 1 and 1. All others are as they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from crawler.demo.agency import STORIES, addendum, agency_story
from crawler.demo.content import Passage
from crawler.demo.paper import Paper, Shape
from crawler.demo.site import (
    SECOND_DAY,
    DemoArticle,
    Planned,
    arrivals,
    first_day,
    hour,
    newsroom,
    withdrawn_paths,
    written,
)

_NEW, _EDITED, _REMOVED, _MOVED = (15, 10), (3, 2), (2, 1), (1, 1)
"""How many on the second day, and on each later one."""
_EDITED_AMONG = 60
"""Edits meet articles that are among so many newest."""
_LAST_DAY = 200
_MOST_VIEWED = (4, 11, 23, 38, 52)


@dataclass(frozen=True, slots=True)
class Night:
    """The site on one day."""

    articles: tuple[DemoArticle, ...]
    """Newest first."""
    withdrawn: frozenset[str] = frozenset()
    """Paths that answer 410; other removed ones are simply not there (404)."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Old path → new path, of this and all earlier nights."""
    touched: frozenset[str] = frozenset()
    """Topics that something has happened to: nothing more will."""


@cache
def night(day: int, paper: Paper) -> Night:
    """The state of *paper* on *day*.

    Raises:
        ValueError: There is no such day.
    """
    if paper.size is None:
        return Night(newsroom(day, paper.shape), withdrawn_paths(day, paper.shape))
    if not 1 <= day <= _LAST_DAY:
        raise ValueError(f"a composed demo site has days 1 to {_LAST_DAY}, not {day}")
    if day == 1:
        return Night(tuple(reversed(_first(paper.size, paper.shape))))
    return _after(night(day - 1, paper), day, paper)


@cache
def most_viewed(paper: Paper) -> tuple[DemoArticle, ...]:
    """The same five on every day; nothing ever happens to them."""
    articles = night(1, paper).articles
    return tuple(articles[place % len(articles)] for place in _MOST_VIEWED)


def _first(size: int, shape: Shape) -> list[DemoArticle]:
    """The first day's articles, oldest first: the newest by hand, and before them what agencies sent."""
    by_hand = first_day()
    sent = [_planned(number, len(by_hand) + number) for number in range(size - len(by_hand))]
    return written([*reversed(sent), *by_hand][-size:], (), shape)


def _planned(number: int, rank: int) -> Planned:
    story, desk = agency_story(number)
    return story, desk, hour(rank, story)


def _after(before: Night, day: int, paper: Paper) -> Night:
    """The state on *day*, the night after *before*."""
    later = day > 2
    news = written(_news(day, _NEW[later]), before.articles, paper.shape)
    spared = before.touched | {article.topic for article in most_viewed(paper)}
    quiet = [article for article in before.articles if article.topic not in spared]
    edited = _drawn(quiet[:_EDITED_AMONG], day, _EDITED[later])
    others = _drawn([article for article in quiet if article not in edited], day, _REMOVED[later] + _MOVED[later])
    removed, moved = others[_MOVED[later] :], others[: _MOVED[later]]
    now = {article.topic: article for article in before.articles}
    for place, article in enumerate(edited):
        now[article.topic] = _edited(article, _on(day, 14 * 60 + 25 * place), is_addition=place % 2 == 0)
    for article in moved:
        now[article.topic] = _moved(article, paper.shape)
    for article in removed:
        del now[article.topic]
    return Night(
        articles=(*reversed(news), *now.values()),
        withdrawn=before.withdrawn | {article.path for article in removed[day % 2 :: 2]},
        moved={**before.moved, **{article.path: now[article.topic].path for article in moved}},
        touched=before.touched | {article.topic for article in (*edited, *others)},
    )


def _news(day: int, count: int) -> list[Planned]:
    """The day's new stories, oldest first: those written by hand on the second day, then the agencies'."""
    first = STORIES - 1 - _NEW[0] * (day - 1)
    plan = [*(arrivals() if day == 2 else ()), *(agency_story(first - place) for place in range(count))][:count]
    return [(story, desk, _on(day, 6 * 60 + 53 * place)) for place, (story, desk) in enumerate(plan)]


def _on(day: int, minute: int) -> datetime:
    return SECOND_DAY + timedelta(days=day - 2, minutes=minute)


def _drawn(articles: Sequence[DemoArticle], day: int, count: int) -> list[DemoArticle]:
    """So many of *articles* as chance, which is the same every time, has them."""
    return sorted(articles, key=lambda one: hashlib.sha256(f"{day} {one.topic}".encode()).digest())[:count]


def _edited(article: DemoArticle, at: datetime, *, is_addition: bool) -> DemoArticle:
    """The article with a paragraph more, or with one that says something else."""
    text = Passage("paragraph", addendum(article.topic))
    kept = article.passages[1 if is_addition else 2 :]
    return replace(article, passages=(article.passages[0], text, *kept), modified_at=at)


def _moved(article: DemoArticle, shape: Shape) -> DemoArticle:
    """The same article at another address."""
    number, slug = article.number + 500_000, f"{article.slug}-in-full"
    return replace(article, number=number, slug=slug, path=shape.path(number, slug, article.published_at))

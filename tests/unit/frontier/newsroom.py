"""What the frontier's tests share: a site, candidates of it, and what earlier nights may know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.frontier.budgets import Limits
from crawler.frontier.frontier import Frontier
from pipelines.memory.urls import KnownUrl
from pipelines.reasons import Source
from pipelines.values import Candidate

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOME = "https://news.example.org/"
DAY = timedelta(days=1)


@dataclass
class Remembered:
    """A memory made by hand."""

    urls: dict[str, KnownUrl] = field(default_factory=dict)
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def url(self, url: str) -> KnownUrl | None:
        return self.urls.get(url)

    def due_sources(self, now: datetime, limit: int) -> list[KnownUrl]:
        return [each for each in self._due(now) if self._is_source(each)][:limit]

    def due_articles(self, now: datetime, limit: int) -> list[KnownUrl]:
        return [each for each in self._due(now) if not self._is_source(each)][:limit]

    def listed_by(self, sitemaps: Collection[str]) -> Iterable[str]:
        return [url for sitemap in sitemaps for url in self.listed.get(sitemap, ())]

    def _due(self, now: datetime) -> list[KnownUrl]:
        return [each for each in self.urls.values() if each.due_at is not None and each.due_at <= now]

    @staticmethod
    def _is_source(each: KnownUrl) -> bool:
        return each.is_pending or each.target != "page" or each.outcome == "listing"


def article(path: str, **facts: object) -> KnownUrl:
    """An article that was archived yesterday and is not due."""
    plain = {"at": NOW - DAY, "outcome": "article", "article": "a" * 32, "due_at": NOW + DAY}
    return KnownUrl(HOME + path, **{**plain, **facts})  # type: ignore[arg-type]


def remembered(*known: KnownUrl, listed: Mapping[str, tuple[str, ...]] | None = None) -> Remembered:
    return Remembered({each.url: each for each in known}, listed or {})


def frontier(
    memory: Remembered | None = None,
    *,
    max_pages: int = 100,
    max_requisites: int = 0,
    max_depth: int = 5,
    **facts: object,
) -> Frontier:
    return Frontier(
        HOME,
        limits=Limits(max_pages, max_requisites),
        max_depth=max_depth,
        memory=memory or Remembered(),
        now=NOW,
        **facts,  # type: ignore[arg-type]
    )


def named(path: str, via: Source = Source.LISTING, **facts: object) -> Candidate:
    url = path if "://" in path else HOME + path
    return Candidate(url, via, HOME, **{"depth": 1, **facts})  # type: ignore[arg-type]


def story(path: str, via: Source = Source.LISTING, **facts: object) -> Candidate:
    """What *via* says is an article."""
    return named(path, via, expects_article=True, **facts)


def taken(crawl: Frontier, *, answers: bool = True) -> list[str]:
    """The paths that come out, each answered with nothing, until nothing does."""
    paths = []
    while (visit := crawl.take()) is not None:
        paths.append(visit.candidate.url.removeprefix(HOME))
        if answers:
            crawl.captured(visit.candidate.url)
    return paths

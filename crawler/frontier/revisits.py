"""What is looked at again tonight: what a source says has changed, what is due, what a sitemap has dropped.

Names and claims go in while the crawl reads its sources; once nothing new is left, the visits come out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from crawler.frontier.claims import Claims
from pipelines.http.url import canonical_url
from pipelines.memory.urls import KnownUrl
from pipelines.reasons import Outcome, Source
from pipelines.values import Candidate, Target

_MOST_DROPPED = 20
"""A sitemap that drops more than this, and a tenth of what it listed, is rather broken than right: some are tried."""


class Memory(Protocol):
    """What earlier nights know; `pipelines.memory.site.SiteMemory` is one."""

    def url(self, url: str) -> KnownUrl | None:
        """What is known of this canonical URL, or null."""

    def due_sources(self, now: datetime, limit: int) -> list[KnownUrl]:
        """What names articles, or was wanted and not visited, and is due."""

    def due_articles(self, now: datetime, limit: int) -> list[KnownUrl]:
        """The pages that are to be looked at again."""

    def listed_by(self, sitemaps: Collection[str]) -> Iterable[str]:
        """The URLs that one of these sitemaps listed when it was last read."""


class Revisits:
    """Collects what speaks for a visit of what is known.

    Args:
        memory: What earlier nights know.
        now: The beginning of the run.
        limit: The most that is looked at because it is due.
        trust: See `Claims`.
    """

    def __init__(self, memory: Memory, now: datetime, limit: int, trust: Mapping[str, object] | None) -> None:
        self._memory = memory
        self._now = now
        self._limit = limit
        self._claims = Claims(trust)
        self._modified: dict[str, datetime] = {}
        self.listed: dict[str, tuple[str, ...]] = {}
        """Canonical URL of each sitemap that was read → the canonical URLs in it."""

    def sources(self) -> Iterator[tuple[Candidate, KnownUrl]]:
        """What names articles and is due, and what an earlier night wanted and did not have."""
        for known in self._memory.due_sources(self._now, self._limit):
            yield candidate_of(known), known

    def hear(self, key: str, candidate: Candidate) -> None:
        """Note what the candidate's source says of its last change, if it does."""
        if candidate.modified_at is not None:
            self._modified[key] = max(candidate.modified_at, self._modified.get(key, candidate.modified_at))

    def hear_claim(self, key: str, candidate: Candidate, held: str) -> None:
        """Note that a source says of an article that is held, and known as *held*, that it changed; if it does."""
        if candidate.modified_at is None or candidate.target is not Target.PAGE:
            return
        known = self._memory.url(held)
        if known is not None and known.outcome != Outcome.LISTING and is_claim(candidate, known):
            self._claims.add(key, replace(candidate, published_at=candidate.published_at or known.published_at))

    def answered(self, key: str, *, is_news: bool) -> None:
        """Note whether a visit of what is known showed other bytes."""
        self._claims.answered(key, is_news=is_news)

    def claimed(self, held: int) -> Iterator[tuple[str, Candidate]]:
        """What is said to have changed, as far as that is to be believed.

        Args:
            held: How many known URLs were named tonight.
        """
        yield from self._claims.chosen(held)

    def due(self) -> list[KnownUrl]:
        """What is to be looked at again by now."""
        return self._memory.due_articles(self._now, self._limit)

    def as_before(self, sitemap: Candidate) -> Iterator[Candidate]:
        """What *sitemap*, which says that it has not changed, lists: what it listed when it was last read."""
        for url in list(self._memory.listed_by((canonical_url(sitemap.url),))):
            known = self._memory.url(url)
            if known is not None:
                named = candidate_of(known)
                yield replace(named, via=Source.SITEMAP, referrer=sitemap.url, depth=sitemap.depth + 1)

    def vanished(self) -> Iterator[KnownUrl]:
        """What the sitemaps that were read tonight listed before and list no more."""
        listed = {url for urls in self.listed.values() for url in urls}
        before = list(self._memory.listed_by(self.listed.keys()))
        gone = [url for url in before if url not in listed]
        if len(gone) > max(_MOST_DROPPED, len(before) // 10):
            gone = gone[:_MOST_DROPPED]
        for url in gone:
            known = self._memory.url(url)
            if known is not None:
                yield known

    @property
    def modified(self) -> Mapping[str, datetime]:
        """Identity → the last change that a source claimed."""
        return self._modified

    @property
    def trust(self) -> dict[str, list[int]]:
        """How far each source was right."""
        return self._claims.trust


def is_claim(candidate: Candidate, known: KnownUrl) -> bool:
    """Whether the candidate's source says that the URL changed since a visit saw to what it said before."""
    seen_to = known.modified_at or known.at
    return candidate.modified_at is not None and seen_to is not None and candidate.modified_at > seen_to


def candidate_of(known: KnownUrl) -> Candidate:
    """The candidate that memory names."""
    return Candidate(
        known.spelling or known.url,
        Source.MEMORY,
        depth=known.depth,
        expects_article=known.article is not None or known.expects_article,
        target=Target(known.target),
        published_at=known.published_at,
    )

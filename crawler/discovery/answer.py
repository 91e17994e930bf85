"""An answer as discovery is handed it, and the candidates that are made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.discovery.learnt import LearntShapes
from crawler.discovery.links import OBEDIENT, LinkRules
from pipelines.http.url import canonical_url
from pipelines.reasons import Source
from pipelines.values import Candidate, Page, Target


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, with what there is to know for reading it."""

    page: Page
    origin: Candidate
    """The candidate that it is the answer for."""
    rules: LinkRules = OBEDIENT
    learnt: LearntShapes | None = None
    """What pages of the site turned out to be, by the shapes of their URLs."""

    @property
    def url(self) -> str:
        """Where it came from."""
        return self.page.url

    @property
    def depth(self) -> int:
        """Links from the seed to what it names; its own further pages and sources lie no deeper than itself."""
        return self.origin.depth + 1

    def further(self, url: str, via: Source, target: Target, anchor: str | None = None) -> Candidate:
        """The candidate of a further page of it."""
        return Candidate(
            url, via, self.url, self.origin.depth, is_pagination=True, anchor=anchor or None, target=target
        )


def unique(candidates: Iterable[Candidate], but: Iterable[str] = ()) -> tuple[Candidate, ...]:
    """Each URL once, as it was named first, and none of *but*."""
    found: dict[str, Candidate] = {}
    left_out = set(map(canonical_url, but))
    for candidate in candidates:
        url = canonical_url(candidate.url)
        if url not in left_out:
            found.setdefault(url, candidate)
    return tuple(found.values())

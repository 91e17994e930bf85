"""What was expected, and what was wanted and not had: the half of the ledger that the WARC files do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from crawler.frontier.turns import Turns
from pipelines.http.url import canonical_url
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate, Unvisited

MAX_REDIRECTS = 10
"""A longer chain of redirects leads nowhere; browsers give up at twenty."""


class Expectations:
    """The sources of each URL, and the reason of each that was not visited, by identity."""

    def __init__(self) -> None:
        self._expected: dict[str, frozenset[Source]] = {}
        self._held: dict[str, str] = {}
        self._unvisited: dict[str, Unvisited] = {}
        self._passed_over: dict[Reason, dict[str, Candidate]] = {}

    def expect(self, key: str, source: Source) -> None:
        """Note that *source* says that an article is there."""
        self._expected[key] = _joined(self._expected.get(key), source)

    def follow(self, key: str, target_key: str) -> None:
        """Note that *key* redirects to *target_key*: who expected an article there expects it here."""
        for source in self._expected.get(key, ()):
            self.expect(target_key, source)

    def hold(self, key: str, url: str) -> None:
        """Note that the archive has the URL, which memory knows as *url*, and that it is not due."""
        self._held[key] = url

    def held(self, key: str) -> str | None:
        """The canonical URL of what is held; null for what is not."""
        return self._held.get(key)

    def release(self, key: str) -> None:
        """Note that it is visited after all."""
        self._held.pop(key, None)

    @property
    def held_count(self) -> int:
        """How many URLs are held."""
        return len(self._held)

    def pass_over(self, key: str, candidate: Candidate, reason: Reason) -> None:
        """Note why a URL was never let in; another way to it may still be open."""
        self._passed_over.setdefault(reason, {}).setdefault(key, candidate)

    def not_had(self, key: str, unvisited: Unvisited) -> None:
        """Note why a URL gave no record."""
        self._unvisited[key] = unvisited

    def had(self, key: str) -> None:
        """Note that it gave a record: an earlier failure is struck."""
        self._unvisited.pop(key, None)

    def missed(self, keys: Iterable[str]) -> list[Unvisited]:
        """Those that gave no record, each with why."""
        return [self._unvisited[key] for key in keys if key in self._unvisited]

    def unvisited(self, turns: Turns, accepted: set[str], at: datetime) -> Mapping[str, Unvisited]:
        """A reason for each URL that was wanted and never requested, by identity.

        Args:
            turns: The URLs that were let in.
            accepted: Their spellings.
            at: The end of the crawl.
        """
        found = dict(self._unvisited)
        for reason, candidates in self._passed_over.items():
            for key, candidate in candidates.items():
                is_unmet = turns.candidate(key) is None
                if reason is Reason.TOO_MANY_REDIRECTS:
                    is_unmet = candidate.url not in accepted
                elif reason is Reason.TOO_DEEP:
                    is_unmet = is_unmet and key in self._expected
                if is_unmet:
                    detail = _detail(candidate, reason)
                    found[key] = Unvisited(candidate.url, at, Outcome.REFUSED, reason, detail, candidate.via)
        return {key: found[key] for key in sorted(found)}

    def expected_by(self, turns: Turns) -> dict[str, tuple[Source, ...]]:
        """Canonical URL → the sources that said an article is there."""
        return {self.url(key, turns): _in_order(by) for key, by in sorted(self._expected.items())}

    def held_urls(self) -> tuple[str, ...]:
        """The canonical URLs that were expected and are held."""
        return tuple(sorted(url for key, url in self._held.items() if key in self._expected))

    def url(self, key: str, turns: Turns) -> str:
        """The canonical URL behind an identity."""
        if key in self._held:
            return self._held[key]
        passed_over = (candidates.get(key) for candidates in self._passed_over.values())
        candidate = turns.candidate(key) or next(filter(None, passed_over), None)
        return canonical_url(candidate.url) if candidate is not None else key


# There may be a million URLs, and there are few sets of sources: each of these is there once.
@cache
def _joined(by: frozenset[Source] | None, source: Source) -> frozenset[Source]:
    return frozenset((*(by or ()), source))


@cache
def _in_order(by: frozenset[Source]) -> tuple[Source, ...]:
    return tuple(sorted(by))


def _detail(candidate: Candidate, reason: Reason) -> str | None:
    if reason is Reason.TOO_DEEP:
        return f"{candidate.depth} links"
    if reason is Reason.TOO_MANY_REDIRECTS:
        return f"{MAX_REDIRECTS} redirects, the last of them from {candidate.referrer}"
    return None

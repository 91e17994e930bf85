"""Whether to believe that a page changed: sitemaps and feeds say so, and often falsely.

Claims go in, those worth a visit come out. A source that says of most of what it lists that it changed since last night
is tried on a few; one that was wrong before is tried on fewer still. What the visits show is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from pipelines.reasons import Source
from pipelines.values import Candidate

_FEW = 75
"""Tried of a source that claims everything: its newest, which are edited most; most of them cost a 304."""
_FEWER = 10
"""Tried of a source that was wrong before."""
_MANY = 20
"""So many changes in a night are nothing to wonder at, however little is known."""
_ENOUGH_CHECKS = 10
_LEAST_TRUE = 0.1
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Claims:
    """Tonight's claims, and how far each source was right before.

    Args:
        trust: Source → [claims that were checked, of which proved true], as `trust` gave it on an earlier night.
    """

    def __init__(self, trust: Mapping[str, object] | None = None) -> None:
        self._trust: dict[str, tuple[int, int]] = {}
        for source, counts in (trust or {}).items():
            if isinstance(counts, list) and len(counts) == 2:
                self._trust[source] = (int(counts[0]), int(counts[1]))
        self._claims: dict[Source, dict[str, Candidate]] = {}
        self._taken: dict[str, Source] = {}

    def add(self, key: str, candidate: Candidate) -> None:
        """Take in the claim of *candidate*'s source that it was modified."""
        self._claims.setdefault(candidate.via, {})[key] = candidate

    def chosen(self, held: int) -> Iterator[tuple[str, Candidate]]:
        """The claims worth a visit, the latest first.

        Args:
            held: How many URLs are known and were named tonight.
        """
        for source, claims in self._claims.items():
            latest = sorted(claims.items(), key=_how_late, reverse=True)
            for key, candidate in latest[: self._most(source, len(claims), held)]:
                if key not in self._taken:
                    self._taken[key] = source
                    yield key, candidate

    def answered(self, key: str, *, is_news: bool) -> None:
        """Note what a visit showed."""
        source = self._taken.get(key)
        if source is not None:
            checked, true = self._trust.get(source, (0, 0))
            # Halved from time to time, so that a source can win back what it lost.
            if checked >= 4 * _ENOUGH_CHECKS:
                checked, true = checked // 2, true // 2
            self._trust[source] = (checked + 1, true + is_news)

    @property
    def trust(self) -> dict[str, list[int]]:
        """How far each source was right: for the next night's `Claims`."""
        return {source: list(counts) for source, counts in sorted(self._trust.items())}

    def _most(self, source: Source, claims: int, held: int) -> int:
        checked, true = self._trust.get(source, (0, 0))
        if checked >= _ENOUGH_CHECKS:
            return claims if true >= _LEAST_TRUE * checked else _FEWER
        return _FEW if claims > max(_MANY, held // 2) else claims


def _how_late(claim: tuple[str, Candidate]) -> tuple[datetime, datetime]:
    """When it is said to have changed; of those of one instant, when it was published: the new are edited most."""
    candidate = claim[1]
    return candidate.modified_at or _LONG_AGO, candidate.published_at or _LONG_AGO

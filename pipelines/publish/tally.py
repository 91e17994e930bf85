"""Lines, counted as they pass: `counts` and `stats` of a manifest, when a run is published and when it is verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipelines.article.schema import Article
from pipelines.publish.outcomes import ArticleCounts, Counts, Coverage, OutcomeLine, is_extracted
from pipelines.publish.stats import StatsTally
from pipelines.reasons import Event, Outcome, Reason, Source


def count(outcomes: Iterable[OutcomeLine], articles: Iterable[Article]) -> Counts:
    """The counts of a run's lines."""
    tally = Tally()
    for line in outcomes:
        tally.add_outcome(line)
    for article in articles:
        tally.add_article(article)
    return tally.counts()


class Tally:
    """Counts lines as they pass."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._flags: Counter[str] = Counter()
        self._records = 0
        self._expected: dict[str, tuple[tuple[Source, ...], bool, bool]] = {}
        self._coverage: dict[Source, list[int]] = {}
        self.told = StatsTally()
        """The same for what reports show besides."""
        self.lost_pages: Counter[Reason] = Counter()
        """Pages that failed or were refused, by reason; what pages need to be shown is not among them."""

    def add_outcome(self, line: OutcomeLine) -> None:
        """Count *line*."""
        self.told.add_outcome(line)
        self._outcomes[line.outcome.value] += 1
        self._records += line.warc is not None
        if line.reason is not None:
            self._reasons[line.reason.value] += 1
        is_page = line.via not in (Source.REQUISITE, Source.RIGHTS)
        if line.outcome in (Outcome.FAILED, Outcome.REFUSED) and line.reason and is_page:
            self.lost_pages[line.reason] += 1
        if line.expected_by and not (line.outcome is Outcome.REDIRECT and line.reason is None):
            self._expect(line)

    def add_article(self, article: Article) -> None:
        """Count *article*."""
        self.told.add_article(article)
        self._events[article.event.value] += 1
        if article.quality is not None:
            self._flags.update(flag.value for flag in article.quality.flags)

    def add(self, other: Tally) -> None:
        """Count what *other* has counted, of other lines of the same run."""
        self._outcomes += other._outcomes
        self._reasons += other._reasons
        self._events += other._events
        self._flags += other._flags
        self._records += other._records
        self.told.add(other.told)
        self.lost_pages += other.lost_pages
        for url, (sources, captured, extracted) in other._expected.items():
            _, before_captured, before_extracted = self._expected.get(url, ((), False, False))
            self._expected[url] = (sources, captured or before_captured, extracted or before_extracted)
        for source, counts in other._coverage.items():
            known = self._coverage.get(source, [0, 0, 0])
            self._coverage[source] = [ours + theirs for ours, theirs in zip(known, counts, strict=True)]

    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(
            exchanges=self._outcomes.total(),
            records=self._records,
            outcomes=dict(sorted(self._outcomes.items())),
            reasons=dict(sorted(self._reasons.items())),
            articles=ArticleCounts(**{event.value: self._events[event.value] for event in Event}),
            coverage=self._covered(),
            flags=dict(sorted(self._flags.items())),
        )

    def _expect(self, line: OutcomeLine) -> None:
        """Note what became of an expected URL; a URL that was tried again counts once, for the best of its lines."""
        captured = line.warc is not None or line.outcome is Outcome.HELD
        extracted = is_extracted(line)
        if line.outcome is Outcome.HELD:  # there is no other line of it, and there may be very many of them
            self._cover(self._coverage, line.expected_by, captured=captured, extracted=extracted)
            return
        _, before_captured, before_extracted = self._expected.get(line.url, ((), False, False))
        best = (tuple(line.expected_by), captured or before_captured, extracted or before_extracted)
        self._expected[line.url] = best

    def _covered(self) -> dict[str, Coverage]:
        totals = {source: list(counts) for source, counts in self._coverage.items()}
        for sources, captured, extracted in self._expected.values():
            self._cover(totals, sources, captured=captured, extracted=extracted)
        return {
            source.value: Coverage(expected=counts[0], captured=counts[1], extracted=counts[2])
            for source, counts in sorted(totals.items())
        }

    @staticmethod
    def _cover(totals: dict[Source, list[int]], sources: Iterable[Source], *, captured: bool, extracted: bool) -> None:
        for source in sources:
            counts = totals.setdefault(source, [0, 0, 0])
            for place, holds in enumerate((True, captured, extracted)):
                counts[place] += holds

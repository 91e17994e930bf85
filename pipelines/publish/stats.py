"""How a run went, for reports: what its counts do not say of requests, words, removed lines, ways and time.

In: the lines of a run as they pass, and the seconds that its stages took. Out: `stats` of the manifest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping

from pydantic import Field

from pipelines.article.schema import Article, Line
from pipelines.publish.outcomes import OutcomeLine
from pipelines.reasons import Event, Outcome, Source

WORDS_FROM = (0, 50, 100, 200, 400, 800, 1600, 3200)
"""The lower bounds of the classes in which articles are counted by their words."""
STAGES = ("crawling", "learning", "extracting", "uploading")
NO_ANSWER = "none"
"""Stands in place of an HTTP status where none was received."""

_KINDS = {Source.ROBOTS: "robots", Source.REQUISITE: "requisite", Source.RIGHTS: "rights"}
_PAGE = "page"


class Stats(Line):
    """How a run went."""

    crawled: bool = Field(description="Whether articles were looked for, rather than named URLs captured.")
    stages_s: dict[str, float] = Field(description="Stage → seconds.")
    requests: dict[str, dict[str, int]] = Field(
        description="Kind of what was asked for → HTTP status, or `none` → exchanges."
    )
    words: dict[str, int] = Field(description="Lower bound of a class of words → new and changed articles in it.")
    removed_lines: dict[str, int] = Field(description="Rule → lines that it removed from new and changed articles.")
    ways: dict[str, int] = Field(description="Way in which the text was found → new and changed articles.")


class StatsTally:
    """Counts lines as they pass."""

    def __init__(self) -> None:
        self._requests: dict[str, Counter[str]] = {}
        self._words: Counter[int] = Counter()
        self._removed: Counter[str] = Counter()
        self._ways: Counter[str] = Counter()

    def add_outcome(self, line: OutcomeLine) -> None:
        """Count *line*, if it is of an exchange."""
        if line.status is None and line.outcome is not Outcome.FAILED:
            return
        kind = _PAGE if line.via is None else _KINDS.get(line.via, _PAGE)
        status = NO_ANSWER if line.status is None else str(line.status)
        self._requests.setdefault(kind, Counter())[status] += 1

    def add_article(self, article: Article) -> None:
        """Count *article*, unless it is gone."""
        if article.event is Event.REMOVED or article.quality is None:
            return
        self._words[WORDS_FROM[bisect_right(WORDS_FROM, article.quality.words) - 1]] += 1
        self._removed.update(line.rule for line in article.quality.removed)
        self._ways[article.provenance.path] += 1

    def add(self, other: StatsTally) -> None:
        """Count what *other* has counted, of other lines of the same run."""
        for kind, counts in other._requests.items():
            self._requests.setdefault(kind, Counter()).update(counts)
        self._words += other._words
        self._removed += other._removed
        self._ways += other._ways

    def stats(self, stages_s: Mapping[str, float], *, crawled: bool) -> Stats:
        """What was counted so far.

        Args:
            stages_s: Seconds by stage, of `STAGES`; what is not known is left out.
            crawled: Whether articles were looked for.
        """
        return Stats(
            crawled=crawled,
            stages_s={stage: round(stages_s[stage], 3) for stage in STAGES if stage in stages_s},
            requests={kind: dict(sorted(counts.items())) for kind, counts in sorted(self._requests.items())},
            words={str(bound): self._words[bound] for bound in WORDS_FROM if self._words[bound]},
            removed_lines=dict(sorted(self._removed.items())),
            ways=dict(sorted(self._ways.items())),
        )

"""What reports show of runs: numbers that can be added up, read off manifests, and how each run ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import chain

from pydantic import BaseModel, ConfigDict

from pipelines.publish.manifest import Manifest, numbers, read_link
from pipelines.publish.outcomes import Coverage
from pipelines.reasons import PENDING, Outcome, Reason
from pipelines.store.contract import Store
from pipelines.store.keys import parse_key

BEFORE = 30
"""How many runs, or nights, before this one a report looks back on."""

_NOTHING_HAD = frozenset((Outcome.ROBOTS, Outcome.REFUSED, Outcome.FAILED, Outcome.HTTP_ERROR, Outcome.HELD))


class State(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    WARNINGS = "warnings"
    CUT = "cut"
    """Its budget was spent, or its hours or the host's patience were over: it did what it was allowed to."""
    INCOMPLETE = "incomplete"
    """It was stopped or died, and what it had was published."""
    FAILED = "failed"
    """No page was received."""


class Figures(BaseModel):
    """Numbers of one run, or of several together."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    new: int = 0
    changed: int = 0
    removed: int = 0
    exchanges: int = 0
    outcomes: dict[str, int] = {}
    flags: dict[str, int] = {}
    requests: dict[str, dict[str, int]] = {}
    """Kind → status → exchanges, as manifests have it."""
    coverage: dict[str, Coverage] = {}
    bytes: dict[str, int] = {}
    """Kind of file → bytes in the archive."""
    words: dict[str, int] = {}
    removed_lines: dict[str, int] = {}
    ways: dict[str, int] = {}
    stages_s: dict[str, float] = {}

    @property
    def written(self) -> int:
        """Articles with a text: new or changed."""
        return self.new + self.changed

    @property
    def requested(self) -> int:
        """Exchanges that were had, or tried."""
        return sum(chain.from_iterable(each.values() for each in self.requests.values()))


class RunFigures(BaseModel):
    """One run in numbers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    site: str
    run: str
    number: int
    """Of its manifest."""
    started_at: datetime
    ended_at: datetime
    state: State
    crawled: bool
    """Whether articles were looked for."""
    warnings: tuple[str, ...]
    figures: Figures


def figures_of(manifest: Manifest) -> RunFigures:
    """What *manifest* says of its run."""
    counts, stats = manifest.counts, manifest.stats
    told: Mapping[str, object] = {} if stats is None else stats.model_dump(exclude={"crawled"})
    return RunFigures(
        site=manifest.site,
        run=manifest.run,
        number=manifest.number,
        started_at=manifest.started_at,
        ended_at=manifest.ended_at,
        state=_state(manifest),
        crawled=stats.crawled if stats is not None else not manifest.taken_down,
        warnings=tuple(manifest.warnings),
        figures=Figures.model_validate(
            {
                **told,
                **counts.articles.model_dump(),
                "exchanges": counts.exchanges,
                "outcomes": counts.outcomes,
                "flags": counts.flags,
                "coverage": counts.coverage,
                "bytes": _bytes(manifest),
            }
        ),
    )


def _state(manifest: Manifest) -> State:
    if not manifest.counts.outcomes.keys() - _NOTHING_HAD and not manifest.taken_down:
        return State.FAILED
    if manifest.complete:
        return State.WARNINGS if manifest.warnings else State.COMPLETE
    spent = PENDING - {Reason.STOPPED}
    return State.CUT if manifest.counts.reasons.keys() & spent else State.INCOMPLETE


def _bytes(manifest: Manifest) -> dict[str, int]:
    found: dict[str, int] = {}
    for file in manifest.files:
        named = parse_key(file.key)
        if named is not None:
            found[named.kind.value] = found.get(named.kind.value, 0) + file.bytes
    return dict(sorted(found.items()))


def together(each: Iterable[Figures]) -> Figures:
    """The sum of several runs' numbers; of articles, requests, coverage and all."""
    total: dict[str, object] = {}
    for figures in each:
        total = _sum(total, figures.model_dump())
    return Figures.model_validate(total)


def _sum(ours: Mapping[str, object], theirs: Mapping[str, object]) -> dict[str, object]:
    summed = dict(ours)
    for key, value in theirs.items():
        known = summed.get(key)
        if isinstance(value, dict):
            summed[key] = _sum(known if isinstance(known, dict) else {}, value)
        else:
            assert isinstance(value, int | float)
            summed[key] = value + (known if isinstance(known, int | float) else 0)
    return summed


def runs_of(store: Store, site: str, *, newest_first: bool = False) -> Iterator[RunFigures]:
    """The site's runs that looked for articles, oldest first unless said; read as they are asked for.

    Raises:
        ArchiveError: A manifest cannot be read.
    """
    for number in sorted(numbers(store, site), reverse=newest_first):
        run = figures_of(read_link(store, site, number).manifest)
        if run.crawled:
            yield run

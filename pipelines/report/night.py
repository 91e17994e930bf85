"""What became of every site in one night: a file of the work folder, from which reports of nights are made.

`<work>/nights/<UTC start>.json`. Nothing depends on it but reports and `--only-failed`: what was archived stands in the
archive, and a night's runs are told again from their manifests where the file is lost (`night_of_day`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines import disk
from pipelines.article.jsonl import canonical_json
from pipelines.report.figures import Figures, RunFigures, State, runs_of, together
from pipelines.store.contract import Store

NIGHTS = "nights"
_NAME = re.compile(r"\d{8}T\d{6}Z")

Status = Literal["complete", "warnings", "failed", "skipped"]


class SiteNight(BaseModel):
    """What became of one site in one night."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    site: str
    status: Status
    said: tuple[str, ...]
    """Warnings, why it failed, or why it was not its turn: a sentence each."""
    runs: tuple[RunFigures, ...] = ()
    """What was committed, oldest first."""

    @property
    def figures(self) -> Figures:
        """The runs together."""
        return together(run.figures for run in self.runs)


class Night(BaseModel):
    """One night."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal["pressarc.night/1"] = Field("pressarc.night/1", alias="schema")
    started_at: datetime
    ended_at: datetime
    sites: tuple[SiteNight, ...]

    @property
    def name(self) -> str:
        """Its start, as files are named after it."""
        return f"{self.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    @property
    def visited(self) -> list[SiteNight]:
        """The sites whose turn it was."""
        return [each for each in self.sites if each.status != "skipped"]

    @property
    def figures(self) -> Figures:
        """All runs together."""
        return together(run.figures for each in self.sites for run in each.runs)


def page_path(work: Path, night: Night) -> Path:
    """Where the night's page is."""
    return work / NIGHTS / f"{night.name}.html"


def write_night(work: Path, night: Night) -> None:
    """Keep what became of the night.

    Raises:
        OSError: The disk refused it.
    """
    folder = work / NIGHTS
    disk.make_folder(folder)
    with disk.whole(folder / f"{night.name}.json") as file:
        file.write(canonical_json(night.model_dump(mode="json", by_alias=True)))


def nights_before(work: Path, before: datetime | None = None) -> Iterator[Night]:
    """The nights of a work folder that began before *before*, the newest first; what cannot be read is passed over."""
    latest = f"{before.astimezone(UTC):%Y%m%dT%H%M%SZ}" if before is not None else "9"
    for path in sorted((work / NIGHTS).glob("*.json"), reverse=True):
        if _NAME.fullmatch(path.stem) and path.stem < latest:
            try:
                yield Night.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue


def nights_of_archive(store: Store, sites: Sequence[str], last: date, count: int) -> list[Night]:
    """The days up to *last* (UTC) on which runs began, as nights, oldest first; at most *count* of them.

    Raises:
        ArchiveError: A manifest cannot be read.
    """
    by_day: dict[date, dict[str, list[RunFigures]]] = {}
    for site in sites:
        days: set[date] = set()
        for run in runs_of(store, site, newest_first=True):
            day = run.started_at.astimezone(UTC).date()
            if day <= last:
                days.add(day)
                if len(days) > count:
                    break
                by_day.setdefault(day, {}).setdefault(site, []).insert(0, run)
    return [_night(by_day[day]) for day in sorted(by_day)[-count:]]


def _night(by_site: dict[str, list[RunFigures]]) -> Night:
    runs = [run for each in by_site.values() for run in each]
    return Night(
        started_at=min(run.started_at for run in runs),
        ended_at=max(run.ended_at for run in runs),
        sites=tuple(_site_night(site, each) for site, each in sorted(by_site.items())),
    )


def _site_night(site: str, runs: list[RunFigures]) -> SiteNight:
    last = runs[-1]
    status: Status = {State.COMPLETE: "complete", State.FAILED: "failed"}.get(last.state, "warnings")  # type: ignore[assignment]
    return SiteNight(site=site, status=status, said=last.warnings, runs=tuple(runs))

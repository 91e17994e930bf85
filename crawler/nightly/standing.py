"""How a site stands: its last crawl as the archive has it, what waits in the work folder, how its last night ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from pipelines.options import Config
from pipelines.publish.work import waiting_runs, work_folder
from pipelines.report.figures import RunFigures, State, runs_of
from pipelines.report.night import Night, nights_before
from pipelines.store.archive import check_archive
from pipelines.store.contract import Store
from pipelines.store.open import open_store

NEVER = "never"
_NIGHTS_KNOWN = 30
"""How many nights back it is looked for what became of a site."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a site before its night."""

    last: RunFigures | None = None
    """The newest run in the archive that looked for articles."""
    over: tuple[str, ...] = ()
    """Runs in the work folder that are only to be published."""
    interrupted: tuple[str, ...] = ()
    """Runs in the work folder whose crawl is to go on."""
    failed_at: datetime | None = None
    """When the newest night that knows of the site began, if the site failed in it."""

    @property
    def state(self) -> str:
        """In a word: how the last run ended, or that there was none."""
        if self.interrupted:
            return State.INCOMPLETE.value
        if self.has_failed:
            return State.FAILED.value
        return NEVER if self.last is None else self.last.state.value

    @property
    def has_failed(self) -> bool:
        """Whether its last night, or its last run, brought nothing home."""
        last = self.last
        if self.failed_at is not None and (last is None or last.ended_at < self.failed_at):
            return True
        return last is not None and last.state is State.FAILED

    @property
    def is_unfinished(self) -> bool:
        """Whether the last run did not come to its end: it was interrupted, or failed."""
        is_cut = self.last is not None and self.last.state is State.INCOMPLETE
        return bool(self.interrupted) or self.has_failed or is_cut


def nights_known(work: Path) -> list[Night]:
    """The nights by which it is told how sites stand, the newest first."""
    return list(islice(nights_before(work), _NIGHTS_KNOWN))


def archive_in(config: Config) -> Store | None:
    """The archive of *config*; null where none was begun yet.

    Raises:
        ArchiveError: It has another format or cannot be reached.
    """
    archive = config.archive
    store = open_store(archive.location, endpoint=archive.endpoint, region=archive.region)
    return store if check_archive(store) else None


def standing(config: Config, archive: Store | None, nights: Iterable[Night] = ()) -> Standing:
    """How the site of *config* stands.

    Args:
        config: The site's effective configuration.
        archive: What `archive_in` gave.
        nights: What is kept of nights before, the newest first.

    Raises:
        ArchiveError: The archive cannot be read; `offline_standing` needs none.
    """
    last = None if archive is None else next(runs_of(archive, config.site.name, newest_first=True), None)
    return replace(offline_standing(config, nights), last=last)


def offline_standing(config: Config, nights: Iterable[Night] = ()) -> Standing:
    """The same, as far as this machine knows it without the archive."""
    runs = waiting_runs(work_folder(config), config.site.name)
    return Standing(
        over=tuple(run for run, is_over in runs if is_over),
        interrupted=tuple(run for run, is_over in runs if not is_over),
        failed_at=_failed_at(config.site.name, nights),
    )


def _failed_at(site: str, nights: Iterable[Night]) -> datetime | None:
    for night in nights:
        for each in night.sites:
            if each.site == site and each.status != "skipped":
                return night.started_at if each.status == "failed" else None
    return None

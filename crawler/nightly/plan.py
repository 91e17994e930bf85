"""What tonight is to do for every site: its site file, how it stands, and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from crawler.nightly.due import Decision, decide
from crawler.nightly.standing import Standing, archive_in, offline_standing, standing
from pipelines.errors import ArchiveError, StoreUnavailable
from pipelines.options import Config
from pipelines.publish.work import waiting_sites
from pipelines.report.night import Night
from pipelines.site_files import SiteFile
from pipelines.store.contract import Store

_ASKED_AT_ONCE = 16
"""Sites whose newest manifest is read at a time: from a bucket each answer takes its while."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One site's part of the night."""

    site: str
    config: Config | None
    """Null where the site file, or what the archive has of the site, is wrong."""
    known: Standing
    decision: Decision | None
    """Null where nothing can be decided: see `error`."""
    error: ArchiveError | None = None


def standings(
    files: Sequence[SiteFile], nights: Sequence[Night]
) -> Iterator[tuple[SiteFile, Standing, ArchiveError | None]]:
    """How each site stands, and what is wrong with its file or its archive; in the order of *files*.

    An archive is opened once, and one that does not answer is not asked again for each of its sites; those stand as
    far as this machine knows.
    """
    archives: _Archives = {}
    for config in (file.config for file in files if file.config is not None):
        if _place(config) not in archives:
            archives[_place(config)] = _opened(config)
    with ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="standing") as threads:
        yield from threads.map(lambda file: _stands(file, archives, nights), files)


_Archives = dict[tuple[str | None, ...], Store | ArchiveError | None]
"""By place: the store, why it cannot be read, or null where no archive was begun."""


def _place(config: Config) -> tuple[str | None, ...]:
    return config.archive.location, config.archive.endpoint, config.archive.region


def _opened(config: Config) -> Store | ArchiveError | None:
    try:
        return archive_in(config)
    except ArchiveError as error:
        return error


def _stands(
    file: SiteFile, archives: _Archives, nights: Sequence[Night]
) -> tuple[SiteFile, Standing, ArchiveError | None]:
    if file.config is None:
        return file, Standing(), file.error
    archive = archives[_place(file.config)]
    if isinstance(archive, ArchiveError):
        return file, offline_standing(file.config, nights), archive
    try:
        return file, standing(file.config, archive, nights), None
    except ArchiveError as error:
        if isinstance(error, StoreUnavailable):
            archives[_place(file.config)] = error
        return file, offline_standing(file.config, nights), error


def plan(
    files: Sequence[SiteFile], base: Config, nights: Sequence[Night], now: datetime, *, only_failed: bool
) -> list[Planned]:
    """The night's plan, by site.

    Args:
        files: All site files.
        base: The configuration that holds for all sites: where the archive is.
        nights: What is kept of nights before, the newest first.
        now: The time.
        only_failed: Whether sites whose last run came to its end are left alone.
    """
    planned = []
    for file, known, error in standings(files, nights):
        if file.config is None:
            planned.append(Planned(file.name, None, known, None, error))
        elif error is not None and not isinstance(error, StoreUnavailable):
            planned.append(Planned(file.config.site.name, None, known, None, error))
        else:  # an archive that does not answer keeps nobody from crawling
            decision = decide(file.config, known, now, only_failed=only_failed)
            planned.append(Planned(file.config.site.name, file.config, known, decision))
    return sorted([*planned, *_without_file(base, {each.site for each in planned})], key=lambda each: each.site)


def _without_file(base: Config, known: set[str]) -> Iterator[Planned]:
    """Sites that have no site file, and runs in the work folder that wait to be published."""
    for site in waiting_sites(base):
        config = base.model_copy(update={"site": base.site.model_copy(update={"name": site})})
        left = offline_standing(config)
        if site not in known and left.over:
            words = f"{', '.join(left.over)} waits to be published; it has no site file"
            yield Planned(site, config, left, Decision("publish", words))

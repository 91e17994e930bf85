"""What tonight is to do for every site: its site file, how it stands, and the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.nightly.due import Decision, decide
from crawler.nightly.standing import Standing, offline_standing, standing
from pipelines.errors import ArchiveError, StoreUnavailable
from pipelines.options import Config
from pipelines.publish.run import waiting_sites
from pipelines.report.night import Night
from pipelines.site_files import SiteFile


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
    files: Iterable[SiteFile], nights: Sequence[Night]
) -> Iterator[tuple[SiteFile, Standing, ArchiveError | None]]:
    """How each site stands, and what is wrong with its file or its archive.

    An archive that does not answer is asked once, and not again for each of its sites; the site stands as far as this
    machine knows.
    """
    silent: dict[str, StoreUnavailable] = {}
    for file in files:
        if file.config is None:
            yield file, Standing(), file.error
            continue
        location = file.config.archive.location
        if location not in silent:
            try:
                yield file, standing(file.config, nights), None
                continue
            except StoreUnavailable as error:
                silent[location] = error
            except ArchiveError as error:
                yield file, offline_standing(file.config, nights), error
                continue
        yield file, offline_standing(file.config, nights), silent[location]


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

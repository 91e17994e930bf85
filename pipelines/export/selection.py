"""What an export holds → the parts it is read from: those that manifests name, in the order of the chain.

In: an archive, and what is wanted of it. Out: a plan: parts by site, ascending manifest and key, so that the same
archive gives the same lines in the same order; and the manifests it covers, from which the next export goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.errors import ConfigError
from pipelines.publish.manifest import Link, numbers, read_link, replaced_files
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted."""

    sites: tuple[str, ...]
    since: date | None = None
    """Only what was captured on this UTC day or later."""
    until: date | None = None
    """Only what was captured on this UTC day or earlier."""
    latest: bool = False
    """One line an article, its newest, instead of one for each revision."""
    exclude_reserved: bool = False
    """No articles for which rights to text and data mining are reserved."""
    after: Mapping[str, int] = field(default_factory=dict)
    """Site → number of the last manifest that is not wanted."""
    after_sha256: Mapping[str, str] = field(default_factory=dict)
    """Site → the digest of that manifest, as an earlier export found it."""

    @property
    def is_delta(self) -> bool:
        """Whether it goes on from an earlier export."""
        return bool(self.after)


@dataclass(frozen=True, slots=True)
class ExportPart:
    """A part of articles."""

    key: str
    manifest: int
    """Number of the manifest that names it."""
    size_bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What is read of one site."""

    site: str
    parts: tuple[ExportPart, ...]
    first: int
    """Number of the first manifest that is covered; one more than `last` where there is none."""
    last: int
    last_sha256: str
    ended_at: datetime
    """When the last run that is covered ended."""
    gone: frozenset[str]
    """Ids of all articles that were taken out of the archive: whatever a part says, they are not exported."""
    taken_down: tuple[str, ...]
    """Of those, the ones that went with the manifests that are covered."""

    @property
    def size_bytes(self) -> int:
        return sum(part.size_bytes for part in self.parts)


def plan(store: Store, selection: Selection) -> Iterator[SitePlan]:
    """The plan of each site, in the order of their names.

    Raises:
        ConfigError: The export that is to be continued was not made of this archive.
        ArchiveError: A manifest cannot be read.
    """
    for site in sorted(selection.sites):
        links = [read_link(store, site, number) for number in numbers(store, site)]
        _check_continues(selection, site, links)
        after = selection.after.get(site, 0)
        replaced = replaced_files(link.manifest for link in links)
        covered = [link for link in links if link.manifest.number > after]
        parts = []
        for link in covered:
            for named in link.manifest.files:
                file, keyed = replaced.get(named.key, named), parse_key(named.key)
                if (
                    file is None
                    or keyed is None
                    or keyed.kind is not Kind.ARTICLES
                    or not _takes(selection, keyed.date)
                ):
                    continue
                parts.append(ExportPart(file.key, link.manifest.number, file.bytes, file.lines or 0))
        downs = [(link.manifest.number, down.article) for link in links for down in link.manifest.taken_down]
        yield SitePlan(
            site,
            tuple(parts),
            after + 1,
            links[-1].manifest.number,
            links[-1].sha256,
            links[-1].manifest.ended_at,
            gone=frozenset(article for _, article in downs),
            taken_down=tuple(sorted({article for number, article in downs if number > after})),
        )


def _takes(selection: Selection, day: date | None) -> bool:
    since, until = selection.since, selection.until
    return day is not None and (since is None or day >= since) and (until is None or day <= until)


def _check_continues(selection: Selection, site: str, links: list[Link]) -> None:
    after, digest = selection.after.get(site, 0), selection.after_sha256.get(site)
    last = links[-1].manifest.number
    if after > last:
        raise ConfigError(
            f"the archive's last manifest of this site is {last}, so nothing can go on from manifest {after}",
            where=site,
        )
    there = next((link.sha256 for link in links if link.manifest.number == after), None)
    if digest is not None and there != digest:
        raise ConfigError(
            f"manifest {after} is not the one that the earlier export was made of: it is of another archive", where=site
        )

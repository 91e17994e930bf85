"""How much of an archive is checked: which sites, runs and files, and how deep."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from types import MappingProxyType

from pipelines.article.schema import Article
from pipelines.publish.manifest import Manifest, ManifestFile
from pipelines.store.keys import Kind, parse_key

_BY_NUMBER = (Kind.WARC, Kind.ARTICLES, Kind.OUTCOMES)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be checked.

    The chain of manifests is always checked whole: it is small, and nothing can be said of a part of it.
    """

    sites: tuple[str, ...]
    since: date | None = None
    """Only runs that began on this UTC day or later; null for all."""
    sample: float = 1.0
    """The share of the units whose files are read, from 0 to 1; of the others it is only seen that they are there."""
    seed: str = ""
    """Which units a sample takes: the same for the same seed, and nobody can know them who does not know it."""
    extraction: bool = True
    """Whether articles are made again from their records."""

    @property
    def is_whole(self) -> bool:
        """Whether every file of the sites is read."""
        return self.since is None and self.sample >= 1

    def takes(self, manifest: Manifest) -> bool:
        """Whether the run is to be checked."""
        return self.since is None or manifest.started_at.astimezone(UTC).date() >= self.since

    def reads(self, unit: Unit) -> bool:
        """Whether the unit's files are read, rather than only seen to be there."""
        drawn = hashlib.sha256(f"{self.seed}\n{unit.files[0].key}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") < self.sample * 2**64


@dataclass(frozen=True, slots=True)
class Unit:
    """Files of one run that are checked together: a WARC file with the parts that were made of it, or a single file."""

    site: str
    manifest_key: str
    files: tuple[ManifestFile, ...]
    taken_down: frozenset[str] = frozenset()
    """Ids of articles, and of records, whose content a later manifest took out."""
    is_indexed: bool = False
    """Whether the run has an index, which its WARC files are held against."""
    run: str = ""
    profile: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """As the manifest has them."""

    @property
    def size_bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def contradicts(self, article: Article) -> str | None:
        """What the article's line says of where it is from otherwise than its manifest, in words; null for nothing."""
        made, versions = article.provenance, self.versions
        stated = {name: versions.get(name) for name in made.versions}
        said = {
            f"site {article.site}": article.site == self.site,
            f"run {made.run}": made.run == self.run,
            f"profile {made.profile}": made.profile == self.profile,
            f"extractor {made.extractor}": made.extractor == f"pressarc {versions.get('pressarc')}",
            "versions": made.versions == stated,
        }
        wrong = [words for words, is_same in said.items() if not is_same]
        return f"its manifest does not say so: {', '.join(wrong)}" if wrong else None


def units_of(
    manifest: Manifest,
    key: str,
    replaced: Mapping[str, ManifestFile | None] = MappingProxyType({}),
    taken_down: frozenset[str] = frozenset(),
) -> list[Unit]:
    """The units of a run, in the order of their keys.

    Args:
        manifest: The run's.
        key: The manifest's.
        replaced: What take-downs have made of files (manifest.py: `replaced_files`).
        taken_down: Ids of articles and records that they took out.
    """
    groups: dict[object, list[ManifestFile]] = {}
    for named in manifest.files:
        file = replaced.get(named.key, named)
        if file is None:
            continue
        parts = parse_key(file.key)
        is_numbered = parts is not None and parts.kind in _BY_NUMBER
        groups.setdefault(parts.number if parts is not None and is_numbered else file.key, []).append(file)
    is_indexed = any(file.key.startswith(f"{Kind.INDEX}/") for file in manifest.files)
    run, profile, versions = manifest.run, manifest.profile, manifest.versions
    return [
        Unit(manifest.site, key, tuple(files), taken_down, is_indexed, run, profile, versions)
        for files in groups.values()
    ]

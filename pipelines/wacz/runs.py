"""A site's runs as they are now: which files its manifests name, and what was taken out of them since."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from pipelines.article.jsonl import read_lines
from pipelines.captures.indexes import Progress, RunIndex, run_indexes
from pipelines.index.cdxj import Capture, parse_line, url_key
from pipelines.publish.manifest import Manifest, ManifestFile, numbers, read_link, replaced_files
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key
from pipelines.warc.reader import read_records


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days, both ends included; null where an end is open."""

    first: date | None = None
    last: date | None = None

    @property
    def is_all(self) -> bool:
        """Whether every day is among them."""
        return self.first is None and self.last is None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def instant_of(capture: Capture) -> datetime:
    """The second at which the capture began."""
    return datetime.strptime(f"{capture.timestamp}+0000", "%Y%m%d%H%M%S%z")


@dataclass(frozen=True)
class Runs:
    """The chain of a site's manifests, and the indexes of its runs."""

    store: Store
    site: str
    manifests: tuple[Manifest, ...]
    indexes: tuple[RunIndex, ...]

    @classmethod
    def of(cls, store: Store, site: str, folder: Path, progress: Progress) -> Self:
        """All runs of the site; *folder* is for indexes of runs that have none.

        Raises:
            ArchiveError: A manifest cannot be read.
        """
        manifests = (read_link(store, site, number).manifest for number in numbers(store, site))
        return cls(store, site, tuple(manifests), tuple(run_indexes(store, site, folder, progress)))

    @cached_property
    def files(self) -> dict[str, ManifestFile]:
        """Every file as it is now, by key; not those that are gone."""
        replaced = replaced_files(self.manifests)
        named = {file.key: file for manifest in self.manifests for file in manifest.files}
        now = {key: replaced.get(key, file) for key, file in named.items()}
        return {key: file for key, file in sorted(now.items()) if file is not None}

    @cached_property
    def taken_down(self) -> frozenset[tuple[str, int]]:
        """Where the records lie whose payloads were taken out: key and offset."""
        ids = {id_ for manifest in self.manifests for down in manifest.taken_down for id_ in down.records}
        replaced = replaced_files(self.manifests).keys() & self.of_kind(Kind.WARC).keys()
        return frozenset((key, offset) for key in sorted(replaced) for offset in self._places(key, ids))

    def of_kind(self, kind: Kind, days: Days = Days()) -> dict[str, ManifestFile]:
        """The files of a kind; of those that have a day, the ones captured on *days*."""
        found = {}
        for key, file in self.files.items():
            parts = parse_key(key)
            if parts is not None and parts.kind is kind and (parts.date is None or parts.date in days):
                found[key] = file
        return found

    def captures(self, keys: Collection[str]) -> Iterator[Capture]:
        """What the WARC files *keys* hold that can be shown: nothing that was taken down."""
        for index in self.indexes:
            if any(file.key in keys for file in index.manifest.files):
                captures = (parse_line(line, where=index.manifest.run) for line in index.lines())
                yield from (each for each in captures if each.filename in keys and not self.is_taken_down(each))

    def find(self, url: str) -> list[Capture]:
        """The captures of *url*, by time: nothing that was taken down."""
        lines = ((line, each.manifest.run) for each in self.indexes for line in each.lines_of(url_key(url)))
        found = (parse_line(line, where=run) for line, run in lines)
        shown = (each for each in found if not self.is_taken_down(each))
        return sorted(shown, key=lambda each: (each.timestamp, each.filename, each.offset))

    def is_taken_down(self, capture: Capture) -> bool:
        """Whether the payload was taken out of its record."""
        return (capture.filename, capture.offset) in self.taken_down

    def article_lines(self, days: Days = Days()) -> Iterator[bytes]:
        """The article lines captured on *days*, as they stand."""
        for key in self.of_kind(Kind.ARTICLES, days):
            yield from self.lines_of(key)

    def lines_of(self, key: str) -> Iterator[bytes]:
        """The lines of a part."""
        with self.store.open(key) as stream:
            yield from read_lines(stream, where=key)

    def _places(self, key: str, ids: Collection[str]) -> Iterator[int]:
        with self.store.open(key) as stream:
            for record in read_records(stream, max_block_bytes=0, where=key):
                if record.record_id in ids:
                    yield record.offset

"""The index of each run of an archive, to be searched or read through: the run's own file, or one made on the fly.

In go a store and a folder on this machine; out come a site's runs with their indexes, oldest first. A run that was
committed before indexes were is indexed into the folder, from its WARC files, once; so is nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import disk
from pipelines.index.search import Ranged, lines_beginning_with, lines_from
from pipelines.publish.indexing import write_index
from pipelines.publish.manifest import Manifest, ManifestFile, numbers, read_link, replaced_files
from pipelines.publish.work import make_work_folder
from pipelines.store.contract import Store
from pipelines.store.keys import Kind

Progress = Callable[[str, int, int], None]

_COPY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class RunIndex:
    """A run, and where its captures lie."""

    manifest: Manifest
    sha256: str
    """Of the index; of what it is made of, where it is made here."""
    file: Ranged
    warcs: tuple[ManifestFile, ...]
    """The run's WARC files, as they are now."""
    taken_down: Mapping[str, int]
    """Of the whole site: ids of records whose payloads were taken out, each with the manifest that says so."""

    def lines_of(self, urlkey: str) -> Iterator[bytes]:
        """The run's lines for the URLs of that key."""
        return lines_beginning_with(f"{urlkey} ".encode(), self.file)

    def lines(self) -> Iterator[bytes]:
        """All of the run's lines, in order."""
        return lines_from(self.file, 0)


def run_indexes(store: Store, site: str, folder: Path, progress: Progress) -> Iterator[RunIndex]:
    """The runs of *site* that captured anything, oldest first, each with its index.

    Args:
        store: The archive.
        site: Whose runs.
        folder: Where indexes are made for runs that have none.
        progress: Is told how many of those are made.

    Raises:
        ArchiveError: A manifest, or a WARC file that has to be indexed, cannot be read; or *folder* cannot be written.
    """
    manifests = [read_link(store, site, number).manifest for number in numbers(store, site)]
    replaced = replaced_files(manifests)
    downs = {id_: each.number for each in manifests for down in each.taken_down for id_ in down.records}
    without = sum(1 for each in manifests if not _of_kind(each, Kind.INDEX, replaced))
    done = 0
    for manifest in manifests:
        named = _of_kind(manifest, Kind.INDEX, replaced)
        warcs = _of_kind(manifest, Kind.WARC, replaced)
        if named:
            (file,) = named
            yield RunIndex(manifest, file.sha256, _in_store(store, file), tuple(warcs), downs)
            continue
        done += 1
        if warcs:
            progress(f"indexing {site}", done, without)
            sha256 = hashlib.sha256(repr([(each.key, each.sha256) for each in warcs]).encode()).hexdigest()
            path = folder / f"{site}-{manifest.run}-{sha256[:16]}.cdxj"
            _make(store, warcs, path)
            yield RunIndex(manifest, sha256, _on_disk(path), tuple(warcs), downs)


def kept_here(run: RunIndex, folder: Path) -> RunIndex:
    """The same run, its index copied to *folder* unless it is there already: to be read through, and again."""
    path = folder / f"{run.manifest.site}-{run.manifest.run}-{run.sha256[:16]}.cdxj"
    if not path.exists():
        disk.make_folder(folder)
        with disk.whole(path) as file:
            for offset in range(0, run.file.size_bytes, _COPY_BYTES):
                file.write(run.file.read(offset, min(_COPY_BYTES, run.file.size_bytes - offset)))
    return replace(run, file=_on_disk(path))


def _of_kind(manifest: Manifest, kind: Kind, replaced: dict[str, ManifestFile | None]) -> list[ManifestFile]:
    """The run's files of that kind, as they are now."""
    now = (replaced.get(file.key, file) for file in manifest.files if file.key.startswith(f"{kind}/"))
    return [file for file in now if file is not None]


def _make(store: Store, warcs: list[ManifestFile], path: Path) -> None:
    if not path.exists():
        make_work_folder(path.parent)
        if write_index(path, ((each.key, store.open(each.key)) for each in warcs)) is None:
            path.touch()  # nothing in it, and that is known


def _in_store(store: Store, file: ManifestFile) -> Ranged:
    return Ranged(file.bytes, lambda offset, length: store.read_range(file.key, offset, length))


def _on_disk(path: Path) -> Ranged:
    def read(offset: int, length: int) -> bytes:
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(length)

    return Ranged(path.stat().st_size, read)

"""A pack is written: a WACZ of what was selected, that stands alone and is the same for the same archive.

    archive/     WARC files as they are, or one of single exchanges, member for member as they lay in theirs
    indexes/     what a viewer finds captures by
    pages/       what it lists and searches
    articles/    article lines; runs/, seals/, profiles/: the manifests, seals and profiles that vouch for them

Promised: the name appears once the pack is whole and on the disk; every file is held against the digest that its
manifest has; memory does not grow with what is packed; the same selection of the same archive gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast

from pipelines import disk
from pipelines.errors import ObjectMissing
from pipelines.index.cdxj import Capture
from pipelines.index.sorting import sorted_lines
from pipelines.publish.manifest import ManifestFile
from pipelines.store.keys import SIGNATURE, TIMESTAMP, Kind, manifest_key, seal_key
from pipelines.versions import extractor
from pipelines.wacz.container import Container, Resource
from pipelines.wacz.exchanges import warcinfo_of
from pipelines.wacz.index import BLOCKS_NAME, INDEX_NAME, write_blocks
from pipelines.wacz.pages import HEADER
from pipelines.wacz.runs import Runs, instant_of
from pipelines.wacz.selection import Progress, Selection, is_shown
from pipelines.warc.member import member_of
from pipelines.warc.record import WarcInfo, warcinfo_record

PICKED_NAME = "exchanges.warc.gz"
"""The WARC file of exchanges that were picked singly."""
_STEP_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack that was written."""

    path: Path
    size_bytes: int
    resources: tuple[Resource, ...]
    captures: int
    pages: int
    notes: tuple[str, ...]
    """What it lacks, a sentence each."""


def pack(selections: Sequence[Selection], out: Path, progress: Progress, *, title: str) -> Packed:
    """Write *selections*, none of them empty, to *out*.

    Raises:
        DigestMismatch: A file is not what its manifest says.
        StoreError: The archive cannot be read.
        OSError: *out* cannot be written; nothing has its name.
    """
    disk.make_folder(out.parent)
    try:
        with disk.whole(out) as sink, Container(cast("IO[bytes]", sink), _at(selections)) as container:
            writing = _Writing(selections, container, out.parent, progress)
            writing.write(title)
    except BaseException:
        disk.remove(disk.partial_of(out))
        raise
    notes = {note for each in selections if each.picker is not None for note in each.picker.missing}
    return Packed(
        out, out.stat().st_size, writing.container.resources, writing.captures, writing.pages, tuple(sorted(notes))
    )


def _at(selections: Iterable[Selection]) -> datetime:
    """When the newest of the runs ended."""
    return max(manifest.ended_at for each in selections for manifest in each.manifests)


class _Writing:
    """One pack on its way to the disk."""

    def __init__(self, selections: Sequence[Selection], container: Container, folder: Path, progress: Progress) -> None:
        self._selections, self._folder, self._progress = selections, folder, progress
        self.container = container
        self.captures = self.pages = 0
        self._done_bytes = 0
        copied = sum(file.bytes for each in selections for file in (*each.whole.values(), *_beside(each)))
        self._total_bytes = copied + sum(length for _, _, _, length in self._picked())
        self._names: dict[str, str] = {}
        """Key of a WARC file → its name in the container."""
        self._moved: dict[tuple[str, int], int] = {}
        """Place of a picked exchange → its offset in the file of picked ones."""

    def write(self, title: str) -> None:
        """Write all of it."""
        for selection in self._selections:
            for file in selection.whole.values():
                self._names[file.key] = self._copy(selection, file, "archive")
        if any(self._picked()):
            self._write_picked(title)
        self._write_indexes()
        self._write_made("pages/pages.jsonl", self._page_lines())
        for selection in self._selections:
            for file in _beside(selection):
                self._copy(selection, file, file.key.partition("/")[0])
            self._write_manifests(selection)
        self._write_made("articles/articles.jsonl", (line for each in self._selections for line in each.lines))
        self.container.finish(_description(self._selections, title))

    # ------------------------------------------------------------ archive/

    def _copy(self, selection: Selection, file: ManifestFile, folder: str) -> str:
        """Copy a file of the archive as it is; its name in the container."""
        path = self.container.free_path(folder, PurePosixPath(file.key).name, selection.runs.site)
        # By ranges, since a range that breaks off is asked for again, and a whole file is not.
        steps = ((offset, min(_STEP_BYTES, file.bytes - offset)) for offset in range(0, file.bytes, _STEP_BYTES))
        parts = (selection.runs.store.read_range(file.key, *step) for step in steps)
        self.container.add(path, self._watched(parts), size_bytes=file.bytes, sha256=file.sha256)
        return PurePosixPath(path).name

    def _watched(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            yield part
            self._done_bytes += len(part)
            self._progress("packing", self._done_bytes, self._total_bytes)

    def _picked(self) -> Iterator[tuple[Runs, str, int, int]]:
        """Runs, key, offset and bytes of each exchange that is picked singly, in the order they are written."""
        for selection in self._selections:
            for key, extents in sorted(selection.extents.items()):
                yield from ((selection.runs, key, *extent) for extent in sorted(extents.items()))

    def _write_picked(self, title: str) -> None:
        first, size_bytes = self._warcinfo(title), 0
        infos: dict[str, bytes] = {}
        for runs, key, offset, length in self._picked():
            if key not in infos:
                infos[key] = warcinfo_of(runs.store, key, file_bytes=runs.files[key].bytes)
                size_bytes += len(infos[key])
            self._moved[key, offset] = len(first) + size_bytes
            size_bytes += length
        self.container.add(
            f"archive/{PICKED_NAME}", chain((first,), self._members(infos)), size_bytes=len(first) + size_bytes
        )

    def _members(self, infos: dict[str, bytes]) -> Iterator[bytes]:
        """The exchanges, those of each file after the warcinfo record that speaks for them."""
        for key, of_file in groupby(self._picked(), lambda each: each[1]):
            yield infos[key]
            yield from self._watched(runs.store.read_range(key, offset, length) for runs, _, offset, length in of_file)

    def _warcinfo(self, title: str) -> bytes:
        """The record that says what the file of picked exchanges is; its id follows from what is in it."""
        places = "\n".join(f"{key}@{offset}" for _, key, offset, _ in self._picked())
        info = WarcInfo(
            software=extractor(),
            operator=None,
            user_agent=None,
            is_part_of=None,
            robots=None,
            description=f"{title}: exchanges as they lie in the WARC files of an archive, each file's warcinfo first",
        )
        made = warcinfo_record(
            info,
            filename=PICKED_NAME,
            now=_at(self._selections),
            new_id=lambda: uuid.uuid5(uuid.NAMESPACE_URL, places).urn,
        )
        return member_of(made)

    # ------------------------------------------------------------ indexes/ and pages/

    def _write_indexes(self) -> None:
        with self._made() as blocks, self._made() as places:
            lines = sorted_lines(self._index_lines(), self._folder)
            places.writelines(write_blocks(lines, blocks))
            self._add_made(f"indexes/{INDEX_NAME}", blocks)
            self._add_made(f"indexes/{BLOCKS_NAME}", places)

    def _index_lines(self) -> Iterator[bytes]:
        for selection in self._selections:
            for capture in selection.captures():
                if is_shown(capture):
                    self.captures += 1
                    yield self._placed(capture).to_line()

    def _placed(self, capture: Capture) -> Capture:
        if capture.filename in self._names:
            return replace(capture, filename=self._names[capture.filename])
        return replace(capture, filename=PICKED_NAME, offset=self._moved[capture.filename, capture.offset])

    def _page_lines(self) -> Iterator[bytes]:
        yield HEADER
        for selection in self._selections:
            for page in selection.pages():
                self.pages += 1
                yield page.to_line()

    def _write_made(self, path: str, lines: Iterable[bytes]) -> None:
        with self._made() as file:
            file.writelines(lines)
            if file.tell():
                self._add_made(path, file)

    def _made(self) -> IO[bytes]:
        """A file without a name: how long it gets has to be known before it goes into the container."""
        return TemporaryFile(dir=self._folder)

    def _add_made(self, path: str, file: IO[bytes]) -> None:
        size_bytes = file.tell()
        file.seek(0)
        self.container.add(path, iter(lambda: file.read(_STEP_BYTES), b""), size_bytes=size_bytes)

    # ------------------------------------------------------------ what vouches for it

    def _write_manifests(self, selection: Selection) -> None:
        """The manifests, and their seals where they have any."""
        store, site = selection.runs.store, selection.runs.site
        for manifest in selection.manifests:
            name = f"{site}-{manifest.number:08}"
            self._add_raw(f"runs/{name}.json", store.read(manifest_key(site, manifest.number)))
            for kind in (SIGNATURE, TIMESTAMP):
                try:
                    seal = store.read(seal_key(site, manifest.number, kind))
                except ObjectMissing:
                    continue
                self._add_raw(f"seals/{name}.{kind}", seal)

    def _add_raw(self, path: str, content: bytes) -> None:
        self.container.add(path, (content,), size_bytes=len(content))


def _beside(selection: Selection) -> list[ManifestFile]:
    """What else is copied: the articles of whole WARC files, and the profiles that articles were read with."""
    runs, profiles = selection.runs, {manifest.profile for manifest in selection.manifests}
    parts = runs.of_kind(Kind.ARTICLES, selection.days).values() if selection.whole else ()
    return [*parts, *(file for file in runs.of_kind(Kind.PROFILES).values() if file.sha256 in profiles)]


def _description(selections: Sequence[Selection], title: str) -> dict[str, object]:
    table: dict[str, object] = {
        "title": title,
        "description": "A part of a pressarc archive, the articles made from it, and the manifests that vouch for it",
        "software": extractor(),
        "created": _rfc3339(_at(selections)),
        # Where ReplayWeb.page looks; with a description there it would not begin with the list of pages.
        "metadata": {"title": title},
    }
    main = next((capture for each in selections for capture in reversed(each.asked) if is_shown(capture)), None)
    if main is not None:
        table |= {"mainPageUrl": main.url, "mainPageDate": _rfc3339(instant_of(main))}
    return table


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

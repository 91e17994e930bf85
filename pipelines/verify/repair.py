"""Files of an archive that are missing or damaged, put right from a copy of it.

A manifest says what each file is, and what the manifest before it is; a copy that has those very bytes has the file. An
index that the copy does not have is made again from the WARC files of its run. Nothing else is changed: what no copy
has stays as it is, and is said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines import disk
from pipelines.article.jsonl import file_sha256
from pipelines.errors import ArchiveError, ObjectMissing, StoreUnavailable
from pipelines.publish.indexing import write_index
from pipelines.publish.manifest import Link, Manifest, ManifestFile, numbers, read_link, replaced_files
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key
from pipelines.verify.archive import read_chain

_STEP_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Repaired:
    """A file that was not as its manifest says."""

    key: str
    was: str
    """`missing` or `damaged`."""
    is_right_now: bool
    message: str


def repair(
    store: Store, copy: Store, sites: Sequence[str], progress: Callable[[str, int, int], None], *, dry_run: bool
) -> Iterator[Repaired]:
    """Look at the manifests of *sites*, then at every file that they name, and put right what is not as they say.

    Args:
        store: The archive; a damaged file is removed from it before the right one is put.
        copy: Another place that holds it, or a part of it.
        sites: Whose files.
        progress: Is told how many files of a site were looked at.
        dry_run: Only say what could be put right.

    Raises:
        StoreError: A store failed.
    """
    for site in sites:
        yield from _put_chain_right(store, copy, site, dry_run=dry_run)
        manifests = [link.manifest for link in read_chain(store, site).links]
        named = {file.key: file for manifest in manifests for file in manifest.files}
        now = {**named, **replaced_files(manifests)}
        files = {key: file for key, file in now.items() if file is not None}
        # Indexes come last: they may have to be made of WARC files that were put right before.
        for done, key in enumerate(sorted(files, key=lambda key: (key.startswith(f"{Kind.INDEX}/"), key))):
            progress(site, done, len(files))
            was = _wrong(store, files[key])
            if was is not None:
                warcs = _indexed_by(key, manifests)
                yield _put_right(store, copy, files[key], was, warcs, dry_run=dry_run)
        progress(site, len(files), len(files))


def _put_chain_right(store: Store, copy: Store, site: str, *, dry_run: bool) -> Iterator[Repaired]:
    """The newest manifest first: each says what the one before it is. What came after the newest, nothing says."""
    wanted: str | None = None
    for number in range(max(numbers(store, site), default=0), 0, -1):
        key, link = manifest_key(site, number), _link(store, site, number, wanted)
        if isinstance(link, str):
            was, link = link, _link(copy, site, number, wanted)
            if isinstance(link, str):
                yield Repaired(key, was, is_right_now=False, message=f"the copy's is {link}, too")
            else:
                if not dry_run:
                    _put_manifest(store, key, was, copy.read(key), link.sha256)
                words = "the copy has it" if dry_run else "taken from the copy"
                yield Repaired(key, was, is_right_now=not dry_run, message=words)
        previous = None if isinstance(link, str) else link.manifest.previous
        wanted = None if previous is None else previous.sha256


def _put_manifest(store: Store, key: str, was: str, raw: bytes, sha256: str) -> None:
    if was == "damaged":
        store.remove(key)
    store.put_new(key, raw, sha256=sha256)


def _link(store: Store, site: str, number: int, sha256: str | None) -> Link | str:
    """The manifest, whose digest is *sha256* where that is known; what is wrong with it, in a word, else."""
    try:
        link = read_link(store, site, number)
    except StoreUnavailable:
        raise
    except ObjectMissing:
        return "missing"
    except ArchiveError:
        return "damaged"
    return link if sha256 in (None, link.sha256) else "damaged"


def _wrong(store: Store, file: ManifestFile) -> str | None:
    try:
        return None if store.sha256(file.key) == file.sha256 else "damaged"
    except ObjectMissing:
        return "missing"


def _indexed_by(key: str, manifests: Sequence[Manifest]) -> list[str]:
    """The WARC files that the index *key* is made of; none for a file of another kind."""
    if not key.startswith(f"{Kind.INDEX}/"):
        return []
    keys = next(keys for each in manifests if key in (keys := [file.key for file in each.files]))
    return [each for each in keys if each.startswith(f"{Kind.WARC}/")]


def _put_right(
    store: Store, copy: Store, file: ManifestFile, was: str, warcs: Sequence[str], *, dry_run: bool
) -> Repaired:
    with tempfile.TemporaryDirectory(prefix="pressarc-") as name:
        path = Path(name) / "file"
        message = _fetch(copy, file, path)
        found, done = "the copy has it", "taken from the copy"
        if message is not None and _made_again(store, file, path, warcs):
            message, found, done = None, "it can be made again", "made again from the run's WARC files"
        if message is not None or dry_run:
            return Repaired(file.key, was, is_right_now=False, message=message or found)
        if was == "damaged":
            store.remove(file.key)
        store.put_new(file.key, path, sha256=file.sha256)
    return Repaired(file.key, was, is_right_now=True, message=done)


def _made_again(store: Store, file: ManifestFile, path: Path, warcs: Sequence[str]) -> bool:
    """Whether *file* is an index, and was made at *path* as its manifest says."""
    if not warcs:
        return False
    try:
        made = write_index(path, ((key, store.open(key)) for key in warcs))
    except ArchiveError:  # a WARC file is missing or damaged, too, which is said of it
        return False
    return made is not None and made.sha256 == file.sha256


def _fetch(copy: Store, file: ManifestFile, target: Path) -> str | None:
    """Bring the copy's file to *target*; what is wrong with it, in words, or null."""
    try:
        with copy.open(file.key) as stream, disk.whole(target) as fetched:
            while part := stream.read(_STEP_BYTES):
                fetched.write(part)
    except ArchiveError as error:
        return f"the copy does not have it ({error.message})"
    return None if file_sha256(target) == file.sha256 else "the copy's is damaged, too"

"""Files of an archive that are missing or damaged, put right from a copy of it.

A manifest says what each file is; a copy that has those very bytes has the file. Nothing else is changed: what no copy
has stays as it is, and is said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines import disk
from pipelines.article.jsonl import file_sha256
from pipelines.errors import ArchiveError, ObjectMissing
from pipelines.publish.manifest import ManifestFile, replaced_files
from pipelines.store.contract import Store
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
    """Look at every file that the manifests of *sites* name, and put right what is not as they say.

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
        manifests = [link.manifest for link in read_chain(store, site).links]
        named = {file.key: file for manifest in manifests for file in manifest.files}
        now = {**named, **replaced_files(manifests)}
        files = {key: file for key, file in now.items() if file is not None}
        for done, file in enumerate(files[key] for key in sorted(files)):
            progress(site, done, len(files))
            was = _wrong(store, file)
            if was is not None:
                yield _put_right(store, copy, file, was, dry_run=dry_run)
        progress(site, len(files), len(files))


def _wrong(store: Store, file: ManifestFile) -> str | None:
    try:
        return None if store.sha256(file.key) == file.sha256 else "damaged"
    except ObjectMissing:
        return "missing"


def _put_right(store: Store, copy: Store, file: ManifestFile, was: str, *, dry_run: bool) -> Repaired:
    with tempfile.TemporaryDirectory(prefix="pressarc-") as name:
        path = Path(name) / "file"
        try:
            _fetch(copy, file.key, path)
        except ArchiveError as error:
            return Repaired(file.key, was, is_right_now=False, message=f"the copy does not have it ({error.message})")
        if file_sha256(path) != file.sha256:
            return Repaired(file.key, was, is_right_now=False, message="the copy's is damaged, too")
        if dry_run:
            return Repaired(file.key, was, is_right_now=False, message="the copy has it")
        if was == "damaged":
            store.remove(file.key)
        store.put_new(file.key, path, sha256=file.sha256)
    return Repaired(file.key, was, is_right_now=True, message="taken from the copy")


def _fetch(copy: Store, key: str, target: Path) -> None:
    with copy.open(key) as stream, disk.whole(target) as file:
        while part := stream.read(_STEP_BYTES):
            file.write(part)

"""`archive.json`: what makes a folder or a bucket an archive, and which format it has. Checked on every open."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime

from pipelines import schemas
from pipelines.errors import ArchiveError, ObjectDiffers, ObjectMissing
from pipelines.store.contract import Store
from pipelines.store.keys import ARCHIVE_KEY

FORMAT = 1
"""The version of the archive's format that is written, and the newest that is read (FORMAT.md)."""


def check_archive(store: Store) -> bool:
    """Whether *store* holds an archive; false where it holds none.

    Raises:
        ArchiveError: It holds one of another format.
    """
    try:
        raw = store.read(ARCHIVE_KEY)
    except ObjectMissing:
        return False
    try:
        found = json.loads(raw)["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            "this is not the archive.json of a pressarc archive; choose another place", where=_where(store)
        ) from error
    if found != FORMAT:
        hint = "a newer pressarc reads it" if isinstance(found, int) and found > FORMAT else "choose another place"
        raise ArchiveError(
            f"the archive has format {found!r} and this pressarc reads format {FORMAT}; {hint}", where=_where(store)
        )
    return True


def open_archive(store: Store, *, now: datetime, owner: str | None) -> None:
    """Make sure that *store* holds an archive of this format, and the schemas of what is written to it.

    A place without an archive becomes one.

    Raises:
        ArchiveError: It holds one of another format.
        StoreError: It cannot be read or written.
    """
    if not check_archive(store):
        _create(store, now, owner)
    there = {stored.key for stored in store.list(schemas.PREFIX)}
    for name, raw in schemas.newest().items():
        if name.key not in there:
            with suppress(ObjectDiffers):  # another one of this version was a moment faster; verify tells
                store.put_new(name.key, raw, sha256=hashlib.sha256(raw).hexdigest())


def _create(store: Store, now: datetime, owner: str | None) -> None:
    created = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    facts = {"created": created, "format": FORMAT, "owner": owner, "schema": "pressarc.archive/1"}
    raw = json.dumps(facts, sort_keys=True, indent=1).encode() + b"\n"
    try:
        store.put_new(ARCHIVE_KEY, raw, sha256=hashlib.sha256(raw).hexdigest())
    except ObjectDiffers:  # another process made it a moment ago
        check_archive(store)


def _where(store: Store) -> str:
    return f"{store.location}/{ARCHIVE_KEY}"

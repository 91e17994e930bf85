"""What every object store promises.

In go a key (keys.py), bytes or a file, and their sha256; out come objects that are whole, never change, and are what
was meant. `tests/contract/` holds a test for each promise made here and runs it against every store.

*Why so little*: an archive is written once and read for years. Without overwriting and deleting, no crash, no lost
answer and no second writer can harm what is there, and every call may simply be made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from pipelines.values import StoredObject


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store was found to be able to do, by trying it."""

    create_only: bool
    """Whether the store itself refuses the second of two writers of one key, however close they come."""
    missing: tuple[str, ...] = ()
    """What it cannot do, a sentence each, and what that means for the archive."""
    versioning: bool | None = None
    """Whether it keeps older versions of objects; null where it cannot be asked, or this question has no meaning."""
    object_lock: bool | None = None
    """Whether objects can be locked against deletion; null as above."""

    def in_words(self) -> str:
        """One sentence on what the store can do."""
        answers = {None: "unknown", True: "yes", False: "no"}
        return (
            f"create-only put: {answers[self.create_only]}; versioning: {answers[self.versioning]}; "
            f"object lock: {answers[self.object_lock]}"
        )


class Store(Protocol):
    """Objects by key, each written once.

    Every method raises AccessDenied (credentials or permissions), StoreUnavailable (no answer, or "slow down": try
    again) and StoreError (anything else, and keys that break the rules of keys.py), besides what it names itself.
    Every method may be called twice, and from several threads.
    """

    @property
    def location(self) -> str:
        """Where the store is, as `open_store` takes it; for messages and for handing on to another process."""
        ...

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        """Create the object *key*, which is permanent from then on.

        The object becomes visible whole or not at all, whenever the writer dies. When this returns, the store has been
        seen to hold these very bytes: its content was compared by our own sha256, never by an ETag. If they are already
        there it returns too, so that an answer lost on the way is harmless and a broken upload is simply repeated.

        Args:
            key: Where to put it.
            source: The content, or the file that holds it.
            sha256: The content's digest, lowercase hex.

        Raises:
            ObjectDiffers: The key is taken by other bytes. Nothing was overwritten, as far as `capabilities` reach.
            UploadCorrupt: The store made other bytes of it on the way.
            StoreError: The source is not what *sha256* says; nothing was written.
            OSError: The source cannot be read.
        """
        ...

    def open(self, key: str) -> IO[bytes]:
        """The whole object as a stream, to be closed by the caller.

        A stream that breaks off raises StoreUnavailable when read; it never just ends early.

        Raises:
            ObjectMissing: No object has this key.
        """
        ...

    def read(self, key: str) -> bytes:
        """The whole object.

        Raises:
            ObjectMissing: No object has this key.
        """
        ...

    def read_range(self, key: str, offset: int, length: int) -> bytes:
        """Exactly *length* bytes from *offset*.

        Raises:
            ObjectMissing: No object has this key.
            StoreError: The object ends before that.
            ValueError: *offset* or *length* is negative.
        """
        ...

    def stat(self, key: str) -> StoredObject:
        """The object's size, if it is there.

        Raises:
            ObjectMissing: No object has this key.
        """
        ...

    def list(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        """The objects whose key begins with *prefix*, sorted by key; none where there are none.

        Hidden names (a part that begins with a dot: unfinished files, the probe) are no objects and never listed.
        Objects made while the listing runs may or may not be in it.

        Args:
            prefix: The beginning of the keys; it need not end at a slash. "" is everything.
            after: Only keys greater than this one.
        """
        ...

    def sha256(self, key: str) -> str:
        """The digest, lowercase hex, of what the store really has: every byte is read.

        Raises:
            ObjectMissing: No object has this key.
        """
        ...

    def capabilities(self) -> Capabilities:
        """What the store can do. The first call may try it out, with a hidden object, and so needs to be let write."""
        ...

    def remove(self, key: str) -> None:
        """Take the object away for good; nothing happens where there is none.

        For garbage and for take-downs alone: whoever calls it must know that no manifest needs the object.

        Raises:
            AccessDenied: The object is locked, or these credentials may not delete.
        """
        ...

    def obstacle(self, key: str) -> str | None:
        """What keeps `remove` from taking the object away, in words; null where nothing is known to.

        Raises:
            ObjectMissing: No object has this key.
        """
        ...

    def leftovers(self, before: datetime) -> Iterator[str]:
        """What writers that died before that instant have left unfinished, named as `discard` takes it."""
        ...

    def discard(self, leftover: str) -> None:
        """Remove what `leftovers` has named."""
        ...

    def close(self) -> None:
        """Let go of connections. The store must not be used afterwards."""
        ...

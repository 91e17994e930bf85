"""The archive in a folder.

Objects are files; a key is a path below the folder. Writing once: the bytes go to a hidden name beside the final one,
are flushed and fsynced, and get their name by a hard link, which the file system grants to one writer only. Whatever
dies on the way leaves a hidden `.….partial` file, which no reader ever sees.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pipelines import disk
from pipelines.errors import AccessDenied, ObjectDiffers, ObjectMissing, StoreError
from pipelines.store.contract import Capabilities
from pipelines.store.keys import check_key, check_prefix, is_hidden
from pipelines.store.source import check_source, open_source
from pipelines.values import StoredObject

_CHUNK_BYTES = 1 << 20
_PARTIAL = re.compile(r"\.[0-9a-f]{16}\.partial")

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK})

_TRANSLATION: dict[int, tuple[type[StoreError], str]] = {
    errno.ENOENT: (ObjectMissing, "there is no such object"),
    errno.ENOTDIR: (ObjectMissing, "there is no such object; a part of its path is a file"),
    errno.EISDIR: (ObjectMissing, "there is no such object, but a folder of this name"),
    errno.EEXIST: (StoreError, "a file stands where the archive needs a folder; move it away"),
    errno.EACCES: (AccessDenied, "permission denied; let this user read and write the archive's folder"),
    errno.EPERM: (AccessDenied, "the system does not permit it; let this user read and write the archive's folder"),
    errno.EROFS: (AccessDenied, "the file system is read-only; mount it writable or choose another folder"),
    errno.ENOSPC: (StoreError, "the disk is full; make room and run it again"),
    errno.EDQUOT: (StoreError, "the disk quota is used up; make room and run it again"),
}


class LocalStore:
    """A folder; made at the first put, so that a wrong path is seen as an archive that is not there.

    Args:
        folder: Where the archive is, or is to be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    @property
    def location(self) -> str:
        return str(self._folder)

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        path = self._path(key)
        with open_source(source) as stream, _translated(path):
            if not path.exists():
                disk.make_folder(path.parent)
                partial = path.with_name(f".{secrets.token_hex(8)}.partial")
                try:
                    check_source(source, _written(stream, partial), sha256, where=str(path))
                    _link(partial, path)
                finally:
                    disk.remove(partial)
            # Also where the object was there before: its writer may have died before its name was safe on disk.
            disk.sync_folder(path.parent)
        held_sha256 = self.sha256(key)
        if held_sha256 != sha256:
            raise ObjectDiffers(
                f"the key is taken by other bytes (sha256 {held_sha256}, not {sha256}); nothing was written",
                where=str(path),
            )

    def open(self, key: str) -> IO[bytes]:
        path = self._path(key)
        with _translated(path):
            return path.open("rb")

    def read(self, key: str) -> bytes:
        path = self._path(key)
        with _translated(path):
            return path.read_bytes()

    def read_range(self, key: str, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0:
            raise ValueError(f"offset and length cannot be negative: {offset}, {length}")
        path = self._path(key)
        with _translated(path), path.open("rb") as stream:
            stream.seek(offset)
            content = stream.read(length)
        if len(content) != length:
            raise StoreError(f"the object ends before byte {offset + length}", where=str(path))
        return content

    def stat(self, key: str) -> StoredObject:
        return _stored(key, self._path(key))

    def list(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        folder_key, slash, _ = check_prefix(prefix).rpartition("/")
        for key in self._keys_below(folder_key + slash):
            if key.startswith(prefix) and key > after:
                yield _stored(key, self._folder / key)

    def _keys_below(self, folder_key: str) -> Iterator[str]:
        """All keys below a folder (its key ends in a slash, or is empty), sorted."""
        folder = self._folder / folder_key
        if not folder.is_dir():
            return
        with _translated(folder), os.scandir(folder) as scan:
            # With its slash a folder's name sorts where the keys below it belong: "a-b" < "a/x".
            names = sorted(entry.name + "/" * entry.is_dir() for entry in scan if not is_hidden(entry.name))
        for name in names:
            if name.endswith("/"):
                yield from self._keys_below(folder_key + name)
            else:
                yield folder_key + name

    def sha256(self, key: str) -> str:
        path = self._path(key)
        with _translated(path), path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def capabilities(self) -> Capabilities:
        return Capabilities(create_only=True)

    def remove(self, key: str) -> None:
        path = self._path(key)
        with _translated(path):
            disk.remove(path)

    def obstacle(self, key: str) -> str | None:
        self.stat(key)
        return None

    def leftovers(self, before: datetime) -> Iterator[str]:
        with _translated(self._folder):
            for folder, inner, names in os.walk(self._folder):
                inner[:] = sorted(name for name in inner if not is_hidden(name))
                for name in sorted(names):
                    path = Path(folder) / name
                    if _PARTIAL.fullmatch(name) and path.stat().st_mtime < before.timestamp():
                        yield path.relative_to(self._folder).as_posix()

    def discard(self, leftover: str) -> None:
        folder, _, name = leftover.rpartition("/")
        if not _PARTIAL.fullmatch(name):
            raise StoreError("this is no unfinished file", where=leftover)
        path = (self._path(folder) if folder else self._folder) / name
        with _translated(path):
            disk.remove(path)

    def close(self) -> None:
        return None

    def _path(self, key: str) -> Path:
        return self._folder / check_key(key)


def _written(stream: IO[bytes], partial: Path) -> str:
    """Write all of *stream* to a new file, safely on disk; the sha256 of what came from the stream."""
    digest = hashlib.sha256()
    with partial.open("xb") as target:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            disk.write(target, chunk)
        disk.sync(target)
    return digest.hexdigest()


def _link(partial: Path, path: Path) -> None:
    """Give the file its name, unless another writer has just taken it."""
    try:
        disk.link(partial, path)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        raise StoreError(
            "this file system has no hard links, which writing once needs; keep the archive on ext4, xfs or zfs",
            where=str(path),
        ) from error


def _stored(key: str, path: Path) -> StoredObject:
    with _translated(path):
        facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ObjectMissing("there is no such object, but something else of this name", where=str(path))
    return StoredObject(key, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind, message = _TRANSLATION.get(error.errno or 0, (StoreError, error.strerror or str(error)))
        raise kind(message, where=str(path)) from error

"""A WACZ that is being written: files go in, each with its digest; out comes one zip, the same for the same files.

What is compressed already (`.gz`) is stored as it is, so that viewers can read a part of it by range, and the rest is
deflated. `datapackage.json` names every file with length and sha256, and `datapackage-digest.json` has the digest of
that. All entries bear one time, which the caller takes from the archive and not from a clock.

*Why every file is one folder deep.* `wacz validate` knows a file by its name and the name of its folder alone.

*Why ZIP64 only where it has to be.* ReplayWeb.page tells from the central directory whether an entry's own header is
longer than usual; zipfile, asked for ZIP64 beforehand, makes the one longer and not the other.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Self

from pipelines.errors import DigestMismatch

WACZ_VERSION = "1.1.1"
DATA_PACKAGE, DATA_PACKAGE_DIGEST = "datapackage.json", "datapackage-digest.json"
_MODE = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the container."""

    path: str
    size_bytes: int
    sha256: str


class Container:
    """Writes a WACZ to *file*, which can be written and sought; `finish` makes it whole, or an error leaves it spoilt.

    Args:
        file: Where to; nothing is closed.
        at: What the zip says of when its files were changed; seconds are rounded down to even ones.
    """

    def __init__(self, file: IO[bytes], at: datetime) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        moment = at.astimezone(UTC)
        self._at = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
        self._resources: dict[str, Resource] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._zip.fp = None  # else zipfile would write a directory once it is forgotten

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What is in it so far, in order."""
        return tuple(self._resources.values())

    def free_path(self, folder: str, name: str, otherwise: str) -> str:
        """`folder/name`; where that is taken, with *otherwise* and a hyphen before the name."""
        path = f"{folder}/{name}"
        return path if path not in self._resources else f"{folder}/{otherwise}-{name}"

    def add(self, path: str, parts: Iterable[bytes], *, size_bytes: int, sha256: str | None = None) -> Resource:
        """Write the file *path*, whose bytes *parts* are.

        Args:
            path: Folder and name.
            parts: Its bytes, in pieces that fit into memory.
            size_bytes: How many there will be.
            sha256: Their digest, where it is known beforehand.

        Raises:
            DigestMismatch: They are not as many, or have another digest. The container is spoilt.
            ValueError: The path is taken, or not of the form folder/name.
        """
        if path in self._resources or path.count("/") != 1:
            raise ValueError(f"not a new path of the form folder/name: {path!r}")
        digest, written = hashlib.sha256(), 0
        with self._zip.open(self._entry(path), "w", force_zip64=size_bytes > zipfile.ZIP64_LIMIT) as entry:
            for part in parts:
                written += len(part)
                if written > size_bytes:
                    break
                digest.update(part)
                entry.write(part)
        found = digest.hexdigest()
        if written != size_bytes or sha256 not in (None, found):
            raise DigestMismatch("the archive has other bytes here than its manifest says", where=path)
        self._resources[path] = resource = Resource(path, size_bytes, found)
        return resource

    def finish(self, description: Mapping[str, object]) -> None:
        """Write the data package, *description* being its title and the like, and the zip's directory."""
        package = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            **description,
            "resources": [_in_package(each) for each in self.resources],
        }
        raw = _json(package)
        digest = {"path": DATA_PACKAGE, "hash": _hash(hashlib.sha256(raw).hexdigest())}
        for path, content in ((DATA_PACKAGE, raw), (DATA_PACKAGE_DIGEST, _json(digest))):
            self._zip.writestr(self._entry(path), content)
        self._zip.close()

    def _entry(self, path: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, self._at)
        entry.create_system, entry.external_attr = _UNIX, _MODE
        if not path.endswith(".gz"):
            entry.compress_type = zipfile.ZIP_DEFLATED
        return entry


def _in_package(resource: Resource) -> dict[str, object]:
    # A name has to be unique (Data Package v1): file names alone are not.
    name = str(PurePosixPath(resource.path)).replace("/", "-").lower()
    return {
        "name": name,
        "path": resource.path,
        # Frictionless takes what ends in .jsonl for a table otherwise, and finds fault with columns it made up.
        "type": "file",
        "hash": _hash(resource.sha256),
        "bytes": resource.size_bytes,
    }


def _hash(sha256: str) -> str:
    return f"sha256:{sha256}"


def _json(table: object) -> bytes:
    return json.dumps(table, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"

"""Where an export goes: a file, or an object in a bucket; whole under its name, or not there at all.

Nothing is ever overwritten: who takes an export in must be able to rely on what a name holds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines import disk
from pipelines.article.jsonl import file_sha256
from pipelines.errors import ConfigError, ObjectMissing
from pipelines.store.contract import Store
from pipelines.store.open import open_store


def object_of(address: str, *, endpoint: str | None, region: str | None) -> tuple[Store, str]:
    """What `s3://bucket/prefix/name` names: the store at bucket and prefix, and the name in it.

    Raises:
        ConfigError: It names no object.
    """
    path, mark, options = address.partition("?")
    location, _, name = path.rpartition("/")
    if not name or location.endswith(":/"):
        raise ConfigError("name an object, like s3://bucket/exports/articles.parquet", where=address)
    return open_store(location + mark + options, endpoint=endpoint, region=region), name


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or a bucket, and the name of the export in it."""

    folder: Path | None
    """Null for a bucket."""
    bucket: Store | None
    name: str
    shown: str
    """As it was said."""

    @classmethod
    def of(cls, out: str, *, endpoint: str | None, region: str | None) -> Place:
        """The place that *out* names: a path, or `s3://bucket/prefix/name`.

        Raises:
            ConfigError: It names none.
        """
        if "://" not in out:
            path = Path(out).expanduser()
            if path.is_dir() or not path.name:
                raise ConfigError("this is a folder; name a file in it", where=f"--out {out}")
            if not path.parent.is_dir():
                raise ConfigError("there is no such folder", where=f"--out {path.parent}")
            return cls(path.parent, None, path.name, out)
        bucket, name = object_of(out, endpoint=endpoint, region=region)
        return cls(None, bucket, name, out)

    def check_free(self, *names: str) -> None:
        """See that nothing has these names.

        Raises:
            ConfigError: Something has one.
        """
        for name in names:
            if self._has(name):
                words = f"{name} is there already, and no export is overwritten; choose another name, or take it away"
                raise ConfigError(words, where=f"--out {self.shown}")

    def _has(self, name: str) -> bool:
        if self.folder is not None:
            return (self.folder / name).exists()
        assert self.bucket is not None
        try:
            self.bucket.stat(name)
        except ObjectMissing:
            return False
        return True

    @contextmanager
    def whole(self, name: str) -> Iterator[Path]:
        """A file to be written: once the block has ended, what is in it has the name; if it raises, nothing has.

        Raises:
            ConfigError: Something got the name meanwhile.
            StoreError: The bucket does not take it.
        """
        if self.folder is not None:
            partial = self.folder / f".{name}.partial"
            try:
                yield partial
                with partial.open("rb+") as file:
                    disk.sync(file)
                disk.link(partial, self.folder / name)
            except FileExistsError as error:
                raise ConfigError("another file got this name meanwhile", where=str(self.folder / name)) from error
            finally:
                disk.remove(partial)
            disk.sync_folder(self.folder)
            return
        assert self.bucket is not None
        with tempfile.TemporaryDirectory(prefix="pressarc-") as folder:
            path = Path(folder) / name
            yield path
            self.bucket.put_new(name, path, sha256=file_sha256(path))

"""Every change that pressarc makes on a disk: bytes written, names given, and both made safe against a power cut.

    write        bytes go to the system: a killed process loses nothing of them
    sync         … and to the disk: a power cut loses nothing of them
    replace      a file gets a name, whoever had it before
    link         a file gets a name that nothing has
    remove       a name goes
    make_folder  a folder is made
    sync_folder  the names in a folder are safe against a power cut

`whole` puts them together: the name appears once all of the content is on the disk. What a crash at any of these steps
leaves behind is tested by putting a fault in each one's place (tests/crash/), so the other modules call them as
`disk.write(…)` and do none of it themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def write(file: IO[bytes], content: bytes) -> None:
    """Write all of *content* to *file*."""
    file.write(content)


def sync(file: IO[bytes]) -> None:
    """Bring what was written to *file* to the disk."""
    file.flush()
    os.fsync(file.fileno())


def replace(source: Path, target: Path) -> None:
    """Give *source* the name *target*, at once; what had it before is gone."""
    os.replace(source, target)


def link(source: Path, target: Path) -> None:
    """Give *source* a second name.

    Raises:
        FileExistsError: Something has it already.
    """
    os.link(source, target)


def remove(path: Path) -> None:
    """Take a name away; nothing happens where there is none."""
    path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make *folder* and those above it, each one's name safe on the disk before it is used."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* safe."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Sink:
    """A file that is being written, for whoever wants to have something to write to."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        """Write all of *content*; its length."""
        write(self._file, content)
        return len(content)

    def flush(self) -> None:
        """Hand on to the system what was written."""
        self._file.flush()

    def tell(self) -> int:
        """Where the next byte goes."""
        return self._file.tell()

    def seek(self, offset: int) -> int:
        """Go back to fill in what was not known before, or on from there."""
        return self._file.seek(offset)


def partial_of(path: Path) -> Path:
    """Where `whole` writes before the name appears."""
    return path.with_name(f".{path.name}.partial")


@contextmanager
def whole(path: Path) -> Iterator[Sink]:
    """Write the file *path*: its name appears once the block has ended, and stands for all that was written.

    Whatever had the name is replaced. A block that raises leaves the name as it was, and a hidden `.….partial`.
    """
    partial = partial_of(path)
    with partial.open("wb") as file:
        yield Sink(file)
        sync(file)
    replace(partial, path)
    sync_folder(path.parent)

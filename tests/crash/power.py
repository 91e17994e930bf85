"""What is on a disk after a power cut, by the letter of POSIX: only what was fsynced.

A file has the content it had when it was last fsynced, none if it never was; a folder has the names it had when the
folder was last fsynced. File systems in use lose less than that; whoever survives this survives them.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class DurableDisk:
    """Watches `os.fsync`, and knows what of *root* is on the disk. What is there at the beginning is."""

    def __init__(self, root: Path) -> None:
        self.original = os.fsync
        self._root = root
        self._contents: dict[int, bytes] = {}
        """Number of a file → its content."""
        self._names: dict[int, dict[str, tuple[int, bool]]] = {}
        """Number of a folder → the names in it: the number of what each stands for, and whether that is a folder."""
        # A number is not given to another file as long as a name of it remains.
        self._keep = Path(tempfile.mkdtemp(prefix="durable-", dir=root.parent))
        self._look_at(root)

    def fsync(self, descriptor: int) -> None:
        """In the place of `os.fsync`."""
        self.original(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self._remember_names(path)
        else:
            self._remember_content(path)

    def write_to(self, target: Path) -> None:
        """Make *target* what the disk holds of the root."""
        self._write(self._root.stat().st_ino, target, is_folder=True)

    def _look_at(self, path: Path) -> None:
        if path.is_dir():
            for entry in path.iterdir():
                self._look_at(entry)
            self._remember_names(path)
        else:
            self._remember_content(path)

    def _remember_names(self, folder: Path) -> None:
        self._names[folder.stat().st_ino] = {
            entry.name: (entry.inode(), entry.is_dir()) for entry in os.scandir(folder)
        }

    def _remember_content(self, path: Path) -> None:
        number = path.stat().st_ino
        self._contents[number] = path.read_bytes()
        kept = self._keep / str(number)
        if not kept.exists():
            os.link(path, kept)

    def _write(self, number: int, target: Path, *, is_folder: bool) -> None:
        if is_folder:
            target.mkdir()
            for name, (inner, is_inner_folder) in self._names.get(number, {}).items():
                self._write(inner, target / name, is_folder=is_inner_folder)
        else:
            target.write_bytes(self._contents.get(number, b""))

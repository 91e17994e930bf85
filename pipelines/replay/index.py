"""The index that pywb reads: all runs of a site as one sorted file, kept until a run is added or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pipelines import disk
from pipelines.captures.indexes import RunIndex, kept_here
from pipelines.captures.merge import replay_lines

_VERSION = 1
"""Raised when the same runs give other lines than before."""


def merged_index(site: str, runs: Sequence[RunIndex], folder: Path, *, is_remote: bool) -> Path:
    """The file of *site*'s captures, fit for replay, in *folder*; older ones of the site are removed.

    Args:
        site: Whose captures.
        runs: Its runs.
        folder: Where the file is.
        is_remote: Whether indexes are worth being kept, so that each is fetched once.
    """
    content = repr((_VERSION, [run.sha256 for run in runs])).encode()
    path = folder / f"{site}.{hashlib.sha256(content).hexdigest()[:16]}.cdxj"
    if not path.exists():
        disk.make_folder(folder)
        with disk.whole(path) as file:
            near = [kept_here(run, folder / "fetched") for run in runs] if is_remote else runs
            for line in replay_lines([run.lines() for run in near]):
                file.write(line)
    for older in folder.glob(f"{site}.{'[0-9a-f]' * 16}.cdxj"):
        if older != path:
            disk.remove(older)
    return path

"""An archive is verified by whoever may read it: no right to write is needed, on disk or in a bucket."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.damage.museum import Museum

ROOT = Path(__file__).parents[2]
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


def heed_permissions() -> None:
    """Take from root what lets it write where nobody may; others need no more than the permissions."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def run(*command: str, cwd: Path, before: Callable[[], None] = heed_permissions, **environment: str) -> Any:
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def nobody_may_write(folder: Path) -> Iterator[None]:
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_that_nobody_may_write_to_is_verified(museum: Museum) -> None:
    with nobody_may_write(museum.folder):
        tried = run("-c", "open('archive.json', 'ab')", cwd=museum.folder)
        assert "PermissionError" in tried.stderr
        done = run("-m", "crawler.cli", "verify", "--archive", str(museum.folder), "--json", cwd=museum.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["checked"]["articles"] == 4

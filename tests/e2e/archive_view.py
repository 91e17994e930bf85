"""How the end-to-end tests see an archive: the command as a person runs it, and the files as any reader finds them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PRESSARC = (sys.executable, "-m", "crawler.cli")


def environment() -> dict[str, str]:
    """This process's environment, in which the checkout can be imported from anywhere."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def pressarc(*arguments: str, cwd: Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*PRESSARC, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def lines(archive: Path, kind: str, site: str, run: str = "*") -> list[dict[str, Any]]:
    """The JSON lines of one kind, of all committed and uncommitted files alike."""
    found = []
    for path in sorted(archive.glob(f"{kind}/site={site}/date=*/{run}-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            found += [json.loads(line) for line in stream]
    return found


def manifests(archive: Path, site: str) -> list[dict[str, Any]]:
    """The site's manifests, in order."""
    return [json.loads(path.read_bytes()) for path in sorted(archive.glob(f"runs/site={site}/*.json"))]

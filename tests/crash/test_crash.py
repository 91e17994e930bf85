"""Wherever a night dies, the next start ends in the archive that an undisturbed night makes, but for times and ids."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.faults import DIED, STEPS
from tests.crash.nights import FAILED

ROOT = Path(__file__).parents[2]
_LIMIT_S = 500

EACH_STEP = {"kill": DIED, "torn": DIED, "power": DIED, "full": FAILED, "failing": FAILED, "read_only": FAILED}
"""Faults on the disk, and how the night ends that meets one."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: thousands of fsyncs are what these tests do."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="crash-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def tried(kind: str, folder: Path, first: int, every: int) -> tuple[list[str], list[dict[str, Any]]]:
    """The steps of an undisturbed night, and what came of each trial."""
    command = [sys.executable, "-m", "tests.crash.nights", kind, str(folder), str(first), str(every)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr
    undisturbed, *trials = map(json.loads, done.stdout.splitlines())
    assert undisturbed["findings"] == []
    assert trials
    return undisturbed["steps"], trials


@pytest.mark.parametrize("kind", EACH_STEP)
def test_a_night_survives_a_fault_at_some_of_its_steps(folder: Path, kind: str) -> None:
    steps, trials = tried(kind, folder, 5, 41)
    assert [each for each in trials if each["wrong"]] == []
    assert set(steps) == set(STEPS)
    assert {each["first"] for each in trials} <= {EACH_STEP[kind], 0}


@pytest.mark.servers
@pytest.mark.parametrize("kind", EACH_STEP)
def test_a_night_survives_a_fault_at_each_of_its_steps(folder: Path, kind: str) -> None:
    steps, trials = tried(kind, folder, 0, 5)
    assert [each for each in trials if each["wrong"]] == []
    assert len(steps) > 250
    assert {each["first"] for each in trials} <= {EACH_STEP[kind], 0}
    print(f"{kind}: {len(trials)} faults survived")


@pytest.mark.parametrize("kind", ["lost", "gone"])
def test_a_night_survives_a_fault_at_each_upload_and_at_the_commit(folder: Path, kind: str) -> None:
    steps, trials = tried(kind, folder, 0, 1)
    assert [each for each in trials if each["wrong"]] == []
    assert steps[-1] == "put runs"
    assert {f"put {each}" for each in ("warc", "articles", "outcomes", "index", "profiles", "memory", "runs")} <= set(
        steps
    )
    assert {each["first"] for each in trials} == {DIED if kind == "lost" else FAILED}


@pytest.mark.servers
def test_a_night_survives_kill_9_at_200_random_moments(folder: Path) -> None:
    _, trials = tried("kill-9", folder, 20261122, 200)
    assert [each for each in trials if each["wrong"]] == []
    assert len(trials) == 200
    assert sum(each["first"] == -9 for each in trials) > 100

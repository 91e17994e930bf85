"""The lock files are what `make setup` installs: they have to hold what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
REPLAY_LOCK = "pipelines/replay/requirements-replay.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = (re.fullmatch(r"([\w.-]+)==(\S+)(?: ;.*)?", line.strip()) for line in lines)
    return {pin[1].lower().replace("_", "-"): pin[2] for pin in pins if pin}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        *(("requirements.lock", text) for text in PROJECT["dependencies"]),
        *((REPLAY_LOCK, text) for text in PROJECT["optional-dependencies"]["replay"]),
        *(("requirements-dev.lock", text) for text in PROJECT["optional-dependencies"]["dev"]),
        *(("requirements-loaders.lock", text) for text in PROJECT["optional-dependencies"]["loaders"]),
    ],
)
def test_a_dependency_is_locked_at_a_version_that_is_asked_for(lock: str, wanted: str) -> None:
    requirement = Requirement(wanted)
    version = pinned(lock)[requirement.name.lower().replace("_", "-")]
    assert requirement.specifier.contains(version), f"run `make lock`: {wanted} is locked at {version}"


def test_all_locks_agree() -> None:
    runtime, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert {name: development.get(name) for name in runtime} == runtime
    loaders = pinned("requirements-loaders.lock")
    shared = loaders.keys() & development.keys()
    assert {name: development[name] for name in shared} == {name: loaders[name] for name in shared}


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements-loaders.lock", REPLAY_LOCK]
)
def test_a_lock_names_no_place_to_download_from(lock: str) -> None:
    assert not re.search(r"https?://|file:/|--(?:extra-)?index-url|--find-links", (ROOT / lock).read_text("utf-8"))

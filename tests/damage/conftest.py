"""A whole archive, and copies of it to be damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.damage.museum import Museum
from tests.damage.museum import build as build_museum


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("museum") / "archive"
    build_museum(folder)
    shutil.rmtree(folder / ".work")
    return folder


@pytest.fixture
def museum(whole: Path, tmp_path: Path) -> Museum:
    shutil.copytree(whole, tmp_path / "archive")
    return Museum(tmp_path / "archive")

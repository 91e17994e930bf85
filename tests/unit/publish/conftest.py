"""Extraction in this process, unless a test asks for `worker_processes`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.publish.nights import in_this_process


@pytest.fixture
def worker_processes() -> None:
    """For tests that are about them."""


@pytest.fixture(autouse=True)
def _in_this_process(request: pytest.FixtureRequest) -> Iterator[None]:
    if "worker_processes" in request.fixturenames:
        yield
        return
    with in_this_process():
        yield

"""What holds for all tests.

No example has a deadline, tests that share a server run in one process, and extraction runs in the process of the test,
unless it asks for `worker_processes`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.unit.publish.nights import in_this_process

# How long an example takes says nothing on a busy machine.
settings.register_profile("pressarc", deadline=None)
settings.load_profile("pressarc")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share the tests of `--dist loadgroup` out: Ceph, which takes memory and time to start, is started once."""
    for item in items:
        names = (*getattr(item, "fixturenames", ()), item.name)
        group = "ceph" if any("ceph" in name for name in names) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


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

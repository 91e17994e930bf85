"""What holds for all tests: no example has a deadline, and tests that share a server run in one process."""

from __future__ import annotations

import pytest
from hypothesis import settings

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

"""The faults that can be put in the place of each step on the disk and each call of the store.

The one seam are the functions of pipelines/disk.py, and the store that `open_store` gives: a `Fault` counts them as
they pass, and at the one whose number it has, it strikes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pipelines import disk
from pipelines.errors import StoreUnavailable
from pipelines.publish import run as run_module
from pipelines.store.contract import Store
from tests.crash.power import DurableDisk

STEPS = ("write", "sync", "replace", "link", "remove", "make_folder", "sync_folder")
"""The steps of pipelines/disk.py."""

DIED = 77
"""Exit code of a process that a fault ended."""


@dataclass
class Fault:
    """What happens at step *number* (from 0); nothing, where there are fewer."""

    kind: str
    """kill: the process is gone before the step. torn: the same, half of a write done. power: the same, and all that
    was not fsynced is gone too. full, failing, read_only: the system refuses the step, and each one after it. lost:
    the store does what it is asked, and the process is gone before it hears of it. gone: the store does not answer,
    from then on."""
    number: int
    survivor: Path | None = None
    """Where a power cut leaves what is on the disk."""
    steps: list[str] = field(default_factory=list)
    """The steps that passed."""
    durable: DurableDisk | None = None

    @property
    def is_due(self) -> bool:
        return len(self.steps) == self.number

    @property
    def has_struck(self) -> bool:
        return len(self.steps) > self.number

    def die(self) -> None:
        if self.kind == "power" and self.durable is not None and self.survivor is not None:
            self.durable.write_to(self.survivor)
        os._exit(DIED)


_REFUSALS = {"full": errno.ENOSPC, "failing": errno.EIO, "read_only": errno.EROFS}


@contextmanager
def injected(fault: Fault, root: Path) -> Iterator[None]:
    """Put *fault* in the place of every step while the block runs; *root* holds all that the process writes."""
    original = {name: getattr(disk, name) for name in STEPS}
    opened = run_module.open_store
    if fault.kind == "power":
        fault.durable = DurableDisk(root)
        os.fsync = fault.durable.fsync
    for name, step in original.items():
        setattr(disk, name, _faulty(name, step, fault))
    run_module.open_store = lambda *given, **named: FaultyStore(opened(*given, **named), fault)  # type: ignore[assignment]
    try:
        yield
    finally:
        for name, step in original.items():
            setattr(disk, name, step)
        run_module.open_store = opened
        if fault.durable is not None:
            os.fsync = fault.durable.original


def _faulty(name: str, step: Callable[..., Any], fault: Fault) -> Callable[..., Any]:
    def faulty(*arguments: Any) -> Any:
        if fault.kind in ("lost", "gone"):
            return step(*arguments)
        if fault.is_due and fault.kind in ("kill", "power"):
            fault.die()
        if fault.is_due and fault.kind == "torn":
            if name == "write":
                file: IO[bytes] = arguments[0]
                file.write(arguments[1][: len(arguments[1]) // 2])
                file.flush()
            fault.die()
        is_refused = (fault.is_due or fault.has_struck) and fault.kind in _REFUSALS
        fault.steps.append(name)
        if is_refused and not (name == "remove" and fault.kind == "full"):  # who removes makes room
            raise OSError(_REFUSALS[fault.kind], os.strerror(_REFUSALS[fault.kind]))
        return step(*arguments)

    return faulty


class FaultyStore:
    """A store before which a fault stands: every upload, the commit among them, is a step of it."""

    def __init__(self, store: Store, fault: Fault) -> None:
        self._store = store
        self._fault = fault

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        fault = self._fault
        if fault.kind not in ("lost", "gone"):
            self._store.put_new(key, source, sha256=sha256)
            return
        if fault.kind == "lost" and fault.is_due:
            self._store.put_new(key, source, sha256=sha256)
            fault.die()
        self._refuse_if_gone()
        fault.steps.append(f"put {key.partition('/')[0]}")
        self._store.put_new(key, source, sha256=sha256)

    def __getattr__(self, name: str) -> Any:
        if name not in ("location", "close"):
            self._refuse_if_gone()
        return getattr(self._store, name)

    def _refuse_if_gone(self) -> None:
        if self._fault.kind == "gone" and len(self._fault.steps) >= self._fault.number:
            raise StoreUnavailable("the store does not answer", where=self._store.location)

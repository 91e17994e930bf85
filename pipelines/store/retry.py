"""The one place that tries a store again.

In goes any store; out comes the same contract, its calls repeated while they fail transiently (errors.py). Waits grow
exponentially and are random, so that many workers do not come back at once. The contract makes repeating harmless: a
put whose answer was lost finds its own bytes and returns.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn, TypeVar

import tenacity

from pipelines.errors import StoreError
from pipelines.store.contract import Capabilities, Store
from pipelines.values import StoredObject

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

_LONGEST_WAIT_S = 30.0
_STEP_BYTES = 1 << 20


class RetryingStore:
    """A store that tries transient failures again.

    Args:
        store: The store that does the work.
        attempts: How often a call is made at most.
        total_s: No new attempt begins later than this after the first; a running one is not cut short.
        sleep: Waits that many seconds.
    """

    def __init__(
        self, store: Store, *, attempts: int = 6, total_s: float = 120.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._attempts = attempts
        self._total_s = total_s
        self._sleep = sleep

    @property
    def location(self) -> str:
        return self._store.location

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        self._persist(lambda: self._store.put_new(key, source, sha256=sha256))

    def open(self, key: str) -> IO[bytes]:
        """As in the contract; a stream that breaks off is opened again and read on from where it was."""
        return io.BufferedReader(_Resumed(self._persist, lambda: self._store.open(key)), _STEP_BYTES)

    def read(self, key: str) -> bytes:
        return self._persist(lambda: self._store.read(key))

    def read_range(self, key: str, offset: int, length: int) -> bytes:
        return self._persist(lambda: self._store.read_range(key, offset, length))

    def stat(self, key: str) -> StoredObject:
        return self._persist(lambda: self._store.stat(key))

    def list(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        listing: Iterator[StoredObject] | None = None

        def step() -> StoredObject | None:
            nonlocal listing
            if listing is None:
                listing = self._store.list(prefix, after=after)
            try:
                return next(listing, None)
            except StoreError:
                listing = None  # a generator that raised is over; the next one goes on behind the last key
                raise

        while (found := self._persist(step)) is not None:
            after = found.key
            yield found

    def sha256(self, key: str) -> str:
        return self._persist(lambda: self._store.sha256(key))

    def capabilities(self) -> Capabilities:
        return self._persist(self._store.capabilities)

    def remove(self, key: str) -> None:
        self._persist(lambda: self._store.remove(key))

    def obstacle(self, key: str) -> str | None:
        return self._persist(lambda: self._store.obstacle(key))

    def leftovers(self, before: datetime) -> Iterator[str]:
        yield from self._persist(lambda: tuple(self._store.leftovers(before)))

    def discard(self, leftover: str) -> None:
        self._persist(lambda: self._store.discard(leftover))

    def close(self) -> None:
        self._store.close()

    def _persist(self, call: Callable[[], _Answer]) -> _Answer:
        policy = tenacity.Retrying(
            sleep=self._sleep,
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self._attempts), tenacity.stop_before_delay(self._total_s)
            ),
            wait=tenacity.wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_S),
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, StoreError) and error.transient),
            before_sleep=_note,
            retry_error_callback=_give_up,
        )
        return policy(call)


class _Resumed(io.RawIOBase):
    """A stream that is opened again when it breaks off: objects never change."""

    def __init__(self, persist: Callable[[Callable[[], bytes]], bytes], reopen: Callable[[], IO[bytes]]) -> None:
        self._persist = persist
        self._reopen = reopen
        self._stream: IO[bytes] | None = None
        self._position = 0
        persist(self._begin)  # what is not there is said at once

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        part = self._persist(lambda: self._read(len(view)))
        view[: len(part)] = part
        self._position += len(part)
        return len(part)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        super().close()

    def _begin(self) -> bytes:
        self._stream = self._reopen()
        left = self._position
        while left:
            passed = len(self._stream.read(min(left, _STEP_BYTES)))
            if not passed:
                raise StoreError("the object became shorter while it was read")
            left -= passed
        return b""

    def _read(self, size: int) -> bytes:
        if self._stream is None:
            self._begin()
        assert self._stream is not None
        try:
            return self._stream.read(size)
        except StoreError:
            self._stream.close()
            self._stream = None
            raise


def _note(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("store call failed, trying again", extra={"attempt": state.attempt_number, "error": str(error)})


def _give_up(state: tenacity.RetryCallState) -> NoReturn:
    """Raise the last failure, saying how often it was tried."""
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, StoreError):
        raise TypeError("only a StoreError is tried again")
    raise type(error)(f"{error.message} (tried {state.attempt_number} times)", where=error.where) from error

"""Only what is transient is tried again, and not for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import AccessDenied, ObjectMissing, StoreError, StoreUnavailable, UploadCorrupt
from pipelines.store.local import LocalStore
from pipelines.store.retry import RetryingStore
from pipelines.values import StoredObject

DIGEST = hashlib.sha256(b"bytes").hexdigest()


class Shaky(LocalStore):
    """A folder whose first calls fail as told."""

    def __init__(self, folder: Path, failures: list[StoreError]) -> None:
        super().__init__(folder)
        self.failures = failures
        self.calls = 0
        self.cut_after: int | None = None

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        self._fail()
        super().put_new(key, source, sha256=sha256)

    def read(self, key: str) -> bytes:
        self._fail()
        return super().read(key)

    def list(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        self.calls += 1
        for count, found in enumerate(super().list(prefix, after=after)):
            if count == self.cut_after:
                raise self.failures.pop(0)
            yield found

    def _fail(self) -> None:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def waits() -> list[float]:
    return []


def shaky(folder: Path, waits: list[float], *failures: StoreError, attempts: int = 6) -> tuple[Shaky, RetryingStore]:
    store = Shaky(folder, list(failures))
    return store, RetryingStore(store, attempts=attempts, sleep=waits.append)


def test_transient_failures_are_tried_again_until_it_works(tmp_path: Path, waits: list[float]) -> None:
    inner, store = shaky(tmp_path, waits, StoreUnavailable("busy"), UploadCorrupt("flipped"), StoreUnavailable("busy"))

    store.put_new("archive.json", b"bytes", sha256=DIGEST)

    assert (inner.calls, len(waits)) == (4, 3)
    assert store.read("archive.json") == b"bytes"


@pytest.mark.parametrize("failure", [AccessDenied("no"), ObjectMissing("none"), StoreError("no")])
def test_what_is_not_transient_is_raised_at_once(tmp_path: Path, waits: list[float], failure: StoreError) -> None:
    inner, store = shaky(tmp_path, waits, failure)

    with pytest.raises(type(failure)) as caught:
        store.read("archive.json")

    assert caught.value is failure
    assert (inner.calls, waits) == (1, [])


def test_attempts_are_bounded_and_the_last_failure_says_how_many_there_were(tmp_path: Path, waits: list[float]) -> None:
    inner, store = shaky(tmp_path, waits, *[StoreUnavailable("busy", where="s3://b/k")] * 9, attempts=4)

    with pytest.raises(StoreUnavailable, match=r"s3://b/k: busy \(tried 4 times\)"):
        store.read("archive.json")

    assert (inner.calls, len(waits)) == (4, 3)


def test_no_attempt_begins_after_the_total_time(tmp_path: Path, waits: list[float]) -> None:
    inner = Shaky(tmp_path, [StoreUnavailable("busy")] * 9)

    with pytest.raises(StoreUnavailable, match="tried 1 times"):
        RetryingStore(inner, attempts=9, total_s=0, sleep=waits.append).read("archive.json")

    assert (inner.calls, waits) == (1, [])


def test_waits_are_random_and_within_a_growing_bound(tmp_path: Path) -> None:
    seen: set[float] = set()
    for _ in range(5):
        waits: list[float] = []
        _, store = shaky(tmp_path, waits, *[StoreUnavailable("busy")] * 9)
        with pytest.raises(StoreUnavailable):
            store.read("archive.json")
        assert all(0 <= wait <= 0.5 * 2**number for number, wait in enumerate(waits))
        seen.update(waits)

    assert len(seen) > 10


def test_a_listing_that_breaks_off_goes_on_behind_the_last_key(tmp_path: Path, waits: list[float]) -> None:
    names = [f"k{number}" for number in range(10)]
    for name in names:
        LocalStore(tmp_path).put_new(name, b"bytes", sha256=DIGEST)
    inner, store = shaky(tmp_path, waits, StoreUnavailable("busy"))
    inner.cut_after = 4
    listing = store.list("")
    found = [next(listing).key for _ in range(8)]
    inner.cut_after = None

    assert found + [rest.key for rest in listing] == names
    assert (len(waits), inner.calls) == (1, 2)

"""Every promise of `pipelines/store/contract.py`, on every store."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import ObjectDiffers, ObjectMissing, StoreError
from pipelines.store.contract import Store
from pipelines.store.open import open_store
from pipelines.values import StoredObject
from tests.contract.s3_servers import BUCKET, Place, client

KEY = "warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.warc.gz"
CONTENT = bytes(range(256)) * 20


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(store: Store, key: str, content: bytes) -> None:
    store.put_new(key, content, sha256=digest(content))


def keys(store: Store, prefix: str = "", after: str = "") -> list[str]:
    return [found.key for found in store.list(prefix, after=after)]


# ---------------------------------------------------------------- put_new


def test_what_was_put_can_be_read_every_way(store: Store) -> None:
    put(store, KEY, CONTENT)

    assert store.read(KEY) == CONTENT
    assert store.read_range(KEY, 0, len(CONTENT)) == CONTENT
    assert store.stat(KEY) == StoredObject(KEY, len(CONTENT))
    assert store.sha256(KEY) == digest(CONTENT)
    with store.open(KEY) as stream:
        assert (stream.read(100), stream.read()) == (CONTENT[:100], CONTENT[100:])


def test_an_empty_object_is_an_object(store: Store) -> None:
    put(store, "archive.json", b"")

    assert store.read("archive.json") == b""
    assert list(store.list("")) == [StoredObject("archive.json", 0)]


def test_a_file_can_be_put_and_stays_where_it_is(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "sealed.warc.gz"
    source.write_bytes(CONTENT)

    store.put_new(KEY, source, sha256=digest(CONTENT))

    assert store.read(KEY) == CONTENT
    assert source.read_bytes() == CONTENT


def test_the_same_bytes_may_be_put_twice(store: Store) -> None:
    put(store, KEY, CONTENT)
    put(store, KEY, CONTENT)

    assert store.read(KEY) == CONTENT


def test_other_bytes_are_refused_and_the_first_stay(store: Store) -> None:
    put(store, KEY, CONTENT)

    with pytest.raises(ObjectDiffers) as caught:
        put(store, KEY, b"other bytes")

    assert KEY in caught.value.where
    assert store.read(KEY) == CONTENT


def test_a_source_that_is_not_what_its_digest_says_is_not_stored(store: Store) -> None:
    with pytest.raises(StoreError, match="as promised"):
        store.put_new(KEY, CONTENT, sha256=digest(b"something else"))

    assert keys(store) == []


def test_a_source_that_cannot_be_read_is_not_called_a_missing_object(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put_new(KEY, tmp_path / "nowhere", sha256=digest(b""))


# ---------------------------------------------------------------- reading


def test_a_missing_object_is_said_to_be_missing(store: Store) -> None:
    put(store, KEY, CONTENT)
    missing = "runs/site=example.org/00000001.json"

    for ask in (store.open, store.read, store.stat, store.sha256):
        with pytest.raises(ObjectMissing, match=missing):
            ask(missing)
    for length in (10, 0):
        with pytest.raises(ObjectMissing, match=missing):
            store.read_range(missing, 0, length)


def test_the_folder_of_an_object_is_no_object(store: Store) -> None:
    put(store, KEY, CONTENT)

    with pytest.raises(ObjectMissing):
        store.stat("warc/site=example.org")
    with pytest.raises(ObjectMissing):
        store.read("warc/site=example.org")


def test_a_range_is_exactly_the_bytes_asked_for(store: Store) -> None:
    put(store, KEY, CONTENT)

    for offset, length in ((0, 1), (0, 5120), (5119, 1), (17, 1000), (5, 0)):
        assert store.read_range(KEY, offset, length) == CONTENT[offset : offset + length]


def test_a_range_past_the_end_is_an_error_and_never_short(store: Store) -> None:
    put(store, KEY, CONTENT)

    for offset, length in ((0, 5121), (5119, 2), (5120, 1), (9000, 10)):
        with pytest.raises(StoreError, match="ends before") as caught:
            store.read_range(KEY, offset, length)
        assert not isinstance(caught.value, ObjectMissing)


def test_a_negative_range_is_a_mistake_of_the_caller(store: Store) -> None:
    put(store, KEY, CONTENT)

    for offset, length in ((-1, 5), (0, -1)):
        with pytest.raises(ValueError, match="negative"):
            store.read_range(KEY, offset, length)


def test_an_object_changed_behind_our_back_is_noticed(store: Store, place: Place) -> None:
    put(store, KEY, CONTENT)
    assert store.sha256(KEY) == digest(CONTENT)

    place.write(KEY, CONTENT[:-1] + b"?")

    assert store.sha256(KEY) == digest(CONTENT[:-1] + b"?")
    with pytest.raises(ObjectDiffers):
        put(store, KEY, CONTENT)


# ---------------------------------------------------------------- list

LISTED = ["a-b", "a.b", "a/b", "a/c/d", "a0", "runs/site=x-y/1.json", "runs/site=x.y/1.json", "runs/site=x/1.json"]


def test_a_listing_is_sorted_by_key_with_sizes(store: Store) -> None:
    for size, key in enumerate(reversed(LISTED)):
        put(store, key, b"x" * size)

    listing = list(store.list(""))

    assert [found.key for found in listing] == LISTED == sorted(LISTED)
    assert [found.size_bytes for found in listing] == list(reversed(range(len(LISTED))))


def test_a_prefix_is_the_beginning_of_keys_and_may_end_anywhere(store: Store) -> None:
    for key in LISTED:
        put(store, key, b"")

    for prefix in ("a", "a/", "a/c", "runs/site=x", "runs/site=x/", "runs/", "nowhere/", "b"):
        assert keys(store, prefix) == [key for key in LISTED if key.startswith(prefix)]


def test_a_listing_can_begin_behind_a_key(store: Store) -> None:
    for key in LISTED:
        put(store, key, b"")

    for after in ("a-b", "a/b", "a/bb", "runs/site=x-y/1.json", "zzz"):
        assert keys(store, "", after) == [key for key in LISTED if key > after]
        assert keys(store, "runs/", after) == [key for key in LISTED if key > after and key.startswith("runs/")]


def test_a_place_where_nothing_was_put_lists_nothing(store: Store) -> None:
    assert keys(store) == []
    assert keys(store, "runs/site=example.org/") == []


@pytest.mark.servers
def test_a_listing_of_several_pages_is_whole_and_sorted(rclone_url: str) -> None:
    numbers = [f"n/{number:05}" for number in range(1003)]
    with closing(client(rclone_url)) as s3, ThreadPoolExecutor(8) as pool:
        made = [pool.submit(s3.put_object, Bucket=BUCKET, Key=f"paged/{key}", Body=b"") for key in numbers]
        assert all(call.result() for call in made)

    with closing(open_store(f"s3://{BUCKET}/paged?endpoint={rclone_url}")) as store:
        assert keys(store, "n/") == numbers
        assert keys(store, "n/", "n/00999") == numbers[1000:]


# ---------------------------------------------------------------- remove


def test_what_is_removed_is_gone_and_may_be_put_anew(store: Store) -> None:
    put(store, KEY, CONTENT)
    assert store.obstacle(KEY) is None
    store.remove(KEY)
    store.remove(KEY)
    with pytest.raises(ObjectMissing):
        store.read(KEY)
    assert keys(store) == []
    put(store, KEY, b"other bytes")
    assert store.read(KEY) == b"other bytes"


def test_an_object_knows_when_the_store_got_it(store: Store) -> None:
    put(store, KEY, CONTENT)
    for found in (store.stat(KEY), *store.list("")):
        assert found.modified_at is not None
        assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=2)


# ---------------------------------------------------------------- keys, location, capabilities


def test_a_key_that_could_escape_or_hide_is_refused_everywhere(store: Store) -> None:
    for key in ("", "/etc/passwd", "../x", "a/../../x", "a/", "a\\b", ".hidden", "a/.partial"):
        with pytest.raises(StoreError, match="no key"):
            put(store, key, CONTENT)
        for ask in (store.open, store.read, store.stat, store.sha256):
            with pytest.raises(StoreError, match="no key"):
                ask(key)


def test_a_prefix_that_could_escape_is_refused(store: Store) -> None:
    for prefix in ("/", "../", "a/../"):
        with pytest.raises(StoreError, match="no key"):
            list(store.list(prefix))


def test_the_location_opens_the_same_archive_again(store: Store) -> None:
    put(store, KEY, CONTENT)

    with closing(open_store(store.location)) as again:
        assert again.read(KEY) == CONTENT
        assert again.location == store.location


def test_a_store_that_cannot_refuse_a_second_writer_says_so_in_words(
    store: Store, request: pytest.FixtureRequest
) -> None:
    found = store.capabilities()

    assert found.create_only == ("rclone" not in request.node.name)
    assert found.create_only == (found.missing == ())
    assert all("second" in sentence for sentence in found.missing)
    assert keys(store) == []


def test_whoever_keeps_an_archive_is_told_what_its_store_can_do(place: Place) -> None:
    told = CliRunner().invoke(app, ["status", "--store", "--json", "--archive", place.location])
    said = CliRunner().invoke(app, ["status", "--store", "--archive", place.location]).stdout

    with closing(open_store(place.location)) as store:
        found = store.capabilities()
        assert json.loads(told.stdout) == {
            "archive": store.location,
            "store": {**asdict(found), "missing": [*found.missing]},
        }
    assert ("single_writer" in said) == (not found.create_only)
    assert ("versioning: yes" in said) == bool(found.versioning)
    assert len(said.splitlines()) == 4

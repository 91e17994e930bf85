"""How objects are kept (locks, tags, encryption, classes, checksums), and what many writers and full buckets do."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.errors import AccessDenied, ConfigError, ObjectDiffers, StoreError, StoreUnavailable
from pipelines.options import StoreOptions
from pipelines.publish.capable import check_capabilities
from pipelines.store.policy import WritePolicy
from pipelines.store.retry import RetryingStore
from pipelines.store.s3 import S3Store
from tests.contract.faulty_proxy import running_proxy
from tests.contract.s3_servers import BUCKET, Ceph, client

pytestmark = pytest.mark.servers

KEY = "warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.warc.gz"
MANIFEST = "runs/site=example.org/00000001.json"
LOCKED = "locked"
PART_BYTES = 5 << 20
LARGE = b"0123456789abcdef" * (11 << 16)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def opened(url: str, prefix: str, bucket: str = BUCKET, **options: Any) -> S3Store:
    policy = WritePolicy.of(StoreOptions(**options))
    return S3Store(bucket, prefix, endpoint=url, single_put_bytes=PART_BYTES, part_bytes=PART_BYTES, policy=policy)


def head_of(url: str, key: str, bucket: str = BUCKET) -> dict[str, Any]:
    with closing(client(url)) as s3:
        return dict(s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED"))


@pytest.fixture(scope="module")
def locked(ceph: Ceph) -> str:
    """A bucket with object lock."""
    with closing(client(ceph.url)) as s3:
        s3.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    return LOCKED


# ---------------------------------------------------------------- locks


@pytest.mark.parametrize("content", [b"bytes", LARGE], ids=["single", "in_parts"])
def test_a_locked_file_cannot_be_removed_until_its_time_is_up(ceph: Ceph, locked: str, content: bytes) -> None:
    prefix = f"lock-{len(content)}"
    with closing(opened(ceph.url, prefix, locked, lock={"warc": "compliance 7d"})) as store:
        store.put_new(KEY, content, sha256=digest(content))
        store.put_new(MANIFEST, b"{}", sha256=digest(b"{}"))
    head = head_of(ceph.url, f"{prefix}/{KEY}", locked)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    left = head["ObjectLockRetainUntilDate"] - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7, minutes=1)
    assert "ObjectLockMode" not in head_of(ceph.url, f"{prefix}/{MANIFEST}", locked)
    with closing(client(ceph.url)) as s3, pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=locked, Key=f"{prefix}/{KEY}", VersionId=head["VersionId"])


def test_what_keeps_a_file_from_being_removed_is_said_and_without_it_every_version_goes(
    ceph: Ceph, locked: str
) -> None:
    with closing(opened(ceph.url, "gone", locked, lock={"warc": "governance 7d"}, legal_hold=["runs"])) as store:
        for key in (KEY, MANIFEST, "memory/x"):
            store.put_new(key, b"bytes", sha256=digest(b"bytes"))
        assert "locked (governance) until" in str(store.obstacle(KEY))
        assert store.obstacle(MANIFEST) == "it is under a legal hold"
        assert store.obstacle("memory/x") is None
        with pytest.raises(AccessDenied):
            store.remove(KEY)
        store.remove("memory/x")
        store.remove("memory/x")
    with closing(client(ceph.url)) as s3:
        page = s3.list_object_versions(Bucket=locked, Prefix="gone/")
    left = {each["Key"] for each in page["Versions"]} - {"gone/.probe-create-only"}
    assert left == {f"gone/{KEY}", f"gone/{MANIFEST}"}


def test_a_legal_hold_is_put_with_the_object(ceph: Ceph, locked: str) -> None:
    with closing(opened(ceph.url, "hold", locked, legal_hold=["warc"])) as store:
        store.put_new(KEY, b"bytes", sha256=digest(b"bytes"))
    assert head_of(ceph.url, f"hold/{KEY}", locked)["ObjectLockLegalHoldStatus"] == "ON"


def test_what_the_store_can_do_is_asked_and_what_it_cannot_is_refused_in_words(
    ceph: Ceph, locked: str, rclone_url: str
) -> None:
    with closing(opened(ceph.url, "asked", locked)) as store:
        found = store.capabilities()
        # Ceph 16 honours If-None-Match, but not in buckets that keep versions, which those with locks do.
        assert found.in_words() == "create-only put: no; versioning: yes; object lock: yes"
        check_capabilities(store, StoreOptions(lock={"warc": "governance 1d"}, single_writer=True))
    with closing(opened(ceph.url, "asked")) as store:
        assert store.capabilities().object_lock is False
        with pytest.raises(ConfigError, match="no object lock"):
            check_capabilities(store, StoreOptions(lock={"warc": "governance 1d"}))
    with closing(opened(rclone_url, "asked")) as store:
        with pytest.raises(ConfigError, match=r"store\.single_writer"):
            check_capabilities(store, StoreOptions())
        check_capabilities(store, StoreOptions(single_writer=True))


# ---------------------------------------------------------------- tags, classes, encryption, checksums


@pytest.mark.parametrize("content", [b"bytes", LARGE], ids=["single", "in_parts"])
def test_tags_class_and_encryption_are_those_of_the_kind(moto_url: str, content: bytes) -> None:
    options = {"tags": {"warc": "keep=long&of=news"}, "storage_class": {"warc": "STANDARD_IA"}, "encryption": "AES256"}
    prefix = f"kept-{len(content)}"
    with closing(opened(moto_url, prefix, **options)) as store:
        store.put_new(KEY, content, sha256=digest(content))
        store.put_new(MANIFEST, b"{}", sha256=digest(b"{}"))
    head, manifest = head_of(moto_url, f"{prefix}/{KEY}"), head_of(moto_url, f"{prefix}/{MANIFEST}")
    assert (head["StorageClass"], head["ServerSideEncryption"]) == ("STANDARD_IA", "AES256")
    assert ("StorageClass" in manifest, manifest["ServerSideEncryption"]) == (False, "AES256")
    with closing(client(moto_url)) as s3:
        tags = s3.get_object_tagging(Bucket=BUCKET, Key=f"{prefix}/{KEY}")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"keep": "long", "of": "news"}


def test_a_checksum_of_the_stores_is_trusted_where_that_is_wanted_and_it_names_one(
    moto_url: str, rclone_url: str, ceph: Ceph
) -> None:
    # A store without create-only put is looked at before; Ceph names no checksum, and is read back.
    for url, looked in ((moto_url, 0), (rclone_url, 1), (ceph.url, 1)):
        with running_proxy(url) as proxy, closing(opened(proxy.url, "trusted", comparison="checksum")) as store:
            store.capabilities()
            proxy.requests.clear()
            store.put_new(MANIFEST, b"{}", sha256=digest(b"{}"))
            assert store.sha256(MANIFEST) == digest(b"{}")
            gets = [request for request in proxy.requests if request.startswith("GET") and "runs" in request]
        assert len(gets) == 1 + looked  # the one is the question above


# ---------------------------------------------------------------- many writers, full buckets, wrong clocks


@pytest.mark.parametrize("which", ["ceph", "moto"])
def test_of_eight_writers_that_race_for_one_manifest_one_wins_and_all_hear_of_it(
    request: pytest.FixtureRequest, which: str
) -> None:
    url = request.getfixturevalue("ceph").url if which == "ceph" else request.getfixturevalue("moto_url")
    stores = [RetryingStore(opened(url, "race")) for _ in range(8)]
    contents = [f'{{"run": {number}}}'.encode() for number in range(8)]

    def put(number: int, key: str) -> bool:
        try:
            stores[number].put_new(key, contents[number], sha256=digest(contents[number]))
        except ObjectDiffers:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for key in [f"runs/site=race/{number:08}.json" for number in range(1, 6)]:
            won = list(pool.map(put, range(8), [key] * 8))
            assert sum(won) == 1
            assert stores[0].read(key) == contents[won.index(True)]
    for store in stores:
        store.close()


def test_a_bucket_that_is_full_is_said_to_be(ceph: Ceph) -> None:
    full = "full"
    with closing(client(ceph.url)) as s3:
        s3.create_bucket(Bucket=full)
    ceph.admin("quota", "set", "--quota-scope=bucket", "--bucket", full, "--max-size", "10K")
    ceph.admin("quota", "enable", "--quota-scope=bucket", "--bucket", full)
    with closing(opened(ceph.url, "x", full)) as store:

        def fill() -> None:
            for number in range(50):
                store.put_new(f"warc/{number}", b"x" * 4096, sha256=digest(b"x" * 4096))

        with pytest.raises(StoreError, match="full") as caught:
            fill()
        assert not isinstance(caught.value, StoreUnavailable)


def test_a_clock_that_is_wrong_is_said_to_be(ceph: Ceph, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore import auth

    real, late = auth.get_current_datetime, timedelta(hours=2)
    monkeypatch.setattr(auth, "get_current_datetime", lambda *given, **named: real(*given, **named) - late)
    with closing(opened(ceph.url, "skewed")) as store, pytest.raises(AccessDenied, match="clock"):
        store.read(KEY)


def test_an_upload_in_parts_goes_on_after_the_server_was_killed_and_started_again(ceph: Ceph) -> None:
    with running_proxy(ceph.url) as proxy, closing(opened(proxy.url, "killed")) as store:
        store.capabilities()

        def kill() -> None:
            ceph.kill_gateway()

        proxy.after_put = kill  # the first part has arrived
        try:
            with pytest.raises(StoreUnavailable):
                store.put_new(KEY, LARGE, sha256=digest(LARGE))
        finally:
            ceph.start_gateway()
        proxy.requests.clear()
        RetryingStore(store).put_new(KEY, LARGE, sha256=digest(LARGE))
        assert store.sha256(KEY) == digest(LARGE)
        assert [request for request in proxy.requests if "partNumber=1&" in request] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lock": {"warcs": "governance 1d"}}, "no kind of file"),
        ({"legal_hold": ["everything"]}, "no kind of file"),
        ({"lock": {"warc": "forever"}}, "governance 365d"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        WritePolicy.of(StoreOptions(**options))
    assert caught.value.where.startswith("store.")

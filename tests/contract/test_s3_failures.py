"""What an S3 store does when the network, the server or the credentials fail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from pipelines.errors import AccessDenied, ObjectDiffers, ObjectMissing, StoreError, StoreUnavailable, UploadCorrupt
from pipelines.store.contract import Store
from pipelines.store.retry import RetryingStore
from pipelines.store.s3 import S3Store
from tests.contract.faulty_proxy import FaultyProxy, running_proxy
from tests.contract.s3_servers import BUCKET, Place, client, running_rclone
from tests.ports import free_port

pytestmark = pytest.mark.servers

KEY = "runs/site=example.org/00000001.json"
CONTENT = b'{"run": "20261122T030000Z-1a2b3c"}\n' * 30
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["rclone_url", "moto_url"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    return hashlib.sha256(str(tmp_path).encode()).hexdigest()[:16]


@pytest.fixture
def proxy(url: str) -> Iterator[FaultyProxy]:
    with running_proxy(url) as running:
        yield running


@pytest.fixture
def store(proxy: FaultyProxy, prefix: str) -> Iterator[Store]:
    """Through the proxy, and without retries."""
    with closing(S3Store(BUCKET, prefix, endpoint=proxy.url)) as opened:
        yield opened


@pytest.fixture
def patient(store: Store) -> Store:
    """Through the proxy, trying again at once."""
    return RetryingStore(store, sleep=lambda _: None)


def calls(store: Store) -> tuple[Callable[[], object], ...]:
    """One call of each kind, not yet made."""
    return (
        lambda: store.put_new(KEY, CONTENT, sha256=DIGEST),
        lambda: store.open(KEY),
        lambda: store.read(KEY),
        lambda: store.read_range(KEY, 0, 5),
        lambda: store.stat(KEY),
        lambda: tuple(store.list("")),
        lambda: store.sha256(KEY),
        store.capabilities,
    )


# ---------------------------------------------------------------- who and where


@pytest.mark.parametrize(("name", "secret"), [("test", "wrong"), ("nobody", "testtest")])
def test_wrong_credentials_are_denied_in_words(
    rclone_url: str, monkeypatch: pytest.MonkeyPatch, name: str, secret: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", name)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    with closing(S3Store(BUCKET, "news", endpoint=rclone_url)) as store:
        for call in calls(store):
            with pytest.raises(AccessDenied, match="credentials"):
                call()


def test_missing_credentials_are_denied_with_how_to_give_them(rclone_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with closing(S3Store(BUCKET, "news", endpoint=rclone_url)) as store:
        for call in calls(store):
            with pytest.raises(AccessDenied, match="AWS_ACCESS_KEY_ID"):
                call()


def test_a_profile_that_is_not_there_is_denied_at_opening(rclone_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(AccessDenied, match="nobody"):
        S3Store(BUCKET, "news", endpoint=rclone_url)


def test_a_missing_bucket_is_not_called_a_missing_object(url: str) -> None:
    with closing(S3Store("no-such-bucket", "news", endpoint=url)) as store:
        for call in calls(store):
            with pytest.raises(StoreError, match="the bucket does not exist") as caught:
                call()
            assert not isinstance(caught.value, ObjectMissing)


def test_a_server_that_is_gone_is_unavailable_after_a_bounded_number_of_attempts(tmp_path: Path) -> None:
    waits: list[float] = []
    with ExitStack() as stack:
        server_url, process = stack.enter_context(running_rclone(tmp_path))
        store = stack.enter_context(closing(S3Store(BUCKET, endpoint=server_url)))
        store.put_new(KEY, CONTENT, sha256=DIGEST)
        process.kill()
        process.wait(10)

        with pytest.raises(StoreUnavailable, match="tried 4 times"):
            RetryingStore(store, attempts=4, sleep=waits.append).read(KEY)

    assert len(waits) == 3


def test_an_endpoint_where_nothing_listens_is_unavailable_whatever_is_asked() -> None:
    with closing(S3Store(BUCKET, endpoint=f"http://127.0.0.1:{free_port()}")) as store:
        for call in calls(store):
            with pytest.raises(StoreUnavailable, match="endpoint"):
                call()


# ---------------------------------------------------------------- on the way


def test_a_put_whose_answer_was_lost_finds_its_own_bytes_and_is_done(proxy: FaultyProxy, patient: Store) -> None:
    proxy.faults.append(("PUT", "lose_answer"))

    patient.put_new(KEY, CONTENT, sha256=DIGEST)

    assert proxy.faults == []
    assert patient.read(KEY) == CONTENT


def test_without_retries_a_lost_answer_is_unavailable(proxy: FaultyProxy, store: Store) -> None:
    proxy.faults.append(("PUT", "lose_answer"))

    with pytest.raises(StoreUnavailable):
        store.put_new(KEY, CONTENT, sha256=DIGEST)


def test_a_byte_flipped_on_the_way_up_never_stays_unnoticed(proxy: FaultyProxy, store: Store) -> None:
    proxy.faults.append(("PUT", "flip_byte"))

    with pytest.raises(UploadCorrupt):
        store.put_new(KEY, CONTENT, sha256=DIGEST)


def test_a_byte_flipped_on_the_way_up_is_healed_by_the_next_attempt(proxy: FaultyProxy, patient: Store) -> None:
    proxy.faults.append(("PUT", "flip_byte"))

    patient.put_new(KEY, CONTENT, sha256=DIGEST)

    assert patient.sha256(KEY) == DIGEST


def test_a_byte_flipped_where_only_reading_back_can_see_it_is_healed_too(moto_url: str, prefix: str) -> None:
    with running_proxy(moto_url) as proxy, closing(S3Store(BUCKET, prefix, endpoint=proxy.url)) as store:
        proxy.faults.extend([("PUT", "flip_unseen")] * 2)

        with pytest.raises(UploadCorrupt, match="as sent"):
            store.put_new(KEY, CONTENT, sha256=DIGEST)
        RetryingStore(store, sleep=lambda _: None).put_new(KEY, CONTENT, sha256=DIGEST)

        assert proxy.faults == []
        assert store.sha256(KEY) == DIGEST
        assert proxy.requests.count(f"DELETE /{BUCKET}/{prefix}/{quote(KEY)}") == 2


def test_a_byte_flipped_on_the_way_back_does_not_condemn_the_object(moto_url: str, prefix: str) -> None:
    with running_proxy(moto_url) as proxy, closing(S3Store(BUCKET, prefix, endpoint=proxy.url)) as store:
        proxy.faults.append(("GET", "flip_answer"))

        store.put_new(KEY, CONTENT, sha256=DIGEST)

    assert proxy.faults == []
    assert [request.partition(" ")[0] for request in proxy.requests if ".probe" not in request] == ["PUT", "GET", "GET"]


def test_an_object_that_another_wrote_is_never_removed(moto_url: str, prefix: str) -> None:
    with running_proxy(moto_url) as proxy, closing(S3Store(BUCKET, prefix, endpoint=proxy.url)) as store:
        store.put_new(KEY, b"another's", sha256=hashlib.sha256(b"another's").hexdigest())

        with pytest.raises(ObjectDiffers):
            RetryingStore(store, sleep=lambda _: None).put_new(KEY, CONTENT, sha256=DIGEST)

        assert store.read(KEY) == b"another's"
    assert not any(request.startswith("DELETE") for request in proxy.requests)


def test_a_body_that_breaks_off_is_an_error_and_never_just_ends(proxy: FaultyProxy, store: Store) -> None:
    store.put_new(KEY, CONTENT, sha256=DIGEST)
    proxy.faults.extend([("GET", "cut_body")] * 4)

    with store.open(KEY) as stream, pytest.raises(StoreUnavailable):
        stream.read()
    for call in (lambda: store.read(KEY), lambda: store.sha256(KEY), lambda: store.read_range(KEY, 0, 500)):
        with pytest.raises(StoreUnavailable):
            call()


def test_a_store_that_asks_to_slow_down_is_asked_again(proxy: FaultyProxy, patient: Store) -> None:
    proxy.faults.extend([("PUT", "slow_down")] * 2 + [("GET", "slow_down"), ("HEAD", "slow_down"), ("GET", "cut_body")])

    patient.put_new(KEY, CONTENT, sha256=DIGEST)

    assert patient.stat(KEY).size_bytes == len(CONTENT)
    assert [found.key for found in patient.list("runs/")] == [KEY]
    assert proxy.faults == []


def test_nobody_but_the_retrying_store_tries_again(proxy: FaultyProxy, store: Store) -> None:
    proxy.faults.append(("HEAD", "slow_down"))

    with pytest.raises(StoreUnavailable):
        store.stat(KEY)

    assert len(proxy.requests) == 1


# ---------------------------------------------------------------- create-only


def test_where_the_store_refuses_a_second_writer_one_request_is_enough(moto: Place) -> None:
    bucket_url = moto.location.partition("?endpoint=")[2]
    with running_proxy(bucket_url) as proxy, closing(S3Store(BUCKET, "single", endpoint=proxy.url)) as store:
        assert store.capabilities().create_only
        proxy.requests.clear()

        store.put_new(KEY, CONTENT, sha256=DIGEST)

    assert [request.partition(" ")[0] for request in proxy.requests] == ["PUT", "GET"]


def test_a_second_opening_asks_the_probe_once_and_removes_nothing(moto_url: str, prefix: str) -> None:
    with closing(S3Store(BUCKET, prefix, endpoint=moto_url)) as first:
        first.capabilities()
    with running_proxy(moto_url) as proxy, closing(S3Store(BUCKET, prefix, endpoint=proxy.url)) as second:
        assert second.capabilities().create_only
        assert second.capabilities().create_only

    put, *questions = proxy.requests
    assert put == f"PUT /{BUCKET}/{prefix}/.probe-create-only"
    assert questions == [f"GET /{BUCKET}?versioning", f"GET /{BUCKET}?object-lock"]


def test_a_write_between_looking_and_putting_is_noticed_where_it_cannot_be_refused(
    rclone_url: str, prefix: str
) -> None:
    with running_proxy(rclone_url) as proxy, closing(S3Store(BUCKET, prefix, endpoint=proxy.url)) as store:
        with closing(client(rclone_url)) as other:
            proxy.after_put = lambda: other.put_object(Bucket=BUCKET, Key=f"{prefix}/{KEY}", Body=b"another's")

            with pytest.raises(ObjectDiffers):
                RetryingStore(store, sleep=lambda _: None).put_new(KEY, CONTENT, sha256=DIGEST)

        assert store.read(KEY) == b"another's"


# ---------------------------------------------------------------- parts

PART_BYTES = 5 << 20
LARGE = b"0123456789abcdef" * (11 << 16)
LARGE_DIGEST = hashlib.sha256(LARGE).hexdigest()


@pytest.fixture
def in_parts(proxy: FaultyProxy, prefix: str) -> Iterator[Store]:
    made = S3Store(BUCKET, prefix, endpoint=proxy.url, single_put_bytes=PART_BYTES, part_bytes=PART_BYTES)
    with closing(made) as opened:
        yield opened


def test_a_large_file_goes_up_in_parts_and_is_whole(in_parts: Store, proxy: FaultyProxy, tmp_path: Path) -> None:
    source = tmp_path / "large.warc.gz"
    source.write_bytes(LARGE)

    in_parts.put_new(KEY, source, sha256=LARGE_DIGEST)
    in_parts.put_new(KEY, source, sha256=LARGE_DIGEST)

    assert in_parts.sha256(KEY) == LARGE_DIGEST
    assert sum("partNumber=" in request for request in proxy.requests) == 3


def test_other_bytes_in_parts_are_refused(in_parts: Store) -> None:
    in_parts.put_new(KEY, CONTENT, sha256=DIGEST)

    with pytest.raises(ObjectDiffers):
        in_parts.put_new(KEY, LARGE, sha256=LARGE_DIGEST)
    assert in_parts.read(KEY) == CONTENT


def test_an_upload_in_parts_that_broke_off_goes_on_where_it_was(in_parts: Store, proxy: FaultyProxy) -> None:
    in_parts.capabilities()
    proxy.requests.clear()
    proxy.faults += [("PUT", "pass"), ("PUT", "slow_down")]

    with pytest.raises(StoreUnavailable):
        in_parts.put_new(KEY, LARGE, sha256=LARGE_DIGEST)

    assert tuple(in_parts.list("")) == ()
    proxy.requests.clear()
    in_parts.put_new(KEY, LARGE, sha256=LARGE_DIGEST)
    assert in_parts.sha256(KEY) == LARGE_DIGEST
    sent = [request for request in proxy.requests if "partNumber=" in request]
    assert [request.partition("partNumber=")[2][0] for request in sent] == ["2", "3"]


def test_parts_of_other_bytes_are_not_taken_over(in_parts: Store, proxy: FaultyProxy) -> None:
    proxy.faults += [("PUT", "pass"), ("PUT", "slow_down")]
    with pytest.raises(StoreUnavailable):
        in_parts.put_new(KEY, LARGE[::-1], sha256=hashlib.sha256(LARGE[::-1]).hexdigest())
    RetryingStore(in_parts, sleep=lambda _: None).put_new(KEY, LARGE, sha256=LARGE_DIGEST)
    assert in_parts.sha256(KEY) == LARGE_DIGEST


def test_an_upload_that_nobody_took_up_again_is_a_leftover_and_can_be_discarded(
    in_parts: Store, proxy: FaultyProxy
) -> None:
    proxy.faults += [("PUT", "pass"), ("PUT", "slow_down")]
    with pytest.raises(StoreUnavailable):
        in_parts.put_new(KEY, LARGE, sha256=LARGE_DIGEST)
    now = datetime.now(UTC)
    assert list(in_parts.leftovers(datetime(2000, 1, 1, tzinfo=UTC))) == []
    (leftover,) = in_parts.leftovers(now + timedelta(days=1))
    assert leftover.startswith(f"{KEY}?uploadId=")
    in_parts.discard(leftover)
    assert list(in_parts.leftovers(now + timedelta(days=1))) == []

"""The stores that the contract is tested on: a folder, and two S3 servers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.store.contract import Store
from pipelines.store.open import open_store
from tests.contract.s3_servers import (
    BUCKET,
    SCRIPTS,
    Ceph,
    Place,
    client,
    running,
    running_ceph,
    running_rclone,
    s3_place,
)
from tests.ports import free_port


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the test servers' credentials are to be found, whatever this machine has."""
    for name in tuple(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testtest")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    root = tmp_path / "archive"
    return Place(str(root), lambda key, content: (root / key).write_bytes(content))


@pytest.fixture
def rclone(rclone_url: str) -> Place:
    return s3_place(rclone_url)


@pytest.fixture
def moto(moto_url: str) -> Place:
    return s3_place(moto_url)


@pytest.fixture
def ceph_place(ceph: Ceph) -> Place:
    return s3_place(ceph.url)


@pytest.fixture(
    params=[
        "folder",
        pytest.param("rclone", marks=pytest.mark.servers),
        pytest.param("moto", marks=pytest.mark.servers),
        pytest.param("ceph_place", marks=pytest.mark.servers),
    ]
)
def place(request: pytest.FixtureRequest) -> Place:
    """Each store in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    return found


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with closing(open_store(place.location)) as opened:
        yield opened


@pytest.fixture(scope="session")
def rclone_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_rclone(tmp_path_factory.mktemp("rclone")) as (url, _):
        yield url


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    with running_ceph(tmp_path_factory.mktemp("ceph")) as found:
        yield found


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running((str(SCRIPTS / "moto_server"), "-H", "127.0.0.1", "-p", str(port)), port):
        with closing(client(url)) as s3:
            s3.create_bucket(Bucket=BUCKET)
        yield url

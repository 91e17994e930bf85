"""From what a person writes to a store, or one clear sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.errors import ConfigError
from pipelines.store.local import LocalStore
from pipelines.store.open import open_store
from pipelines.store.retry import RetryingStore


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


def test_a_path_is_a_folder(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "archive"))

    assert isinstance(store, LocalStore)
    assert store.location == str(tmp_path / "archive")


def test_a_relative_path_keeps_its_meaning_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("archive")
    monkeypatch.chdir("/")

    assert store.location == str(tmp_path / "archive")


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert open_store("~/archive").location == str(tmp_path / "archive")


@pytest.mark.parametrize(
    "location",
    [
        "s3://press",
        "s3://press/news",
        "s3://press/news/2026?endpoint=http://127.0.0.1:9000",
        "s3://press?endpoint=https://s3.example.org&region=eu-central-1",
    ],
)
def test_an_s3_location_says_itself_again_and_is_retried(location: str) -> None:
    with closing(open_store(location, region=None)) as store:
        assert isinstance(store, RetryingStore)
        assert store.location == location


def test_endpoint_and_region_can_be_given_beside_and_the_location_wins() -> None:
    with closing(open_store("s3://press", endpoint="http://127.0.0.1:9000", region="here")) as store:
        assert store.location == "s3://press?endpoint=http://127.0.0.1:9000&region=here"
    with closing(open_store("s3://press?region=there", region="here")) as store:
        assert store.location == "s3://press?region=there"


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("", "a folder's path or s3://"),
        ("  ", "a folder's path or s3://"),
        ("gs://bucket/x", "a folder's path or s3://"),
        ("https://s3.example.org/bucket", "a folder's path or s3://"),
        ("file:///srv/archive", "a folder's path or s3://"),
        ("s3://", "cannot be a bucket"),
        ("s3:///news", "cannot be a bucket"),
        ("s3://user:secret@press/news", "cannot be a bucket"),
        ("s3://press/../other", "cannot be a prefix"),
        ("s3://press/a//b", "cannot be a prefix"),
        ("s3://press?endpont=http://127.0.0.1:9000", "nothing else"),
        ("s3://press?endpoint=127.0.0.1:9000", "is not like http://"),
        ("s3://press?endpoint=http://h/path", "is not like http://"),
    ],
)
def test_a_location_that_makes_no_sense_gets_one_sentence(location: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_store(location)

    assert sentence in caught.value.message
    assert location.strip() in caught.value.where


def test_a_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(ConfigError, match="this is a file"):
        open_store(str(tmp_path / "file"))


def test_a_local_archive_does_not_pay_for_s3(tmp_path: Path) -> None:
    script = """
import sys
from pipelines.store.open import open_store
open_store(sys.argv[1])
print("boto3" in sys.modules)
"""

    found = subprocess.run(
        (sys.executable, "-c", script, str(tmp_path)),
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert found.stdout.strip() == "False"

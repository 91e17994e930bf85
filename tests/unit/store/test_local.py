"""The archive in a folder: one winner, nothing half, and errors that say what to do."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import AccessDenied, ObjectDiffers, ObjectMissing, StoreError
from pipelines.store.local import LocalStore

KEY = "runs/site=example.org/00000001.json"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("attempt", range(5))
def test_of_eight_racing_writers_exactly_one_wins(tmp_path: Path, attempt: int) -> None:
    start = threading.Barrier(8)

    def write(number: int) -> bool:
        content = f"writer {number}".encode() * 1000
        start.wait(10)
        try:
            LocalStore(tmp_path).put_new(KEY, content, sha256=digest(content))
        except ObjectDiffers:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))

    assert sum(won) == 1
    assert (tmp_path / KEY).read_bytes() == f"writer {won.index(True)}".encode() * 1000
    assert files(tmp_path) == [KEY]


def test_eight_racing_writers_of_the_same_bytes_all_succeed(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def write(_: int) -> None:
        start.wait(10)
        LocalStore(tmp_path).put_new(KEY, b"same", sha256=digest(b"same"))

    with ThreadPoolExecutor(8) as pool:
        tuple(pool.map(write, range(8)))

    assert files(tmp_path) == [KEY]


WRITER = """
import sys
from pathlib import Path
from pipelines.store.local import LocalStore
LocalStore(Path(sys.argv[1])).put_new(sys.argv[2], Path(sys.argv[3]), sha256=sys.argv[4])
"""


def test_a_writer_killed_in_the_middle_leaves_no_visible_object(tmp_path: Path) -> None:
    content = b"x" * (3 << 20)
    root, pipe = tmp_path / "archive", tmp_path / "slow"
    os.mkfifo(pipe)
    command = (sys.executable, "-c", WRITER, str(root), KEY, str(pipe), digest(content))
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as writer, pipe.open("wb", buffering=0) as source:
        source.write(content[: 2 << 20])
        while not any(root.rglob("*.partial")):
            assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait(10)

    store = LocalStore(root)
    assert [path.name.startswith(".") for path in root.rglob("*.partial")] == [True]
    assert list(store.list("")) == []
    with pytest.raises(ObjectMissing):
        store.stat(KEY)
    store.put_new(KEY, content, sha256=digest(content))
    assert [found.key for found in store.list("")] == [KEY]


def test_a_refused_put_leaves_no_unfinished_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        LocalStore(tmp_path).put_new(KEY, b"bytes", sha256=digest(b"other"))

    assert files(tmp_path) == []


def test_the_folder_is_made_at_the_first_put_and_not_before(tmp_path: Path) -> None:
    root = tmp_path / "new" / "archive"
    store = LocalStore(root)
    assert list(store.list("")) == []
    with pytest.raises(ObjectMissing):
        store.stat("archive.json")
    assert not root.parent.exists()

    store.put_new("archive.json", b"{}", sha256=digest(b"{}"))

    assert store.read("archive.json") == b"{}"


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [
        (errno.EACCES, AccessDenied, "let this user"),
        (errno.EROFS, AccessDenied, "mount it writable"),
        (errno.ENOSPC, StoreError, "make room"),
        (errno.EDQUOT, StoreError, "make room"),
        (errno.EIO, StoreError, "Input/output error"),
    ],
)
def test_what_the_disk_refuses_is_said_with_what_to_do_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StoreError], advice: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    (tmp_path / KEY).parent.mkdir(parents=True)

    with pytest.raises(StoreError, match=advice) as caught:
        LocalStore(tmp_path).put_new(KEY, b"bytes", sha256=digest(b"bytes"))

    assert type(caught.value) is kind
    assert not caught.value.transient
    assert caught.value.where == str(tmp_path / KEY)
    assert files(tmp_path) == []


def test_a_file_system_without_hard_links_is_named_as_the_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path, __: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)

    with pytest.raises(StoreError, match="no hard links"):
        LocalStore(tmp_path).put_new(KEY, b"bytes", sha256=digest(b"bytes"))
    assert files(tmp_path) == []


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")

    with pytest.raises(StoreError, match="a file stands where the archive needs a folder"):
        LocalStore(tmp_path).put_new(KEY, b"bytes", sha256=digest(b"bytes"))


def test_a_name_no_key_could_have_is_listed_and_does_not_break_the_listing(tmp_path: Path) -> None:
    (tmp_path / "a stranger's file").write_bytes(b"123")

    assert [(found.key, found.size_bytes) for found in LocalStore(tmp_path).list("")] == [("a stranger's file", 3)]


def test_objects_are_as_readable_as_other_new_files(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    store = LocalStore(tmp_path)
    store.put_new("archive.json", b"{}", sha256=digest(b"{}"))

    assert (tmp_path / "archive.json").stat().st_mode == (tmp_path / "other").stat().st_mode

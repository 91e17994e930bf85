"""pywb as a process of ours: a folder with its settings and its index, started, waited for, and ended with us."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines import disk
from pipelines.errors import ReplayFailed

COLLECTION = "archive"
"""pywb's name for the whole, the first part of every replay's path."""

_CHILD = Path(__file__).with_name("wayback_child.py")
_START_LIMIT_S = 60.0
_END_LIMIT_S = 5.0
_POLL_S = 0.05


def write_settings(folder: Path, indexes: Sequence[Path], records_url: str) -> None:
    """Write pywb's config.yaml into *folder*, and the folder of indexes that it names.

    Args:
        folder: pywb's working folder.
        indexes: Sorted CDXJ files.
        records_url: What a file's key is put behind, to read it by ranges over HTTP.
    """
    shown = folder / "indexes"
    shutil.rmtree(shown, ignore_errors=True)
    disk.make_folder(shown)
    for path in indexes:
        # A name of its own: another replay, begun after a further night, takes the older file's away.
        disk.link(path, shown / path.name)
    collection = {"index_paths": shown.name, "archive_paths": [records_url]}
    settings = {"collections": {COLLECTION: collection}, "enable_memento": True}
    with disk.whole(folder / "config.yaml") as file:
        file.write(json.dumps(settings, indent=1).encode())  # JSON is YAML


@contextmanager
def running(python: Path, folder: Path, *, bind: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run pywb with the block, on *bind*:*port*; it ends with the block, and with this process however that ends.

    Raises:
        ReplayFailed: The port is taken, or it does not come up; the end of its log is in the sentence.
    """
    _check_free(bind, port)
    log = folder / "pywb.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            [str(python), str(_CHILD), str(port), bind],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C is for us, and we end it
        )
    try:
        _wait(process, bind, port, log)
        yield process
    finally:
        _end(process)


def _check_free(bind: str, port: int) -> None:
    """See that nobody listens there, whom we would take for pywb."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((bind, port))
    except OSError as error:
        raise ReplayFailed(
            f"pages cannot be shown there ({error.strerror}); choose another with --port", where=f"{bind}:{port}"
        ) from error


def _wait(process: subprocess.Popen[bytes], bind: str, port: int, log: Path) -> None:
    host = "127.0.0.1" if bind == "0.0.0.0" else bind  # noqa: S104 (asked for, or not)
    for _ in range(int(_START_LIMIT_S / _POLL_S)):
        if process.poll() is not None:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it did not say why"]
            raise ReplayFailed(f"pywb ended at once: {lines[-1]}", where=str(log))
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(_POLL_S)
    raise ReplayFailed(f"pywb did not come up within {_START_LIMIT_S:.0f} seconds", where=str(log))


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
    try:
        process.wait(_END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

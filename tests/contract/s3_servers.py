"""S3 servers as processes of their own on loopback, and fresh places for archives on them.

rclone is a real S3 server in front of a folder; it does not honour `If-None-Match`. moto is an imitation in memory that
does.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3.session
from botocore import exceptions as boto
from botocore.config import Config

from tests.ports import free_port

BUCKET = "press"
SCRIPTS = Path(sys.executable).parent
_START_LIMIT_S = 60


@dataclass(frozen=True)
class Place:
    """A fresh, empty place for an archive, and a way to reach behind its back."""

    location: str
    write: Callable[[str, bytes], object]


@contextmanager
def running_rclone(root: Path, port: int | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    (root / BUCKET).mkdir()
    port = port or free_port()
    command = (
        *(str(SCRIPTS / "rclone"), "serve", "s3", "--config", os.devnull, "--addr", f"127.0.0.1:{port}"),
        *("--auth-key", "test,testtest", "--force-path-style=true", "--vfs-cache-mode", "off", str(root)),
    )
    with running(command, port) as process:
        yield f"http://127.0.0.1:{port}", process


@dataclass(frozen=True)
class Ceph:
    """Ceph's S3 server, whose user is test with the secret testtest."""

    folder: Path
    url: str

    def admin(self, *arguments: str) -> None:
        """Run radosgw-admin."""
        command = ("radosgw-admin", "-c", str(self.folder / "ceph.conf"), *arguments)
        subprocess.run(command, check=True, capture_output=True, timeout=90)

    def kill_gateway(self) -> None:
        """End the gateway as a power cut would; what it has stored stays."""
        pid = int((self.folder / "run/client.rgw.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        _until(lambda: not Path(f"/proc/{pid}").exists() or _is_zombie(pid))

    def start_gateway(self) -> None:
        """Start it again."""
        command = ("radosgw", "-c", str(self.folder / "ceph.conf"), "-n", "client.rgw")
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        _until(lambda: _answers(self.url))


@contextmanager
def running_ceph(folder: Path) -> Iterator[Ceph]:
    """A cluster of one node in memory; it takes a quarter of a minute to start."""
    port, folder = _start_ceph(folder)
    try:
        ceph = Ceph(folder, f"http://127.0.0.1:{port}")
        _until(lambda: _answers(ceph.url))
        with closing(client(ceph.url)) as s3:
            s3.create_bucket(Bucket=BUCKET)
        yield ceph
    finally:
        _stop_ceph(folder)


def _start_ceph(folder: Path) -> tuple[int, Path]:
    """Its port and folder; ports that were free may be taken by the time its daemons want them: then others."""
    script = Path(__file__).with_name("start_ceph.sh")
    said = b""
    for attempt in range(3):
        port, place = free_port(in_a_row=2), folder / str(attempt)
        command = ("bash", str(script), str(place), str(port))
        started = subprocess.run(command, capture_output=True, timeout=240, check=False)
        if not started.returncode:
            return port, place
        said = started.stderr
        _stop_ceph(place)
    raise RuntimeError(f"Ceph did not start (is it installed? tests/contract/install.sh): {said!r}")


def _stop_ceph(folder: Path) -> None:
    for path in (folder / "run").glob("*.pid"):
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(path.read_text()), signal.SIGKILL)


def _is_zombie(pid: int) -> bool:
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def _answers(url: str) -> bool:
    try:
        with closing(client(url)) as s3:
            s3.list_buckets()
    except (boto.ClientError, boto.BotoCoreError):
        return False
    return True


def _until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not is_true():
        if time.monotonic() > deadline:
            raise RuntimeError("what was waited for does not come")
        time.sleep(0.1)


@contextmanager
def running(command: tuple[str, ...], port: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not answer")


def client(url: str) -> Any:
    """A plain client of a test server, which knows nothing of the archive's rules."""
    return boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="testtest").client(
        "s3", endpoint_url=url, region_name="us-east-1", config=Config(s3={"addressing_style": "path"})
    )


def s3_place(url: str) -> Place:
    prefix = f"news-{uuid.uuid4().hex[:12]}"

    def write(key: str, content: bytes) -> None:
        with closing(client(url)) as s3:
            s3.put_object(Bucket=BUCKET, Key=f"{prefix}/{key}", Body=content)

    return Place(f"s3://{BUCKET}/{prefix}?endpoint={url}", write)

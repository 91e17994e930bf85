"""S3 servers as processes of their own on loopback, and fresh places for archives on them.

rclone is a real S3 server in front of a folder; it does not honour `If-None-Match`. moto is an imitation in memory that
does.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3.session
from botocore.config import Config

BUCKET = "press"
SCRIPTS = Path(sys.executable).parent
_START_LIMIT_S = 30


@dataclass(frozen=True)
class Place:
    """A fresh, empty place for an archive, and a way to reach behind its back."""

    location: str
    write: Callable[[str, bytes], object]


@contextmanager
def running_rclone(root: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    (root / BUCKET).mkdir()
    port = free_port()
    command = (
        *(str(SCRIPTS / "rclone"), "serve", "s3", "--config", os.devnull, "--addr", f"127.0.0.1:{port}"),
        *("--auth-key", "test,testtest", "--force-path-style=true", "--vfs-cache-mode", "off", str(root)),
    )
    with running(command, port) as process:
        yield f"http://127.0.0.1:{port}", process


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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

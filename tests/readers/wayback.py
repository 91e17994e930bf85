"""pywb in an environment of its own, since it pins what the project has newer."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ReplayFailed
from pipelines.replay.environment import find_python, install
from tests.contract.s3_servers import running
from tests.ports import free_port

CACHE = "PRESSARC_TEST_CACHE"
"""Environment variable: a folder in which the environment is kept from one test session to the next."""

_COLLECTION = "vices"


def installed(fallback: Path) -> Path:
    """The folder of pywb's commands; they are installed if they are not there yet."""
    home = Path(os.environ.get(CACHE) or fallback) / "pywb"
    try:
        return find_python(home).parent
    except ReplayFailed:
        return install(home).parent


@dataclass(frozen=True)
class Replayed:
    status: int
    head: bytes
    body: bytes


@dataclass(frozen=True)
class Wayback:
    """A pywb server with one collection."""

    port: int
    index: tuple[str, ...]
    """Lines of its index."""

    def replay(self, url: str, *, method: str = "GET") -> Replayed:
        """The newest capture of *url*, as it was (`id_`), read off the socket: clients mend what they do not like."""
        request = f"{method} /{_COLLECTION}/2999id_/{url} HTTP/1.0\r\nHost: 127.0.0.1:{self.port}\r\n"
        # Without this pywb undoes the content coding for the client.
        request += "Accept-Encoding: gzip, deflate, br, zstd\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return Replayed(int(head.split(b" ", 2)[1]), head, body)


@contextmanager
def wayback(commands: Path, folder: Path, warc: Path) -> Iterator[Wayback]:
    """Put *warc* into a new collection in *folder*, and serve it."""
    for arguments in (("init", _COLLECTION), ("add", _COLLECTION, str(warc))):
        subprocess.run(
            [str(commands / "wb-manager"), *arguments], cwd=folder, check=True, timeout=60, capture_output=True
        )
    index = (folder / "collections" / _COLLECTION / "indexes" / "index.cdxj").read_text().splitlines()
    port = free_port()
    serve = (str(commands / "wayback"), "-d", str(folder), "-b", "127.0.0.1", "-p", str(port))
    with running(serve, port):
        yield Wayback(port, tuple(index))

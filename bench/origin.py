"""The origin of the benchmarks, in a process of its own: `origin.py` prints its port and serves until it is ended.

/page/N    a page of about 200 KB, of which there are 200
/small/N   a page of 2 KB with a number of its own
/large/N   N bytes
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.pages import HEAD, response

_DISTINCT = 200
_STEP = bytes(range(256)) * 1024
_FILLER = b"<p>small talk of a small page</p>" * 60


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""
        self._is_writable = asyncio.Event()
        self._is_writable.set()
        self._sending: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def pause_writing(self) -> None:
        self._is_writable.clear()

    def resume_writing(self) -> None:
        self._is_writable.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            kind, number = head.split(b" ", 2)[1].decode().strip("/").partition("?")[0].split("/")
            self._answer(kind, int(number))

    def _answer(self, kind: str, number: int) -> None:
        if kind == "page":
            self._transport.write(response(number % _DISTINCT))
        elif kind == "small":
            body = b"<title>%d</title>" % number + _FILLER
            self._transport.write(HEAD % len(body) + body)
        else:
            self._sending = asyncio.ensure_future(self._send(number))

    async def _send(self, left: int) -> None:
        self._transport.write(HEAD % left)
        while left and not self._transport.is_closing():
            await self._is_writable.wait()
            self._transport.write(_STEP[:left])
            left -= min(left, len(_STEP))


async def _serve() -> None:
    for number in range(_DISTINCT):
        response(number)
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """The origin's URL, without a slash at the end, while it runs."""
    command = [sys.executable, "-m", "bench.origin"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve())

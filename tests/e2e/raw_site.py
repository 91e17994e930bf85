"""A site whose answers are written byte by byte: on loopback, plain and TLS on one port, counting what was asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping

Answer = bytes | Callable[[socket.socket], None]
"""The bytes of an answer, or what is done to the connection instead."""

_TLS_HANDSHAKE = b"\x16"


def answer(body: bytes, *fields: str, kind: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(target: str) -> bytes:
    """An answer that names another URL."""
    return answer(b"<p>Over there.</p>", f"Location: {target}", status="302 Found")


def linking(*paths: str) -> bytes:
    """A page with a link to each path."""
    return answer("".join(f'<p><a href="{path}">Some words that lead to it</a></p>' for path in paths).encode())


class RawSite:
    """The server. What it has no answer for is 404, robots.txt too.

    Args:
        pages: Path → answer.
        host: The address to listen on.
        port: The port; any that is free unless said.
        tls: Context for connections that begin with a TLS handshake.
    """

    def __init__(
        self, pages: Mapping[str, Answer], *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.asked: list[str] = []
        """The path of each request, in order."""
        self.asked_at_s: list[float] = []
        """When it was there, in seconds of the monotonic clock."""
        self.connections = 0
        self._pages = pages
        self._tls = tls
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.is_closing = threading.Event()
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop serving and wait for it."""
        self.is_closing.set()
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self.is_closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(30)
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # The client goes away when it has had enough: for some answers that is the point.
        with contextlib.suppress(OSError):
            if self._tls is not None and connection.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while path := self._next_request(connection):
                    found = self._pages.get(path, answer(b"", status="404 Not Found"))
                    if callable(found):
                        found(connection)
                        return
                    connection.sendall(found)

    def _next_request(self, connection: socket.socket) -> str | None:
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            part = connection.recv(65536)
            if not part:
                return None
            received += part
        path = received.split(b" ", 2)[1].decode()
        self.asked_at_s.append(time.monotonic())
        self.asked.append(path)
        return path


@contextlib.contextmanager
def serving(
    pages: Mapping[str, Answer], *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[RawSite]:
    """A `RawSite` while the block runs."""
    site = RawSite(pages, host=host, port=port, tls=tls)
    try:
        yield site
    finally:
        site.close()

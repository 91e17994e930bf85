"""A misbehaving HTTP origin on loopback: it sends what the table says, and logs the exact bytes of each exchange."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Self

from tests.origin.vice import End, Vice, answer

NOT_FOUND = Vice("not_found", (answer(b"", status=b"404 Not Found"),), payload=b"")
"""What there is where no vice is."""


@dataclass(repr=False)
class Logged:
    """One exchange as the server saw it."""

    path: str
    connection: int
    received: bytes
    parts: list[bytes] = field(default_factory=list)

    @property
    def sent(self) -> bytes:
        return b"".join(self.parts)


@dataclass(repr=False)
class Origin:
    """The server. A context manager; `url` is known once it is entered, `log` is complete once it is left."""

    vices: tuple[Vice, ...]
    tls: ssl.SSLContext | None = None
    log: list[Logged] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "http" if self.tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self._waiting: dict[str, list[Vice]] = {}
        for vice in self.vices:
            self._waiting.setdefault(vice.path, []).append(vice)
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for opened in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
        for thread in self._threads:
            thread.join(5)

    def logged(self, vice: Vice) -> list[Logged]:
        return [entry for entry in self.log if entry.path == vice.path]

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(20)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            self._start(self._serve, connection, len(self._connections))

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                while self._answer(connection, number):
                    pass
        except OSError:
            # The client went away: for some vices that is the point.
            return

    def _answer(self, connection: socket.socket, number: int) -> bool:
        """Serve one request; whether another may follow."""
        entry = self._read_request(connection, number)
        if entry is None:
            return False
        vice = self._next(entry.path)
        for step in vice.script:
            if isinstance(step, float):
                time.sleep(step)
            else:
                connection.sendall(step)
                entry.parts.append(step)
        if vice.end is End.CLOSE and isinstance(connection, ssl.SSLSocket):
            connection.unwrap()
        elif vice.end is End.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif vice.end is End.STALL:
            self._stopping.wait(5)
        elif vice.end is End.DROP_NEXT:
            self._read_request(connection, number)
        return vice.end is End.KEEP

    def _next(self, path: str) -> Vice:
        waiting = self._waiting.get(path, [NOT_FOUND])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def _read_request(self, connection: socket.socket, number: int) -> Logged | None:
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            part = connection.recv(65536)
            if not part:
                return None
            received += part
        entry = Logged(received.split(b" ", 2)[1].decode(), number, received)
        self.log.append(entry)
        return entry

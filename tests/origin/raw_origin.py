"""A misbehaving HTTP origin on loopback: one resource per vice, and a log of the exact bytes of each exchange.

The answers are scripts of raw bytes, pauses and endings, sent as they stand. What the client must have recorded is
written beside each script by hand, so that the tests compare bytes with bytes and nothing is parsed twice.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Self


class End(Enum):
    """What the server does when it has said everything."""

    KEEP = "wait for another request on this connection"
    CLOSE = "close it; over TLS with a closure alert"
    VANISH = "close it; over TLS without a closure alert"
    RESET = "reset it"
    STALL = "keep it open in silence until the client goes"
    DROP_NEXT = "keep it, read another request, and close without an answer"


@dataclass(frozen=True, repr=False)
class Vice:
    """One resource."""

    name: str
    script: tuple[bytes | float, ...]
    """Bytes to send, and seconds to wait between."""
    end: End = End.KEEP
    method: str = "GET"
    message: bytes = b""
    """What the response record must hold; the whole script unless said."""
    interim: bytes = b""
    excess_bytes: int = 0
    payload: bytes | None = None
    """The body without chunks; null where the message's end is never seen."""
    truncated: str | None = None
    is_prefix: bool = False
    """Whether the record may hold any beginning of `message`: the client cuts where its reads happen to end."""

    def __post_init__(self) -> None:
        if not self.message:
            object.__setattr__(self, "message", b"".join(part for part in self.script if isinstance(part, bytes)))

    @property
    def path(self) -> str:
        return f"/{self.name}"


def _ok(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    head = (b"HTTP/1.1 " + status, b"Content-Type: text/html", *lines, b"Content-Length: %d" % len(body))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


_HELLO = b"<p>Hello, archive.</p>"
_GZIPPED = gzip.compress(_HELLO * 50, mtime=0)
_LARGE = b"x" * 400_000
_EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
_CHUNKS = b'5;name=value;q="a b"\r\nHello\r\n1\r\n,\r\n0A\r\n archive!!\r\n0;last\r\nX-Sum: 17\r\nX-More: y\r\n\r\n'
_FIELD = b"X: " + b"y" * 4000 + b"\r\n"
_FRAMED = b"1;" + b"e" * 1000 + b"\r\nx\r\n"
_STATUS = b"HTTP/1.1 200 OK\r\n"
_UNTIL_CLOSE = _STATUS + b"Content-Type: text/html\r\n\r\n"

VICES = (
    Vice("plain", (_ok(_HELLO),), payload=_HELLO),
    Vice("empty", (_ok(b""),), payload=b""),
    Vice("chunked", (_CHUNKED, 0.02, _CHUNKS[:30], 0.02, _CHUNKS[30:]), payload=b"Hello, archive!!"),
    Vice("gzip", (_ok(_GZIPPED, b"Content-Encoding: gzip"),), payload=_GZIPPED),
    Vice("false_gzip", (_ok(_HELLO, b"Content-Encoding: gzip"),), payload=_HELLO),
    Vice(
        "duplicate_and_folded",
        (_ok(_HELLO, b"X-a: 1", b"x-A:2", b"SET-cookie:a=b", b"Set-Cookie: c=d", b"X-Fold: one\r\n\t two\r\n  three"),),
        payload=_HELLO,
    ),
    Vice("long_line", (_ok(_HELLO, b"X-Long: " + b"l" * 100_000),), payload=_HELLO),
    Vice("no_colon", (_ok(_HELLO, b"this is no field"),), payload=_HELLO),
    Vice("space_before_colon", (_ok(_HELLO, b"X-Space : v", b"X Y: z", b": nameless"),), payload=_HELLO),
    Vice("latin1_reason", (_ok(_HELLO, b"X-Latin: \xe9", status=b"200 D\xe9j\xe0 vu"),), payload=_HELLO),
    Vice("no_reason", (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",), payload=b"ok"),
    Vice("interim", (_EARLY, 0.02, _ok(_HELLO)), message=_ok(_HELLO), interim=_EARLY, payload=_HELLO),
    Vice(
        "interim_in_one_segment",
        (_EARLY + _ok(_HELLO),),
        message=_ok(_HELLO),
        interim=_EARLY,
        payload=_HELLO,
    ),
    Vice("no_content", (b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",), payload=b""),
    Vice("not_modified", (b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 22\r\n\r\n',), payload=b""),
    Vice("head", (b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n",), method="HEAD", payload=b""),
    Vice("redirect", (_ok(_HELLO, b"Location: /plain", status=b"302 Found"),), payload=_HELLO),
    Vice("server_error", (_ok(_HELLO, status=b"500 Oops"),), payload=_HELLO),
    Vice("no_length", (_UNTIL_CLOSE + _HELLO,), End.CLOSE, payload=_HELLO),
    Vice("bare_lf", (_ok(_HELLO).replace(b"\r\n", b"\n"),), payload=_HELLO),
    Vice("http_1_0", (b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + _HELLO,), End.CLOSE, payload=_HELLO),
    Vice("byte_by_byte", tuple(bytes([byte]) for byte in _ok(b"drip")), payload=b"drip"),
    Vice(
        "excess",
        (_ok(_HELLO) + b"HTTP/1.1 200 OK\r\nX-Smuggled: y\r\n\r\n",),
        message=_ok(_HELLO),
        excess_bytes=34,
        payload=_HELLO,
    ),
    Vice("cut_length", (_ok(_HELLO)[:-5],), End.CLOSE, truncated="disconnect"),
    Vice("cut_chunked", (_CHUNKED, _CHUNKS[:30]), End.CLOSE, truncated="disconnect"),
    Vice("cut_trailer", (_CHUNKED, _CHUNKS[:-4]), End.CLOSE, truncated="disconnect"),
    Vice("cut_head", (_ok(_HELLO)[:30],), End.CLOSE, truncated="disconnect"),
    Vice("reset", (_ok(_HELLO)[:-5], 0.1), End.RESET, truncated="disconnect"),
    Vice("reset_no_length", (_UNTIL_CLOSE + _HELLO, 0.1), End.RESET, truncated="disconnect"),
    Vice("silent", (), End.CLOSE),
    Vice("stall_before_head", (), End.STALL),
    Vice("stall_in_body", (_ok(_HELLO)[:-5],), End.STALL, truncated="time"),
    Vice("too_large_announced", (_ok(_LARGE),), End.CLOSE, truncated="length", is_prefix=True),
    Vice("too_large_streamed", (_UNTIL_CLOSE, *(_LARGE[:4000],) * 100), End.CLOSE, truncated="length", is_prefix=True),
    Vice("no_http", (b"SSH-2.0-OpenSSH_9.6\r\n",), End.CLOSE, truncated="unspecified"),
    Vice("bad_chunk", (_CHUNKED + b"xyz\r\nHello\r\n",), End.CLOSE, truncated="unspecified"),
    Vice("endless_line", (_STATUS + b"X: ", *(b"y" * 4000,) * 100), End.STALL, truncated="unspecified", is_prefix=True),
    Vice("endless_head", (_STATUS, *(_FIELD,) * 300), End.STALL, truncated="length", is_prefix=True),
    Vice("endless_chunk_extensions", (_CHUNKED, *(_FRAMED,) * 2000), End.STALL, truncated="length", is_prefix=True),
)
"""Each is fetched once, on connections that are kept and used again where the vice allows it."""

REUSED = tuple(Vice(f"reused_{n}", (_ok(b"%d" % n),), payload=b"%d" % n) for n in range(3))
"""Fetched in this order from an origin of their own: they must share one connection."""

STALE = (
    Vice("stale", (_ok(_HELLO),), End.DROP_NEXT, payload=_HELLO),
    Vice("after_stale", (_ok(_HELLO),), payload=_HELLO),
)
"""Fetched in this order from an origin of their own: the second is sent twice, since its first connection is dead."""


TLS = (
    Vice("tls_plain", (_ok(_HELLO),), payload=_HELLO),
    Vice("tls_chunked", (_CHUNKED, _CHUNKS), payload=b"Hello, archive!!"),
    Vice("tls_no_length", (_UNTIL_CLOSE + _HELLO,), End.CLOSE, payload=_HELLO),
    Vice("tls_vanished", (_UNTIL_CLOSE + _HELLO,), End.VANISH, truncated="disconnect"),
    Vice("tls_stall", (_ok(_HELLO)[:-5],), End.STALL, truncated="time"),
    Vice("tls_silent", (), End.CLOSE),
)
"""Fetched from an origin that speaks TLS."""


@dataclass(repr=False)
class Logged:
    """One exchange as the server saw it."""

    path: str
    connection: int
    received: bytes
    sent: bytes = b""


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
        self._by_path = {vice.path: vice for vice in self.vices}
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
        vice = self._by_path[entry.path]
        for step in vice.script:
            if isinstance(step, float):
                time.sleep(step)
            else:
                connection.sendall(step)
                entry.sent += step
        if vice.end is End.CLOSE and isinstance(connection, ssl.SSLSocket):
            connection.unwrap()
        elif vice.end is End.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif vice.end is End.STALL:
            self._stopping.wait(5)
        elif vice.end is End.DROP_NEXT:
            self._read_request(connection, number)
        return vice.end is End.KEEP

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

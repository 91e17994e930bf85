"""Serves the site on loopback over HTTP/1.1, each connection in a thread of its own.

In: a day, a port (0 for any free one), a size and vices. Out: a running server that knows its address and its truth,
and keeps a log of what was asked. Connections are kept alive. It listens on one loopback address only, 127.0.0.1 unless
told otherwise, and stops with its `with` block.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from crawler.demo.edition import Edition
from crawler.demo.message import message_of
from crawler.demo.nights import night
from crawler.demo.routes import Answer, Kind
from crawler.demo.truth import Events, TruthArticle, events, truth
from crawler.demo.vices.table import paper_with, site_with, vices_named
from crawler.demo.vices.vice import Ask


class Hit(NamedTuple):
    """One request as the server saw it."""

    method: str
    path: str
    """With its query, as sent."""
    at_s: float
    """Monotonic seconds, when it came."""
    status: int
    """0 where the connection was closed without an answer."""
    kind: Kind | None = None
    """Of what was asked for, whether it was sent or not changed; null for what is no request for anything."""
    retry_after_s: float | None = None
    """How long the client was asked to stay away."""


class DemoServer:
    """The running site."""

    def __init__(
        self,
        day: int,
        *,
        is_loaded: bool,
        port: int,
        size: int | None = None,
        vices: Sequence[str] = (),
        host: str = "127.0.0.1",
    ) -> None:
        self.requests: list[Hit] = []
        self._numbers = itertools.count()
        self._is_loaded, self._size = is_loaded, size
        night(day, paper_with(size, vices_named(vices)))  # what is wrong with them is said before the port is taken
        self._listener = _Listener((host, port), self)
        self.url = f"http://{host}:{self._listener.server_port}/"
        """The home page's address."""
        self._turn(day, vices)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def set_day(self, day: int) -> None:
        """Turn to another day; requests from now on see its edition.

        Raises:
            ValueError: There is no such day.
        """
        self._turn(day, self._vices)

    def set_vices(self, *names: str) -> None:
        """Turn to other vices; requests from now on meet these alone.

        Raises:
            ValueError: There is no such vice.
        """
        self._turn(self._day, names)

    def answer(self, path: str, query: str, at_s: float) -> Answer:
        """What the site says at this moment, in monotonic seconds."""
        return self._site(self.edition, Ask(path, query, next(self._numbers), at_s, datetime.now(UTC)))

    def truth(self) -> list[TruthArticle]:
        """The truth of today's articles."""
        return truth(self._day, self.url, self._size, self._vices)

    def events(self) -> Events:
        """What happened in the night before today."""
        return events(self._day, self.url, self._size, self._vices)

    def _turn(self, day: int, names: Sequence[str]) -> None:
        vices = vices_named(names)
        edition = Edition(self.url, day, self._is_loaded, paper_with(self._size, vices))
        edition.changed_at()  # a day that is not is noticed here, not by the next request
        self._day, self._vices = day, tuple(names)
        self._site = site_with(vices)
        self.edition = edition

    def close(self) -> None:
        """Stop, and end open connections."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


@contextlib.contextmanager
def serve(
    day: int = 1,
    *,
    loaded: bool | None = None,
    port: int = 0,
    size: int | None = None,
    vices: Sequence[str] = (),
    host: str = "127.0.0.1",
) -> Iterator[DemoServer]:
    """Run the site for the length of a `with` block.

    Args:
        day: Counted from 1; without a size there are two.
        loaded: Whether article pages carry eight further articles below their own; as a rule they do, unless the site
            has a size or vices.
        port: 0 for any free one.
        size: How many articles there are on day 1; null for the 120 written by hand.
        vices: Names from `vices.table.VICES`.
        host: The loopback address to listen on: 127.0.0.2 and so on are hosts of their own to a crawler.

    Raises:
        OSError: The port is taken.
        ValueError: There is no such day, size or vice.
    """
    is_loaded = loaded if loaded is not None else size is None and not vices
    server = DemoServer(day, is_loaded=is_loaded, port=port, size=size, vices=vices, host=host)
    try:
        yield server
    finally:
        server.close()


class _Listener(ThreadingHTTPServer):
    """Keeps the open connections in hand, so that closing the server ends them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], site: DemoServer) -> None:
        self.site = site
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def server_close(self) -> None:
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the client was quicker
                    connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 30
    server: _Listener
    _found: Answer | None = None
    _asked_at_s = 0.0

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        with contextlib.suppress(OSError):  # the client has left; nothing remains to be flushed
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the client has left
            super().handle()

    def do_GET(self) -> None:
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        self._answer(has_body=False)

    def version_string(self) -> str:
        return "Tideline/3.2"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: `requests` is the log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 - it hands over both
        """Remember the request, before its answer is on the wire."""
        found, self._found = self._found, None
        hit = Hit(self.command or "", getattr(self, "path", ""), time.monotonic(), _number(code))
        if found is not None:
            hit = hit._replace(at_s=self._asked_at_s, kind=found.kind, retry_after_s=found.retry_after_s)
        self.server.site.requests.append(hit)

    def _answer(self, *, has_body: bool) -> None:
        parts = urlsplit(self.path)
        self._asked_at_s = time.monotonic()
        self._found = found = self.server.site.answer(unquote(parts.path), parts.query, self._asked_at_s)
        if not found.status:
            self.log_request(0)
            self.close_connection = True
            return
        message = message_of(found, {name.lower(): value for name, value in self.headers.items()})
        self.send_response(message.status)
        for name, value in message.headers:
            self.send_header(name, value)
        self.end_headers()
        if has_body:
            self.wfile.write(message.content)


def _number(code: int | str) -> int:
    return code.value if isinstance(code, HTTPStatus) else int(code)

"""A proxy before an S3 server that does, once and on purpose, what networks do."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FaultyProxy:
    """Forwards to an S3 server; each fault happens once, in order, to the next request of its method."""

    upstream: str
    """Host and port of the server."""
    url: str = ""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of method and fault: lose_answer, flip_byte, flip_unseen (Content-MD5 is lost with it), flip_answer,
    cut_body, slow_down. Probes are left alone."""
    requests: list[str] = field(default_factory=list)
    """`METHOD path` of what came in."""
    after_put: Callable[[], object] | None = None
    """Called once, after the next put has reached the server."""

    def take(self, method: str, path: str) -> str | None:
        self.requests.append(f"{method} {path}")
        if self.faults and self.faults[0][0] == method and ".probe" not in path:
            return self.faults.pop(0)[1]
        return None

    def tell(self, method: str, path: str) -> None:
        if method == "PUT" and ".probe" not in path and self.after_put is not None:
            call, self.after_put = self.after_put, None
            call()


@contextmanager
def running_proxy(url: str) -> Iterator[FaultyProxy]:
    """A proxy before the server at *url*."""
    proxy = FaultyProxy(url.removeprefix("http://"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _handler(served: FaultyProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        proxy = served

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    proxy: FaultyProxy

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.proxy.take(self.command, self.path)
        self.close_connection = True  # so that no thread outlives its request
        if fault == "slow_down":
            self.reply(503, [], b"<Error><Code>SlowDown</Code><Message>Slow down</Message></Error>")
            return
        if fault == "flip_unseen":
            del self.headers["Content-MD5"]
        status, fields, answer = self.ask(_flipped(body) if fault in ("flip_byte", "flip_unseen") else body)
        self.proxy.tell(self.command, self.path)
        if fault == "flip_answer":
            answer = _flipped(answer)
        if fault == "cut_body":
            answer = answer[: len(answer) // 2]
        if fault != "lose_answer":
            self.reply(status, fields, answer)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = forward  # noqa: N815  the names http.server calls

    def ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        with closing(http.client.HTTPConnection(self.proxy.upstream, timeout=10)) as connection:
            fields = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            connection.request(self.command, self.path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def reply(self, status: int, fields: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in fields:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in fields):
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the requests are in `FaultyProxy.requests`."""


def _flipped(content: bytes) -> bytes:
    return bytes((content[0] ^ 1,)) + content[1:]

"""ReplayWeb.page on loopback, with one pack to show: fetched from npm when tests run, since its licence is another.

The page is two files: `ui.js`, and `sw.js`, a service worker that reads the pack by ranges and answers for the web.
"""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.readers.wayback import CACHE

REPLAYWEBPAGE = "replaywebpage@2.4.6"
_FETCH_LIMIT_S = 120
_EMBEDDED = """<!doctype html><meta charset=utf-8><body style="margin:0"><script src="/ui.js"></script>
<replay-web-page embed="default" replayBase="/replay/" source="/part.wacz" url="{url}" ts="{timestamp}"
 style="height:100vh"></replay-web-page>"""
_INNER = """<!doctype html><html><head><script src="/ui.js"></script></head>
<body><replay-app-main></replay-app-main></body></html>"""
"""What the worker answers for its own folder, for a browser that asks before the worker is at work."""
_TYPES = {".js": "application/javascript", ".wacz": "application/octet-stream", "": "text/html; charset=utf-8"}


def fetched(fallback: Path) -> Path:
    """The folder with `ui.js` and `sw.js`; they are fetched if they are not there yet."""
    home = Path(os.environ.get(CACHE) or fallback) / REPLAYWEBPAGE
    if not (home / "package/ui.js").exists():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", REPLAYWEBPAGE]
        done = subprocess.run(command, cwd=home, timeout=_FETCH_LIMIT_S, check=True, capture_output=True, text=True)
        with tarfile.open(home / done.stdout.split()[-1]) as packed:
            packed.extractall(home, filter="data")
    return home / "package"


@dataclass(frozen=True)
class Viewer:
    """The viewer with one pack in it."""

    port: int
    ranges: list[str] = field(default_factory=list)
    """What parts of the pack were asked for."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def address(self, url: str, timestamp: str) -> str:
        """Where the capture of *url* at *timestamp* is shown."""
        return f"http://{self.host}/?{timestamp}/{url}"


def _html(path: str, query: str) -> str | None:
    """What the server makes itself."""
    if path == "/replay/":
        return _INNER
    timestamp, _, url = query.partition("/")
    return _EMBEDDED.format(url=url, timestamp=timestamp) if path == "/" and url else None


@contextmanager
def viewer(scripts: Path, pack: Path) -> Iterator[Viewer]:
    """Serve the viewer and *pack* while the block runs."""
    files = {"/ui.js": scripts / "ui.js", "/replay/sw.js": scripts / "sw.js", "/part.wacz": pack}
    ranges: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            html = _html(path, query)
            if html is not None:
                self._send(html.encode(), _TYPES[""])
            elif path in files:
                content = files[path].read_bytes()
                asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
                if asked is None:
                    self._send(content, _TYPES[files[path].suffix])
                else:
                    ranges.append(asked[0])
                    self._send_part(content, asked[1], asked[2])
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        do_HEAD = do_GET  # noqa: N815 (http.server's name)

        def _send_part(self, content: bytes, first: str, last: str) -> None:
            start = int(first) if first else max(0, len(content) - int(last))
            end = min(int(last) + 1, len(content)) if first and last else len(content)
            said = (("Content-Range", f"bytes {start}-{end - 1}/{len(content)}"),)
            self._send(content[start:end], _TYPES[".wacz"], HTTPStatus.PARTIAL_CONTENT, said)

        def _send(
            self,
            content: bytes,
            content_type: str,
            status: HTTPStatus = HTTPStatus.OK,
            fields: tuple[tuple[str, str], ...] = (),
        ) -> None:
            self.send_response(status)
            length = ("Content-Length", str(len(content)))
            for name, value in (("Content-Type", content_type), ("Accept-Ranges", "bytes"), length, *fields):
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """The test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Viewer(server.server_port, ranges)
        finally:
            server.shutdown()
            thread.join()

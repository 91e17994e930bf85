"""The server that leads into the replay, and gives pywb the bytes of the archive.

    /                        the sites
    /site/<site>/            the days of a site
    /site/<site>/<day>/      the articles of a day, read from that day's parts when they are asked for
    /records/<key>           a WARC file, by ranges

*Why pywb gets its bytes from here*: the store that pressarc has opened knows how to reach the archive, with its
credentials, endpoint and retries, on a disk and on S3 alike; pywb needs to know none of it.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from pipelines.article.jsonl import read_lines, value_of_line
from pipelines.article.schema import Article
from pipelines.captures.indexes import RunIndex
from pipelines.errors import ArchiveError, ReplayFailed
from pipelines.replay.pages import ArticleEntry, DayEntry, SiteEntry, day_page, missing_page, site_page, sites_page
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key

log = logging.getLogger(__name__)

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_STEP_BYTES = 1 << 20
_SITE = re.compile(r"/site/([^/]+)/(?:(\d{4}-\d\d-\d\d)/)?")


@dataclass(frozen=True)
class Guide:
    """What the pages are made of: the archive, and the runs of the sites that are shown, oldest first."""

    store: Store
    runs: Mapping[str, Sequence[RunIndex]]

    @cached_property
    def records(self) -> Mapping[str, int]:
        """The WARC files that may be asked for, and their sizes in bytes."""
        return {file.key: file.bytes for runs in self.runs.values() for run in runs for file in run.warcs}

    def page(self, path: str, replay: str) -> str | None:
        """The page at *path*, or null where there is none.

        Args:
            path: Of the URL.
            replay: Address of the replay.

        Raises:
            ArchiveError: A part cannot be read.
        """
        if path == "/":
            return sites_page(
                self.store.location.partition("?")[0], [self._entry(site) for site in self.runs if self.runs[site]]
            )
        match = _SITE.fullmatch(path)
        if match is None or not self.runs.get(match[1]):
            return None
        site, day = match.groups()
        if day is None:
            return site_page(self._entry(site), list(self._days(site)), replay)
        try:
            on = date.fromisoformat(day)
        except ValueError:
            return None
        return day_page(site, on, list(self._articles(site, on)), replay)

    def _entry(self, site: str) -> SiteEntry:
        last = self.runs[site][-1].manifest
        home = last.config.get("site", {}).get("url") or None
        return SiteEntry(site, home, len(self.runs[site]), last.ended_at)

    def _days(self, site: str) -> Iterator[DayEntry]:
        keyed = [parse_key(file.key) for run in self.runs[site] for file in run.manifest.files]
        dated = {(each.date, each.kind) for each in keyed if each is not None and each.date is not None}
        for on in sorted({on for on, kind in dated if kind is Kind.WARC and on is not None}):
            yield DayEntry(on, (on, Kind.ARTICLES) in dated)

    def _articles(self, site: str, on: date) -> Iterator[ArticleEntry]:
        for run in self.runs[site]:
            for file in run.manifest.files:
                parts = parse_key(file.key)
                if parts is None or (parts.kind, parts.date) != (Kind.ARTICLES, on):
                    continue
                with self.store.open(file.key) as stream:
                    for line in read_lines(stream, where=file.key):
                        each = value_of_line(Article, line, where=file.key)
                        yield ArticleEntry(
                            each.headline,
                            each.url_captured,
                            each.captured_at,
                            "taken out of the archive" if each.is_taken_down else each.event.value,
                            each.revision,
                            each.language,
                        )


@contextmanager
def serving(guide: Guide, *, bind: str, port: int, replay_port: int) -> Iterator[str]:
    """Serve while the block runs; the server's address.

    Args:
        guide: What is served.
        bind: The address to listen on.
        port: And the port; 0 for any that is free.
        replay_port: Where pywb listens, on the same address.

    Raises:
        ReplayFailed: The port is taken.
    """

    class Handler(_Handler):
        pass

    Handler.guide, Handler.replay_port = guide, replay_port
    try:
        server = ThreadingHTTPServer((bind, port), Handler)
    except OSError as error:
        raise ReplayFailed(
            f"nothing can be served there ({error.strerror}); choose another with --port", where=f"{bind}:{port}"
        ) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="replay", daemon=True).start()
    host = "127.0.0.1" if bind == "0.0.0.0" else bind  # noqa: S104 (asked for, or not)
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    guide: Guide
    replay_port: int
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        try:
            if path.startswith("/records/"):
                self._send_record(path.removeprefix("/records/"))
                return
            host = urlsplit(f"http://{self.headers.get('Host') or '127.0.0.1'}").hostname or "127.0.0.1"
            page = self.guide.page(path, f"http://{host}:{self.replay_port}")
        except ArchiveError as error:
            log.warning("a part of the archive could not be read", extra={"path": path, "error": str(error)})
            self._send_text(HTTPStatus.INTERNAL_SERVER_ERROR, f"{error}\n", "text/plain")
            return
        found = HTTPStatus.OK if page is not None else HTTPStatus.NOT_FOUND
        self._send_text(found, page or missing_page(), "text/html")

    def _send_record(self, key: str) -> None:
        match = _RANGE.fullmatch(self.headers.get("Range") or "bytes=0-")
        size = self.guide.records.get(key)
        if size is None or match is None or int(match[1]) >= size:
            self._send_text(HTTPStatus.NOT_FOUND, "no such record\n", "text/plain")
            return
        first = int(match[1])
        last = min(int(match[2]), size - 1) if match[2] else size - 1
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Type", "application/warc")
        self.send_header("Content-Length", str(last + 1 - first))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        for offset in range(first, last + 1, _STEP_BYTES):
            self.wfile.write(self.guide.store.read_range(key, offset, min(_STEP_BYTES, last + 1 - offset)))

    def _send_text(self, status: HTTPStatus, text: str, content_type: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log as everything else does."""
        log.debug(format, *args)

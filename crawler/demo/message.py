"""Codes an answer for the wire, as HTTP/1.1 has it: compression, validators, framing.

In: an answer and the request's fields. Out: status, fields and content. Text is compressed for clients that accept
gzip; a client whose copy is good gets 304 (RFC 9110 §13); about half of the pages are sent chunked.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from crawler.demo.routes import Answer

_CHUNK_BYTES = 8_000
_COMPRESSED = ("text/", "application/xml", "application/rss", "application/atom")


@dataclass(frozen=True, slots=True)
class Message:
    """An answer in the form in which it is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    is_chunked: bool

    @property
    def content(self) -> bytes:
        """The body in its framing."""
        return _chunked(self.body) if self.is_chunked else self.body


def message_of(found: Answer, request: dict[str, str]) -> Message:
    """Code *found* for the wire, as the request's fields (names in lower case) allow."""
    body, headers = found.body, [("Content-Type", found.content_type), *found.fields]
    if found.location:
        headers.append(("Location", found.location))
    digest = hashlib.sha256(body).hexdigest()[:16]
    tag = f'"{digest}"'
    if body and found.content_type.startswith(_COMPRESSED):
        headers.append(("Vary", "Accept-Encoding"))
        if "gzip" in request.get("accept-encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
            # RFC 9110 §8.8.3.3: what differs in content coding has a strong tag of its own.
            tag = f'"{digest}-gzip"'
    if found.modified_at is not None:
        validators = [("ETag", tag), ("Last-Modified", format_datetime(found.modified_at.astimezone(UTC), usegmt=True))]
        if _is_unchanged(request, tag, found.modified_at):
            return Message(304, [*validators, ("Vary", "Accept-Encoding")], b"", is_chunked=False)
        headers += validators
    # HTML only, and only every other page: a client has to cope with both framings on one connection.
    is_chunked = found.status == 200 and found.content_type.startswith("text/html") and int(digest, 16) % 2 == 0
    headers.append(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(len(body))))
    return Message(found.status, headers, body, is_chunked)


def _is_unchanged(request: dict[str, str], tag: str, modified_at: datetime) -> bool:
    """Whether the client's copy is good (RFC 9110 §13.2.2: If-None-Match silences If-Modified-Since)."""
    if (tags := request.get("if-none-match")) is not None:
        return tags.strip() == "*" or tag in (given.strip().removeprefix("W/") for given in tags.split(","))
    since = request.get("if-modified-since")
    if since is None:
        return False
    try:
        return modified_at <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # RFC 9110 §13.1.3: an invalid date is ignored
        return False


def _chunked(body: bytes) -> bytes:
    """*body* in chunks (RFC 9112 §7.1)."""
    pieces = (body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"

"""What one resource of the misbehaving origin does, and what an honest archive must hold of it afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum


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
    """One resource: a script of raw bytes and pauses, and the record that must come of it, written by hand."""

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
    is_transfer_coded: bool = False
    """Whether `payload` is in a transfer coding besides chunks, so that it has no digest."""
    truncated: str | None = None
    is_prefix: bool = False
    """Whether the record may hold any beginning of `message`: the client cuts where its reads happen to end."""
    path: str = ""
    """Where it is served; `/name` unless said. Several of one path are answered in their order, the last for ever."""

    def __post_init__(self) -> None:
        if not self.path:
            object.__setattr__(self, "path", f"/{self.name}")
        if not self.message and not self.interim:
            object.__setattr__(self, "message", self.said)

    @property
    def payload_digest(self) -> str | None:
        """What WARC-Payload-Digest must say (WARC/1.1 §5.9, §6.3.2)."""
        if self.payload is None or self.is_transfer_coded:
            return None
        return "sha256:" + hashlib.sha256(self.payload).hexdigest()

    @property
    def said(self) -> bytes:
        """Everything the server sends, if the client lets it."""
        return b"".join(part for part in self.script if isinstance(part, bytes))


def answer(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed response with a length."""
    return head(b"Content-Type: text/html", *lines, b"Content-Length: %d" % len(body), status=status) + body


def head(*lines: bytes, status: bytes = b"200 OK", version: bytes = b"HTTP/1.1") -> bytes:
    """Status line, *lines* and the empty line."""
    return b"\r\n".join((version + b" " + status, *lines)) + b"\r\n\r\n"


def chunked(*chunks: bytes) -> bytes:
    """Chunks as the standard has them."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"

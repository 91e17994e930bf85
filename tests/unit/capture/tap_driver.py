"""The tap without a network: a script of reads goes into its protocol, and what it recorded comes out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from crawler.capture.tap import Capture, TapFactory, _TappedRequest
from tests.origin.vice import End

_ENDINGS: dict[End, type[Exception] | None] = {
    End.KEEP: None,
    End.STALL: None,
    End.DROP_NEXT: None,
    End.CLOSE: ConnectionDone,
    End.VANISH: ConnectionLost,
    End.RESET: ConnectionLost,
}


@dataclass(frozen=True)
class Told:
    """What a recording says of a message, but for what depends on how the bytes came in."""

    message: bytes
    interim: bytes
    head_bytes: int | None
    payload_sha256: str | None
    truncated: str | None


@dataclass(repr=False)
class Driven:
    """What came of a script."""

    told: Told
    excess_bytes: int
    fed: bytes
    """What the protocol was given before its exchange ended or the connection was given up."""
    status: int | None
    body: bytes
    """What the application was given."""
    complaints: list[str] = field(default_factory=list)
    """Failures that Twisted caught and logged."""

    @property
    def recorded(self) -> bytes:
        return self.told.interim + self.told.message


class _Wire(StringTransport):
    """A transport that tells the peer's address, and that forgives as TCP's does."""

    def __init__(self) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", "192.0.2.1", 80), lenient=True)

    @property
    def is_given_up(self) -> bool:
        return self.disconnecting or self.disconnected


class _Application(Protocol):
    def __init__(self) -> None:
        self.status: int | None = None
        self.body = b""

    def answered(self, response: IResponse) -> None:
        self.status = response.code
        # As Scrapy does it: a body that is known to be empty is not asked for.
        if response.length != 0:
            response.deliverBody(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 Twisted's name
        self.body += data


def drive(reads: Sequence[bytes], *, end: End = End.CLOSE, method: str = "GET") -> Driven:
    """Send a request, hand *reads* to the protocol one after another, and end as said.

    A silence that never ends counts as a timeout.
    """
    capture = Capture("http://a.example/", max_wire_bytes=None)
    application, wire = _Application(), _Wire()
    with _complaints() as complaints:
        protocol = TapFactory(lambda _: None, "test").buildProtocol(None)
        protocol.makeConnection(wire)
        plain = Request(method.encode(), b"/", Headers({b"Host": [b"a.example"]}), None, persistent=True)
        # What became of the exchange is the recording's to tell.
        protocol.request(_TappedRequest(plain, capture)).addCallbacks(application.answered, lambda _: None)
        recording = capture.recording
        assert recording is not None
        fed = []
        for read in reads:
            if wire.is_given_up or protocol._recording is None:
                break
            fed.append(read)
            protocol.dataReceived(read)
        ending = _ENDINGS[end]
        if ending is not None or wire.is_given_up:
            protocol.connectionLost(Failure((ending or ConnectionDone)()))
        exchange = recording.exchange(why_cut="time" if ending is None and not wire.is_given_up else None)
    with exchange.response as spool:
        spool.seek(0)
        message = spool.read(exchange.response_bytes)
    told = Told(message, exchange.interim, exchange.head_bytes, exchange.payload_sha256, exchange.truncated)
    joined = b"".join(fed)
    return Driven(told, exchange.excess_bytes, joined, application.status, application.body, complaints)


def split(raw: bytes, *cuts: int) -> list[bytes]:
    """The same bytes in reads that end at *cuts*."""
    ends = sorted({0, len(raw), *(cut for cut in cuts if 0 < cut < len(raw))})
    return [raw[start:end] for start, end in pairwise(ends)]


@contextmanager
def _complaints() -> Iterator[list[str]]:
    seen: list[str] = []

    def observe(event: dict[str, object]) -> None:
        if "log_failure" in event:
            seen.append(str(event["log_failure"]))

    # Scrapy says each skipped line at DEBUG, which pytest would format.
    logging.disable(logging.DEBUG)
    globalLogPublisher.addObserver(observe)
    try:
        yield seen
    finally:
        globalLogPublisher.removeObserver(observe)
        logging.disable(logging.NOTSET)

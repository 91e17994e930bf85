"""The tap on Scrapy's own HTTP/1.1 connections: every byte sent and received goes to a `Recording` first.

One `Capture` per Scrapy request goes in, and its recording is filled as the request and its answer cross the wire.

*Why private names.* Scrapy's signals give a body that is no longer chunked and headers that have lost case, order and
folding; a proxy costs twice the CPU and mends what it should record. The bytes are only to be had inside, at names
that Scrapy and Twisted do not promise. `check_versions` asserts them at start, and the byte tests hold the rest.
"""

# ruff: noqa: ARG002, N802, SLF001 Twisted's names and signatures, and the private ones of which the docstring speaks

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

import scrapy
import twisted
from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport
from twisted.python.failure import Failure
from twisted.web import _newclient
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web._newclient import Request as TwistedRequest
from twisted.web.client import HTTPConnectionPool
from twisted.web.http import _ChunkedTransferDecoder, _IdentityTransferDecoder
from zope.interface import implementer

from crawler.capture.framing import TolerantParser
from crawler.capture.guards import GuardedEndpoint
from crawler.capture.wire import Recording
from pipelines.errors import ConfigError, ProtocolBroken
from pipelines.values import TlsFacts

if TYPE_CHECKING:
    from scrapy import Request
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress, IStreamClientEndpoint
    from twisted.web.client import Agent
    from twisted.web.iweb import IResponse

    from crawler.capture.guards import Endpoint

SUPPORTED = "Scrapy 2.19 and Twisted 26.10"
MAX_HEAD_BYTES = 1024 * 1024
"""Interim responses and head together."""

_PRIVATE_NAMES: tuple[tuple[object, tuple[str, ...]], ...] = (
    (_ScrapyAgent, ("_get_agent", "download_request")),
    (_LenientHTTPClientParser, ("lineReceived", "allHeadersReceived", "headerReceived", "switchToBodyMode", "_buffer")),
    (_LenientHTTP11ClientProtocol, ("_state", "_parser", "_finishResponse", "_giveUp", "_currentRequest")),
    (_LenientHTTP11ClientProtocol, ("_transportProxy",)),
    (_LenientHTTP11ClientFactory, ("buildProtocol",)),
    (HTTPConnectionPool, ("_factory", "getConnection")),
    (_newclient.HTTPClientParser, ("_transferDecoders", "bodyDecoder")),
    (_IdentityTransferDecoder, ("contentLength", "dataCallback")),
    (_ChunkedTransferDecoder, ("_dataReceived_CHUNK_LENGTH",)),
    (TwistedRequest, ("writeTo",)),
)


class Transport(Protocol):
    """What the tap asks of a connection's transport (Twisted's own interface is not made for type checkers)."""

    def write(self, data: bytes, /) -> None:
        """Send."""

    def getPeer(self) -> IAddress:
        """The other end."""


def check_versions() -> None:
    """Make sure that the names the tap hangs on are there.

    Raises:
        ConfigError: One is missing, so that these versions cannot be recorded.
    """
    for owner, names in _PRIVATE_NAMES:
        for name in names:
            if not hasattr(owner, name):
                raise ConfigError(
                    f"{getattr(owner, '__name__', owner)} has no {name}: recording is made for {SUPPORTED}, "
                    f"this is Scrapy {scrapy.__version__} and Twisted {twisted.__version__}; install those",
                )


class Capture:
    """What one Scrapy request put on the wire.

    Args:
        url: The absolute URL requested, without fragment.
        max_wire_bytes: The most a response may have, framing included; null for no limit.
    """

    def __init__(self, url: str, *, max_wire_bytes: int | None) -> None:
        self.url = url
        self.max_wire_bytes = max_wire_bytes
        self.recording: Recording | None = None
        """Null until there is a connection."""
        self.sent_s: float | None = None
        """When the first byte went out, in seconds of the monotonic clock."""
        self.is_on_kept_connection = False

    @property
    def is_lost(self) -> bool:
        """Whether nothing was received over a connection that had served another request: it was dead already."""
        return self.is_on_kept_connection and self.recording is not None and not self.recording.received_bytes

    def begin(self, transport: Transport, *, awaits_tls: bool, tls: TlsFacts | None) -> Recording:
        """Open the recording of the exchange, which starts now."""
        self.sent_s = begun_s = time.monotonic()
        recording = Recording(
            self.url,
            started_at=datetime.now(UTC),
            peer_address=_peer_address(transport),
            elapsed_ms=lambda: round((time.monotonic() - begun_s) * 1000),
            awaits_tls=awaits_tls,
            tls=tls,
        )
        self.recording = recording
        return recording


class _TappedRequest(TwistedRequest):
    """A Twisted request that knows its capture, and notes its bytes as it is written."""

    recording: Recording

    def __init__(self, plain: TwistedRequest, capture: Capture) -> None:
        parts = (plain.method, plain.uri, plain.headers, plain.bodyProducer, plain.persistent)
        super().__init__(*parts)  # type: ignore[no-untyped-call]
        self._parsedURI = plain._parsedURI
        self.capture = capture

    def writeTo(self, transport: Transport) -> Deferred[None]:
        return cast("Deferred[None]", super().writeTo(_Tee(transport, self.recording)))  # type: ignore[no-untyped-call]


class _Tee:
    """Stands in for the transport while the request is written."""

    def __init__(self, transport: Transport, recording: Recording) -> None:
        self._transport = transport
        self._recording = recording

    def write(self, raw: bytes) -> None:
        self._recording.sent(raw)
        self._transport.write(raw)

    def writeSequence(self, raws: Iterable[bytes]) -> None:
        self.write(b"".join(raws))

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


class _TapParser(TolerantParser):
    """Tells the recording where head and body begin and end."""

    def __init__(self, request: TwistedRequest, finisher: Callable[[bytes], None], recording: Recording) -> None:
        super().__init__(request, finisher)  # type: ignore[no-untyped-call]
        self._recording = recording

    def allHeadersReceived(self) -> None:
        # What the line parser has not used is exactly what follows the head.
        unparsed_bytes = len(self._buffer)
        if 100 <= self.response.code < 200:
            self._recording.interim_ended(unparsed_bytes)
        else:
            self._recording.head_ended(unparsed_bytes)
        super().allHeadersReceived()

    def switchToBodyMode(self, decoder: _IdentityTransferDecoder) -> None:
        if self.is_transfer_coded:
            self._recording.payload_unknown()
        deliver = decoder.dataCallback

        def hash_and_deliver(raw: bytes) -> None:
            self._recording.payload(raw)
            deliver(raw)

        decoder.dataCallback = hash_and_deliver
        super().switchToBodyMode(decoder)  # type: ignore[no-untyped-call]


@implementer(IHandshakeListener)
class _TapProtocol(_LenientHTTP11ClientProtocol):
    """One connection: each request it serves is recorded from its first byte to the end of the answer."""

    _recording: Recording | None = None
    _capture: Capture | None = None
    _max_wire_bytes: int | None = None
    _tls: TlsFacts | None = None
    _is_kept = False
    """Whether it has served a request before."""

    def request(self, request: TwistedRequest) -> Deferred[IResponse]:
        if self._state != "QUIESCENT" or not isinstance(request, _TappedRequest):
            # Not to be sent on this connection: super() says so to whoever asked.
            return super().request(request)
        assert self.transport is not None
        awaits_tls = ISSLTransport.providedBy(self.transport) and self._tls is None
        recording = request.capture.begin(cast("Transport", self.transport), awaits_tls=awaits_tls, tls=self._tls)
        request.recording = self._recording = recording
        request.capture.is_on_kept_connection, self._is_kept = self._is_kept, True
        self._capture = request.capture
        self._max_wire_bytes = request.capture.max_wire_bytes
        response = super().request(request)
        self._replace_parser(request, recording)
        return response

    def _replace_parser(self, request: TwistedRequest, recording: Recording) -> None:
        # Twisted names its parser's class inside request(); nothing has been parsed yet, so another can take its place.
        unused = self._parser
        assert unused is not None
        parser = _TapParser(request, self._finishResponse, recording)
        parser._responseDeferred = unused._responseDeferred
        parser.makeConnection(self._transportProxy)  # type: ignore[no-untyped-call]
        self._parser = parser

    def handshakeCompleted(self) -> None:
        assert self.transport is not None
        connection = self.transport.getHandle()
        version = connection.get_protocol_version_name().removeprefix("TLSv")
        if "." not in version:
            version += ".0"
        self._tls = TlsFacts(f"tls/{version}", connection.get_cipher_name() or "unknown")
        if self._recording is not None and self._capture is not None:
            self._recording.tls_agreed(self._tls)
            self._capture.sent_s = time.monotonic()  # the request had to wait for the handshake

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002
        recording = self._recording
        if recording is not None:
            recording.received(bytes)
        # Without a recording these are bytes nobody asked for: super() drops the connection.
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]
        if recording is not None and recording is self._recording:
            self._hold_to_limits(recording)

    def _hold_to_limits(self, recording: Recording) -> None:
        limit = self._max_wire_bytes if recording.has_head else MAX_HEAD_BYTES
        if limit is not None and recording.received_bytes > limit:
            recording.cut("length")
            broken = ProtocolBroken(f"head or framing of the answer is longer than {limit} bytes")
            self._giveUp(Failure(broken))  # type: ignore[no-untyped-call]

    def _finishResponse(self, rest: bytes) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.complete(len(rest))
            if rest and self._currentRequest is not None:
                # Who sends more than announced cannot be trusted with another request on this connection.
                self._currentRequest.persistent = False
        super()._finishResponse(rest)

    def _giveUp(self, reason: Failure) -> None:
        if self._recording is not None:
            self._recording.cut("unspecified")
        super()._giveUp(reason)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        recording, self._recording = self._recording, None
        if recording is not None:
            if self._is_read_until_close() and self._was_closed_by_peer(reason):
                recording.complete(0)
            else:
                recording.cut("disconnect")
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def _is_read_until_close(self) -> bool:
        # RFC 9112 §6.3, item 8: a body without length or chunks ends with the connection.
        decoder = None if self._parser is None else self._parser.bodyDecoder
        return isinstance(decoder, _IdentityTransferDecoder) and decoder.contentLength is None

    def _was_closed_by_peer(self, reason: Failure) -> bool:
        # RFC 9112 §9.8: over TLS, only with a closure alert; without one Twisted gives another reason.
        was_closed = reason.check(ConnectionDone) is not None  # type: ignore[no-untyped-call]
        return was_closed and not getattr(self.transport, "disconnecting", False)


class TapFactory(_LenientHTTP11ClientFactory):
    """Makes the connections of a pool recording ones: to be set as its `_factory`."""

    def buildProtocol(self, addr: IAddress | None) -> _TapProtocol:
        return _TapProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class TapAgent(_ScrapyAgent):
    """Scrapy's agent for one request, which fills *capture* as it downloads."""

    capture: Capture
    is_guarded: bool
    """Whether private addresses are refused."""

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        is_guarded = self.is_guarded and not request.meta.get("proxy")
        agent._pool = cast("HTTPConnectionPool", _PoolView(agent._pool, self.capture, is_guarded=is_guarded))
        return agent


class _PoolView:
    """One request's view of the shared pool: tells the connection it gets which capture to fill."""

    def __init__(self, pool: HTTPConnectionPool, capture: Capture, *, is_guarded: bool) -> None:
        self.persistent = pool.persistent
        self._pool = pool
        self._capture = capture
        self._is_guarded = is_guarded

    def getConnection(
        self,
        key: Hashable,
        endpoint: IStreamClientEndpoint,
    ) -> Deferred[_CapturingConnection]:
        guarded = GuardedEndpoint(cast("Endpoint", endpoint)) if self._is_guarded else endpoint
        connected = self._pool.getConnection(key, cast("IStreamClientEndpoint", guarded))
        return connected.addCallback(lambda connection: _CapturingConnection(connection, self._capture))


class _CapturingConnection:
    def __init__(self, connection: HTTP11ClientProtocol, capture: Capture) -> None:
        self._connection = connection
        self._capture = capture

    def request(self, request: TwistedRequest) -> Deferred[IResponse]:
        return self._connection.request(_TappedRequest(request, self._capture))


def _peer_address(transport: Transport) -> str | None:
    host = getattr(transport.getPeer(), "host", None)
    try:
        return str(ipaddress.ip_address(str(host).partition("%")[0]))
    except ValueError:
        return None

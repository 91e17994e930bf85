"""What a failed download means: exceptions of Scrapy and Twisted in, a Reason, a WARC-Truncated token and words out."""

from __future__ import annotations

from collections.abc import Iterator

from OpenSSL.SSL import Error as OpenSslError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.web._newclient import ParseError, RequestNotSent
from twisted.web.http import _MalformedChunkedDataError

from pipelines.errors import AddressRefused, ProtocolBroken
from pipelines.reasons import Reason

# The first line that fits the exception, or one it was made from, decides; the outermost exception is asked first.
_REASONS: tuple[tuple[type[BaseException], Reason], ...] = (
    (AddressRefused, Reason.ADDRESS_REFUSED),
    (DownloadTimeoutError, Reason.TIMEOUT),
    (DownloadCancelledError, Reason.TOO_LARGE),
    (CannotResolveHostError, Reason.HOST_UNREACHABLE),
    (DownloadConnectionRefusedError, Reason.HOST_UNREACHABLE),
    (DNSLookupError, Reason.HOST_UNREACHABLE),
    (ConnectError, Reason.HOST_UNREACHABLE),
    (OpenSslError, Reason.TLS_FAILED),
    (VerificationError, Reason.TLS_FAILED),
    (ProtocolBroken, Reason.PROTOCOL_BROKEN),
    (ParseError, Reason.PROTOCOL_BROKEN),
    (_MalformedChunkedDataError, Reason.PROTOCOL_BROKEN),
    (ValueError, Reason.PROTOCOL_BROKEN),
    (KeyError, Reason.PROTOCOL_BROKEN),
    (ConnectionClosed, Reason.DISCONNECTED),
    (RequestNotSent, Reason.DISCONNECTED),
    (ResponseDataLossError, Reason.DISCONNECTED),
)

_TRUNCATED = {Reason.TIMEOUT: "time", Reason.TOO_LARGE: "length"}


def reason_of(error: BaseException) -> Reason:
    """Why the download failed; a broken protocol where nothing better is known."""
    causes = tuple(_causes(error))
    for kind, reason in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return reason
    return Reason.PROTOCOL_BROKEN


def truncation_of(error: BaseException | None) -> str | None:
    """The WARC-Truncated token that this failure decides, or null where only the connection knows (WARC/1.1 §5.13)."""
    return None if error is None else _TRUNCATED.get(reason_of(error))


def in_words(error: BaseException) -> str:
    """The failure in one line that begins with its Reason: what `CapturedExchange.failure` reads back."""
    # The innermost cause says most.
    innermost = tuple(_causes(error))[-1]
    said = " ".join(str(innermost).split())
    return ": ".join(part for part in (reason_of(error), type(innermost).__name__, said) if part)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it wraps, and what it was raised from, each once, outermost first."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting.extend(failure.value for failure in getattr(current, "reasons", ()))
        if current.__cause__ is not None:
            waiting.append(current.__cause__)

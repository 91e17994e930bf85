from __future__ import annotations

import pytest
from OpenSSL.SSL import Error as OpenSslError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectionLost, NoRouteError
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, RequestTransmissionFailed, ResponseFailed

from crawler.capture.failures import in_words, reason_of, truncation_of
from pipelines.errors import AddressRefused
from pipelines.reasons import Reason


def failed(cause: BaseException) -> DownloadFailedError:
    error = DownloadFailedError("download failed")
    error.__cause__ = ResponseFailed([Failure(cause)])
    return error


CASES = [
    (AddressRefused("private"), Reason.ADDRESS_REFUSED),
    (CannotResolveHostError("no such host"), Reason.HOST_UNREACHABLE),
    (NoRouteError(), Reason.HOST_UNREACHABLE),
    (DownloadTimeoutError("slow"), Reason.TIMEOUT),
    (DownloadCancelledError("large"), Reason.TOO_LARGE),
    (ResponseDataLossError(), Reason.DISCONNECTED),
    (failed(ConnectionLost()), Reason.DISCONNECTED),
    (failed(OpenSslError([("SSL routines", "", "certificate verify failed")])), Reason.TLS_FAILED),
    (failed(ParseError("wrong number of parts", b"SSH")), Reason.PROTOCOL_BROKEN),
    (RequestTransmissionFailed([Failure(ConnectionLost())]), Reason.DISCONNECTED),
    (RuntimeError("never seen"), Reason.PROTOCOL_BROKEN),
]


@pytest.mark.parametrize(("error", "reason"), CASES, ids=[type(error).__name__ + "-" + r for error, r in CASES])
def test_each_failure_has_its_reason(error: BaseException, reason: Reason) -> None:
    assert reason_of(error) is reason


def test_only_limits_of_ours_decide_how_a_message_was_truncated() -> None:
    assert truncation_of(DownloadTimeoutError("slow")) == "time"
    assert truncation_of(DownloadCancelledError("large")) == "length"
    assert truncation_of(failed(ConnectionLost())) is None
    assert truncation_of(None) is None


def test_the_words_begin_with_the_reason_and_end_with_the_innermost_cause() -> None:
    assert in_words(failed(ParseError("no", b"SSH"))) == "protocol_broken: ParseError: ('no', b'SSH')"
    assert in_words(DownloadTimeoutError("took\n too long")) == "timeout: DownloadTimeoutError: took too long"
    assert in_words(ResponseDataLossError()) == "disconnected: ResponseDataLossError"

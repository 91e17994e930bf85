from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Protocol

import pytest

from crawler.capture.wire import SPOOL_BYTES, Recording
from pipelines.values import Exchange, TlsFacts

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
BODY = b"Hello"
EXCESS = b"and more"


class Begin(Protocol):
    def __call__(
        self,
        *,
        elapsed_ms: Callable[[], int] = ...,
        request: bytes = ...,
        awaits_tls: bool = ...,
    ) -> Recording: ...


@pytest.fixture
def begin() -> Iterator[Begin]:
    begun: list[Recording] = []

    def begin(
        *,
        elapsed_ms: Callable[[], int] = lambda: 7,
        request: bytes = b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        awaits_tls: bool = False,
    ) -> Recording:
        opened = Recording(
            "http://a.example/x",
            started_at=AT,
            peer_address="192.0.2.1",
            elapsed_ms=elapsed_ms,
            awaits_tls=awaits_tls,
        )
        opened.sent(request[:9])
        opened.sent(request[9:])
        begun.append(opened)
        return opened

    yield begin
    for opened in begun:
        opened.discard()


def message(exchange: Exchange) -> bytes:
    exchange.response.seek(0)
    return exchange.response.read(exchange.response_bytes)


def feed(opened: Recording, size: int) -> None:
    """Hand over the whole conversation in pieces, with a parser's events at the right moments."""
    whole = EARLY * 2 + HEAD + BODY + EXCESS
    ends = {
        len(EARLY): opened.interim_ended,
        2 * len(EARLY): opened.interim_ended,
        len(EARLY * 2 + HEAD): opened.head_ended,
        len(EARLY * 2 + HEAD + BODY): opened.complete,
    }
    for start in range(0, len(whole), size):
        stop = min(start + size, len(whole))
        opened.received(whole[start:stop])
        for end, event in ends.items():
            if start < end <= stop:
                event(stop - end)


@pytest.mark.parametrize("size", [1, 2, 7, len(EARLY), 1000])
def test_the_parts_of_a_conversation_are_told_apart_however_it_is_cut_into_reads(begin: Begin, size: int) -> None:
    opened = begin()
    feed(opened, size)
    exchange = opened.exchange()
    assert message(exchange) == HEAD + BODY
    assert exchange.head_bytes == len(HEAD)
    assert exchange.interim == EARLY * 2
    assert exchange.truncated is None
    # What a later read brings is not this exchange's any more.
    end = len(EARLY * 2 + HEAD + BODY)
    last_read_end = min(-(-end // size) * size, end + len(EXCESS))
    assert exchange.excess_bytes == last_read_end - end


def test_request_and_connection_are_noted(begin: Begin) -> None:
    exchange = begin().exchange(error="timeout: nothing came")
    assert exchange.request == b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n"
    assert (exchange.url, exchange.started_at, exchange.peer_address) == ("http://a.example/x", AT, "192.0.2.1")
    assert exchange.error == "timeout: nothing came"


def test_the_payload_digest_is_known_only_if_the_end_was_seen(begin: Begin) -> None:
    whole, cut = begin(), begin()
    for opened in (whole, cut):
        opened.received(HEAD + BODY)
        opened.head_ended(len(BODY))
        opened.payload(BODY)
    whole.complete(0)
    assert whole.exchange().payload_sha256 == hashlib.sha256(BODY).hexdigest()
    assert cut.exchange().payload_sha256 is None


@pytest.mark.parametrize(
    ("said_by_tap", "known_later", "expected"),
    [
        ("disconnect", None, "disconnect"),
        ("disconnect", "time", "time"),
        (None, None, "unspecified"),
        (None, "time", "time"),
    ],
)
def test_a_cut_message_gives_the_best_reason_known(
    begin: Begin,
    said_by_tap: str | None,
    known_later: str | None,
    expected: str,
) -> None:
    opened = begin()
    opened.received(HEAD)
    if said_by_tap is not None:
        opened.cut(said_by_tap)
    assert opened.exchange(why_cut=known_later).truncated == expected


def test_a_whole_message_is_not_called_cut_though_the_download_failed(begin: Begin) -> None:
    opened = begin()
    opened.received(HEAD + BODY)
    opened.complete(0)
    opened.cut("disconnect")
    assert opened.exchange(why_cut="time").truncated is None


def test_what_comes_after_the_end_changes_nothing(begin: Begin) -> None:
    opened = begin()
    opened.received(HEAD)
    exchange = opened.exchange()
    opened.received(b"late")
    opened.interim_ended(0)
    opened.head_ended(0)
    opened.complete(0)
    assert message(exchange) == HEAD
    assert exchange.head_bytes is None
    assert opened.exchange() == exchange


def test_the_time_is_taken_when_the_exchange_ends(begin: Begin) -> None:
    times = iter((250, 999))
    opened = begin(elapsed_ms=lambda: next(times))
    opened.cut("disconnect")
    assert opened.exchange().fetch_ms == 250


def test_a_response_larger_than_the_spool_is_whole(begin: Begin) -> None:
    opened = begin()
    part = bytes(range(256)) * 1024
    for _ in range(2 * SPOOL_BYTES // len(part) + 1):
        opened.received(part)
    exchange = opened.exchange()
    assert exchange.response_bytes > 2 * SPOOL_BYTES
    assert message(exchange) == part * (exchange.response_bytes // len(part))


def test_before_the_handshake_ends_nothing_is_on_the_wire(begin: Begin) -> None:
    opened = begin(awaits_tls=True)
    assert not opened.is_on_wire
    opened.tls_agreed(TlsFacts("tls/1.3", "TLS_AES_128_GCM_SHA256"))
    assert opened.is_on_wire
    assert opened.exchange().tls == TlsFacts("tls/1.3", "TLS_AES_128_GCM_SHA256")


def test_a_request_that_was_not_written_is_not_on_the_wire(begin: Begin) -> None:
    assert not begin(request=b"").is_on_wire

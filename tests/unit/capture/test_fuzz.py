"""Mutated responses through the tap: nothing crashes, no byte is lost, and what was recorded can be read again."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from string import whitespace

import pytest

from pipelines.errors import ProtocolBroken
from pipelines.http.body import dechunk
from pipelines.http.head import Head, parse_head
from tests.origin.vice import End
from tests.origin.vices import REUSED, TLS_ONLY, VICES
from tests.unit.capture.tap_driver import Driven, drive, split

MAX_BYTES = 2500
"""Longer vices are about their length, of which a mutant keeps nothing."""

SEEDS = [(vice.said, vice.method) for vice in (*VICES, *REUSED, *TLS_ONLY) if 0 < len(vice.said) <= MAX_BYTES]
PIECES = (
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b":", b";", b",", b"0", b"\0", b"\xff", b"-1", b"ffffffff"),
    *(b"HTTP/1.1 100 Go\r\n\r\n", b"HTTP/1.1 204 No\r\n\r\n", b"Content-Length: 3\r\n", b"Connection: close\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"0\r\n\r\n", b"5\r\nHello\r\n"),
    *(b"X : y\r\n", b" folded\r\n", b"no field\r\n", b"Content-Encoding: br\r\n"),
)


def flip(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def cut(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw))
    return raw[:start] + raw[start + rng.randint(1, 20) :]


def end(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(len(raw))]


def duplicate(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw))
    stop = start + rng.randint(1, 60)
    return raw[:stop] + raw[start:]


def insert(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(raw))
    return raw[:at] + rng.choice(PIECES) + raw[at:]


def splice(raw: bytes, rng: random.Random) -> bytes:
    other = rng.choice(SEEDS)[0]
    return raw[: rng.randint(0, len(raw))] + other[rng.randint(0, len(other)) :]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (flip, cut, end, duplicate, insert, splice)


def mutant(rng: random.Random) -> tuple[bytes, str]:
    raw, method = rng.choice(SEEDS)
    for _ in range(rng.randint(1, 4)):
        if raw:
            raw = rng.choice(MUTATIONS)(raw, rng)
    return raw, method


def assert_nothing_lost(driven: Driven) -> None:
    told = driven.told
    assert driven.complaints == []
    assert driven.fed.startswith(driven.recorded)
    assert len(driven.recorded) + driven.excess_bytes == len(driven.fed)
    if told.truncated is not None:
        # Only what follows a whole message may be left out.
        assert driven.excess_bytes == 0
        assert told.payload_sha256 is None


def assert_readable(driven: Driven, method: str) -> None:
    """The offline reader, which shares nothing with Twisted, finds the same head and the same payload."""
    told = driven.told
    if told.head_bytes is None:
        return
    try:
        head = parse_head(told.message)
    except ProtocolBroken:
        # Twisted takes any "word/1.1" for a version and any number for a status.
        assert not told.message.startswith(b"HTTP/1.1 200 ")
        return
    assert head.size_bytes == told.head_bytes
    if told.truncated is None:
        assert told.payload_sha256 == payload_sha256(told.message, head, method)


def payload_sha256(message: bytes, head: Head, method: str) -> str | None:
    body = message[head.size_bytes :]
    if method == "HEAD" or head.status in (204, 304):
        return hashlib.sha256(body).hexdigest()
    listed = [item.strip(whitespace).lower() for item in ",".join(head.get_all("transfer-encoding")).split(",")]
    codings = [coding for coding in listed if coding not in ("", "identity")]
    if set(codings) - {"chunked"}:
        return None
    return hashlib.sha256(dechunk(body) if codings else body).hexdigest()


def assert_same_exchange(whole: Driven, pieces: Driven) -> None:
    if whole.told.truncated is None or pieces.told.truncated is None:
        assert pieces.told == whole.told
    else:
        # A connection is given up at the end of a read: how much had come by then is the network's business.
        assert pieces.told.truncated == whole.told.truncated
        assert whole.told.message.startswith(pieces.told.message) or pieces.told.message.startswith(whole.told.message)


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.servers)])
def test_mutated_responses_crash_nothing_and_lose_nothing(count: int) -> None:
    rng = random.Random(9112)
    outcomes = set()
    for number in range(count):
        raw, method = mutant(rng)
        ending = rng.choice((End.KEEP, End.CLOSE, End.RESET))
        cuts = [rng.randint(0, len(raw)) for _ in range(rng.randint(1, 4))]
        try:
            whole = drive([raw] if raw else [], end=ending, method=method)
            assert_nothing_lost(whole)
            assert_readable(whole, method)
            pieces = drive(split(raw, *cuts), end=ending, method=method)
            assert_nothing_lost(pieces)
            assert_same_exchange(whole, pieces)
        except BaseException as error:
            error.add_note(f"mutant {number}: {method} {raw!r}, {ending}, cut at {cuts}")
            raise
        outcomes.add(whole.told.truncated)
    assert outcomes == {None, "disconnect", "time", "unspecified"}

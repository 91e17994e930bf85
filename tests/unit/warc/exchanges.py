"""Exchanges to write, made by hand."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.reasons import Source
from pipelines.values import Exchange, TlsFacts, VisitFacts
from pipelines.warc.record import WarcInfo

AT = datetime(2026, 11, 22, 3, 0, 0, 123456, UTC)
FACTS = VisitFacts(Source.SITEMAP, "http://a.example/sitemap.xml", 2, robots="urn:uuid:of-the-robots-txt")
INFO = WarcInfo("pressarc 0.1", "Zoë <zoe@a.example>", "pressarc/0.1", "20261122T030000Z-abcdef", hostname="host")
BODY = b"<p>Hello, archive.</p>"
REQUEST = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"


def response(body: bytes = BODY) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-TYPE: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def exchange(number: int = 0, body: bytes = BODY, **changes: object) -> Exchange:
    message = response(body)
    made = Exchange(
        url=f"https://a.example/{number}",
        started_at=AT + timedelta(seconds=number),
        fetch_ms=42,
        request=REQUEST,
        response=io.BytesIO(message + b"bytes of another message"),
        response_bytes=len(message),
        head_bytes=len(message) - len(body),
        payload_sha256=hashlib.sha256(body).hexdigest(),
        truncated=None,
        peer_address="192.0.2.1",
        tls=TlsFacts("tls/1.3", "TLS_AES_256_GCM_SHA384"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def nothing_received(number: int = 0) -> Exchange:
    empty = io.BytesIO()
    return exchange(
        number,
        response=empty,
        response_bytes=0,
        head_bytes=None,
        payload_sha256=None,
        truncated="time",
        error="timeout: it took too long",
    )

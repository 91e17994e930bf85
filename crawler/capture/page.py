"""A Scrapy response → the page that extraction will see again in its WARC record."""

from __future__ import annotations

from datetime import datetime

from scrapy.http import Response

from pipelines.http.body import decode_body
from pipelines.http.head import Head
from pipelines.values import Page

_FRAMING = "transfer-encoding"
"""Twisted has removed the chunks already, and only those."""


def page_of_response(response: Response, *, captured_at: datetime, max_bytes: int) -> Page:
    """The page in *response*, its content codings removed as they are for a record.

    Raises:
        ContentError: The codings cannot be undone.
    """
    fields = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
        if name.decode("latin-1").lower() != _FRAMING
    )
    head = Head("HTTP/1.1", response.status, "", fields, 0)
    body = decode_body(response.body, head, max_bytes=max_bytes)
    return Page(response.url, body, captured_at, response.status, fields)

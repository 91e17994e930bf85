"""The messages of the misbehaving origin, read as extraction reads them."""

from __future__ import annotations

import pytest

from pipelines.errors import ProtocolBroken, UndecodableBody
from pipelines.http.body import decode_body
from pipelines.http.head import parse_head
from tests.origin.vice import Vice
from tests.origin.vices import CODINGS, VICES

PAGE = b"<p>Hello, archive.</p>" * 50
LIMIT = 1_000_000
DECODED = {
    "gzip_cut_inside": None,
    "unknown_coding": b"<c>Uryyb, nepuvir.</c>",
    **dict.fromkeys(("false_gzip", "false_deflate", "false_br", "false_zstd"), b"<p>Hello, archive.</p>"),
}
"""What is not the page; null for any beginning of it."""


def read(vice: Vice) -> bytes:
    head = parse_head(vice.message)
    return decode_body(vice.message[head.size_bytes :], head, max_bytes=LIMIT)


@pytest.mark.parametrize("vice", CODINGS, ids=lambda vice: vice.name)
def test_every_coding_that_servers_use_or_claim_is_undone(vice: Vice) -> None:
    expected = DECODED.get(vice.name, PAGE)
    body = read(vice)
    if expected is None:
        assert PAGE.startswith(body)
        assert len(body) > len(PAGE) // 3
    else:
        assert body == expected


@pytest.mark.parametrize(
    "vice",
    [vice for vice in VICES if vice.payload is not None and vice not in CODINGS and not vice.is_transfer_coded],
    ids=lambda vice: vice.name,
)
def test_a_whole_message_gives_the_payload_that_the_capture_digested(vice: Vice) -> None:
    assert read(vice) == vice.payload


@pytest.mark.parametrize("name", ["transfer_gzip_chunked", "transfer_gzip_until_close"])
def test_a_transfer_coding_besides_chunks_is_undone(name: str) -> None:
    assert read(next(vice for vice in VICES if vice.name == name)) == PAGE


@pytest.mark.parametrize("vice", [vice for vice in VICES if vice.truncated], ids=lambda vice: vice.name)
def test_a_cut_message_gives_what_can_be_read_or_is_refused(vice: Vice) -> None:
    try:
        body = read(vice)
    except (ProtocolBroken, UndecodableBody):
        return
    assert len(body) <= len(vice.message)

"""The body of an HTTP/1.x message as the page's author wrote it: chunks joined, content codings undone.

Bytes in, bytes out. Promised: never more than *max_bytes* at any step, whatever the sender claims, so that a small
bomb stays small; a stream that was cut gives what can be read of it. Servers often name a coding they did not apply:
bytes that plainly are not in that coding are returned as they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from string import whitespace

import brotli
import zstandard

from pipelines.errors import BodyTooLarge, UndecodableBody
from pipelines.http.head import Head

MAX_CODINGS = 5
"""More codings than this on one message are an attack, not a server."""

_CHUNK_SIZE = re.compile(rb"[ \t]*(0*[0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_NOT_A_CODING = frozenset({"", "identity", "none", "binary", "7bit", "8bit"})
_GZIP_MAGIC = b"\x1f\x8b"
# RFC 8878 §3.1: a frame, or a skippable frame.
_ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
# RFC 9659: what a sender may ask of a receiver.
_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
_STEP_BYTES = 64 * 1024
MAX_RATIO = 250
"""How many times its size as received a body may have once decompressed."""
_ALWAYS_ALLOWED_BYTES = 4 * 1024 * 1024
# What no text has among its first bytes; a body with none of these, and a brotli or deflate error, is a false claim.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SNIFF_BYTES = 512


def decode_body(raw: bytes, head: Head, *, max_bytes: int) -> bytes:
    """Undo the transfer coding (RFC 9112 §7) and the content codings (RFC 9110 §8.4) that *head* names.

    Args:
        raw: The body as received.
        head: The head it came with.
        max_bytes: The most that any step, and the answer, may have; less for a body that is small as received: no page
            compresses to one part in `MAX_RATIO`, bombs do.

    Raises:
        UndecodableBody: A named coding is unknown or broken.
        BodyTooLarge: A step gives more than that.
    """
    max_bytes = min(max_bytes, max(MAX_RATIO * len(raw), _ALWAYS_ALLOWED_BYTES))
    body = raw
    codings = _codings(head, "content-encoding") + _codings(head, "transfer-encoding")
    if len(codings) > MAX_CODINGS:
        raise UndecodableBody(f"{len(codings)} codings one in another: more than {MAX_CODINGS} are not undone")
    for coding in reversed(codings):
        body = _undo(coding, body, max_bytes)
    if len(body) > max_bytes:
        raise _too_large(max_bytes)
    return body


def dechunk(raw: bytes) -> bytes:
    """Join the chunks of a chunked body (RFC 9112 §7.1), extensions and trailers dropped.

    A body that was cut gives what is there. One that is not chunked at all is returned as it is.
    """
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK_SIZE.match(raw, at):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(raw[match.end() : match.end() + size])
        at = match.end() + size
        at += 2 if raw.startswith(b"\r\n", at) else 1
    return b"".join(parts) if parts or _is_cut_size(raw) else raw


def _is_cut_size(raw: bytes) -> bool:
    return re.fullmatch(rb"[0-9A-Fa-f]{0,15}(;[^\n]*)?\r?", raw) is not None


def _codings(head: Head, name: str) -> list[str]:
    listed = ",".join(head.get_all(name)).lower().split(",")
    # A no-break space is a blank to str.strip, but to no parser of HTTP.
    return [coding for item in listed if (coding := item.strip(whitespace)) not in _NOT_A_CODING]


def _undo(coding: str, body: bytes, max_bytes: int) -> bytes:
    if not body:
        return body
    if coding == "chunked":
        return dechunk(body)
    undo = _DECODERS.get(coding)
    if undo is not None:
        return undo(body, max_bytes)
    if _looks_like_text(body):
        return body
    raise UndecodableBody(f"the content coding {coding[:40]!r} is unknown")


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    if not body.startswith(_GZIP_MAGIC):
        return body
    parts: list[bytes] = []
    left = max_bytes
    # RFC 1952 §2.2: members follow one another; other bytes after a member are padding.
    while body.startswith(_GZIP_MAGIC):
        member, body = _inflate(body, zlib.MAX_WBITS | 16, left)
        parts.append(member)
        left -= len(member)
    return b"".join(parts)


def _undeflate(body: bytes, max_bytes: int) -> bytes:
    # RFC 9110 §8.4.1.2: "deflate" is zlib's format, but some senders leave zlib's wrapping out.
    wrapped = body[0] & 0x0F == 8 and len(body) > 1 and int.from_bytes(body[:2], "big") % 31 == 0
    try:
        return _inflate(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, max_bytes)[0]
    except UndecodableBody:
        if _looks_like_text(body):
            return body
        raise


def _inflate(body: bytes, wbits: int, max_bytes: int) -> tuple[bytes, bytes]:
    """One deflate stream undone, and the bytes after it."""
    stream = zlib.decompressobj(wbits)
    try:
        plain = stream.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise UndecodableBody(f"the compressed body is broken ({error})") from error
    if len(plain) > max_bytes:
        raise _too_large(max_bytes)
    return plain, stream.unused_data


def _unbrotli(body: bytes, max_bytes: int) -> bytes:
    stream = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    fed = body
    try:
        # A stream that was cut gives what it holds back only when asked again, with nothing.
        while not stream.is_finished() and ((part := stream.process(fed, output_buffer_limit=_STEP_BYTES)) or fed):
            parts.append(part)
            size += len(part)
            fed = b""
            if size > max_bytes:
                raise _too_large(max_bytes)
    except brotli.error as error:
        if _looks_like_text(body):
            return body
        raise UndecodableBody("the body is not the brotli stream it is said to be") from error
    return b"".join(parts)


def _unzstd(body: bytes, max_bytes: int) -> bytes:
    if not _ZSTD_MAGIC.match(body):
        return body
    reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).stream_reader(body, read_across_frames=True)
    parts: list[bytes] = []
    size = 0
    try:
        while size <= max_bytes and (part := reader.read(_STEP_BYTES)):
            parts.append(part)
            size += len(part)
    except zstandard.ZstdError as error:
        raise UndecodableBody(f"the zstd body is broken ({error})") from error
    if size > max_bytes:
        raise _too_large(max_bytes)
    return b"".join(parts)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _looks_like_text(body: bytes) -> bool:
    return _CONTROL.search(body, 0, _SNIFF_BYTES) is None


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than {max_bytes} bytes once its codings are undone")

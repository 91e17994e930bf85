"""The table of vices: everything a server can do wrong, or oddly, and what must be recorded of it.

What the client must have recorded is written beside each script by hand, so that the tests compare bytes with bytes
and nothing is parsed twice. Each table is one chapter of misbehaviour; `VICES` is all of them.
"""

from __future__ import annotations

import gzip
import zlib

import brotli
import zstandard

from tests.origin.vice import End, Vice, answer, chunked, head

_HELLO = b"<p>Hello, archive.</p>"
_PAGE = _HELLO * 50
_LARGE = b"x" * 400_000
_STATUS = b"HTTP/1.1 200 OK\r\n"
_UNTIL_CLOSE = head(b"Content-Type: text/html")
_CHUNKED = head(b"Transfer-Encoding: chunked", b"Trailer: X-Sum")
_CHUNKS = b'5;name=value;q="a b"\r\nHello\r\n1\r\n,\r\n0A\r\n archive!!\r\n0;last\r\nX-Sum: 17\r\nX-More: y\r\n\r\n'
_JOINED = b"Hello, archive!!"
_EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
_FIELD = b"X: " + b"y" * 4000 + b"\r\n"
_FRAMED = b"1;" + b"e" * 1000 + b"\r\nx\r\n"


def _raw_deflate(plain: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(plain) + stream.flush()


def _slowly(raw: bytes, pause_s: float) -> tuple[bytes | float, ...]:
    return tuple(step for byte in raw for step in (bytes([byte]), pause_s))


def _whole(name: str, body: bytes, *lines: bytes, status: bytes = b"200 OK", end: End = End.KEEP) -> Vice:
    """A response with a length whose framing is as it should be, whatever else is not."""
    return Vice(name, (answer(body, *lines, status=status),), end, payload=body)


def _coded(name: str, coding: bytes, body: bytes) -> Vice:
    return _whole(name, body, b"Content-Encoding: " + coding)


def _cut(name: str, *script: bytes | float, end: End = End.CLOSE, why: str = "disconnect") -> Vice:
    return Vice(name, script, end, truncated=why)


def _broken(name: str, raw: bytes) -> Vice:
    """What no client can make sense of: the connection is given up, what had come is kept."""
    return Vice(name, (raw,), End.CLOSE, truncated="unspecified")


def _chunks(name: str, raw: bytes, payload: bytes, *lines: bytes) -> Vice:
    return Vice(name, (head(*(lines or (b"Transfer-Encoding: chunked",))) + raw,), payload=payload)


SANE = (
    _whole("plain", _HELLO),
    _whole("empty", b""),
    _whole("all_bytes", bytes(range(256)) * 8),
    _whole("looks_like_a_message", head(b"X: y") * 3),
    Vice("chunked", (_CHUNKED, 0.02, _CHUNKS[:30], 0.02, _CHUNKS[30:]), payload=_JOINED),
    Vice("no_length", (_UNTIL_CLOSE + _HELLO,), End.CLOSE, payload=_HELLO),
    Vice("no_length_and_empty", (_UNTIL_CLOSE,), End.CLOSE, payload=b""),
    Vice("http_1_0", (head(b"Server: old", version=b"HTTP/1.0") + _HELLO,), End.CLOSE, payload=_HELLO),
    Vice("http_1_0_with_length", (answer(_HELLO).replace(b"/1.1", b"/1.0"),), End.CLOSE, payload=_HELLO),
    Vice("head", (head(b"Content-Length: 22"),), method="HEAD", payload=b""),
    Vice("head_chunked", (head(b"Transfer-Encoding: chunked"),), method="HEAD", payload=b""),
    _whole("cookies", _HELLO, b"Set-Cookie: a=b; Path=/; HttpOnly", b"Set-Cookie: c=d; Max-Age=9"),
    _whole("connection_close", _HELLO, b"Connection: close", end=End.CLOSE),
)

STATUSES = (
    Vice("no_content", (b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",), payload=b""),
    Vice("not_modified", (b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 22\r\n\r\n',), payload=b""),
    _whole("partial_content", _HELLO, b"Content-Range: bytes 0-21/99", status=b"206 Partial Content"),
    _whole("redirect", _HELLO, b"Location: /plain", status=b"302 Found"),
    _whole("redirect_loop", b"", b"Location: /redirect_loop", status=b"301 Moved Permanently"),
    _whole("redirect_without_location", _HELLO, status=b"308 Permanent Redirect"),
    _whole("redirect_to_nonsense", _HELLO, b"Location: http://[::1/\xe9 x", status=b"303 See Other"),
    _whole("unauthorized", _HELLO, b'WWW-Authenticate: Basic realm="press"', status=b"401 Unauthorized"),
    _whole("retry_after", _HELLO, b"Retry-After: 120", status=b"429 Too Many Requests"),
    _whole("retry_after_date", b"", b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", status=b"503 Service Unavailable"),
    _whole("server_error", _HELLO, status=b"500 Oops"),
    _whole("status_999", _HELLO, status=b"999 Request denied"),
    Vice("no_reason", (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",), payload=b"ok"),
    Vice("empty_reason", (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",), payload=b"ok"),
    _whole("latin1_reason", _HELLO, b"X-Latin: \xe9", status=b"200 D\xe9j\xe0 vu"),
    _whole("long_reason", _HELLO, status=b"200 " + b"O" * 60_000),
    Vice("version_2", (answer(_HELLO).replace(b"/1.1", b"/2.0"),), payload=_HELLO),
    Vice("interim", (_EARLY, 0.02, answer(_HELLO)), message=answer(_HELLO), interim=_EARLY, payload=_HELLO),
    Vice(
        "interim_in_one_segment",
        (_EARLY + answer(_HELLO),),
        message=answer(_HELLO),
        interim=_EARLY,
        payload=_HELLO,
    ),
    Vice(
        "interim_many",
        (_EARLY * 20, 0.02, _EARLY[:70], 0.02, _EARLY[70:] + _CHUNKED + _CHUNKS),
        message=_CHUNKED + _CHUNKS,
        interim=_EARLY * 21,
        payload=_JOINED,
    ),
    Vice("interim_only", (_EARLY,), End.CLOSE, interim=_EARLY),
    Vice(
        "interim_cut",
        (_EARLY + b"HTTP/1.1 200 O",),
        End.CLOSE,
        message=b"HTTP/1.1 200 O",
        interim=_EARLY,
        truncated="disconnect",
    ),
)

CODINGS = (
    _coded("gzip", b"gzip", gzip.compress(_PAGE, mtime=0)),
    _coded("gzip_cut_inside", b"gzip", gzip.compress(_PAGE, mtime=0)[:-12]),
    _coded("gzip_with_padding", b"x-gzip", gzip.compress(_PAGE, mtime=0) + b"\0" * 16),
    _coded("deflate", b"deflate", zlib.compress(_PAGE)),
    _coded("deflate_raw", b"Deflate", _raw_deflate(_PAGE)),
    _coded("br", b"br", brotli.compress(_PAGE)),
    _coded("zstd", b"zstd", zstandard.compress(_PAGE)),
    _coded("two_codings", b"gzip, br", brotli.compress(gzip.compress(_PAGE, mtime=0))),
    _coded("false_gzip", b"gzip", _HELLO),
    _coded("false_deflate", b"deflate", _HELLO),
    _coded("false_br", b"br", _HELLO),
    _coded("false_zstd", b"zstd", _HELLO),
    _coded("unknown_coding", b"rot13", b"<c>Uryyb, nepuvir.</c>"),
    _chunks(
        "chunked_gzip",
        chunked(gzip.compress(_PAGE, mtime=0)[:30], gzip.compress(_PAGE, mtime=0)[30:]),
        gzip.compress(_PAGE, mtime=0),
        b"Content-Encoding: gzip",
        b"Transfer-Encoding: chunked",
    ),
)

FIELDS = (
    _whole(
        "duplicate_and_folded",
        _HELLO,
        b"X-a: 1",
        b"x-A:2",
        b"SET-cookie:a=b",
        b"Set-Cookie: c=d",
        b"X-Fold: one\r\n\t two\r\n  three",
    ),
    Vice("odd_case", (b"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh:22\r\nETAG:x\r\n\r\n" + _HELLO,), payload=_HELLO),
    Vice(
        "folded_before_any_field",
        (b"HTTP/1.1 200 OK\r\n folded: onto nothing\r\nContent-Length: 22\r\n\r\n" + _HELLO,),
        payload=_HELLO,
    ),
    _whole("long_line", _HELLO, b"X-Long: " + b"l" * 200 * 1024),
    _whole("many_fields", _HELLO, *(b"X-%d: %d" % (number, number) for number in range(3000))),
    _whole("no_colon", _HELLO, b"this is no field"),
    _whole("space_before_colon", _HELLO, b"X-Space : v", b"X Y: z", b": nameless"),
    Vice("space_before_length", (b"HTTP/1.1 200 OK\r\nContent-Length : 22\r\n\r\n" + _HELLO,), payload=_HELLO),
    _whole("tabs_and_nothing", _HELLO, b"X-Tab:\t\tv\t", b"X-Nothing:", b"X-Blank:   "),
    _whole("controls_in_a_value", _HELLO, b"X-Nul: a\0b", b"X-Bell: \x07\x1b[31m", b"X-Del: \x7f"),
    _whole("bytes_in_a_name", _HELLO, b"X-\xff\xfe: v", b"\xc3\xa9: v", b"(X): v"),
    _whole("utf8_value", _HELLO, "X-Titre: Été à Zürich".encode()),
    Vice("bare_lf", (answer(_HELLO).replace(b"\r\n", b"\n"),), payload=_HELLO),
    Vice("mixed_line_ends", (b"HTTP/1.1 200 OK\nA: b\r\nContent-Length: 22\n\r\n" + _HELLO,), payload=_HELLO),
    _whole("bare_cr_before_a_name", _HELLO, b"\rTransfer-Encoding: chunked"),
    Vice("bare_cr_in_a_value", (answer(_HELLO, b"X-Cr: a\rb"),), payload=_HELLO),
    Vice("byte_by_byte", tuple(bytes([byte]) for byte in answer(b"drip")), payload=b"drip"),
    Vice("slow_drip", _slowly(answer(b"drip"), 0.005), payload=b"drip"),
)

LENGTHS = (
    _whole("length_twice", _HELLO, b"Content-Length: 22"),
    Vice("length_list", (head(b"Content-Length: 22, 22") + _HELLO,), payload=_HELLO),
    Vice("length_with_zeros", (head(b"Content-Length: 00000000000000022") + _HELLO,), payload=_HELLO),
    Vice(
        "excess",
        (answer(_HELLO) + head(b"X-Smuggled: y"),),
        message=answer(_HELLO),
        excess_bytes=34,
        payload=_HELLO,
    ),
    Vice(
        "length_too_short",
        (head(b"Content-Length: 9") + _HELLO,),
        message=head(b"Content-Length: 9") + _HELLO[:9],
        excess_bytes=13,
        payload=_HELLO[:9],
    ),
    Vice(
        "length_nought_with_body",
        (head(b"Content-Length: 0") + _HELLO,),
        message=head(b"Content-Length: 0"),
        excess_bytes=22,
        payload=b"",
    ),
    Vice(
        "no_content_with_body",
        (head(status=b"204 No Content") + _HELLO,),
        message=head(status=b"204 No Content"),
        excess_bytes=22,
        payload=b"",
    ),
    Vice(
        "head_with_body", (answer(_HELLO),), method="HEAD", message=answer(_HELLO)[:-22], excess_bytes=22, payload=b""
    ),
    Vice("line_end_after_body", (answer(_HELLO) + b"\r\n",), message=answer(_HELLO), excess_bytes=2, payload=_HELLO),
    _cut("length_too_long", answer(_HELLO).replace(b": 22", b": 23")),
    _cut("length_far_too_long", head(b"Content-Length: 199999") + _HELLO),
    _broken("lengths_in_conflict", head(b"Content-Length: 22", b"Content-Length: 23") + _HELLO),
    _broken("length_negative", head(b"Content-Length: -22") + _HELLO),
    _broken("length_in_words", head(b"Content-Length: twenty-two") + _HELLO),
    _broken("length_left_out", head(b"Content-Length:") + _HELLO),
)

CHUNKS = (
    _chunks("chunks_of_one_byte", chunked(*(_HELLO[at : at + 1] for at in range(22))), _HELLO),
    _chunks("chunked_and_empty", b"0\r\n\r\n", b""),
    _chunks("chunked_in_capitals", chunked(_HELLO), _HELLO, b"TRANSFER-ENCODING: CHUNKED"),
    _chunks("chunk_sizes_padded", b"0000016   \r\n" + _HELLO + b"\r\n0  \r\n\r\n", _HELLO),
    _chunks("chunk_extensions_after_blanks", b"16 ; a = b\r\n" + _HELLO + b"\r\n0 ;c\r\n\r\n", _HELLO),
    Vice(
        "chunk_sizes_arriving_late",
        (head(b"Transfer-Encoding: chunked"), 0.02, b"16  ", 0.02, b" \r", 0.02, b"\n" + _HELLO + b"\r\n0\r\n\r\n"),
        payload=_HELLO,
    ),
    _chunks("chunked_with_length", chunked(_HELLO), _HELLO, b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    Vice(
        "chunked_in_http_1_0",
        (head(b"Transfer-Encoding: chunked", version=b"HTTP/1.0") + chunked(_HELLO),),
        End.CLOSE,
        payload=_HELLO,
    ),
    _chunks("chunked_after_identity", chunked(_HELLO), _HELLO, b"Transfer-Encoding: identity, chunked"),
    _chunks(
        "chunked_over_two_fields",
        chunked(_HELLO),
        _HELLO,
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: chunked",
    ),
    Vice(
        "transfer_gzip_chunked",
        (head(b"Transfer-Encoding: gzip, chunked") + chunked(gzip.compress(_PAGE, mtime=0)),),
        payload=gzip.compress(_PAGE, mtime=0),
        is_transfer_coded=True,
    ),
    _whole("transfer_identity", _HELLO, b"Transfer-Encoding: identity"),
    Vice(
        "transfer_gzip_until_close",
        (head(b"Content-Length: 5", b"Transfer-Encoding: gzip") + gzip.compress(_PAGE, mtime=0),),
        End.CLOSE,
        payload=gzip.compress(_PAGE, mtime=0),
        is_transfer_coded=True,
    ),
    Vice(
        "chunked_with_excess",
        (_CHUNKED + _CHUNKS + b"more",),
        message=_CHUNKED + _CHUNKS,
        excess_bytes=4,
        payload=_JOINED,
    ),
    _broken("chunk_size_no_number", _CHUNKED + b"xyz\r\nHello\r\n"),
    _broken("chunk_size_negative", _CHUNKED + b"-5\r\nHello\r\n0\r\n\r\n"),
    _broken("chunk_size_with_prefix", _CHUNKED + b"0x5\r\nHello\r\n0\r\n\r\n"),
    _broken("chunk_longer_than_said", _CHUNKED + b"4\r\nHello\r\n0\r\n\r\n"),
    _broken("chunks_with_bare_lf", _CHUNKED + b"5\nHello\n0\n\n" + b"-" * 1100),
    Vice(
        "trailer_without_end",
        (_CHUNKED + b"0\r\n" + b"X: y\r\n" * 20_000,),
        End.CLOSE,
        truncated="unspecified",
        is_prefix=True,
    ),
    _cut("chunk_astronomical", _CHUNKED + b"FFFFFFFFFFFFFFF\r\nHello"),
    _broken("falsely_chunked", _CHUNKED + _HELLO + b"\r\n" + _HELLO),
)

CUTS = (
    _cut("cut_status_line", b"HTTP/1.1 2"),
    _cut("cut_head", answer(_HELLO)[:30]),
    _cut("cut_before_empty_line", answer(_HELLO)[:-24]),
    _cut("cut_between_head_and_body", answer(_HELLO)[:-22]),
    _cut("cut_length", answer(_HELLO)[:-5]),
    _cut("cut_last_byte", answer(_HELLO)[:-1]),
    _cut("cut_chunk_size", _CHUNKED, _CHUNKS[:4]),
    _cut("cut_before_chunk", _CHUNKED, _CHUNKS[:22]),
    _cut("cut_chunked", _CHUNKED, _CHUNKS[:25]),
    _cut("cut_between_chunks", _CHUNKED, chunked(_HELLO)[:-5]),
    _cut("cut_last_chunk", _CHUNKED, chunked(_HELLO)[:-2]),
    _cut("cut_trailer", _CHUNKED, _CHUNKS[:-4]),
    _cut("cut_final_line_end", _CHUNKED, _CHUNKS[:-1]),
    _cut("reset", answer(_HELLO)[:-5], 0.1, end=End.RESET),
    _cut("reset_in_head", answer(_HELLO)[:25], 0.1, end=End.RESET),
    _cut("reset_in_chunk", _CHUNKED, _CHUNKS[:25], 0.1, end=End.RESET),
    _cut("reset_no_length", _UNTIL_CLOSE + _HELLO, 0.1, end=End.RESET),
    Vice("reset_without_a_word", (0.05,), End.RESET),
    Vice("silent", (), End.CLOSE),
    Vice("stall_before_head", (), End.STALL),
    _cut("stall_in_head", answer(_HELLO)[:25], end=End.STALL, why="time"),
    _cut("stall_in_body", answer(_HELLO)[:-5], end=End.STALL, why="time"),
    _cut("stall_in_chunk", _CHUNKED, _CHUNKS[:25], end=End.STALL, why="time"),
    _cut("stall_no_length", _UNTIL_CLOSE + _HELLO, end=End.STALL, why="time"),
    Vice("drip_for_ever", (_UNTIL_CLOSE, *_slowly(b"x" * 30, 0.1)), truncated="time", is_prefix=True),
)

LIMITS = (
    Vice("too_large_announced", (answer(_LARGE),), End.CLOSE, truncated="length", is_prefix=True),
    Vice("too_large_streamed", (_UNTIL_CLOSE, *(_LARGE[:4000],) * 100), End.CLOSE, truncated="length", is_prefix=True),
    Vice(
        "too_large_chunked",
        (head(b"Transfer-Encoding: chunked"), *(b"fa0\r\n" + _LARGE[:4000] + b"\r\n",) * 100),
        End.CLOSE,
        truncated="length",
        is_prefix=True,
    ),
    Vice("endless_line", (_STATUS + b"X: ", *(b"y" * 4000,) * 100), End.STALL, truncated="unspecified", is_prefix=True),
    Vice("endless_head", (_STATUS, *(_FIELD,) * 300), End.STALL, truncated="length", is_prefix=True),
    Vice("endless_chunk_extensions", (_CHUNKED, *(_FRAMED,) * 2000), End.STALL, truncated="length", is_prefix=True),
)

NONSENSE = (
    _broken("no_http", b"SSH-2.0-OpenSSH_9.6\r\n"),
    _broken("http_0_9", b"<html>" + _HELLO + b"\n</html>\n"),
    _broken("icy", b"ICY 200 OK\r\nicy-name: radio\r\n\r\n"),
    _broken("empty_line_first", b"\r\n" + answer(_HELLO)),
    _broken("status_in_words", b"HTTP/1.1 two hundred\r\n\r\n"),
    _broken("status_left_out", b"HTTP/1.1\r\n\r\n"),
    _broken("tls_alert", b"\x15\x03\x01\x00\x02\x02\x46\r\n"),
)

VICES = (*SANE, *STATUSES, *CODINGS, *FIELDS, *LENGTHS, *CHUNKS, *CUTS, *LIMITS, *NONSENSE)
"""Each is fetched once, on connections that are kept and used again where the vice allows it."""

REUSED = tuple(_whole(f"reused_{n}", b"%d" % n) for n in range(5))
"""Fetched in this order from an origin of their own: they must share one connection."""

STALE = (
    Vice("stale", (answer(_HELLO),), End.DROP_NEXT, payload=_HELLO),
    _whole("after_stale", _HELLO),
)
"""Fetched in this order from an origin of their own: the second is sent twice, since its first connection is dead."""

TLS_ONLY = (Vice("vanished", (_UNTIL_CLOSE + _HELLO,), End.VANISH, truncated="disconnect"),)
"""What can only be done over TLS: a close that nobody signed (RFC 9112 §9.8)."""

"""Where a message ends, for servers that are odder than Twisted allows but that the standard or every browser reads.

Bytes go in as they came and are recorded before this module sees them: what is passed over here is in the archive.
Promised: the framing is settled as RFC 9112 §6.3 has it, and what it calls unrecoverable is still given up.
"""

# ruff: noqa: ARG002, N802, N815 Twisted's names and signatures

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import _LenientHTTPClientParser
from twisted.web._newclient import HEADER
from twisted.web.http import _ChunkedTransferDecoder, maxChunkSizeLineLength
from twisted.web.http_headers import InvalidHeaderName

from pipelines.errors import ProtocolBroken

MAX_LINE_BYTES = 256 * 1024
"""Longest header line; Twisted's own limit of 16 KiB loses real pages."""

_TRANSFER_ENCODING = b"transfer-encoding"
# "identity" was RFC 2616's word for no coding at all.
_NO_CODING = (b"", b"identity")


class _TolerantChunks(_ChunkedTransferDecoder):
    """Reads chunk sizes with blanks around them: RFC 9112 §7.1.1 has them before ";", old servers before CRLF."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:
        end = self._buffer.find(b"\r\n", self._start)
        if 0 < end < maxChunkSizeLineLength:
            size, semicolon, extensions = self._buffer[:end].partition(b";")
            self._buffer[:end] = size.strip(b" \t") + semicolon + extensions
            # The line may have become shorter than what was searched already.
            self._start = 0
        return super()._dataReceived_CHUNK_LENGTH()


class TolerantParser(_LenientHTTPClientParser):
    """Scrapy's parser, which skips lines that are no field, and with it Twisted's; this one skips more."""

    MAX_LENGTH = MAX_LINE_BYTES
    is_transfer_coded = False
    """Whether the body is in a transfer coding besides its chunks, which nothing here undoes."""
    _transferDecoders = {b"chunked": _TolerantChunks}  # noqa: RUF012 Twisted's attribute

    def lineReceived(self, line: bytes) -> None:
        """Pass over a continuation line that continues nothing (RFC 9112 §2.2)."""
        if self.state == HEADER and self._partialHeader is None and line.startswith((b" ", b"\t")):
            return
        super().lineReceived(line)

    def headerReceived(self, name: bytes, value: bytes) -> None:
        """Take "Name : value" as what it means; pass over a name that is no token."""
        try:
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]
        except InvalidHeaderName:
            # Twisted would give the whole response up for it.
            stripped = name.strip(b" \t")
            if stripped != name:
                self.headerReceived(stripped, value)

    def allHeadersReceived(self) -> None:
        """Settle the framing before Twisted, which knows "chunked" alone, looks at it."""
        self._settle_transfer_coding()
        super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:
        """Give the response up.

        Raises:
            ProtocolBroken: Always.
        """
        raise ProtocolBroken(f"a header line is longer than {MAX_LINE_BYTES} bytes")

    def _settle_transfer_coding(self) -> None:
        fields = self.connHeaders.getRawHeaders(_TRANSFER_ENCODING, ())
        codings = [item.strip() for item in b",".join(fields).lower().split(b",") if item.strip() not in _NO_CODING]
        self.is_transfer_coded = any(coding != b"chunked" for coding in codings)
        self.connHeaders.removeHeader(_TRANSFER_ENCODING)
        if codings and codings[-1] == b"chunked":
            self.connHeaders.setRawHeaders(_TRANSFER_ENCODING, [b"chunked"])
        elif codings:
            # RFC 9112 §6.3, item 4: the message ends with the connection, whatever length it claims.
            self.connHeaders.removeHeader(b"content-length")

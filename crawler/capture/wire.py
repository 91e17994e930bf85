"""One exchange while it is on the wire: bytes in, an `Exchange` out.

Pure: no socket, no reactor, no clock. The tap says what was sent and received and where the parser stood; positions
are given as the number of received bytes the parser had not yet used, since that is what a parser knows exactly.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import IO, cast

from pipelines.values import Exchange, TlsFacts

SPOOL_BYTES = 1024 * 1024
"""How much of a response is held in memory before it goes to a temporary file."""


class Recording:
    """Takes down one request and what comes back.

    It is open until it is complete or cut, whichever is said first; what comes later is not part of the exchange.

    Args:
        url: The absolute URL requested.
        started_at: When the first byte of the request is written.
        peer_address: The address of the other end, in RFC 5952 form.
        elapsed_ms: Milliseconds since `started_at`, whenever it is called.
        awaits_tls: Whether the handshake still goes on, so that what is sent waits for `tls_agreed`.
        tls: What an earlier handshake of the connection agreed on.
    """

    def __init__(
        self,
        url: str,
        *,
        started_at: datetime,
        peer_address: str | None,
        elapsed_ms: Callable[[], int],
        awaits_tls: bool = False,
        tls: TlsFacts | None = None,
    ) -> None:
        self.received_bytes = 0
        """Everything received, interim responses and excess included."""
        self._url = url
        self._started_at = started_at
        self._peer_address = peer_address
        self._elapsed_ms = elapsed_ms
        self._awaits_tls = awaits_tls
        self._tls = tls
        self._request = bytearray()
        # Whoever takes the exchange closes it.
        self._spool = cast("IO[bytes]", tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # noqa: SIM115
        self._interim = b""
        self._head_bytes: int | None = None
        self._payload = hashlib.sha256()
        self._is_payload_known = True
        self._message_bytes: int | None = None
        self._truncated: str | None = None
        self._fetch_ms = 0
        self._is_open = True

    @property
    def has_head(self) -> bool:
        """Whether the final response's head has ended."""
        return self._head_bytes is not None

    @property
    def is_on_wire(self) -> bool:
        """Whether a byte of the request can have left: there is nothing to record before."""
        return bool(self._request) and not self._awaits_tls

    def tls_agreed(self, facts: TlsFacts) -> None:
        """The handshake is done; what was sent before goes out now."""
        self._awaits_tls = False
        self._tls = facts

    def sent(self, raw: bytes) -> None:
        """Bytes of the request went out."""
        self._request += raw

    def received(self, raw: bytes) -> None:
        """Bytes came in; to be said before the parser sees them."""
        if self._is_open:
            self.received_bytes += len(raw)
            self._spool.write(raw)

    def interim_ended(self, unparsed_bytes: int) -> None:
        """All but the last *unparsed_bytes* received so far were 1xx responses (RFC 9110 §15.2)."""
        if not self._is_open:
            return
        end = self._message_offset(unparsed_bytes)
        self._spool.seek(0)
        self._interim += self._spool.read(end)
        begun = self._spool.read()
        self._spool.seek(0)
        self._spool.truncate()
        self._spool.write(begun)

    def head_ended(self, unparsed_bytes: int) -> None:
        """The final response's head ended that many bytes ago."""
        if self._is_open:
            self._head_bytes = self._message_offset(unparsed_bytes)

    def payload(self, raw: bytes) -> None:
        """Bytes of the body without their chunk framing."""
        self._payload.update(raw)

    def payload_unknown(self) -> None:
        """What `payload` is given is in a transfer coding still, so that its digest is not the payload's (§6.3.2)."""
        self._is_payload_known = False

    def complete(self, unparsed_bytes: int) -> None:
        """The message ended that many bytes ago, by its own framing or by a clean close that its framing allows."""
        if self._is_open:
            self._message_bytes = self._message_offset(unparsed_bytes)
            self._close()

    def cut(self, why: str) -> None:
        """The message will not be received to its end; *why* is as in WARC-Truncated."""
        if self._is_open:
            self._truncated = why
            self._close()

    def exchange(self, *, why_cut: str | None = None, error: str | None = None) -> Exchange:
        """The exchange as it stands; an open recording is cut now.

        Args:
            why_cut: For a message without an end, a better reason than the tap had.
            error: What went wrong, in words.
        """
        self.cut("unspecified")
        received = self.received_bytes - len(self._interim)
        message_bytes = received if self._message_bytes is None else self._message_bytes
        is_cut = self._message_bytes is None
        self._spool.seek(0)
        return Exchange(
            url=self._url,
            started_at=self._started_at,
            fetch_ms=self._fetch_ms,
            request=bytes(self._request),
            response=self._spool,
            response_bytes=message_bytes,
            head_bytes=self._head_bytes,
            payload_sha256=self._payload.hexdigest() if self._is_payload_known and not is_cut else None,
            truncated=(why_cut or self._truncated) if is_cut else None,
            peer_address=self._peer_address,
            tls=self._tls,
            interim=self._interim,
            excess_bytes=received - message_bytes,
            error=error,
        )

    def discard(self) -> None:
        """Release the spool of a recording that no exchange is made of."""
        self._spool.close()

    def _message_offset(self, unparsed_bytes: int) -> int:
        return self.received_bytes - unparsed_bytes - len(self._interim)

    def _close(self) -> None:
        self._fetch_ms = self._elapsed_ms()
        self._is_open = False

"""The download handler: Scrapy's own for HTTP/1.1, with every exchange recorded before anyone sees the response.

A request goes in; a response comes out once its record is written, and `request.meta["record"]` names the record
(null where nothing was received). Failures are recorded the same way: what had arrived, marked as cut. Where nothing
went out (no address, no connection, no TLS) there is nothing to record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future

from crawler.capture.failures import in_words, reason_of, truncation_of
from crawler.capture.guards import ALLOW_PRIVATE_SETTING
from crawler.capture.tap import Capture, TapAgent, TapFactory, check_versions
from crawler.capture.writing import WriterThread
from pipelines.reasons import Reason

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

RECORD_META = "record"
"""Key in `request.meta` of the RecordRef of the request's response record, or null."""
VISIT_META = "visit"
"""Key in `request.meta` of the VisitFacts to be kept with the exchange."""
SENT_META = "sent_s"
"""Key in `request.meta` of when its first byte went out, in seconds of the monotonic clock; null where none did."""

LOST_META = "is_lost"
"""Key in `request.meta` of whether it was sent over a kept connection that turned out to be dead."""

_FRAMING_BYTES = 1024 * 1024


class CaptureHandler(HTTP11DownloadHandler):
    """Downloads and records. For DOWNLOAD_HANDLERS, under "http" and "https".

    Settings: those of Scrapy's handler, and PRESSARC_ALLOW_PRIVATE (private addresses may be fetched; false).
    """

    def __init__(self, crawler: Crawler) -> None:
        check_versions()
        super().__init__(crawler)
        self._pool._factory = TapFactory  # noqa: SLF001 the one place where a pool takes it
        # Twisted would send a request again at once where a kept connection turns out to be dead: see AgainMiddleware.
        self._pool.retryAutomatically = False
        self._is_guarded = not crawler.settings.getbool(ALLOW_PRIVATE_SETTING)
        self._writer = WriterThread.of(crawler)

    async def download_request(self, request: Request) -> Response:
        """Download *request* and record what crossed the wire.

        Raises:
            AddressRefused: The host's address is private; nothing was sent.
            WarcWriteFailed: This exchange, or one before, could not be written; the spider is being closed.
            DownloadFailedError: And its like of Scrapy: see `failures.reason_of`.
        """
        # Scrapy copies meta to retries and redirects: an earlier response's record is not this one's.
        request.meta[RECORD_META] = None
        request.meta[SENT_META] = None
        request.meta[LOST_META] = False
        self._writer.refuse_if_closing(request.url)
        max_bytes = request.meta.get("download_maxsize", self._default_maxsize)
        # A chunked body may be twice its size on the wire; more is framing for framing's sake.
        max_wire_bytes = 2 * max_bytes + _FRAMING_BYTES if max_bytes else None
        capture = Capture(urldefrag(request.url)[0], max_wire_bytes=max_wire_bytes)
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(self._agent(capture).download_request(request))
        except Exception as error:
            request.meta[SENT_META] = capture.sent_s
            request.meta[LOST_META] = capture.is_lost and reason_of(error) is Reason.DISCONNECTED
            await self._record(request, capture, error)
            raise
        request.meta[SENT_META] = capture.sent_s
        await self._record(request, capture, None)
        return response

    async def close(self) -> None:
        """Close the connections and the writer thread."""
        await super().close()
        self._writer.close()

    def _agent(self, capture: Capture) -> TapAgent:
        agent = TapAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        agent.capture = capture
        agent.is_guarded = self._is_guarded
        return agent

    async def _record(self, request: Request, capture: Capture, error: Exception | None) -> None:
        recording = capture.recording
        if recording is None:
            return
        if not recording.is_on_wire:
            recording.discard()
            return
        exchange = recording.exchange(
            why_cut=truncation_of(error),
            error=None if error is None else in_words(error),
        )
        request.meta[RECORD_META] = await self._writer.write(exchange, request.meta.get(VISIT_META))

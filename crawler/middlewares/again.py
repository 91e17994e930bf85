"""A request that was lost on a dead connection is sent again, once, when its turn has come.

A server may close a connection that both sides keep just as the next request is on its way. That is nobody's refusal
and counts as no try (RFC 9112 §9.3.1): `crawl.retries` is for what fails on a connection that works.

*Why not Twisted's own repetition.* It goes out at once, past the host's delay and its rests.
"""

from __future__ import annotations

from scrapy import Request

from crawler.capture.handler import LOST_META

_AGAIN_META = "is_again"


class AgainMiddleware:
    """Stands before PaceMiddleware, so that a turn has ended when it is asked, and outside of it on the way back."""

    def process_exception(self, request: Request, exception: Exception) -> Request | None:  # noqa: ARG002 Scrapy's
        """The request once more, if it was lost; else null, and whoever comes next has to know what to do."""
        if not request.meta.get(LOST_META) or request.meta.get(_AGAIN_META):
            return None
        return request.replace(meta={**request.meta, _AGAIN_META: True})

"""How a request is refused before anything is sent: it is dropped, and the spider learns the reason."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from pipelines.reasons import Reason


class Refused(IgnoreRequest):
    """The request is not made.

    Args:
        reason: Why, from the closed list.
        detail: More, in words.
    """

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        super().__init__(reason.meaning)
        self.reason = reason
        self.detail = detail

"""How Scrapy's own messages are logged: an outcome is a line of the archive, so it need not be an error in the log."""

from __future__ import annotations

import logging

from scrapy import Request, Spider, logformatter
from twisted.python.failure import Failure


class QuietLogFormatter(logformatter.LogFormatter):
    """Failed downloads at DEBUG: the spider notes each with its reason."""

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> logformatter.LogFormatterResult:
        """Scrapy's message, quieter."""
        result = super().download_error(failure, request, spider, errmsg)
        return {"level": logging.DEBUG, "msg": result["msg"], "args": result["args"]}

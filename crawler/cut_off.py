"""How a crawl ends that is not to be waited for."""

from __future__ import annotations

import signal

CUT_OFF = 128 + signal.SIGINT
"""The exit code then: the one by which shells know a command that an interrupt ended."""


class CrawlCutOff(BaseException):
    """Whoever runs the crawl has asked twice to stop it: nothing is waited for any more, not even threads."""

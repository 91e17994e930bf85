"""robots.txt (RFC 9309): what an answer means, and what it allows.

An answer of 2xx is read, 4xx means that there are no rules, and 5xx, 429 or no answer at all mean: stay away. Rules are
parsed by protego, which implements the longest match of §2.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from pipelines.reasons import Reason

PRODUCT = "pressarc"
"""The product token that robots.txt groups are matched with (§2.2.1)."""

MAX_BYTES = 512 * 1024
"""At least 500 KiB must be parsed (§2.5)."""

MAX_REDIRECTS = 5
"""At least five redirects must be followed (§2.3.1.2)."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host."""

    rules: Protego | None
    """Null where no rules apply, or where all is refused."""
    refusal: Reason | None = None
    """Why nothing may be fetched, where that is so."""
    detail: str | None = None
    """More about the refusal, in words."""
    crawl_delay_s: float | None = None

    def verdict(self, url: str) -> Reason | None:
        """Why *url* may not be fetched, or null if it may."""
        if self.refusal is not None:
            return self.refusal
        if self.rules is None or self.rules.can_fetch(url, PRODUCT):
            return None
        return Reason.ROBOTS_DISALLOW


NO_RULES = Robots(None)

# Where these keep robots.txt from us, they keep every page of the host from us, and say it better.
_OF_THE_HOST = frozenset((Reason.ADDRESS_REFUSED, Reason.HOST_UNREACHABLE, Reason.TLS_FAILED))


def unreachable(why: Reason, detail: str) -> Robots:
    """What it means that robots.txt could not be had: nothing of the host may be fetched (§2.3.1.4)."""
    return Robots(None, why if why in _OF_THE_HOST else Reason.ROBOTS_UNREACHABLE, detail)


def read_robots(status: int, body: bytes) -> Robots:
    """The rules that an answer to a request for robots.txt means (§2.3.1)."""
    if status == 429 or status >= 500:
        return unreachable(Reason.SERVER_ERROR, f"robots.txt answered {status}")
    if not 200 <= status < 300:
        return NO_RULES
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES].rpartition(b"\n")[0]  # half a line would be another rule
    rules = Protego.parse(body.decode("utf-8", "replace").lstrip("\ufeff"))
    delay = rules.crawl_delay(PRODUCT)
    return Robots(rules, crawl_delay_s=None if delay is None else float(delay))


def robots_url(url: str) -> str:
    """Where the rules for *url* are (§2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"

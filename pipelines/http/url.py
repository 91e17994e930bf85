"""URLs in one form, so that the same address is one string.

`canonical_url` is the identity of a page: what is deduplicated on, and what an article's id is the digest of. What is
requested is the URL as it was found.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from, never what is served.
_TRACKING = re.compile(
    r"(?:utm_\w+|at_(?:medium|campaign|\w*link\w*)|mc_[ce]id|_hs(?:enc|mi)|mkt_tok"
    r"|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|_ga|_gl|wt_\w+|wt\.\w+)",
    re.IGNORECASE,
)


# Most URLs, of which a crawl may hold a million: nothing in them that the one form would change. A dot stands within a
# word, so that `.` and `..` are no such segments.
_SEGMENT = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_CANONICAL = re.compile(rf"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")


@lru_cache(maxsize=65536)
def canonical_url(url: str) -> str:
    """The one form of *url*: lower-case host, no default port, no fragment, sorted query, no tracking parameters.

    Percent-encoding and the order of the query are made uniform (RFC 3986 §6.2.2). A URL that cannot be parsed is
    returned as it is.
    """
    return url if _CANONICAL.fullmatch(url) else _canonical_url(url)


def _canonical_url(url: str) -> str:
    try:
        parts = urlsplit(canonicalize_url(url.strip(), keep_blank_values=True, keep_fragments=False))
        host = _host(parts)
    except ValueError:
        return url
    query = _untracked(parts.query)
    canonical = urlunsplit((parts.scheme, host, parts.path or "/", query, ""))
    return url if canonical == url else canonical  # one string for both: a crawl holds very many


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{parts.port}"
    return host


def without_tracking(url: str) -> str:
    """*url* without parameters that say where a reader came from; else as it is, to the letter."""
    start, mark, query = url.partition("?")
    if not mark:
        return url
    query, hash_, fragment = query.partition("#")
    kept = _untracked(query)
    return start + (f"?{kept}" if kept else "") + hash_ + fragment


def _untracked(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0]))


# Most links of a page: nothing in them that resolving could change, or that could be wrong.
_PLAIN = re.compile(
    r"(https?://[a-z0-9.-]+)?/(?!/)[\w%~=&+,:@/-]*(?:\.[a-z0-9]{2,5})?(?:\?[\w%~=&+,:@/.-]+)?", re.ASCII
)


def absolute_url(base: str, href: str) -> str | None:
    """The http or https URL that *href* means on the page *base*, without fragment; null where it is none."""
    if plain := _PLAIN.fullmatch(href):
        origin = "" if plain[1] else _origin(base)
        if origin is not None:
            return origin + href
    try:
        parts = urlsplit(urljoin(base, href.strip()))
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            return None
        _ = parts.port  # raises where the port is no number
        url = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, "")).rstrip()
        url.encode()  # raises where a page's JSON spelt half a character
    except ValueError:
        return None
    return url


@lru_cache(maxsize=1024)
def _origin(url: str) -> str | None:
    """Scheme and authority of *url* as they stand there; null where they are not those of a web page."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.netloc.encode()  # raise where the port is no number, and on half characters
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in _DEFAULT_PORTS and parts.hostname else None


def site_name(url: str) -> str:
    """The name a site gets from its URL: the host without `www.`, with `-port` where the port is not the default.

    Raises:
        ValueError: *url* names no http or https host.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(url)
    host = _host(urlsplit(canonical_url(url))).removeprefix("www.")
    return host.replace("[", "").replace("]", "").replace(":", "-").strip("-")


@lru_cache(maxsize=65536)
def same_site(one: str, other: str) -> bool:
    """Whether both URLs are on one site: the same host and port, `www.` aside, http and https being one."""
    try:
        first, second = urlsplit(canonical_url(one)), urlsplit(canonical_url(other))
        return _place(first) == _place(second) and bool(first.hostname)
    except ValueError:
        return False


def _place(parts: SplitResult) -> tuple[str, int | None]:
    port = None if parts.port in (80, 443) else parts.port
    return (parts.hostname or "").rstrip(".").removeprefix("www."), port

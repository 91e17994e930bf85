"""When two spellings of a URL are taken for one: what the frontier deduplicates on.

Wider than `canonical_url`, which is what an article's id is made of: scheme, `www.`, doubled and trailing slashes,
`index.html`, and the case of words in the path make no second visit. What is requested is the URL as it was found.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines.http.url import canonical_url

_SLASHES = re.compile(r"/{2,}")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
# Case is meaning in "aB3x", and decoration in "Sport" and "Storm-Hits-The-Coast".
_WORDS = re.compile(r"(?:[^\W\d_]{3,}|[^\W\d_]{1,}(?:-[^\W\d_]+)+)$")


@lru_cache(maxsize=65536)
def identity(url: str) -> str:
    """The one string for all spellings of *url*; without a scheme, so it is no URL itself."""
    parts = urlsplit(canonical_url(url))
    path = _INDEX.sub("/", _SLASHES.sub("/", parts.path)).rstrip("/")
    segments = (segment.lower() if _WORDS.match(segment) else segment for segment in path.split("/"))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.removeprefix('www.')}{'/'.join(segments) or '/'}{query}"

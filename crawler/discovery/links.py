"""The links of a page, each with what its place says about its target.

In goes a parsed page, out come `SeenLink`s in document order, each URL once. Nothing here knows a theme: what counts is
the shape of the URL, the words of the anchor, and whether it is a headline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.http.url import absolute_url, canonical_url, without_tracking
from pipelines.page.tree import Element

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
MAX_TEXT_CHARS = 200
_HEADING_REACH = 3
"""How many elements above an anchor its heading may be."""

# Files that are no pages; what they are shows in the URL, so they are not asked for.
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|rss|atom|pdf|docx?|xlsx?|pptx?|zip|gz|tgz|rar|7z"
    r"|mp[34]|m4[av]|ogg|wav|webm|mov|avi|apk|exe|dmg|ics|woff2?|ttf|eot)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SeenLink:
    """One link of a page."""

    url: str
    text: str
    """The words of the anchor, white space made one; no more than `MAX_TEXT_CHARS` of them."""
    rel: frozenset[str]
    is_heading: bool
    """Whether it is, or holds, a heading."""


def page_links(tree: Element, page_url: str) -> list[SeenLink]:
    """The links to pages, in document order; of several to one URL the most telling one.

    Links marked `rel=nofollow` and links to files that are no pages are left out.
    """
    base = _base(tree, page_url)
    best: dict[str, SeenLink] = {}
    for anchor in tree.iter("a", "link"):
        href = anchor.get("href")
        rel = frozenset((anchor.get("rel") or "").lower().split())
        if not href or "nofollow" in rel or (anchor.tag == "link" and not rel & {"next", "prev"}):
            continue
        target = absolute_url(base, href)
        url = without_tracking(target) if target else None
        if url is None or _NO_PAGE.search(urlsplit(url).path):
            continue
        words = "".join(str(text) for text in anchor.itertext()).split()
        link = SeenLink(url, " ".join(words)[:MAX_TEXT_CHARS], rel, _is_heading(anchor))
        key = canonical_url(url)
        best[key] = _more_telling(best[key], link) if key in best else link
    return list(best.values())


def _base(tree: Element, page_url: str) -> str:
    for element in tree.iter("base"):
        return absolute_url(page_url, element.get("href") or "") or page_url
    return page_url


def _is_heading(anchor: Element) -> bool:
    if any(True for _ in anchor.iter(*_HEADINGS)):
        return True
    above = anchor.getparent()
    for _ in range(_HEADING_REACH):
        if above is None:
            return False
        if above.tag in _HEADINGS:
            return True
        above = above.getparent()
    return False


def _more_telling(one: SeenLink, other: SeenLink) -> SeenLink:
    text = one.text if len(one.text) >= len(other.text) else other.text
    return SeenLink(one.url, text, one.rel | other.rel, one.is_heading or other.is_heading)

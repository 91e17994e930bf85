"""The links of a page, each with what its place says about its target.

In goes a parsed page, out come `SeenLink`s in document order, each URL once. Nothing here knows a theme: what counts is
the shape of the URL, the words of the anchor, and whether it is a headline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from crawler.frontier.directives import NOFOLLOW, robots_directives
from pipelines.http.url import absolute_url, canonical_url, without_tracking
from pipelines.page.tree import Element
from pipelines.values import Page

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
MAX_TEXT_CHARS = 200
_ROLES = frozenset(("navigation", "menubar", "banner"))
_HEADING_REACH = 3
"""How many elements above an anchor its heading may be."""

# Files that are no pages; what they are shows in the URL, so they are not asked for.
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|rss|rdf|atom|pdf|docx?|xlsx?|pptx?|zip|gz|tgz|rar|7z"
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
    is_navigation: bool = False
    """Whether it stands in the site's navigation, where its sections are."""


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Which requests of a site not to follow links are honoured."""

    nofollow_links: bool = True
    """Whether links marked `rel=nofollow` are passed over."""
    nofollow_pages: bool = True
    """Whether no link is followed of a page that says so of itself (`meta[name=robots]`)."""
    nofollow_fields: bool = True
    """Whether no link is followed of an answer whose `X-Robots-Tag` says so."""

    def forbid(self, tree: Element, page: Page) -> bool:
        """Whether no link of *page* is to be followed."""
        fields = [value for name, value in page.headers if name.lower() == "x-robots-tag"]
        meta = [(each.get("name") or "", each.get("content") or "") for each in tree.iter("meta")]
        return NOFOLLOW in robots_directives(
            fields if self.nofollow_fields else (), meta if self.nofollow_pages else ()
        )


MAX_LINKS = 20_000
"""More links of one page are not read: the crawl waits while a page is."""

OBEDIENT = LinkRules()
"""All of them."""


def page_links(tree: Element, page_url: str, rules: LinkRules = OBEDIENT) -> list[SeenLink]:
    """The links to pages, in document order; of several to one URL the most telling one.

    Links that *rules* forbid and links to files that are no pages are left out, and those after the first `MAX_LINKS`.
    """
    base = base_of(tree, page_url)
    navigation = _navigation(tree)
    best: dict[str, SeenLink] = {}
    for anchor in islice(tree.iter("a", "link"), MAX_LINKS):
        href = anchor.get("href")
        rel = frozenset((anchor.get("rel") or "").lower().split())
        if (
            not href
            or (rules.nofollow_links and "nofollow" in rel)
            or (anchor.tag == "link" and not rel & {"next", "prev"})
        ):
            continue
        target = absolute_url(base, href)
        url = without_tracking(target) if target else None
        if url is None or is_file(url):
            continue
        words = "".join(str(text) for text in anchor.itertext()).split()
        link = SeenLink(url, " ".join(words)[:MAX_TEXT_CHARS], rel, _is_heading(anchor), anchor in navigation)
        key = canonical_url(url)
        best[key] = _more_telling(best[key], link) if key in best else link
    return list(best.values())


def is_file(url: str) -> bool:
    """Whether the URL's path ends as that of a file which is no page does."""
    return bool(_FILE.search(urlsplit(url).path))


def base_of(tree: Element, page_url: str) -> str:
    """What relative links of the page are relative to."""
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
    is_navigation = one.is_navigation or other.is_navigation
    return SeenLink(one.url, text, one.rel | other.rel, one.is_heading or other.is_heading, is_navigation)


def _navigation(tree: Element) -> set[Element]:
    """The anchors of the page's header and its navigation (HTML §4.3.4 and §4.3.8, WAI-ARIA `navigation`)."""
    boxes = [*tree.iter("nav", "header"), *(each for each in tree.iter() if each.get("role") in _ROLES)]
    return {anchor for box in boxes for anchor in box.iter("a")}

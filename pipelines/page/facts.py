"""What a page says of itself as a whole: its meta elements, canonical URL, language, title and JSON-LD.

In: the tree and the URL it was captured at. Out: `Facts`, read once and shared by all that follow. All of it speaks
of the page, so of the lead article only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from pipelines.http.url import absolute_url, canonical_url, same_site
from pipelines.page.jsonld import Item, article_items, dicts, first_string, read_json_ld
from pipelines.page.text import visible_text
from pipelines.page.tree import Element, inner_text


@dataclass(frozen=True)
class Facts:
    """A page's statements about itself."""

    url: str
    """Canonical URL of the page."""
    base: str
    """What relative links are relative to."""
    items: tuple[Item, ...]
    meta: Mapping[str, tuple[str, ...]]
    """Contents by lower-case name or property, in document order."""
    title: str | None
    """The title element."""
    language: str | None

    def content(self, *names: str) -> str | None:
        """The first content of the first of the meta elements *names* that is there."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    @cached_property
    def articles(self) -> tuple[Item, ...]:
        """The JSON-LD items that are articles."""
        return article_items(self.items)

    @cached_property
    def site_names(self) -> tuple[str, ...]:
        """What the page calls its outlet, in any of the places for it."""
        names = [self.content("og:site_name"), self.content("application-name"), self.content("twitter:site")]
        for item in self.items:
            names += [first_string(publisher.get("name")) for publisher in dicts(item.get("publisher"))]
        host = (urlsplit(self.url).hostname or "").removeprefix("www.")
        return tuple(dict.fromkeys(name.lstrip("@") for name in (*names, host, host.partition(".")[0]) if name))


def read_facts(root: Element, url: str) -> Facts:
    """What the page at *url* says of itself."""
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        # Those with nothing but an itemprop are microdata of some part of the page.
        name = element.get("property") or element.get("name")
        content = visible_text(element.get("content") or "")
        if name and content:
            meta.setdefault(name.strip().lower(), []).append(content)
    base_element = next((element for element in root.iter("base") if element.get("href")), None)
    base = (absolute_url(url, base_element.get("href") or "") if base_element is not None else None) or url
    title = next(root.iter("title"), None)
    items = read_json_ld(root)
    frozen = {name: tuple(contents) for name, contents in meta.items()}
    return Facts(
        url=_canonical(root, url, base, frozen, items),
        base=base,
        items=items,
        meta=frozen,
        title=inner_text(title) or None if title is not None else None,
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def _canonical(root: Element, url: str, base: str, meta: Mapping[str, tuple[str, ...]], items: tuple[Item, ...]) -> str:
    """The URL the page gives itself, where it is to be believed: on the same site, and not the site's home.

    A canonical link to another page is not believed where all else on the page names the page's own address: themes
    that repeat one link on every page exist.
    """
    own = canonical_url(url)
    links = [link.get("href") for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    said = [*meta.get("og:url", ()), *_addresses(items)]
    names_itself = own in {canonical_url(each) for each in (absolute_url(base, claim) for claim in said) if each}
    for claim in (*links, *meta.get("og:url", ())):
        claimed = absolute_url(base, claim) if claim else None
        if not claimed or not same_site(claimed, url) or (is_home(claimed) and not is_home(url)):
            continue
        if names_itself and urlsplit(canonical_url(claimed))[2:] != urlsplit(own)[2:]:
            continue
        return canonical_url(claimed)
    return own


def _addresses(items: tuple[Item, ...]) -> list[str]:
    """The addresses that a page's JSON-LD gives its articles."""
    found: list[str] = []
    for item in article_items(items):
        pages = [page.get("@id") for page in dicts(item.get("mainEntityOfPage"))]
        found += [each for each in (item.get("url"), item.get("mainEntityOfPage"), *pages) if isinstance(each, str)]
    return found


def is_home(url: str) -> bool:
    """Whether *url* is the site's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query

"""What a page loads when its reader asks for more: further pages of a listing, and the next articles.

In: a parsed page and the addresses in its attributes and scripts. Out: URLs. A further page is known by its number, by
the place for one that a template has, or by the name it stands under together with where it stands; an article by the
shape of its URL. A button that names nothing still says that there is more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery.addresses import SeenAddress
from crawler.discovery.learnt import LearntShapes
from crawler.discovery.links import SeenLink, is_file
from crawler.discovery.paging import (
    is_cursor_name,
    is_offset_name,
    is_page_name,
    name_before,
    page_number,
    place_of,
    with_page_number,
    with_parameter,
)
from crawler.discovery.shapes import is_article_link, is_page_of
from pipelines.http.url import absolute_url, canonical_url, same_site
from pipelines.page.tree import Element, find_all

MAX_FURTHER = 10
"""Addresses of further pages taken from one page's attributes and scripts."""

_MORE = frozenset(("next", "more", "older", "infinite", "scroll"))
_BACK = frozenset(("prev", "previous", "newer"))
_ADDRESS_NAMES = frozenset(("url", "uri", "href", "link", "permalink", "path", "canonical", "id"))
_SHOWN_ON_SIGHT = ("revealed", "intersect")
_HAS_HEADING = etree.XPath("boolean(.//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6])")
_CONTROLS = (
    "//*[self::button or (self::a and (not(@href) or @href = '' or starts-with(@href, '#')"
    " or starts-with(@href, 'javascript:')))][not(ancestor::nav or ancestor::footer or ancestor::header"
    " or ancestor::aside or ancestor::form or ancestor::dialog)]"
)
_MAX_CONTROL_WORDS = 5
_LINKS_BEFORE = 3
"""How many links before a control are looked at: those of the last teaser."""


def further_pages(
    addresses: Iterable[SeenAddress], base: str, page_url: str, entries: int, linked: Iterable[str] = ()
) -> list[str]:
    """URLs of what the listing at *page_url* loads below itself.

    Args:
        addresses: Of the page.
        base: What relative ones are relative to.
        page_url: The listing.
        entries: How many articles it lists.
        linked: What it links to: none of it is taken for a further page.
    """
    here = page_number(page_url)
    seen = {canonical_url(page_url), *map(canonical_url, linked)}
    found: list[str] = []
    for address in addresses:
        url = _further(address, base, page_url, current=here.value if here else 1, entries=entries)
        if url is None or canonical_url(url) in seen or not same_site(url, page_url):
            continue
        if not is_file(url) or urlsplit(url).path.lower().endswith(".json"):
            seen.add(canonical_url(url))
            found.append(url)
            if len(found) == MAX_FURTHER:
                break
    return found


def leads_on(further: Iterable[str], page_url: str) -> bool:
    """Whether one of *further*, pages of the listing at *page_url*, comes after it.

    One without a number may, where the listing itself has none.
    """
    here = page_number(page_url)
    current = here.value if here else 1
    return any(number.value > current if (number := page_number(url)) else here is None for url in further)


def article_links(
    addresses: Iterable[SeenAddress], base: str, page_url: str, learnt: LearntShapes | None
) -> Iterator[SeenLink]:
    """Links to articles that stand in attributes, or in a script under a name that means an address."""
    for address in addresses:
        if (
            address.is_continued
            or place_of(address.text) is not None
            or (address.element is None and not address.names & _ADDRESS_NAMES)
        ):
            continue
        url = absolute_url(base, address.text)
        if url is None or is_file(url) or not same_site(url, page_url) or page_number(url) is not None:
            continue
        link = SeenLink(url, "", frozenset(), is_heading=False)
        if is_article_link(link, learnt):
            yield link
        elif (
            address.element is not None
            and is_article_link(replace(link, is_heading=True), learnt)
            and _HAS_HEADING(address.element)
        ):
            yield replace(link, is_heading=True)


def has_more_button(root: Element, base: str, articles: Container[str]) -> bool:
    """Whether a control that leads nowhere stands below a list of articles, as buttons that load more do.

    Args:
        root: The page.
        base: What its relative links are relative to.
        articles: Canonical URLs of the articles that it lists.
    """
    controls = set(find_all(root, _CONTROLS))
    links: deque[str] = deque(maxlen=_LINKS_BEFORE)
    for element in root.iter("a", "button") if controls else ():
        if element in controls:
            words = "".join(str(text) for text in element.itertext()).split()
            if 0 < len(words) <= _MAX_CONTROL_WORDS and any(url in articles for url in links):
                return True
        elif href := element.get("href"):
            links.append(canonical_url(absolute_url(base, href) or href))
    return False


def next_wordpress_page(url: str) -> str | None:
    """The address that WordPress gives the page after *url* of a listing."""
    number = page_number(url)
    if number is not None:
        return with_page_number(url, number, number.value + 1)
    return absolute_url(url.partition("?")[0].rstrip("/") + "/", "page/2/")


def _further(address: SeenAddress, base: str, page_url: str, *, current: int, entries: int) -> str | None:
    if address.names & _BACK:
        return None
    text = address.text
    if (place := place_of(text)) is not None:
        value = _offset_beside(address, entries) if place.is_offset else _page_beside(address, current)
        return absolute_url(base, place.filled(text, value))
    if address.is_continued:
        name = name_before(text)
        if is_page_name(name):
            return absolute_url(base, f"{text}{_page_beside(address, current)}")
        return absolute_url(base, f"{text}{_offset_beside(address, entries)}") if is_offset_name(name) else None
    url = absolute_url(base, text)
    number = page_number(url) if url else None
    if url is None or number is None:
        return _unnumbered(address, url, page_url, current, entries) if url else None
    if number.is_offset:
        return with_page_number(url, number, number.value or entries)
    following = _next_page(number.value, current)
    return with_page_number(url, number, following) if following is not None else None


def _unnumbered(address: SeenAddress, url: str, page_url: str, current: int, entries: int) -> str | None:
    """The URL with what stands beside it; alone, only where its name or its element says that it is for more."""
    if address.element is not None:
        if is_page_of(SeenLink(url, "", frozenset(), is_heading=False), page_url):
            return url
        for name, value in address.beside.items():
            if is_page_name(name):
                return with_parameter(url, name, str(_page_beside(address, current)))
            if is_offset_name(name):
                return with_parameter(url, name, str(_offset_beside(address, entries)))
            if is_cursor_name(name):
                return with_parameter(url, name, value)
        trigger = address.element.get("hx-trigger") or ""
        if any(word in trigger for word in _SHOWN_ON_SIGHT):
            return url
    return url if address.names & _MORE else None


def _next_page(value: int, current: int) -> int | None:
    """The number of the next page, where *value* is that of the page at hand or of the next one; else null."""
    if value in (0, current):
        return value + 1
    return value if value == current + 1 else None


def _page_beside(address: SeenAddress, current: int) -> int:
    """The number of the next page, by what stands beside the address, else by the page at hand."""
    for name, value in address.beside.items():
        if value.isdecimal() and is_page_name(name) and (number := _next_page(int(value), current)) is not None:
            return number
    return current + 1


def _offset_beside(address: SeenAddress, entries: int) -> int:
    """How many entries come before the next page, by what stands beside the address, else by the page at hand."""
    numbers = (int(value) for name, value in address.beside.items() if value.isdecimal() and is_offset_name(name))
    return next((number for number in numbers if number), entries)

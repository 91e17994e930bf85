"""What a page or a style sheet needs to be shown: images, style sheets, scripts, fonts, icons.

In goes a captured page or style sheet, out come absolute URLs in document order, each once. Lazy images are found by
what lazy loaders agree on: an attribute beginning with `data-` whose value is the address, or the srcset, of an image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

import tinycss2
from lxml import etree

from pipelines.errors import ContentError
from pipelines.http.url import absolute_url
from pipelines.page.decode import decode
from pipelines.page.tree import MAX_HTML_BYTES, Element, parse
from pipelines.values import Page

_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|ico)(?:[?#,\s]|$)", re.IGNORECASE)
_SHOWN_LINKS = frozenset(
    ("stylesheet", "icon", "apple-touch-icon", "mask-icon", "preload", "modulepreload", "manifest")
)
_ICON_LINKS = frozenset(("icon", "apple-touch-icon", "mask-icon"))
# HTML §4.8.4.2.2: a URL, then descriptors up to a comma; a URL that ends in commas has none.
_SRCSET = re.compile(r"[\s,]*(?P<url>\S*[^\s,])(?:(?P<end>,+)|\s*(?P<descriptors>[^,(]*(?:\([^)]*\)[^,(]*)*)(?:,|$))")


class Wanted(StrEnum):
    """Which requisites are archived."""

    ALL = "all"
    IMAGES = "images"
    NONE = "none"


def requisites(page: Page, wanted: Wanted) -> list[str]:
    """The URLs that *page*, an HTML page or a style sheet, needs to be shown as *wanted*."""
    if wanted is Wanted.NONE or len(page.body) > MAX_HTML_BYTES:
        return []
    try:
        found = list(_urls_of_page(page, wanted))
    except ContentError:
        return []
    resolved = (absolute_url(base, url) for base, url in found if not url.lstrip().startswith(("data:", "#")))
    return list(dict.fromkeys(url for url in resolved if url is not None and url != page.url))


def _urls_of_page(page: Page, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Each URL as it stands, with what it is relative to."""
    decoded = decode(page)
    if is_style_sheet(page):
        if wanted is Wanted.ALL:
            yield from ((page.url, url) for url in _css_urls(decoded.html))
        return
    root = parse(decoded.markup, where=page.url)
    base = _base(root, page.url)
    yield from ((base, url) for url in _html_urls(root, wanted))


def is_style_sheet(page: Page) -> bool:
    """Whether the answer is a style sheet, by its type."""
    return (page.header("content-type") or "").partition(";")[0].strip().lower() == "text/css"


def _base(root: Element, page_url: str) -> str:
    for element in root.iter("base"):
        return absolute_url(page_url, element.get("href") or "") or page_url
    return page_url


def _html_urls(root: Element, wanted: Wanted) -> Iterator[str]:
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if tag in ("img", "source", "image", "input", "video"):
            yield from _image_urls(element)
        elif tag == "link":
            yield from _link_urls(element, wanted)
        elif wanted is Wanted.ALL and tag == "script" and element.get("src"):
            yield element.get("src") or ""
        elif wanted is Wanted.ALL and tag == "style":
            yield from _css_urls(element.text or "")
        style = element.get("style")
        if style and "url(" in style:
            yield from _css_urls(style)
        yield from _lazy_urls(element)


def _image_urls(element: Element) -> Iterator[str]:
    """The images of an element: not the sound or film of one."""
    if element.tag == "video":
        names: tuple[str, ...] = ("poster",)
    elif element.tag == "image":
        names = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")
    elif element.tag == "source":
        names = ()  # its src is sound or film; a picture's has a srcset
    else:
        names = ("src",)
    yield from (value for name in names if (value := element.get(name)))
    yield from srcset_urls(element.get("srcset") or "")


def _link_urls(element: Element, wanted: Wanted) -> Iterator[str]:
    rel = frozenset((element.get("rel") or "").lower().split())
    href = element.get("href")
    if href and rel & (_SHOWN_LINKS if wanted is Wanted.ALL else _ICON_LINKS):
        yield href
    yield from srcset_urls(element.get("imagesrcset") or "")


def _lazy_urls(element: Element) -> Iterator[str]:
    for name, value in element.items():
        if not str(name).startswith("data-") or not _IMAGE_FILE.search(str(value)):
            continue
        text = str(value).strip()
        if text.startswith(("{", "[", "<")):
            continue  # a loader's settings, not an address
        yield from srcset_urls(text) if "srcset" in str(name) or ", " in text else (text,)


def srcset_urls(srcset: str) -> list[str]:
    """The addresses in a `srcset` attribute (HTML Living Standard, §4.8.4.2.2)."""
    return [match["url"] for match in _SRCSET.finditer(srcset)]


def _css_urls(css: str) -> Iterator[str]:
    """What a style sheet, or a style attribute, imports and refers to (CSS Syntax 3, by tinycss2)."""
    yield from _urls_of(tinycss2.parse_component_value_list(css, skip_comments=True))


def _urls_of(nodes: Iterable[tinycss2.ast.Node]) -> Iterator[str]:
    waiting = list(nodes)[::-1]
    is_import = False
    while waiting:
        node = waiting.pop()
        if node.type == "url" or (node.type == "string" and is_import):
            yield node.value
        elif node.type == "function" and node.lower_name in ("url", "src"):
            yield from (each.value for each in node.arguments if each.type == "string")
        elif node.type == "function":
            waiting += node.arguments[::-1]
        elif node.type in ("{} block", "() block", "[] block"):
            waiting += node.content[::-1]
        if node.type != "whitespace":
            is_import = node.type == "at-keyword" and node.lower_value == "import"

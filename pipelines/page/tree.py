"""The text of a page → its tree, and what of the tree a reader can see.

Nothing here recurses on the depth of a page, so a page nested a million deep is an answer, not a crash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from lxml import etree

from pipelines.errors import UnparsableHtml
from pipelines.page.text import visible_text

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives the class of nodes no public name
"""A node of a parsed page."""

MAX_HTML_BYTES = 10_000_000
"""Pages above this size are not parsed."""

MAX_ELEMENTS = 100_000
"""A page of more elements is none that somebody reads; the general extractor compares many of them with all others."""
_LEAST_ELEMENT_BYTES = 3

_MOST_ATTRIBUTES = 1_000
"""An element with more of them, each with a value, is not parsed; one with twice as many never is."""
_SURELY_FAST_BYTES = 50_000
_SPACE = rb" \t\n\r\f\v"
# What stands in these is no markup, and may look like it (HTML §13.2.5.1, §13.2.6.4.4, §13.2.6.4.7).
_RAW = rb"(?i:(?=[stxin])(?:script|style|title|textarea|xmp|iframe|noembed|noframes)(?![^S/>]))".replace(b"S", _SPACE)
_RAW_TEXT = re.compile(rb"<(" + _RAW + rb"|!--)")
# An attribute (HTML §13.1.2.3): quotes mean something after an equals sign alone, and may hold angle brackets there.
# The usual form is tried first, and white space (S) is spelt out: sets take longer where a class (`\s`) is in them.
_ATTRIBUTE = rb"[^S/>=]++(?:=\"[^\"]*+\"|[S]*+=[S]*+(?:\"[^\"]*+\"|'[^']*+'|[^S>]*+))?+".replace(b"S", _SPACE)
_BETWEEN = rb"[/=" + _SPACE + rb"]*+"
# End tags may have attributes too, though they come to nothing.
_NAME = rb"/?[A-Za-z][^/>" + _SPACE + rb"]*+"
_TAG = re.compile(rb"<" + _NAME + rb"(?:" + _BETWEEN + _ATTRIBUTE + rb")*+")
_SELF_CLOSED = re.compile(rb"[/=" + _SPACE + rb"]*/>")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
# Text, bare end tags, tags of few attributes, and short plain comments, up to what has to be looked at: nearly all of a
# page in one match.
_HARMLESS = re.compile(
    rb"(?:[^<]*+<(?:/[A-Za-z0-9]*+>|(?!" + _RAW + rb")" + _NAME + rb"(?:" + _BETWEEN + _ATTRIBUTE + rb"){0,60}+"
    + _BETWEEN + rb">|!--[^->]{0,200}+-->|(?!/?[A-Za-z]|!--)))*+[^<]*+"
)  # fmt: skip

UNSEEN = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "applet", "canvas", "map",
    "audio", "video", "select", "datalist", "textarea", "input", "button", "dialog", "head", "title", "link", "meta",
    "base",
))  # fmt: skip
"""Elements whose text is no part of the running page."""

ASIDE = frozenset(("nav", "footer", "aside"))
"""Elements that stand beside a page's own content."""

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|clip\s*:\s*rect\(0", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z][\w.-]*")
# What XML, and so the tree, cannot hold.
NO_CHARACTERS = ("\ufffe", "\uffff")
_CONTROL = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20)))


def parse(html: str | bytes, *, where: str = "") -> Element:
    """The root of the page's tree.

    Args:
        html: The page, as text, or as UTF-8 without `NO_CHARACTERS`.
        where: Its URL, for errors.

    Raises:
        UnparsableHtml: There is no element in it, or one with attributes past counting.
    """
    # Without comments: text after one would be lost on extractors that pass over them.
    # Plain nodes: those of lxml.html ask Python for their class each time one is touched.
    parser = etree.HTMLParser(
        encoding="utf-8",
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    text = html if isinstance(html, bytes) else _encoded(html)
    if any(map(text.__contains__, _CONTROL)):  # hardly ever; to look takes half as long
        text = text.translate(None, _CONTROL)
    if len(text) > _SURELY_FAST_BYTES and _has_too_many_attributes(text):
        raise UnparsableHtml("an element of it has some thousand attributes", where=where)
    try:
        root = etree.fromstring(text, parser) if text and not text.isspace() else None
    except (etree.LxmlError, ValueError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise UnparsableHtml(f"no tree can be made of it: {error}", where=where) from error
    if root is None:
        raise UnparsableHtml("it is empty", where=where)
    return root


def _encoded(html: str) -> bytes:
    for character in NO_CHARACTERS:
        if character in html:
            html = html.replace(character, "")
    return html.encode("utf-8", "replace")


def _has_too_many_attributes(text: bytes) -> bool:
    """Whether an element has so many that its parser, which compares each with all others, would not come to an end.

    Comments and the text of scripts and the like are passed over; where one is never closed, what follows is markup.
    """
    place = 0
    unclosed: set[bytes] = set()
    while True:
        harmless = _HARMLESS.match(text, place)
        place = harmless.end() if harmless else place
        if place == len(text):
            return False
        raw, tag = _RAW_TEXT.match(text, place), _TAG.match(text, place)
        if tag is not None and len(_ATTRIBUTES.findall(tag[0])) > 2 * _MOST_ATTRIBUTES:
            return True
        place = tag.end() if tag is not None else place + 1
        name = raw[1].lower() if raw is not None and not _SELF_CLOSED.match(text, place) else b""
        if name and name not in unclosed:
            closing = _end_of_raw_text(name).search(text, place)
            if closing is None:
                unclosed.add(name)
            else:
                place = closing.end()


@lru_cache
def _end_of_raw_text(name: bytes) -> re.Pattern[bytes]:
    if name == b"!--":
        return re.compile(rb"--!?>")
    return re.compile(rb"</(?i:" + name + rb")(?![^/>" + _SPACE + rb"])")


def has_too_many_elements(root: Element, size_bytes: int) -> bool:
    """Whether a page of that size has more than `MAX_ELEMENTS`; they are counted only where that many would fit."""
    if size_bytes < MAX_ELEMENTS * _LEAST_ELEMENT_BYTES:
        return False
    return next(islice(root.iter(), MAX_ELEMENTS, None), None) is not None


def strip_unread(root: Element) -> None:
    """Take out of a tree what nothing reads once the page's facts are known: scripts, styles and drawings.

    No path to another element changes by it, as positions count elements of one name.
    """
    etree.strip_elements(root, "script", "style", "svg", "template", "canvas", "select", "datalist", with_tail=False)


def is_hidden(element: Element) -> bool:
    """Whether the element says itself that it is not shown."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def find_all(element: Element, path: str) -> list[Element]:
    """The elements that an XPath expression selects, in document order."""
    found = element.xpath(path)
    return [node for node in found if isinstance(node, Element)] if isinstance(found, list) else []


def inner_text(element: Element) -> str:
    """All text below *element*, as the reader sees it."""
    if not len(element):
        return visible_text(element.text or "")
    return visible_text(etree.tostring(element, encoding="unicode", method="text", with_tail=False))


def has_words(element: Element, *, at_most: int) -> bool:
    """Whether *element* has text, and no more than so many words; it reads no further than it must."""
    count = 0
    for node in element.iter():  # not `itertext`, which takes twice as long
        if text := node.text:
            count += len(text.split())
        if (tail := node.tail) and node is not element:
            count += len(tail.split())
        if count > at_most:
            return False
    return count > 0


def body_of(root: Element) -> Element:
    """The body of a page, or the root where it has none."""
    body = root.find("body")
    return root if body is None else body


class Homes:
    """The innermost of some elements around others; each way up is walked once."""

    def __init__(self, stops: Iterable[Element]) -> None:
        self._known: dict[Element, Element | None] = {stop: stop for stop in stops}

    def of(self, element: Element | None) -> Element | None:
        """The innermost that is *element* or holds it."""
        way: list[Element] = []
        up = element
        while up is not None and up not in self._known:
            way.append(up)
            up = up.getparent()
        home = None if up is None else self._known[up]
        self._known.update(dict.fromkeys(way, home))
        return home


class Paths:
    """The places of the elements of one page: XPaths of names and positions from its root.

    A position is given where siblings share the name. Siblings are counted once, so that pages of many thousand rows
    are no slower per row than others.
    """

    def __init__(self) -> None:
        self._steps: dict[Element, str] = {}
        self._paths: dict[Element, str] = {}

    def of(self, element: Element) -> str:
        """The path of *element*."""
        chain: list[Element] = []
        up: Element | None = element
        while up is not None and up not in self._paths:
            chain.append(up)
            up = up.getparent()
        for node in reversed(chain):
            parent = node.getparent()
            if parent is None:
                self._paths[node] = f"/{node.tag}"
                continue
            if node not in self._steps:
                self._steps.update(_steps(parent))
            self._paths[node] = f"{self._paths[parent]}/{self._steps[node]}"
        return self._paths[element]


def _steps(parent: Element) -> dict[Element, str]:
    """The last step of the path of each child."""
    by_name: dict[str, list[Element]] = {}
    steps: dict[Element, str] = {}
    for place, child in enumerate(parent, start=1):
        name = str(child.tag)
        by_name.setdefault(name, []).append(child)
        if not _PLAIN_NAME.fullmatch(name):
            steps[child] = f"*[{place}]"
    for name, children in by_name.items():
        if len(children) == 1:
            steps.setdefault(children[0], name)
            continue
        for place, child in enumerate(children, start=1):
            steps.setdefault(child, f"{name}[{place}]")
    return steps

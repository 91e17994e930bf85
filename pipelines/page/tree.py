"""The text of a page → its tree, and what of the tree a reader can see.

Nothing here recurses on the depth of a page, so a page nested a million deep is an answer, not a crash.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from lxml import etree

from pipelines.errors import UnparsableHtml
from pipelines.page.text import visible_text

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives the class of nodes no public name
"""A node of a parsed page."""

MAX_HTML_BYTES = 10_000_000
"""Pages above this size are not parsed."""

_MOST_ATTRIBUTES = 1_000
"""An element with more of them, each with a value, is not parsed; one with twice as many never is."""
_SURELY_FAST_BYTES = 50_000
# What stands in these is no markup, and may look like it.
_RAW_TEXT = re.compile(rb"<script\b|<style\b|<!--")
_RAW_TEXT_ENDS = {b"<script": b"</script", b"<style": b"</style", b"<!--": b"-->"}
# An attribute (HTML §13.1.2.3): quotes mean something after an equals sign alone, and may hold angle brackets there. A
# bare value ends at a slash for libxml2, though not for HTML.
_ATTRIBUTE = rb"[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s/>]*+))?+"
_START_TAG = re.compile(rb"<[A-Za-z][^\s/>]*+(?:[\s/]++|=|" + _ATTRIBUTE + rb")*+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)

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
# What XML, and so the tree, cannot hold: control characters, U+FFFE and U+FFFF.
_CONTROL = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20)))
_NO_CHARACTERS = ("\ufffe", "\uffff")


def parse(html: str, *, where: str = "") -> Element:
    """The root of the page's tree.

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
    for character in _NO_CHARACTERS:
        if character in html:
            html = html.replace(character, "")
    text = html.encode("utf-8", "replace").translate(None, _CONTROL)
    if len(text) > _SURELY_FAST_BYTES and _has_too_many_attributes(text):
        raise UnparsableHtml("an element of it has some thousand attributes", where=where)
    try:
        root = etree.fromstring(text, parser) if text.strip() else None
    except (etree.LxmlError, ValueError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise UnparsableHtml(f"no tree can be made of it: {error}", where=where) from error
    if root is None:
        raise UnparsableHtml("it is empty", where=where)
    return root


def _has_too_many_attributes(text: bytes) -> bool:
    """Whether an element has so many that its parser, which compares each with all others, would not come to an end."""
    markup = _without_raw_text(text)
    long = (tag for tag in map(re.Match.group, _START_TAG.finditer(markup)) if len(tag) > 2 * _MOST_ATTRIBUTES)
    return any(len(_ATTRIBUTES.findall(tag)) > 2 * _MOST_ATTRIBUTES for tag in long)


def _without_raw_text(text: bytes) -> bytes:
    """The markup without scripts, styles and comments; what is never closed stays."""
    lower, kept, place = text.lower(), [], 0
    unclosed: set[bytes] = set()
    for opening in _RAW_TEXT.finditer(lower):
        end = _RAW_TEXT_ENDS[opening[0]]
        if opening.start() < place or end in unclosed:
            continue
        closes_at = lower.find(end, opening.end())
        if closes_at < 0:
            unclosed.add(end)
            continue
        kept.append(text[place : opening.start()])
        place = closes_at + len(end)
    return b" ".join([*kept, text[place:]])


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
    return visible_text("".join(str(piece) for piece in element.itertext()))


def has_words(element: Element, *, at_most: int) -> bool:
    """Whether *element* has text, and no more than so many words; it reads no further than it must."""
    count = 0
    for piece in element.itertext():
        count += len(str(piece).split())
        if count > at_most:
            return False
    return count > 0


def body_of(root: Element) -> Element:
    """The body of a page, or the root where it has none."""
    body = root.find("body")
    return root if body is None else body


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

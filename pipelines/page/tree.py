"""The text of a page → its tree, and what of the tree a reader can see.

Nothing here recurses on the depth of a page, so a page nested a million deep is an answer, not a crash.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from lxml import etree
from lxml import html as lxml_html

from pipelines.errors import UnparsableHtml
from pipelines.page.text import visible_text

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives the class of nodes no public name
"""A node of a parsed page."""

MAX_HTML_BYTES = 10_000_000
"""Pages above this size are not parsed."""

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
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")


def parse(html: str, *, where: str = "") -> Element:
    """The root of the page's tree.

    Raises:
        UnparsableHtml: There is no element in it.
    """
    # Without comments: text after one would be lost on extractors that pass over them.
    parser = lxml_html.HTMLParser(
        encoding="utf-8",
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    text = _CONTROL.sub("", html).encode("utf-8", "replace")
    try:
        root = lxml_html.document_fromstring(text, parser=parser) if text.strip() else None
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnparsableHtml(f"no tree can be made of it: {error}", where=where) from error
    if root is None:
        raise UnparsableHtml("it is empty", where=where)
    return root


def is_hidden(element: Element) -> bool:
    """Whether the element says itself that it is not shown."""
    if "hidden" in element.attrib:
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


def body_of(root: Element) -> Element:
    """The body of a page, or the root where it has none."""
    body = root.find("body")
    return root if body is None else body


def paths_of(elements: Iterable[Element]) -> Mapping[Element, str]:
    """Each element's place: an XPath of names and positions from the root of its page.

    A position is given where siblings share the name. Siblings are counted once for all *elements*, so pages of many
    thousand rows are no slower per row than others.
    """
    steps: dict[Element, str] = {}
    paths: dict[Element, str] = {}
    for element in elements:
        chain = [element]
        while chain[-1] not in paths and (parent := chain[-1].getparent()) is not None:
            chain.append(parent)
        for node in reversed(chain):
            if node not in paths:
                parent = node.getparent()
                if parent is None:
                    paths[node] = f"/{node.tag}"
                    continue
                if node not in steps:
                    steps.update(_steps(parent))
                paths[node] = f"{paths[parent]}/{steps[node]}"
    return paths


def _steps(parent: Element) -> Iterator[tuple[Element, str]]:
    """The last step of the path of each child."""
    totals = Counter(str(child.tag) for child in parent)
    seen: Counter[str] = Counter()
    for place, child in enumerate(parent, start=1):
        name = str(child.tag)
        seen[name] += 1
        if not _PLAIN_NAME.fullmatch(name):
            yield child, f"*[{place}]"
        else:
            yield child, name if totals[name] == 1 else f"{name}[{seen[name]}]"

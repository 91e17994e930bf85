"""The properties that an article's own markup states: schema.org microdata, and links that say what they are.

In: an article's subtree. Out: values by property name, in document order. Properties of nested items count for the
article only where the item is its author; comments and teasers are items of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pipelines.page.classify import is_article_item
from pipelines.page.marks import Marks
from pipelines.page.text import visible_text
from pipelines.page.tree import Element, find_all, inner_text

_LARGE = frozenset(("articleBody", "text", "description"))
"""Properties whose text is not worth a copy unless it stands in an attribute."""


def read_properties(
    element: Element, leave_out: Collection[Element] = (), marks: Marks | None = None
) -> Mapping[str, tuple[str, ...]]:
    """The values of each property of the article in *element*.

    `rel:author`, `rel:tag` and `time` stand for what links and time elements say without microdata.

    Args:
        element: The article's subtree.
        leave_out: Other articles below it.
        marks: Of the page, or of a subtree that holds the element; found here by default.
    """
    found: dict[str, list[str]] = {}
    speaking = (marks or Marks(element)).within(element)
    home = _item_of(element, speaking, leave_out)
    for node in speaking if home is element else Marks(home).within(home):
        scope = _scope(node, home, leave_out)
        if scope is None:
            continue
        for name in (node.get("itemprop") or "").split() if scope is home else ():
            _add(found, name, _author_name(node) if name in ("author", "creator") else _value(node, name))
        for name in _stated(node):
            _add(found, name, visible_text(node.get("datetime") or "") if name == "time" else _text(node))
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def _add(found: dict[str, list[str]], name: str, value: str) -> None:
    if value:
        found.setdefault(name, []).append(value)


def _scope(node: Element, home: Element, leave_out: Collection[Element]) -> Element | None:
    """The item that a node's properties belong to; null where it is another article's."""
    scope: Element | None = None
    up: Element | None = node if node in leave_out else node.getparent()
    while up is not None:
        if up in leave_out:
            return None
        if scope is None and (up is home or "itemscope" in up.attrib):
            scope = up
        if up is home:
            return scope
        up = up.getparent()
    return scope


def _item_of(element: Element, speaking: Iterable[Element], leave_out: Collection[Element]) -> Element:
    """The one article item below *element*, or *element* itself."""
    if "itemscope" in element.attrib:
        return element
    items = [
        node for node in speaking if "itemscope" in node.attrib and is_article_item(node) and node not in leave_out
    ]
    return items[0] if len(items) == 1 else element


def _stated(node: Element) -> list[str]:
    names = [f"rel:{name}" for name in (node.get("rel") or "").lower().split() if name in ("author", "tag", "category")]
    return [*names, "time"] if node.tag == "time" and node.get("datetime") else names


def _value(node: Element, name: str) -> str:
    for attribute in ("content", "datetime"):
        if node.get(attribute):
            return visible_text(node.get(attribute) or "")
    return "" if name in _LARGE else _text(node)


def _author_name(node: Element) -> str:
    if "itemscope" in node.attrib:
        for inner in find_all(node, ".//*[@itemprop='name']"):
            return visible_text(inner.get("content") or "") or _text(inner)
    return visible_text(node.get("content") or "") or _text(node)


def _text(node: Element) -> str:
    return inner_text(node)[:500]

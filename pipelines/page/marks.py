"""The elements of a page that say what they are: by microdata, by a role, by a link's relation, by their name.

In: a tree. Out: those elements, found in one walk and asked for by the subtree they stand in. Most elements of a page
say nothing, and the questions about those that do are many.
"""

from __future__ import annotations

from functools import cached_property
from itertools import takewhile

from pipelines.page.tree import Element

URL_ATTRIBUTES = (
    *("data-url", "data-permalink", "data-article-url", "data-post-url", "data-page-url", "data-story-url"),
    *("data-canonical", "data-canonical-url", "data-href", "data-link"),
)
"""Where themes write the address of an article on the element around it."""
_NAMES = frozenset(("article", "main", "time"))
_ATTRIBUTES = frozenset(("itemprop", "itemtype", "itemscope", *URL_ATTRIBUTES))
_SPEAKING = _ATTRIBUTES | {"rel", "role"}
_RELATIONS = frozenset(("author", "tag", "category", "bookmark"))


class Marks:
    """The speaking elements below *root*, in document order."""

    def __init__(self, root: Element) -> None:
        self._root = root
        # Most elements are passed over here: a function call for each would be most of the work.
        self._found = [
            element
            for element in root.iterdescendants()
            if element.tag in _NAMES or (not _SPEAKING.isdisjoint(element.keys()) and _speaks(element))
        ]

    def within(self, element: Element) -> list[Element]:
        """Those below *element*, which is the root or below it."""
        if element is self._root:
            return self._found
        place = self._places.get(element)
        if place is None:
            return [found for found in self._found if _is_below(found, element)]
        # In document order, what is below an element follows it at once.
        following = (self._found[number] for number in range(place + 1, len(self._found)))
        return list(takewhile(lambda found: _is_below(found, element), following))

    @cached_property
    def _places(self) -> dict[Element, int]:
        return {element: place for place, element in enumerate(self._found)}


def means_article(element: Element) -> bool:
    """Whether an element is, by its name, role or property, an article or the body of one."""
    return (
        element.tag in ("article", "main")
        or element.get("role") in ("article", "main")
        or "articleBody" in (element.get("itemprop") or "")
    )


def _speaks(element: Element) -> bool:
    """Whether an element with one of the speaking attributes says something by it."""
    return (
        not _ATTRIBUTES.isdisjoint(element.keys())
        or element.get("role") in ("article", "main")
        or not _RELATIONS.isdisjoint((element.get("rel") or "").lower().split())
    )


def _is_below(element: Element, outer: Element) -> bool:
    return any(up is outer for up in element.iterancestors())

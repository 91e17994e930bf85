"""One article's share of a page: what `split` gives, and all that reads an article is given."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.page.blocks import TextBlock
from pipelines.page.jsonld import Item
from pipelines.page.marks import Marks
from pipelines.page.tree import Element


@dataclass(frozen=True, slots=True)
class Part:
    """One article's share of a page."""

    element: Element
    """The subtree that holds it."""
    leave_out: frozenset[Element]
    """Other articles inside that subtree."""
    blocks: tuple[TextBlock, ...]
    """Every block of the subtree but for those of other articles."""
    url: str
    """Canonical URL of the article."""
    is_lead: bool
    item: Item | None
    """The JSON-LD item that speaks of it."""
    marks: Marks
    """The speaking elements of the page."""

    @property
    def is_whole_page(self) -> bool:
        """Whether the subtree is all of the page, as where it holds no other article."""
        return self.element.tag in ("body", "html")

"""A subtree of a page → its blocks of text, in reading order.

In: an element. Out: one `TextBlock` for every run of text that stands by itself on the page: paragraphs (also those
parted only by double line breaks), headings, quotes, list items, rows of data tables, captions. Walks without
recursion and changes nothing in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.page.text import line_key, visible_text
from pipelines.page.tree import ASIDE, UNSEEN, Element, find_all, is_hidden

_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var",
))  # fmt: skip
_EMPTY = frozenset(("br", "wbr", "img"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_KINDS = {
    **dict.fromkeys(_HEADINGS, "heading"),
    "blockquote": "quote",
    "li": "list_item",
    "dd": "list_item",
    "dt": "list_item",
    "figcaption": "caption",
    "figure": "caption",
    "caption": "caption",
    # An article in a list is no item of a list.
    **dict.fromkeys(("article", "section", "main"), "paragraph"),
}
_PASSED_OVER = UNSEEN | ASIDE
# A table with any of these inside is for layout, not for data.
_LAYOUT = (
    ".//table | .//article | .//section | .//h1 | .//h2 | .//h3 | .//ul | .//form | .//td/p[2]"
    " | .//td[.//br[2] and string-length(.) > 1000]"
)
_MAX_ROW_CHARS = 500
_MOST_TIME_WORDS = 8
RUNNING_WORDS = 12
"""The least words of a paragraph of running text."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of text that stands by itself."""

    kind: str
    """As in `values.Block`."""
    text: str
    linked_chars: int = 0
    """How many characters of the text stand within links."""
    key: str = ""
    """The text as lines are compared, see `line_key`."""
    moment: str | None = field(default=None, kw_only=True)
    """The time that a time element in it tells, where there is little else."""

    words: int = field(init=False, compare=False)
    """How many words the text has."""
    is_linked: bool = field(init=False, compare=False)
    """Whether the text is a link and little else."""
    is_running: bool = field(init=False, compare=False)
    """Whether it reads like a paragraph of an article, not like a label, a heading or a link."""

    def __post_init__(self) -> None:
        # Kept, for each is asked for a dozen times a page.
        words, is_linked = self.key.count(" ") + 1 if self.key else 0, self.linked_chars * 5 > len(self.text) * 4
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "is_linked", is_linked)
        is_running = words >= RUNNING_WORDS and not is_linked and self.kind not in ("heading", "caption")
        object.__setattr__(self, "is_running", is_running)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock(TextRun):
    """A run of text with its place in the tree."""

    element: Element
    """The nearest block element around the text."""
    links: tuple[Element, ...] = ()
    """The links whose text it holds."""


def blocks_of(root: Element, *, everything: bool = False) -> list[TextBlock]:
    """The blocks below *root*, but for those in nav, footer and aside elements.

    Args:
        root: Where to begin; its own text counts, its tail does not.
        everything: Whether to read also what the page sets aside, and what it hides until a script shows it.
    """
    walk = _Walk()
    passed_over = UNSEEN if everything else _PASSED_OVER
    entered = [(root, iter(root if walk.enter(root, root.tag) else ()))]
    while entered:
        outer, children = entered[-1]
        for element in children:
            tag: str = element.tag  # of an element: comments are not in the tree
            if tag in passed_over or (not everything and is_hidden(element)):
                walk.part(tag)
            elif not walk.enter(element, tag) or not len(element):
                walk.leave(element, tag)
            else:
                entered.append((element, iter(element)))
                break
            if tail := element.tail:
                walk.add(tail)
        else:
            entered.pop()
            walk.leave(outer, outer.tag)
            if entered and (tail := outer.tail):
                walk.add(tail)
    walk.flush()
    return walk.blocks


class _Walk:
    """The state of one walk: the block elements that are open, and the text since the last border."""

    def __init__(self) -> None:
        self.blocks: list[TextBlock] = []
        self._open: list[Element] = []
        self._kinds: list[str] = []
        self._text: list[str] = []
        self._linked = 0
        self._links = 0
        self._anchors: list[Element] = []
        self._breaks = 0
        self._moment: str | None = None

    def enter(self, element: Element, tag: str) -> bool:
        """Go into *element*; returns whether its children are still to be walked."""
        if tag in _EMPTY:
            if tag == "br":
                self._break()
            return False
        text = element.text
        if self._is_inline(tag):
            if tag == "a":
                self._links += 1
                self._anchors.append(element)
            elif tag == "time":
                self._moment = self._moment or element.get("datetime")
            if text:
                self.add(text)
            return True
        self.flush()
        self._open.append(element)
        self._kinds.append(self._kind(tag))
        if tag == "table" and _is_data(element):
            self.blocks.extend(_rows(element))
            return False
        if text:
            self.add(text)
        return True

    def leave(self, element: Element, tag: str) -> None:
        if tag == "a":
            self._links -= 1
        if self._open and self._open[-1] is element:
            self.flush()
            self._open.pop()
            self._kinds.pop()

    def part(self, tag: str) -> None:
        """Note that something stands here that is not read: a block of it parts the text around."""
        if tag not in UNSEEN and not self._is_inline(tag):
            self.flush()

    def add(self, text: str) -> None:
        if text.isspace():
            if not self._text:
                return
        else:
            self._breaks = 0
        self._text.append(text)
        if self._links > 0:
            self._linked += len(text)

    def flush(self) -> None:
        if not self._text:
            if not self._links:
                self._anchors.clear()
            return
        text = visible_text("".join(self._text))
        key = line_key(text) if text else ""
        if key and self._open:
            linked, links = min(self._linked, len(text)), tuple(self._anchors)
            moment = self._moment if key.count(" ") < _MOST_TIME_WORDS else None
            self.blocks.append(
                TextBlock(self._kinds[-1], text, linked, key, element=self._open[-1], links=links, moment=moment)
            )
        self._text.clear()
        # A link around blocks is the link of each.
        del self._anchors[: len(self._anchors) - self._links]
        self._linked = self._breaks = 0
        self._moment = None

    def _break(self) -> None:
        self._breaks += 1
        if self._breaks > 1:
            self.flush()
        else:
            self._text.append("\n")

    def _is_inline(self, tag: str) -> bool:
        # Custom elements are inline unless styled; within a paragraph there is nothing else they could be.
        return tag in _INLINE or ("-" in tag and bool(self._open) and self._open[-1].tag in ("p", *_HEADINGS))

    def _kind(self, tag: str) -> str:
        own = _KINDS.get(tag)
        outer = self._kinds[-1] if self._kinds else "paragraph"
        if own is None or outer in ("caption", "quote"):
            return outer if outer != "heading" else "paragraph"
        return own


def _is_data(table: Element) -> bool:
    return not find_all(table, _LAYOUT)


def _rows(table: Element) -> Iterator[TextBlock]:
    for row in table.iter("tr", "caption"):
        cells = [row] if row.tag == "caption" else [cell for cell in row if cell.tag in ("td", "th")]
        text = " | ".join(filter(None, (visible_text(_joined(cell)) for cell in cells)))
        key = line_key(text)
        if key:
            links = tuple(row.iter("a"))
            linked = sum(len(visible_text(_joined(link))) for link in links)
            kind = "caption" if row.tag == "caption" else "table_row" if len(text) <= _MAX_ROW_CHARS else "paragraph"
            yield TextBlock(kind, text, min(linked, len(text)), key, element=row, links=links)


def _joined(element: Element) -> str:
    """All text below *element*, blocks within it parted by a space."""
    pieces: list[str] = []
    for node in element.iter():
        if node.tag not in UNSEEN:
            pieces.append(node.text or "" if node.tag in _INLINE or node is element else f" {node.text or ''}")
        if node is not element and node.tail:
            pieces.append(node.tail if node.tag in _INLINE else f" {node.tail}")
    return "".join(pieces)

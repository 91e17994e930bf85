"""Whether a page needs a browser to show anything: scripts, and next to nothing without them.

In: a captured page. Out: the figures, and the verdict that follows from them. An application that is drawn in the
browser has an empty element for its root, or asks in a `noscript` to switch scripts on; a page that merely uses
scripts has its words and links in the HTML.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.errors import ContentError
from pipelines.page.decode import decode
from pipelines.page.text import word_count
from pipelines.page.tree import MAX_HTML_BYTES, UNSEEN, Element, body_of, parse
from pipelines.values import Page

_FEW_WORDS = 60
_FEW_LINKS = 10
_LARGE_CHARS = 5_000
_NOTICE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Scripting:
    """What a page shows without its scripts, and what it has of those."""

    words: int
    links: int
    script_files: int
    script_chars: int
    """Of scripts within the page, values for them included."""
    has_notice: bool
    """Whether a `noscript` says something."""
    has_empty_root: bool
    """Whether the body has a named element with nothing in it, for a script to fill."""

    @property
    def is_needed(self) -> bool:
        """Whether next to nothing is to be seen without scripts, and something will be with them."""
        is_bare = self.words < _FEW_WORDS and self.links < _FEW_LINKS
        is_application = self.has_empty_root or self.has_notice or self.script_chars > _LARGE_CHARS
        return is_bare and is_application and bool(self.script_files or self.script_chars)

    def __str__(self) -> str:
        found = f"{self.words} words and {self.links} links in its HTML, {self.script_files} script files"
        root = ", an empty element for them to fill" if self.has_empty_root else ""
        notice = ", a notice for readers without JavaScript" if self.has_notice else ""
        return found + root + notice


def scripting_of(page: Page) -> Scripting | None:
    """What *page* shows without scripts; null where it cannot be read."""
    if len(page.body) > MAX_HTML_BYTES:
        return None
    try:
        root = parse(decode(page).markup, where=page.url)
    except ContentError:
        return None
    body = body_of(root)
    scripts = list(root.iter("script"))
    return Scripting(
        words=word_count(_shown_text(body)),
        links=sum(1 for link in body.iter("a") if link.get("href")),
        script_files=sum(1 for script in scripts if script.get("src")),
        script_chars=sum(len(script.text or "") for script in scripts if "ld+json" not in (script.get("type") or "")),
        has_notice=any(
            word_count(" ".join(map(str, each.itertext()))) >= _NOTICE_WORDS for each in body.iter("noscript")
        ),
        has_empty_root=any(_is_empty_root(child) for child in body),
    )


def _shown_text(body: Element) -> str:
    """All text of the body, in any order: it is only counted."""
    pieces: list[str] = []
    waiting = [body]
    while waiting:
        element = waiting.pop()
        pieces.append(element.text or "")
        for child in element:
            pieces.append(child.tail or "")
            if child.tag not in UNSEEN:
                waiting.append(child)
    return " ".join(pieces)


def _is_empty_root(element: Element) -> bool:
    is_block = element.tag in ("div", "main", "section") and bool(element.get("id"))
    return (is_block or "-" in str(element.tag)) and len(element) == 0 and not (element.text or "").strip()

"""Where the sentences of an article stand in the bytes of its page.

In go the page's body, its content codings undone, and sentences; out come byte ranges of that body. A range begins
with the sentence's first letter and ends with its last; tags, entities and white space may stand between. Text that
only a script holds (JSON-LD) is found there as JSON spells it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from pipelines.errors import UndecodableBody
from pipelines.page.decode import decode
from pipelines.page.text import ESCAPED, visible_text
from pipelines.values import Page

_END = re.compile(r"[.!?…।॥]+[\"'”’»)\]]*\s+|[。！？]+[”’」』）]*\s*")
_UNSEEN = frozenset(("script", "style"))


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a body: from `start`, up to and without `end`."""

    start: int
    end: int


def sentences(text: str) -> Iterator[str]:
    """*text* cut after what ends sentences; an abbreviation may cut one in two, which does no harm here."""
    start = 0
    for match in _END.finditer(text):
        yield text[start : match.end()].strip()
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


class PagePositions:
    """The text of a page, each character with its place in the page's source."""

    def __init__(self, page: Page) -> None:
        self._body = page.body
        try:
            decoded = decode(page)
            self._html, self._charset = decoded.html, decoded.charset
        except UndecodableBody:
            self._html, self._charset = "", "utf-8"
        scan = _Scan(self._html)
        self._letters = "".join(scan.letters)
        self._starts, self._ends = scan.starts, scan.ends

    def find(self, sentence: str, *, after: Span | None = None) -> Span | None:
        """Where *sentence* stands; the first place behind *after* if there is one there, else the first of all."""
        wanted = "".join(_letters(sentence))
        if not wanted:
            return None
        begin = 0 if after is None else bisect_right(self._starts, self._chars(after.start))
        at = self._letters.find(wanted, begin)
        if at < 0:
            at = self._letters.find(wanted)
        if at >= 0:
            return self._span(self._starts[at], self._ends[at + len(wanted) - 1])
        return self._in_scripts(sentence)

    def _in_scripts(self, sentence: str) -> Span | None:
        for spelt in (json.dumps(sentence)[1:-1], json.dumps(sentence, ensure_ascii=False)[1:-1]):
            at = self._html.find(spelt)
            if at >= 0:
                return self._span(at, at + len(spelt))
        return None

    def _span(self, start: int, end: int) -> Span | None:
        """The bytes of these characters of the source; null where the decoder dropped some of them."""
        raw = self._html[start:end].encode(self._charset, "replace")
        before = len(self._html[:start].encode(self._charset, "replace"))
        at = self._body.find(raw, before)  # a byte order mark may stand before it
        return Span(at, at + len(raw)) if at >= 0 else None

    def _chars(self, offset_bytes: int) -> int:
        return len(self._body[:offset_bytes].decode(self._charset, "replace"))


class _Scan(HTMLParser):
    """Reads a page's source and keeps every letter of its text, with where it came from."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.letters: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._unseen = ""
        self.feed(html)
        self.close()
        self._join_escaped()

    def _join_escaped(self) -> None:
        """Make one letter of those that spell an entity: it was escaped twice, and is read as what was meant."""
        for match in reversed(list(ESCAPED.finditer("".join(self.letters)))):
            meant, cut = list(_letters(match[0])), slice(*match.span())
            start, end = self.starts[match.start()], self.ends[match.end() - 1]
            self.letters[cut], self.starts[cut], self.ends[cut] = meant, [start] * len(meant), [end] * len(meant)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the parser's)
        if tag in _UNSEEN:
            self._unseen = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""

    def handle_data(self, data: str) -> None:
        start = self._place()
        for number, letter in enumerate(data):
            self._keep(letter, start + number, start + number + 1)

    def handle_entityref(self, name: str) -> None:
        start = self._place()
        self._keep(unescape(f"&{name};"), start, start + len(name) + 2)

    def handle_charref(self, name: str) -> None:
        start = self._place()
        self._keep(unescape(f"&#{name};"), start, start + len(name) + 3)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _keep(self, text: str, start: int, end: int) -> None:
        if not self._unseen:
            for letter in _letters(text):
                self.letters.append(letter)
                self.starts.append(start)
                self.ends.append(end)


def _letters(text: str) -> Iterator[str]:
    """What is compared: all that is seen, without white space; decomposed, which can be done letter by letter."""
    return (letter for letter in unicodedata.normalize("NFD", visible_text(text)) if not letter.isspace())

"""`pages/pages.jsonl`: what a viewer lists and searches, a line for each article as it was captured.

In go article lines, out come lines of json-pages 1.0 (WACZ 1.1.1, §5.2.4): the page's URL as it was requested, the time
of its capture, headline and text. What says nothing is no page: an article that is gone, or was taken down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from pipelines.article.schema import Article

HEADER = b'{"format":"json-pages-1.0","id":"pages","title":"Pages","hasText":true}\n'
"""The first line."""


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One line."""

    id: str
    """No other line of the file has it."""
    url: str
    captured_at: datetime
    title: str | None = None
    text: str | None = None

    def to_line(self) -> bytes:
        """The line, `\\n` included; what is not known is left out."""
        table = {
            "id": self.id,
            "url": self.url,
            "ts": self.captured_at.isoformat().replace("+00:00", "Z"),
            "title": self.title,
            "text": self.text,
        }
        known = {name: value for name, value in table.items() if value is not None}
        return json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def page_of(article: Article) -> PageEntry | None:
    """The page that *article* was read from; null where the line has no content."""
    if article.text is None:
        return None
    return PageEntry(
        id=f"{article.id}-{article.revision}",
        url=article.url_captured,
        captured_at=article.captured_at,
        title=article.headline,
        text=article.text,
    )

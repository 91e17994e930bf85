"""What extraction ought to make of each article.

In: the day and the site's address. Out: one value an article, in the terms of the archive's article schema: absolute
URLs, UTC, text without markup. Captions are blocks, but not part of the text; the picture above the
body is an image and not a block.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from crawler.demo.content import Passage
from crawler.demo.markup import links, plain
from crawler.demo.pictures import rendition
from crawler.demo.site import LANGUAGE, DemoArticle, Picture, figure_picture, newsroom
from pipelines.values import Image, Link

_IN_TEXT = frozenset({"paragraph", "heading", "quote", "list_item", "table_row"})


@dataclass(frozen=True, slots=True)
class TruthArticle:
    """One article as it ought to come out."""

    url: str
    headline: str
    description: str
    authors: tuple[str, ...]
    section: str
    keywords: tuple[str, ...]
    language: str
    published_at: str
    """RFC 3339 in UTC, `…Z`."""
    modified_at: str | None
    text: str
    """Paragraphs, headings, quotes, list items and table rows, joined by a blank line."""
    blocks: tuple[tuple[str, str], ...]
    """(kind, text) of the whole body in order; cells of a table row are joined by ` | `."""
    images: tuple[Image, ...]
    links: tuple[Link, ...]


def truth(day: int, base_url: str) -> list[TruthArticle]:
    """The truth of every article of *day*, newest first, on the site at *base_url*."""
    return [_truth(article, base_url) for article in newsroom(day)]


def _truth(article: DemoArticle, base_url: str) -> TruthArticle:
    url = urljoin(base_url, article.path)
    blocks = tuple((passage.kind, _text(passage)) for passage in article.passages if passage.kind != "embed")
    figures = [passage for passage in article.passages if passage.kind == "caption"]
    return TruthArticle(
        url=url,
        headline=article.headline,
        description=article.description,
        authors=article.authors,
        section=article.section,
        keywords=article.keywords,
        language=LANGUAGE,
        published_at=_utc(article.published_at),
        modified_at=_utc(article.modified_at) if article.modified_at else None,
        text="\n\n".join(text for kind, text in blocks if kind in _IN_TEXT),
        blocks=blocks,
        images=(_image(article.picture, base_url), *(_image(figure_picture(article, f), base_url) for f in figures)),
        links=tuple(
            Link(urljoin(url, href), words) for passage in article.passages for href, words in links(passage.markup)
        ),
    )


def _text(passage: Passage) -> str:
    return " | ".join(plain(cell) for cell in passage.markup.split("\t"))


def _image(picture: Picture, base_url: str) -> Image:
    return Image(urljoin(base_url, rendition(picture.stem)), picture.alt, picture.caption, picture.credit)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

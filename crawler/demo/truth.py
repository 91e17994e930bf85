"""What extraction ought to make of each article, and what happened to the articles in a night.

In: the day and the site's address, size and vices. Out: one value an article that can be read there, in the terms of
the archive's article schema: absolute URLs, UTC, text without markup. Captions are blocks, but not part of the text;
the picture above the body is an image and not a block; links are as the newsroom wrote them, whatever a vice makes of
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from crawler.demo.content import Passage
from crawler.demo.markup import links, plain
from crawler.demo.nights import night
from crawler.demo.pictures import rendition
from crawler.demo.site import LANGUAGE, DemoArticle, Picture, figure_picture
from crawler.demo.vices.table import paper_with, vices_named
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
    """(kind, text) of the whole body in order; cells of a table row are joined by ` | `, and a frame is a quote
    without text."""
    images: tuple[Image, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """What happened to a site's articles in one night, by URL."""

    new: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    """Their text is another."""
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """(old, new); the text is the same."""


def truth(day: int, base_url: str, size: int | None = None, vices: Sequence[str] = ()) -> list[TruthArticle]:
    """The truth of every article of *day* that can be read, newest first, on the site at *base_url*.

    Args:
        day: Counted from 1.
        base_url: The home page, with a slash at the end.
        size: How many articles the site has on its first day; null for those written by hand.
        vices: Names of the site's vices.

    Raises:
        ValueError: There is no such day, size or vice.
    """
    return [_truth(article, base_url) for article in _readable(day, size, vices)]


def events(day: int, base_url: str, size: int | None = None, vices: Sequence[str] = ()) -> Events:
    """What happened between the day before and *day* to articles that can be read; arguments as of `truth`.

    Raises:
        ValueError: There is no such day, size or vice, or no day before.
    """
    before, after = ({one.topic: one for one in _readable(each, size, vices)} for each in (day - 1, day))
    both = [topic for topic in after if topic in before]
    return Events(
        new=tuple(urljoin(base_url, one.path) for topic, one in after.items() if topic not in before),
        edited=tuple(
            urljoin(base_url, after[topic].path) for topic in both if after[topic].passages != before[topic].passages
        ),
        removed=tuple(urljoin(base_url, one.path) for topic, one in before.items() if topic not in after),
        moved=tuple(
            (urljoin(base_url, before[topic].path), urljoin(base_url, after[topic].path))
            for topic in both
            if before[topic].path != after[topic].path
        ),
    )


def _readable(day: int, size: int | None, vices: Sequence[str]) -> list[DemoArticle]:
    chosen = vices_named(vices)
    articles = night(day, paper_with(size, chosen)).articles
    return [article for article in articles if not any(vice.hides(article) for vice in chosen)]


def _truth(article: DemoArticle, base_url: str) -> TruthArticle:
    url = urljoin(base_url, article.path)
    blocks = tuple(_block(passage) for passage in article.passages)
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
        text="\n\n".join(text for kind, text in blocks if text and kind in _IN_TEXT),
        blocks=blocks,
        images=(_image(article.picture, base_url), *(_image(figure_picture(article, f), base_url) for f in figures)),
        links=tuple(
            Link(urljoin(url, href), words) for passage in article.passages for href, words in links(passage.markup)
        ),
    )


def _block(passage: Passage) -> tuple[str, str]:
    return ("quote", "") if passage.kind == "embed" else (passage.kind, _text(passage))


def _text(passage: Passage) -> str:
    return " | ".join(plain(cell) for cell in passage.markup.split("\t"))


def _image(picture: Picture, base_url: str) -> Image:
    return Image(urljoin(base_url, rendition(picture.stem)), picture.alt, picture.caption, picture.credit)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

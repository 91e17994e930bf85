"""What of other sites stands in an article: posts in frames, and quotes that name where they are from.

In: an article's part. Out: `Embeds`, free of the tree. A frame is a post or a player where its address says so
(`/embed/`, `player.`, `/plugins/`), which those of every service do and those of advertisements do not. A quote names
its source by `cite`, by a permalink in its attributes, or by its last link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.extract.part import Part
from pipelines.http.url import absolute_url, same_site
from pipelines.page.tree import ASIDE, Element, Paths, is_hidden

_SOURCES = ("src", "data-src", "data-lazy-src")
_EMBED = re.compile(r"(?://|[./_-])(?:embeds?|oembed|player|plugins)(?:[./_?-]|$)", re.IGNORECASE)
_SMALLEST_PX = 10
"""Frames declared smaller than this are not seen."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A post in a frame."""

    path: str
    """Of its node."""
    place: int
    """How many passages of the part stand before it."""
    url: str


@dataclass(frozen=True, slots=True)
class Embeds:
    """The posts in frames of a part, in order, and the sources of its quotes."""

    frames: tuple[Frame, ...] = ()
    sources: Mapping[int, str] = field(default_factory=dict)
    """By the index of the quote's passage."""


def read_embeds(part: Part, base: str, paths: Paths) -> Embeds:
    """The posts in frames of *part*, and where its quotes are from; *base* is what links are relative to."""
    frames = {element: url for element in part.element.iter("iframe") if (url := _frame_url(element, part, base))}
    sources = ((index, block.element) for index, block in enumerate(part.blocks) if block.kind == "quote")
    return Embeds(
        frames=tuple(_placed(frames, part, paths)) if frames else (),
        sources={index: url for index, element in sources if (url := _source(element, base))},
    )


def _frame_url(frame: Element, part: Part, base: str) -> str | None:
    for up in frame.iterancestors():
        if up is part.element:
            break
        if up in part.leave_out or up.tag in ASIDE or is_hidden(up):
            return None
    sizes = [frame.get(name, "") for name in ("width", "height")]
    if is_hidden(frame) or any(size.isdigit() and int(size) < _SMALLEST_PX for size in sizes):
        return None
    href = next((href for name in _SOURCES if (href := frame.get(name)) and not href.startswith("about:")), None)
    url = absolute_url(base, href) if href else None
    return url if url and _EMBED.search(url.partition("?")[0]) else None


def _placed(frames: Mapping[Element, str], part: Part, paths: Paths) -> Iterator[Frame]:
    """The frames, each with how many blocks begin before it."""
    blocks: dict[Element, int] = {}
    for block in part.blocks:
        blocks[block.element] = blocks.get(block.element, 0) + 1
    before = 0
    for element in part.element.iter():
        before += blocks.get(element, 0)
        if element in frames:
            yield Frame(paths.of(element), before, frames[element])


def _source(element: Element, base: str) -> str | None:
    """Where the quote around *element* is from; null where it names no other site."""
    quote = element if element.tag == "blockquote" else next(element.iterancestors("blockquote"), None)
    if quote is None:
        return None
    names = ("cite", *(name for name in map(str, quote.attrib) if name.startswith("data-") and "permalink" in name))
    links = [link.get("href") or "" for link in quote.iter("a")][-1:]
    claims = [quote.get(name) or "" for name in names] + links
    urls = (absolute_url(base, claim) for claim in claims if claim)
    return next((url for url in urls if url and not same_site(url, base)), None)

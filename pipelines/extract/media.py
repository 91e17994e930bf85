"""The images of an article, and the links within its text.

In: the article's part, the blocks that stayed, and the JSON-LD item. Out: `Image`s, those that the metadata
declares first, and `Link`s in reading order, each address once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipelines.extract.split import Part
from pipelines.http.url import absolute_url
from pipelines.page.blocks import TextBlock
from pipelines.page.facts import Facts
from pipelines.page.jsonld import dicts, first_string, strings
from pipelines.page.text import visible_text
from pipelines.page.tree import ASIDE, Element, inner_text
from pipelines.values import Image, Link

_IMAGE_ATTRIBUTES = ("src", "data-src", "data-lazy-src", "data-original")
_SMALLEST_PX = 64
"""Images declared smaller than this are icons."""
_CREDIT = re.compile(
    r"(?:^|\s)[(\[|]?(?:Photo(?:graph)?s?|Fotos?|Foto|Image|Picture|Bild|Credit|Quelle|Crédit|Crédito)\s*(?:by|:|par|von)\s*"
    r"(?P<name>[^)\]]+?)[)\]]?$|(?:^|\s)[(\[]?(?:©|\(c\))\s*(?P<holder>[^)\]]+?)[)\]]?$",
    re.IGNORECASE,
)


def read_links(blocks: Iterable[TextBlock], facts: Facts) -> tuple[Link, ...]:
    """The links inside the text."""
    found: dict[str, Link] = {}
    for element in dict.fromkeys(block.element for block in blocks):
        for anchor in element.iter("a"):
            href = anchor.get("href") or ""
            url = absolute_url(facts.base, href) if href and not href.startswith("#") else None
            text = inner_text(anchor)
            if url and text:
                found.setdefault(url, Link(url, text))
    return tuple(found.values())


def read_images(part: Part, region: Element, facts: Facts) -> tuple[Image, ...]:
    """The declared images, and those shown in the article around *region*, the subtree of its text."""
    shown = {image.url: image for image in reversed([*_shown(part, _article_around(region, part), facts)])}
    declared = [_merged(image, shown.pop(image.url, None)) for image in _declared(part, facts)]
    return tuple({image.url: image for image in (*declared, *reversed(shown.values()))}.values())


def region_of(blocks: Sequence[TextBlock], fallback: Element) -> Element:
    """The smallest element that holds the text of all *blocks*."""
    if not blocks:
        return fallback
    chains = [[*reversed([*block.element.iterancestors()]), block.element] for block in (blocks[0], blocks[-1])]
    shared = fallback
    for one, other in zip(*chains, strict=False):
        if one is not other:
            break
        shared = one
    return shared


def _article_around(region: Element, part: Part) -> Element:
    """The element that stands for the whole article: where its pictures are, above the text too."""
    if not part.is_whole_page:
        return part.element
    return next((up for up in (region, *region.iterancestors()) if up.tag == "article"), region)


def _declared(part: Part, facts: Facts) -> Iterator[Image]:
    value = (part.item or {}).get("image")
    found = [Image(url) for url in strings(value)]
    for item in dicts(value):
        for url in (strings(item.get("url")) or strings(item.get("contentUrl")))[:1]:
            credit = first_string(item.get("creditText")) or first_string(item.get("copyrightNotice"))
            found.append(Image(url, caption=first_string(item.get("caption")), credit=credit))
    if part.is_lead and not found:
        found = [Image(url) for url in facts.meta.get("og:image", ())]
    for image in found:
        absolute = absolute_url(facts.base, image.url)
        if absolute:
            yield replace(image, url=absolute)


def _shown(part: Part, around: Element, facts: Facts) -> Iterator[Image]:
    for element in around.iter("img"):
        if _is_icon(element) or _is_elsewhere(element, around, part):
            continue
        sources = (element.get(name) for name in _IMAGE_ATTRIBUTES)
        source = next((source for source in sources if source and not source.startswith("data:")), "")
        url = absolute_url(facts.base, source) if source else None
        if url is not None:
            caption, credit = _caption(element)
            yield Image(url, visible_text(element.get("alt") or "") or None, caption, credit)


def _merged(declared: Image, shown: Image | None) -> Image:
    """What both say; what readers see first."""
    if shown is None:
        return declared
    return Image(declared.url, shown.alt, shown.caption or declared.caption, shown.credit or declared.credit)


def _is_elsewhere(element: Element, around: Element, part: Part) -> bool:
    """Whether an image belongs to another article, or to what stands beside the article."""
    for up in element.iterancestors():
        if up in part.leave_out or up.tag in ASIDE:
            return True
        if up is around:
            return False
    return False


def _is_icon(element: Element) -> bool:
    sizes = [element.get(name, "") for name in ("width", "height")]
    return any(size.isdigit() and int(size) < _SMALLEST_PX for size in sizes)


def _caption(image: Element) -> tuple[str | None, str | None]:
    """The caption of the figure around an image, and the credit that ends it."""
    figure = next(image.iterancestors("figure"), None)
    element = next(iter(figure.iter("figcaption")), None) if figure is not None else None
    text = inner_text(element) if element is not None else ""
    ending = _CREDIT.search(text)
    if ending is None:
        return text or None, None
    return text[: ending.start()].strip() or None, (ending["name"] or ending["holder"]).strip()

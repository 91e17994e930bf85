"""The images of an article.

In: the article's part and its JSON-LD item. Out: `Pictures`, every image of the part with its place, free of the tree;
and of those, once it is known where the text stands, the article's own: those that the metadata declares first, each
address once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipelines.extract.part import Part
from pipelines.extract.passage import is_within
from pipelines.http.url import absolute_url
from pipelines.page.facts import Facts
from pipelines.page.jsonld import dicts, first_string, strings
from pipelines.page.text import visible_text
from pipelines.page.tree import ASIDE, Element, Paths, inner_text
from pipelines.values import Image

_IMAGE_ATTRIBUTES = ("src", "data-src", "data-lazy-src", "data-original")
_SMALLEST_PX = 64
"""Images declared smaller than this are icons."""
_CREDIT = re.compile(
    r"(?:^|\s)[(\[|]?(?:Photo(?:graph)?s?|Fotos?|Foto|Image|Picture|Bild|Credit|Quelle|Crédit|Crédito)\s*(?:by|:|par|von)\s*"
    r"(?P<name>[^)\]]+?)[)\]]?$|(?:^|\s)[(\[]?(?:©|\(c\))\s*(?P<holder>[^)\]]+?)[)\]]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The images of a part."""

    declared: tuple[Image, ...]
    shown: tuple[tuple[str, Image], ...]
    """Each with the path of its node, in document order; addresses as they stand there."""

    def of_article(self, around: str, base: str) -> tuple[Image, ...]:
        """The declared images, and those shown below the path *around*, the article's element.

        Addresses are relative to *base*.
        """
        within: dict[str, Image] = {}
        for path, image in reversed(self.shown):
            url = absolute_url(base, image.url) if is_within(path, around) else None
            if url is not None:
                within[url] = replace(image, url=url)
        declared = [_merged(image, within.pop(image.url, None)) for image in self.declared]
        return tuple({image.url: image for image in (*declared, *reversed(within.values()))}.values())


def read_pictures(part: Part, facts: Facts, paths: Paths) -> Pictures:
    """The images that the metadata declares for the article in *part*, and those that the part shows."""
    shown = tuple((paths.of(element), image) for element, image in _shown(part))
    return Pictures(tuple(_declared(part, facts)), shown)


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


def _shown(part: Part) -> Iterator[tuple[Element, Image]]:
    for element in part.element.iter("img"):
        if _is_icon(element) or _is_elsewhere(element, part):
            continue
        sources = (element.get(name) for name in _IMAGE_ATTRIBUTES)
        source = next((source for source in sources if source and not source.startswith("data:")), "")
        if source:
            caption, credit = _caption(element)
            yield element, Image(source, visible_text(element.get("alt") or "") or None, caption, credit)


def _merged(declared: Image, shown: Image | None) -> Image:
    """What both say; what readers see first."""
    if shown is None:
        return declared
    return Image(declared.url, shown.alt, shown.caption or declared.caption, shown.credit or declared.credit)


def _is_elsewhere(element: Element, part: Part) -> bool:
    """Whether an image belongs to another article, or to what stands beside the article."""
    for up in element.iterancestors():
        if up is part.element:
            return False
        if up in part.leave_out or up.tag in ASIDE:
            return True
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

"""What stands around an article's headline: the kicker above it, the summary (dek) below it.

In: a part of a page and its headline. Out: the section that the kicker links to, and the summary. Asked only where
metadata is silent, as it is for articles embedded in another's page.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extract.part import Part
from pipelines.http.url import absolute_url, same_site
from pipelines.page.blocks import TextBlock
from pipelines.page.facts import Facts, is_home
from pipelines.page.text import line_key
from pipelines.page.tree import Element

_MOST_KICKER_WORDS = 4
_LEAST_SUMMARY_WORDS = 5


@dataclass(frozen=True, slots=True)
class Head:
    """What stands around a headline."""

    section: str | None = None
    summary: str | None = None


def read_head(part: Part, headline: str | None, facts: Facts) -> Head:
    """The kicker and the summary of the article in *part*."""
    key = line_key(headline or "")
    place = next((at for at, block in enumerate(part.blocks) if block.kind == "heading" and block.key == key), None)
    if place is None:
        return Head()
    return Head(_kicker(part.blocks[:place], facts), _summary(part.blocks[place:]))


def _kicker(above: tuple[TextBlock, ...], facts: Facts) -> str | None:
    """The nearest short link above the headline that leads into the site."""
    for block in reversed(above):
        if block.is_linked and block.words <= _MOST_KICKER_WORDS:
            link = next((link for link in block.element.iter("a") if link.get("href")), None)
            url = absolute_url(facts.base, link.get("href") or "") if link is not None else None
            if url and same_site(url, facts.url) and not is_home(url):
                return block.text
    return None


def _summary(below: tuple[TextBlock, ...]) -> str | None:
    """The text right below the headline, where both stand in one header apart from the body."""
    headline, following = below[0], below[1:2]
    header = next((up for up in headline.element.iterancestors("header")), None)
    if header is None or not following:
        return None
    block = following[0]
    is_apart = block.words >= _LEAST_SUMMARY_WORDS and not block.is_linked and _holds(header, block.element)
    return block.text if is_apart else None


def _holds(outer: Element, inner: Element) -> bool:
    return outer is inner or outer in inner.iterancestors()

"""The trail from the site's home to an article → the section that it is in.

In: the lead's part, and what the page says of itself. Out: the name of the last page above the article, home left out.
Read from schema.org's BreadcrumbList, in JSON-LD or microdata, and from what is labelled as a trail for screen readers
(WAI-ARIA, pattern "breadcrumb").
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.extract.part import Part
from pipelines.http.url import absolute_url, canonical_url, same_site
from pipelines.page.facts import Facts, is_home
from pipelines.page.jsonld import Item, dicts, first_string, types_of
from pipelines.page.tree import Element, inner_text

_Step = tuple[str, str | None]
"""Name and address of a page above the article."""


def read_breadcrumb(part: Part, facts: Facts) -> str | None:
    """The section that the article in *part* is in, as the trail to it says; null where there is none."""
    for item in facts.items:
        if "BreadcrumbList" in types_of(item):
            section = _section(_declared(item), facts)
            if section:
                return section
    root = part.element.getroottree().getroot()
    for trail in filter(_is_trail, root.iterdescendants()):
        section = _section(_shown(trail), facts)
        if section:
            return section
    return None


def _is_trail(element: Element) -> bool:
    return "BreadcrumbList" in (element.get("itemtype") or "") or "readcrumb" in (element.get("aria-label") or "")


def _declared(item: Item) -> Iterator[_Step]:
    for step in dicts(item.get("itemListElement")):
        page = step.get("item")
        inner = next(iter(dicts(page)), {})
        url = first_string(page) or first_string(inner.get("@id")) or first_string(inner.get("url"))
        yield first_string(step.get("name")) or first_string(inner.get("name")) or "", url


def _shown(trail: Element) -> Iterator[_Step]:
    for link in trail.iter("a"):
        yield inner_text(link), link.get("href")


def _section(steps: Iterator[_Step], facts: Facts) -> str | None:
    """The last of the *steps* that leads to another page of the site than its home."""
    found: str | None = None
    for name, href in steps:
        url = absolute_url(facts.base, href) if href else None
        if name and url and same_site(url, facts.url) and not is_home(url) and canonical_url(url) != facts.url:
            found = name
    return found

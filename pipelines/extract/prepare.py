"""One part of a page → all that can be said of it without knowing its site, free of the tree.

A prepared part is read as often as need be: for what it teaches, and then with what its site's pages have taught. The
general extractor is the dear step, so it is asked only where the template that is known by then does not answer, and on
a fixed share of articles to check it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from pipelines.extract.claims import Claims
from pipelines.extract.embeds import Embeds, read_embeds
from pipelines.extract.engine import Selection, select
from pipelines.extract.media import Pictures, read_pictures
from pipelines.extract.metadata import read_claims
from pipelines.extract.part import Part
from pipelines.extract.passage import Passage, passages_of
from pipelines.extract.profile import EMPTY
from pipelines.extract.template import Template
from pipelines.page.facts import Facts
from pipelines.page.jsonld import dicts, first_string, strings, types_of
from pipelines.page.marks import means_article
from pipelines.page.teasers import is_teaser, stands_in, teaser_boxes
from pipelines.page.tree import Element, Paths, has_words

CHECKED_EVERY = 32
"""One article in so many is always read both ways."""
_BOX_DEPTH = 3
_MOST_BOX_WORDS = 25
_MOST_FORM_WORDS = 40


@dataclass(frozen=True, slots=True)
class PreparedPart:
    """One article's share of a page."""

    url: str
    is_lead: bool
    is_whole_page: bool
    top: str
    """Path of the part's element."""
    base: str
    """What links are relative to."""
    passages: tuple[Passage, ...]
    teasers: frozenset[int]
    """Indexes of the passages that open other articles."""
    pictured: frozenset[int]
    """Indexes of the passages that stand in a small box with a picture."""
    beside_forms: frozenset[int]
    """Indexes of the passages that stand in a small box with a form."""
    marked: tuple[str, ...]
    """Paths of elements that mean "article"."""
    claims: Claims
    pictures: Pictures
    embeds: Embeds
    page_title: str | None
    """The page's title element, the lead's only."""
    organisations: tuple[str, ...]
    """Names that stand as the author's but are the outlet's own."""
    taught: Selection | None
    """What the general extractor says; null where it was not asked."""


def prepare_part(
    part: Part, facts: Facts, captured_at: datetime, template: Template, paths: Paths, *, is_askable: bool
) -> PreparedPart:
    """Prepare *part*.

    Args:
        part: As split off its page.
        facts: What the page says of itself.
        captured_at: No date of the article is later.
        template: What is known so far, to spare the general extractor where it knows the page.
        paths: Of the page.
        is_askable: Whether the general extractor may be asked at all.
    """
    passages = passages_of(part.blocks, part.element, paths, captured_at)
    is_asked = is_askable and (is_checked(part.url) or template.read(passages) is None)
    claims = read_claims(part, facts, captured_at)
    boxes = teaser_boxes(part.element)
    marked = filter(means_article, part.marks.within(part.element))
    return PreparedPart(
        url=part.url,
        is_lead=part.is_lead,
        is_whole_page=part.is_whole_page,
        top=paths.of(part.element),
        base=facts.base,
        passages=passages,
        teasers=frozenset(index for index, block in enumerate(part.blocks) if is_teaser(block, boxes)),
        pictured=_pictured(part),
        beside_forms=_beside_forms(part),
        marked=tuple(paths.of(element) for element in marked),
        claims=claims,
        pictures=read_pictures(part, facts, paths),
        embeds=read_embeds(part, facts.base, paths),
        page_title=facts.title if part.is_lead else None,
        organisations=_organisations(part, facts),
        taught=select(part.element, part.leave_out, part.blocks, wants_authors=part.is_lead and not claims.names(EMPTY))
        if is_asked
        else None,
    )


def is_checked(url: str) -> bool:
    """Whether the article at *url* is of the share that is read both ways."""
    return hashlib.sha256(url.encode("utf-8", "replace")).digest()[0] % CHECKED_EVERY == 0


def _organisations(part: Part, facts: Facts) -> tuple[str, ...]:
    """What the page calls its outlet where it names authors: the publisher, standing as the author."""
    if part.item is None:
        return ()
    outlets = {first_string(publisher.get("name")) for publisher in dicts(part.item.get("publisher"))}
    named = {
        name
        for author in dicts(part.item.get("author"))
        if any(name.endswith("Organization") for name in types_of(author))
        for name in strings(author.get("name"))
    }
    return tuple(sorted(named & {name for name in (*outlets, *facts.site_names) if name}))


def _pictured(part: Part) -> frozenset[int]:
    """Indexes of the blocks that share a small box with a picture and nothing else."""
    around = (_box_of(image, part.element) for image in part.element.iter("img"))
    boxes = frozenset(box for box in around if box is not None)
    return frozenset(index for index, block in enumerate(part.blocks) if boxes and stands_in(block, boxes))


def _beside_forms(part: Part) -> frozenset[int]:
    """Indexes of the blocks that share a small box with a form; a form around the whole page is no such box."""
    boxes = frozenset(
        up
        for form in part.element.iter("form")
        for up in islice(chain((form,), form.iterancestors()), _BOX_DEPTH)
        if up is not part.element and has_words(up, at_most=_MOST_FORM_WORDS)
    )
    return frozenset(index for index, block in enumerate(part.blocks) if boxes and stands_in(block, boxes))


def _box_of(image: Element, top: Element) -> Element | None:
    """The nearest element around an image that holds text too, if that is little."""
    for up in islice(image.iterancestors(), _BOX_DEPTH):
        if up is top:
            return None
        if has_words(up, at_most=_MOST_BOX_WORDS):
            return up
    return None

"""One part of a page → what it can teach about its site.

Left out are lines that other pages share with it in good faith: the texts of teasers, which open other articles.
"""

from __future__ import annotations

from pipelines.extract.split import Part
from pipelines.page.facts import Facts
from pipelines.page.jsonld import dicts, first_string, strings, types_of
from pipelines.page.teasers import is_teaser, teaser_boxes
from pipelines.values import SurveyedPart


def survey_part(part: Part, facts: Facts) -> SurveyedPart:
    """The lines of *part*, and for the lead the page's title and the organisations it names as authors."""
    boxes = teaser_boxes(part.element)
    lines = dict.fromkeys(block.key for block in part.blocks if not is_teaser(block, boxes))
    return SurveyedPart(
        article_url=part.url,
        lines=tuple(lines),
        title=facts.title if part.is_lead else None,
        organisations=_organisations(part, facts),
    )


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

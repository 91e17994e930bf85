"""One prepared part of a page → what it can teach about its site.

Left out are lines that other pages share with it in good faith: the texts of teasers, which open other articles.
"""

from __future__ import annotations

from pipelines.extract.choose import LEAST_AGREEMENT, agreement, read_by_template, read_taught
from pipelines.extract.prepare import PreparedPart
from pipelines.extract.profile import EMPTY, Profile
from pipelines.page.text import pattern_of
from pipelines.values import SurveyedPart, Vote


def survey_part(part: PreparedPart, profile: Profile) -> SurveyedPart:
    """What *part* teaches: its lines, the page's title and the organisations it names as authors; where its text is.

    Args:
        part: As prepared.
        profile: What was known when it was prepared, to say whether its template still holds.
    """
    own = [passage for index, passage in enumerate(part.passages) if index not in part.teasers]
    # In lists and tables numbers say something: "3 eggs".
    open_lines = (pattern_of(passage.key) for passage in own if passage.kind == "paragraph")
    lines = dict.fromkeys((*(passage.key for passage in own), *open_lines))
    return SurveyedPart(
        article_url=part.url,
        lines=tuple(lines),
        title=part.page_title,
        organisations=part.organisations,
        votes=_votes(part, profile),
        bears_out=_bears_out(part, profile),
    )


def _votes(part: PreparedPart, profile: Profile) -> tuple[Vote, ...]:
    """What stands where, as the general extractor has it after all that the page itself speaks against."""
    taught = read_taught(part, EMPTY.keeping(profile.keep))
    if taught is None or not taught.kept:
        return ()
    kept = set(taught.kept)
    return tuple(
        Vote(passage.place, passage.key, passage.words, index in kept)
        for index, passage in enumerate(part.passages)
        if passage.kind != "caption"
    )


def _bears_out(part: PreparedPart, profile: Profile) -> bool | None:
    """Whether the template that was known still finds the article; null where that was not looked at."""
    taught = read_taught(part, profile) if profile.nodes else None
    if taught is None:
        return None
    by_template = read_by_template(part, profile)
    return by_template is not None and agreement(part.passages, by_template.kept, taught.kept) >= LEAST_AGREEMENT

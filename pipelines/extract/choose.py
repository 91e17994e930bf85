"""Which passages of a part are its article: by the site's template, or as the general extractor has it.

In: a prepared part and the site's profile. Out: a `Choice`, furniture taken out; null where neither can be had without
asking the general extractor. Where both are at hand and differ much, the extractor is believed: sites change their
templates without notice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pipelines.extract.evidence import refine
from pipelines.extract.furniture import clean
from pipelines.extract.passage import Passage
from pipelines.extract.prepare import PreparedPart, is_checked
from pipelines.extract.profile import Profile
from pipelines.page.text import word_count
from pipelines.values import Removal

TEMPLATE, GENERAL, GENERAL_DISAGREES, OWN_LINES, METADATA = WAYS = (
    "template",
    "trafilatura",
    "trafilatura-not-template",
    "trafilatura-text",
    "articleBody",
)
"""The ways to find the text, as `provenance.path` names them."""
_MUCH_MORE = 2
"""How many times the words that the page shows its metadata must hold to be taken instead."""
_LEAST_TOLD_WORDS = 30
LEAST_AGREEMENT = 0.8
"""How far template and general extractor must agree for the template to be believed, see `agreement`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The article among the passages."""

    kept: tuple[int, ...]
    """Indexes of the passages that are its text."""
    removed: tuple[Removal, ...]
    way: str
    authors: tuple[str, ...] = ()
    own_lines: tuple[str, ...] = ()
    """The text, where it stands in no passage."""


def choose(part: PreparedPart, profile: Profile) -> Choice | None:
    """The article in *part*; null where the general extractor has to be asked first."""
    by_template = read_by_template(part, profile)
    if by_template is not None and not is_checked(part.url):
        return by_template
    taught = read_taught(part, profile)
    if taught is None or by_template is None:
        return taught
    if agreement(part.passages, by_template.kept, taught.kept) >= LEAST_AGREEMENT:
        return by_template
    return replace(taught, way=GENERAL_DISAGREES)


def read_by_template(part: PreparedPart, profile: Profile) -> Choice | None:
    """The article as the template has it; null where this is no page of it."""
    chosen = profile.template.read(part.passages)
    return None if chosen is None else _choice(part, chosen, profile, TEMPLATE)


def read_taught(part: PreparedPart, profile: Profile) -> Choice | None:
    """The article as the general extractor has it; null where it was not asked."""
    if part.taught is None:
        return None
    choice = _choice(part, part.taught.chosen, profile, GENERAL)
    if part.taught.own_lines:
        choice = Choice((), (), OWN_LINES, choice.authors, part.taught.own_lines)
    shown = sum(part.passages[index].words for index in choice.kept) + sum(map(word_count, choice.own_lines))
    if sum(map(word_count, part.claims.body)) > _MUCH_MORE * max(shown, _LEAST_TOLD_WORDS):
        return Choice((), (), METADATA, choice.authors, part.claims.body)
    return choice


def agreement(passages: Sequence[Passage], one: Collection[int], other: Collection[int]) -> float:
    """How far two choices are the same: their shared words in proportion to the words of both, from 0 to 1."""
    both = sum(passages[index].words for index in one) + sum(passages[index].words for index in other)
    shared = sum(passages[index].words for index in set(one) & set(other))
    return 2 * shared / both if both else 1.0


def _choice(part: PreparedPart, chosen: Sequence[int], profile: Profile, way: str) -> Choice:
    claims = part.claims
    # What the general extractor says is not heard where it need not have been asked.
    guessed = part.taught.authors if part.taught is not None and way != TEMPLATE else ()
    authors = claims.names(profile, guessed)
    refined = refine(part, chosen, authors, profile.keep)
    cleaned = clean(part.passages, refined.kept, claims.headlines(profile), authors, claims.description, profile)
    return Choice(cleaned.kept, (*refined.removed, *cleaned.removed), way, authors)

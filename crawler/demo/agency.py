"""Composes as many stories as a larger paper needs, each about something of its own.

In: a number. Out: the story of that number and the desk that prints it. The same number gives the same story, always;
two numbers never share a topic, a headline or a paragraph. What an agency sends is news: it writes no opinions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from crawler.demo.agency_words import (
    ADDENDA,
    CONSEQUENCES,
    DEKS,
    DETAILS,
    EVENTS,
    FAMILY_NAMES,
    FIRST_NAMES,
    HEADLINES,
    MORE_DETAILS,
    OPENINGS,
    PLACES,
    QUALIFIERS,
    QUOTES,
    REASONS,
    REST,
    ROLES,
    THINGS,
)
from crawler.demo.content import fill, pick
from crawler.demo.desks import DESKS
from crawler.demo.story import Desk, Story

_DESKS: tuple[Desk, ...] = tuple(desk for desk in DESKS if desk.voices)
_A_DESK = len(PLACES) * len(QUALIFIERS) * len(THINGS["local"])
STORIES = len(_DESKS) * _A_DESK
"""How many there are."""
_PARAGRAPHS = 12


def agency_story(number: int) -> tuple[Story, Desk]:
    """The story of *number*, and its desk with material that suits it.

    Raises:
        IndexError: There are only `STORIES`.
    """
    if not 0 <= number < STORIES:
        raise IndexError(number)
    rank, desk = number // len(_DESKS), _DESKS[number % len(_DESKS)]
    things = THINGS[desk.slug]
    thing = rank % len(things)
    # Moved on by the thing, so that neighbours in number are not all about one place.
    place = PLACES[(rank // len(things) + thing) % len(PLACES)]
    qualifier = QUALIFIERS[rank // (len(things) * len(PLACES))]
    topic = f"the {qualifier}{place} {things[thing]}"
    bare = Story("", "", topic, place, _name(topic), pick(topic + "role", ROLES), "", "", "", _tags(topic, desk))
    story = replace(
        bare,
        headline=_sentence(bare, "headline", HEADLINES),
        dek=_sentence(bare, "dek", DEKS) + ".",
        lead=f"{_sentence(bare, 'event', EVENTS)}, {_sentence(bare, 'consequence', CONSEQUENCES)}.",
        detail=f"{_sentence(bare, 'detail', DETAILS)}, and {_sentence(bare, 'more', MORE_DETAILS)}.",
        quote=f"{_sentence(bare, 'quote', QUOTES)}, {_sentence(bare, 'reason', REASONS)}",
    )
    return story, replace(desk, paragraphs=(*desk.paragraphs, *_paragraphs(topic)))


def addendum(topic: str) -> str:
    """What an edit adds to the story of *topic*, whoever wrote it."""
    story = Story("", "", topic, pick(topic + "elsewhere", PLACES), _name(topic), "", "", "", "", ())
    return f"{_sentence(story, 'addendum', ADDENDA)}, {_sentence(story, 'addendum reason', CONSEQUENCES)}."


def _sentence(story: Story, use: str, options: Sequence[str]) -> str:
    return fill(pick(story.topic + use, options), story, use)


def _paragraphs(topic: str) -> tuple[str, ...]:
    """Templates of paragraphs: openings and endings, joined differently for each topic."""
    openings, endings = _shuffled(topic + "openings", OPENINGS), _shuffled(topic + "endings", REST)
    return tuple(f"{one} {other}" for one, other in zip(openings[:_PARAGRAPHS], endings, strict=False))


def _shuffled(key: str, options: Sequence[str]) -> list[str]:
    return sorted(options, key=lambda option: hashlib.sha256((key + option).encode()).digest())


def _name(topic: str) -> str:
    return f"{pick(topic + 'first name', FIRST_NAMES)} {pick(topic + 'family name', FAMILY_NAMES)}"


def _tags(topic: str, desk: Desk) -> tuple[str, ...]:
    """Tags that the desk has used before: a new story brings no new tag."""
    known = sorted({tag for story in desk.stories for tag in story.tags})
    return tuple(_shuffled(topic, known)[:2])

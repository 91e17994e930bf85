"""What the newsroom writes by hand: stories, and the material a desk adds to them.

In: nothing. Out: the two frozen values that the modules of `desks` fill and `content` composes articles from.
Texts use the small markup of `markup.py`; in a desk's material, slots in braces are filled per article.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """The part of one article that nobody else's article shares."""

    headline: str
    dek: str
    """The excerpt under the headline; also the page's description."""
    topic: str
    """A singular noun phrase, article included, that no other story uses: it keeps composed paragraphs apart."""
    place: str
    source: str
    """Whom the story quotes; empty on the opinion desk."""
    role: str
    lead: str
    detail: str
    quote: str
    """What the source says; on the opinion desk, the closing paragraph."""
    tags: tuple[str, ...]
    brief: bool = False
    """Whether it stays under a hundred words."""
    table: tuple[tuple[str, ...], ...] = ()
    """Rows of a table set into the text, the head first."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One section of the paper: its stories, newest first, and the material they are filled up with."""

    name: str
    slug: str
    blurb: str
    authors: tuple[str, ...]
    stories: tuple[Story, ...]
    arrivals: tuple[Story, ...]
    """Stories of the second day."""
    paragraphs: tuple[str, ...]
    """Each names the topic; slots: topic, Topic, place, source, town, month, weekday, n, big, few."""
    quotes: tuple[str, ...]
    voices: tuple[str, ...]
    headings: tuple[str, ...]

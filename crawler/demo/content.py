"""Composes an article's body from its story and the desk's material.

In: a story, its desk, and the paths of earlier articles it may link to. Out: the body's passages. The same story gives
the same passages in every process: each choice is read from a digest of the story's topic, never drawn. No paragraph
is shared between articles, because each composed one names its topic, and topics are unique.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from crawler.demo.story import Desk, Story

T = TypeVar("T")

_TOWNS = ("Ostrey", "Dunmarrow", "Kestrel Vale", "Pelham Sound", "Brackley Weir")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_FEW = ("two", "three", "four", "five", "six", "seven")
_LINKS = (
    "The *Courier* [wrote about {other}]({path}) earlier this season.",
    "It is the second such story in weeks, after [that of {other}]({path}).",
    "Readers may remember [{other}]({path}), which began in much the same way.",
    "A reader compared it with [{other}](../../..{path}), and had a point.",
)
_OUTSIDE = (
    "A longer account stands in [the year book](https://www.example.org/yearbook/{number}/), which is **free** to read."
)
_SAID = ("said {who}", "says {who}", "{who} told the *Courier*", "explained {who}")
_LIST_INTRO = "For readers who want to follow {topic}, the *Courier* has put the essentials together:"
_LIST = (
    "Where: {place}, {n} minutes on foot from tram stop {big}",
    "When: {n} December, from {few} o’clock, with a break after {big} seconds of silence",
    "What to read: folder {big}, pages {n} to {big}, at the ward office",
    "Whom to ask: the desk for {place}, extension {big}, room {n}",
)
_CAPTIONS = (
    "A drawing of {topic} from the reading room in {place}",
    "{Topic}, as seen from {place} on a {weekday} in {month}",
    "The model of {topic} that was shown in {town}",
)
_UNITS = re.compile(r"(\d) (per cent|million|metres|minutes|months|days)")


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of an article's body."""

    kind: str
    """paragraph, heading, quote, list_item, table_row, caption (of a figure) or embed."""
    markup: str
    """Its text; cells of a table row are divided by tabs."""
    source: str = ""
    """What a caption's figure or an embed shows: the last part of its path."""


def pick(key: str, options: Sequence[T]) -> T:
    """The option that *key* stands for."""
    return options[_number(key) % len(options)]


def chance(key: str, one_in: int) -> bool:
    """Whether *key* is one of the lucky ones: about one in *one_in*."""
    return _number(key) % one_in == 0


def compose(story: Story, desk: Desk, earlier: Sequence[tuple[str, str]]) -> tuple[Passage, ...]:
    """The body of *story*.

    Args:
        story: What was written by hand.
        desk: The material it is filled up with.
        earlier: (topic, path) of older articles of the desk, which the text may link to.
    """
    topic = story.topic
    opening = [Passage("paragraph", story.lead), Passage("paragraph", _with_link(story, earlier))]
    remark = Passage("paragraph", _remark(story))
    if story.brief:
        return (*opening, remark, *_filled(story, desk, 1))
    middle = _filled(story, desk, 3 + _number(topic + "length") % 5)
    if len(middle) >= 5:
        middle.insert(4, Passage("heading", fill(pick(topic + "second", desk.headings[2:]), story, "second")))
        middle.insert(1, Passage("heading", fill(pick(topic + "first", desk.headings[:2]), story, "first")))
    middle[2:2] = _voice(story, desk)
    if story.table:
        middle[1:1] = [Passage("table_row", "\t".join(row)) for row in story.table]
    if desk.voices and chance(topic + "list", 5):
        middle += _list(story)
    if chance(topic + "figure", 4):
        caption = fill(pick(topic + "caption", _CAPTIONS), story, "caption")
        middle.insert(1, Passage("caption", caption, "sketch"))
    if chance(topic + "embed", 8):
        middle.append(Passage("embed", f"Video: {topic}", str(_number(topic) % 9000)))
    body = [*opening, remark, *middle] if story.source else [*opening, *middle, remark]
    return tuple(body)


def _filled(story: Story, desk: Desk, count: int) -> list[Passage]:
    order = sorted(desk.paragraphs, key=lambda paragraph: _number(story.topic + paragraph))
    return [Passage("paragraph", fill(paragraph, story, paragraph)) for paragraph in order[:count]]


def _voice(story: Story, desk: Desk) -> list[Passage]:
    """A second voice: set apart as a quote, or running in the text."""
    words = fill(pick(story.topic + "quote", desk.quotes), story, "quote")
    if chance(story.topic + "set apart", 3):
        return [Passage("quote", f"“{words}.”")]
    if not desk.voices:
        return []
    return [Passage("paragraph", _said(words, pick(story.topic + "voice", desk.voices), story.topic + "says"))]


def _remark(story: Story) -> str:
    if not story.source:
        return story.quote
    return _said(story.quote, f"{story.source}, {story.role}", story.topic + "said")


def _said(words: str, who: str, key: str) -> str:
    return f"“{words},” {pick(key, _SAID).format(who=who)}."


def _with_link(story: Story, earlier: Sequence[tuple[str, str]]) -> str:
    """The story's detail, with a link to an older article or to another site."""
    if story.brief or chance(story.topic + "unlinked", 4):
        return story.detail
    if not earlier or chance(story.topic + "outside", 7):
        return f"{story.detail} {_OUTSIDE.format(number=_number(story.topic) % 400)}"
    other, path = pick(story.topic + "other", earlier)
    return f"{story.detail} {pick(story.topic + 'link', _LINKS).format(other=other, path=path)}"


def _list(story: Story) -> list[Passage]:
    items = _LIST[: 3 + _number(story.topic + "items") % 2]
    intro = Passage("paragraph", _LIST_INTRO.format(topic=story.topic))
    return [intro, *(Passage("list_item", fill(item, story, item)) for item in items)]


def fill(template: str, story: Story, use: str) -> str:
    """*template* with its slots filled, as this *use* of it in this story has them."""
    key = f"{story.topic}/{use}/"
    filled = template.format(
        topic=story.topic,
        Topic=story.topic[0].upper() + story.topic[1:],
        place=story.place,
        source=story.source.rpartition(" ")[2],
        town=pick(key + "town", _TOWNS),
        month=pick(key + "month", _MONTHS),
        weekday=pick(key + "weekday", _WEEKDAYS),
        n=8 + _number(key + "n") % 19,
        big=120 + _number(key + "big") % 860,
        few=pick(key + "few", _FEW),
    )
    return _UNITS.sub("\\1\u00a0\\2", filled)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6])

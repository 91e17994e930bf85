"""What pages write for a date → RFC 3339 in UTC, or a plain date.

In: strings, the most trusted first, and the capture's instant. Out: the first of them that is a date and not later
than the capture. A time without a zone is no instant, so it counts as a plain date. The present is never asked for.
Lines that hold a date amid other words ("Published on 3 November 2026 by …") are read for it by its shape.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from dateutil import parser
from htmldate import find_date

from pipelines.extract.date_words import DATED, day_ago, day_in_words
from pipelines.page.text import ends_sentence, word_count
from pipelines.page.tree import Element

_ZONES = (
    dict.fromkeys(("UTC", "GMT", "Z", "WET"), 0)
    | {"BST": 1, "CET": 1, "MEZ": 1, "WEST": 1, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3}
    | {"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
    | {"PKT": 5, "WIB": 7, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
)
"""Hours east of UTC. Names that mean different zones in different countries are left out."""
_EPOCH_SECONDS = re.compile(r"\d{10}(?:\d{3})?")
_ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DOTTED = re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.\s?\d{4}\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b")
_URL_DAY = re.compile(r"/((?:19|20)\d{2})[/-]?(\d{2})[/-]?(\d{2})(?:/|-|_|\.|$)")
_EARLIEST_YEAR = 1800
_UNSET = date(1970, 1, 1)
# Two days that differ in year, month and day: what a string leaves out shows as a difference.
_DEFAULTS = (datetime(1904, 1, 1), datetime(1908, 2, 2))  # noqa: DTZ001 - they stand for no instant
_MAX_CHARS = 80
_MOST_LINE_CHARS = 160
_MOST_WORDS_A_DATE = 3
_BASE = datetime(2000, 1, 1, tzinfo=UTC)  # it stands for no instant


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of looking for a date."""

    date: str | None
    is_after_capture: bool = False
    """Whether a date was passed over because it lies after the capture."""
    is_relative: bool = False
    """Whether it was counted back from the capture, as "3 hours ago" asks for."""


def choose(claims: Iterable[str | None], captured_at: datetime) -> Found:
    """The first of *claims* that is a date not after *captured_at*.

    A later claim that tells the time and its zone for the same day is preferred to one that does not.
    """
    best: str | None = None
    is_after = False
    for claim in claims:
        moment = parse(claim) if claim else None
        if moment is None:
            continue
        if _is_after(moment, captured_at):
            is_after = is_after or best is None
            continue
        if isinstance(moment, datetime):
            if best is None or _is_same_day(moment, best):
                return Found(_instant(moment), is_after)
        elif best is None:
            best = moment.isoformat()
    return Found(best, is_after)


def in_line(text: str) -> tuple[str, ...]:
    """What stands for dates in a short line of other words: "Published on 3 November 2026 by Ana Diaz"."""
    return tuple(filter(_is_date, DATED.findall(_plain_digits(text)))) if _may_be_dated(text) else ()


def without_dates(text: str, between: str = " | ") -> str:
    """A short line with *between* in place of each date in it."""
    if not _may_be_dated(text):
        return text
    return DATED.sub(lambda found: between if _is_date(found[0]) else found[0], _plain_digits(text))


def is_date_line(text: str) -> bool:
    """Whether a short line is a date, or "3 hours ago", and at most a few words of what it is the date of."""
    found = in_line(text)
    if found:
        rest = without_dates(text, " ")
        words = _MAX_CHARS if any(map(str.isdigit, rest)) else word_count(rest)
        return words <= (1 if ends_sentence(text) else _MOST_WORDS_A_DATE * len(found))
    return ago(text, _BASE) is not None


def ago(text: str, captured_at: datetime) -> str | None:
    """The day that a line like "3 hours ago" names, seen from the capture; null where it is no such line.

    "5 min" alone is none: it tells how long reading takes.
    """
    seen_from = captured_at.astimezone(UTC).replace(tzinfo=None)
    day = day_ago(text, seen_from)
    return day.isoformat() if day is not None and day <= seen_from.date() else None


def is_before(one: str | None, other: str | None) -> bool:
    """Whether one date, as `choose` gives them, is surely before the other; a plain date may be any time of its day."""
    if one is None or other is None:
        return False
    shorter = min(len(one), len(other))
    return one[:shorter] < other[:shorter]


def parse(text: str) -> datetime | date | None:
    """The instant (aware, UTC) or day that *text* names; null where it names none, or not surely."""
    text = _plain_digits(text.strip()[:_MAX_CHARS]).removesuffix(" Uhr")
    if not any(map(str.isdigit, text)):
        return None
    if _EPOCH_SECONDS.fullmatch(text):
        moment: datetime | date | None = datetime.fromtimestamp(int(text[:10]), UTC)
    else:
        moment = _parse_words(text)
    if moment is None or moment.year < _EARLIEST_YEAR or _day(moment) == _UNSET:
        return None
    return moment


def day_of_url(url: str) -> str | None:
    """The day that a path like /2026/11/22/ names."""
    found = _URL_DAY.search(url)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def guess(root: Element, url: str, captured_at: datetime, found: Found) -> Found:
    """The day of publication as htmldate reads it off the page, as a last resort after *found*."""
    day = find_date(
        root,
        extensive_search=False,  # the extensive search resolves "three days ago" against the present
        original_date=True,
        url=url,
        max_date=captured_at.date().isoformat(),
    )
    return Found(day, found.is_after_capture)


def _parse_words(text: str) -> datetime | date | None:
    slashed = _SLASHED.search(text)
    if (
        slashed
        and int(slashed[1]) <= 12
        and int(slashed[2]) <= 12
        and slashed[1] != slashed[2]
        and not _ISO_DAY.match(text)
    ):
        return None  # day first or month first: who could say
    if _ISO_INSTANT.match(text):
        try:
            instant = datetime.fromisoformat(text)  # the usual case, and the library below takes ten times as long
        except ValueError:
            pass
        else:
            return instant.astimezone(UTC) if instant.tzinfo else instant.date()
    try:
        found = [
            parser.parse(text, default=default, tzinfos=_zone, dayfirst=bool(_DOTTED.search(text)))
            for default in _DEFAULTS
        ]
        if found[0].date() != found[1].date():
            return None
        moment = found[0]
        if moment.tzinfo is None:
            return moment.date()
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        iso = _ISO_DAY.match(text)
    try:
        return date(*map(int, iso.groups())) if iso else day_in_words(text)
    except ValueError:
        return None


def _is_date(found: str) -> bool:
    """Whether what has the shape of a date is one; a day first or a month first, where that cannot be told."""
    return _SLASHED.search(found) is not None or parse(found) is not None


def _may_be_dated(text: str) -> bool:
    return len(text) <= _MOST_LINE_CHARS and any(map(str.isdigit, text))


def _plain_digits(text: str) -> str:
    """*text* with the decimal digits of all scripts as those of ASCII."""
    if text.isascii() or not any(map(str.isdecimal, text)):
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _zone(name: str | None, offset_s: int | None) -> tzinfo | None:
    # Always answered here: left to itself, dateutil takes this machine's zone for names it knows from it.
    if offset_s is not None:
        return timezone(timedelta(seconds=offset_s))
    hours = _ZONES.get(name or "")
    return timezone(timedelta(hours=hours)) if hours is not None else None


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _is_after(moment: datetime | date, captured_at: datetime) -> bool:
    if isinstance(moment, datetime):
        return moment > captured_at
    return moment > captured_at.astimezone(UTC).date()


def _is_same_day(moment: datetime, day: str) -> bool:
    """Whether an instant may fall on a plain date, whatever the zone."""
    return abs((moment.date() - date.fromisoformat(day)).days) <= 1


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"

"""What sitemaps, feeds and interfaces write for an instant → an aware datetime in UTC.

W3C datetimes (https://www.w3.org/TR/NOTE-datetime) and RFC 5322 dates are read here, as there may be 50,000 of them in
one answer; what else sites write is left to the parser of the pages' dates. A plain date is that day at 00:00, and a
time without a zone is UTC: these are claims, to be compared with each other and not to be archived.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipelines.extract.dates import parse

_RFC5322 = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC?|Z)")
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")
_YEARS = range(1970, 2101)
_MAX_CHARS = 60


def instant(text: object) -> datetime | None:
    """The instant that *text* names; null where it names none, or one that no web page can be of."""
    if not isinstance(text, str) or not (text := text.strip()) or len(text) > _MAX_CHARS:
        return None
    try:
        moment = _moment(text)
        moment = moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
        moment = moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year in _YEARS else None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if match := _YEAR_OR_MONTH.fullmatch(text):
        return datetime(int(match[1]), int(match[2] or 1), 1, tzinfo=UTC)
    if _RFC5322.fullmatch(text):
        return parsedate_to_datetime(text)
    named = parse(text)
    if named is None or isinstance(named, datetime):
        return named
    return datetime(named.year, named.month, named.day, tzinfo=UTC)

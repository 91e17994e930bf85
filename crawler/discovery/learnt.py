"""The shapes of a site's URLs, and what earlier captures found at them.

`shape` makes a template of a URL; `LearntShapes` counts, for each template, how many pages of it turned out to be
articles, listings or something else. It is a value that the site's memory can keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from crawler.discovery.found import FoundKind

MAX_SHAPES = 2_000
"""How many templates are kept, those with the most pages first: a site has dozens."""
_LEAST_PAGES = 3
_MAJORITY = 0.8

_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"(?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])(?:[-_]?(?:0[1-9]|[12]\d|3[01]))?")
_MONTH_OR_DAY = re.compile(r"\d{1,2}")
_ID = re.compile(r"(?=.*\d)[0-9a-fA-F]{8,}|(?=\D*\d)(?=[^a-z]*[a-z])[0-9A-Za-z]{10,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
_WORD = re.compile(r"[-_+.~\s]|%20")
_WORDS = 3
_NUMBER = re.compile(r"\d+")


def shape(url: str) -> str:
    """The template of *url*: its path and the names in its query, with what differs from page to page made general.

    A segment becomes `YYYY`, `MM` or `DD` of a date, `DATE`, `N` (a number), `ID`, `words` (three or more), `words-N`
    (with a number among them) or `word`; the first one stays as it is unless it is the last, as it is a section or a
    kind. A file's extension stays. The host is left out.
    """
    try:
        parts = urlsplit(url)
        names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    except ValueError:
        return "/"
    segments = [segment for segment in parts.path.split("/") if segment]
    general: list[str] = []
    for place, segment in enumerate(segments):
        kind = _kind(segment, general[-1] if general else "")
        is_section = kind == "word" and place == 0 and len(segments) > 1
        general.append(segment.lower() if is_section else kind)
    return "/" + "/".join(general) + (f"?{'&'.join(names)}" if names else "")


def _kind(segment: str, before: str) -> str:
    if before in ("YYYY", "MM") and _MONTH_OR_DAY.fullmatch(segment):
        return "MM" if before == "YYYY" else "DD"
    if _YEAR.fullmatch(segment):
        return "YYYY"
    if _DAY.fullmatch(segment):
        return "DATE"
    if segment.isdigit():
        return "N"
    extension = _EXTENSION.search(segment)
    stem = segment[: extension.start()] if extension else segment
    ending = extension[0].lower() if extension else ""
    if stem.isdigit():
        return "N" + ending
    words = [word for word in _WORD.split(stem) if word]
    if _UUID.fullmatch(stem) or (_ID.fullmatch(stem) and len(words) <= 1):
        return "ID" + ending
    numbers = any(_NUMBER.fullmatch(word) for word in words)
    name = "words" if len(words) >= _WORDS or stem.count("%") > _WORDS else "word"
    return name + ("-N" if numbers else "") + ending


class Counts(NamedTuple):
    """How many pages of one shape turned out to be what."""

    article: int = 0
    listing: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class LearntShapes:
    """What pages of a site turned out to be, by shape."""

    counts: Mapping[str, Counts] = field(default_factory=dict)

    def verdict(self, url: str) -> bool | None:
        """Whether URLs of this shape are articles: true, false, or null where too few were seen or they differ."""
        seen = self.counts.get(shape(url)) if self.counts else None
        if seen is None or (total := sum(seen)) < _LEAST_PAGES:
            return None
        if seen.article >= total * _MAJORITY:
            return True
        return False if total - seen.article >= total * _MAJORITY else None

    def with_pages(self, pages: Iterable[tuple[str, FoundKind]]) -> Self:
        """The same, and *pages*, each a URL and what was found there; what is no page counts for nothing."""
        counts = dict(self.counts)
        for url, kind in pages:
            template = shape(url)
            article, listing, other = counts.get(template, Counts())
            if kind is FoundKind.ARTICLE:
                article += 1
            elif kind is FoundKind.LISTING:
                listing += 1
            elif kind is FoundKind.PAGE:
                other += 1
            else:
                continue
            counts[template] = Counts(article, listing, other)
        kept = sorted(counts.items(), key=lambda entry: (-sum(entry[1]), entry[0]))[:MAX_SHAPES]
        return type(self)(dict(sorted(kept)))

    def to_dict(self) -> dict[str, list[int]]:
        """The counts of each shape as `[article, listing, other]`."""
        return {template: list(counts) for template, counts in self.counts.items()}

    @classmethod
    def from_dict(cls, stored: object) -> Self:
        """What `to_dict` gave; entries of another form are left out."""
        entries = stored.items() if isinstance(stored, dict) else ()
        return cls(
            {
                str(template): Counts(*counts)
                for template, counts in entries
                if isinstance(counts, list | tuple)
                and len(counts) == len(Counts._fields)
                and all(isinstance(count, int) and count >= 0 for count in counts)
            }
        )

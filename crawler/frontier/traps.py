"""Calendars, facets, replies and other mazes, told by counting: URLs that lead to nothing new, again and again.

A URL belongs to kinds that its shape gives. Each visit says whether it was fruitful; once so many in a row of a kind
were not, the kind is closed: three, or a single one of a URL that only adds something to a known page's. One fruitful
visit opens the count anew, so that the pages of articles never close. The archive of a day is told from a calendar's
page without end by what it shows: articles, though known ones, that no other page of its kind has shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit, urlunsplit

FRUITLESS = 3
"""Visits in a row without anything new, after which a kind is closed."""

_DIGITS = re.compile(r"\d+")
_HEX = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f-]{8,}$", re.IGNORECASE)
_SLUG = re.compile(r"[^-_]+(?:[-_][^-_]+){2,}$|.{25,}$")
_MANY_SEGMENTS = 12
_MOST_KINDS = 1000
_REPEATS = 3
_BESIDE = 2


class Traps:
    """Which kinds of URLs of a site have proved fruitless.

    Args:
        closed: The kinds that an earlier night closed, as `closed_kinds` gave them: one visit tries each again.
    """

    def __init__(self, closed: Iterable[object] = ()) -> None:
        self._fruitless: Counter[str] = Counter({str(kind): FRUITLESS - 1 for kind in closed})
        self._shown: dict[str, Counter[str]] = {}

    @property
    def closed_kinds(self) -> list[str]:
        """The kinds that are closed now, and those an earlier night closed that nothing has opened."""
        return sorted(kind for kind, count in self._fruitless.items() if count >= FRUITLESS - 1)[:_MOST_KINDS]

    def note(self, url: str, *, fruitful: bool, is_variant: bool = False, shown: Collection[str] = ()) -> None:
        """Note what a visit of *url* led to.

        Args:
            url: What was visited.
            fruitful: Whether it led to anything new.
            is_variant: Whether it is a known page with something added (`variant_of`): one such visit says enough.
            shown: The articles that it names.
        """
        step = FRUITLESS if is_variant else 1
        for kind in kinds(url):
            if kind.endswith("/#") and not fruitful and self._has_its_own(kind, shown):
                continue
            self._fruitless[kind] = 0 if fruitful else self._fruitless[kind] + step

    def _has_its_own(self, kind: str, shown: Collection[str]) -> bool:
        """Whether a page shows articles, those beside its list left out, that no other page of its *kind* has shown.

        What two pages have shown already stands beside; what a single one has is drawn anew for each page. The first
        page of a kind proves nothing.
        """
        is_first = kind not in self._shown
        before = self._shown.setdefault(kind, Counter())
        own = [before[key] for key in shown if before[key] < _BESIDE]
        before.update(shown)
        return not is_first and bool(own) and not any(own)

    def closed(self, url: str, *, expects_article: bool = False) -> str | None:
        """Why *url* is not worth a visit, in words; null if it may be.

        Args:
            url: What may be visited.
            expects_article: Whether it looks like an article's address, which takes twice as much to be given up.
        """
        if is_endless(url):
            return "the path repeats itself"
        for kind in kinds(url):
            if self._fruitless[kind] >= FRUITLESS * (2 if expects_article else 1):
                return f"visits of {kind} led to nothing new"
        return None


def kinds(url: str) -> tuple[str, ...]:
    """The kinds *url* belongs to: its path's template and last word; with a query, its section and the query's keys.

    Digits are `#`, what reads like a headline is `~`, and the last word below another is `*`: `/tag/rain` and
    `/tag/wind` are of one kind, `/about` and `/contact` are not.
    """
    parts = urlsplit(url)
    segments: list[str] = []
    for segment in map(_template, filter(None, parts.path.split("/"))):
        if segment != "#" or segments[-1:] != ["#"]:  # a month and its days are of one kind
            segments.append(segment)
    found = []
    if len(segments) > 1 and _is_word(segments[-1]):
        found.append(f"**/{segments[-1]}")
        if "~" not in segments:
            segments[-1] = "*"
    if parts.query:
        keys = "&".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&")}))
        return (f"/{segments[0]}/**?*" if len(segments) > 1 else "/*?*", f"*?{keys}")
    return (f"/{'/'.join(segments)}", *found)


def variant_of(url: str) -> str | None:
    """The URL that *url* adds something to: a query, or one more word in the path; null for none."""
    parts = urlsplit(url)
    if parts.query:
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    path, _, last = parts.path.rstrip("/").rpartition("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/", "", "")) if path and _is_word(last) else None


def is_endless(url: str) -> bool:
    """Whether the path goes round in circles, as relative links on pages without end make it."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    return len(segments) > _MANY_SEGMENTS or any(count >= _REPEATS for count in Counter(segments).values())


def _is_word(segment: str) -> bool:
    """Whether a segment is a word, or two with a hyphen between: a name of something, no number and no headline."""
    return segment.replace("-", "").isalpha()


def _template(segment: str) -> str:
    if _HEX.fullmatch(segment):
        return "#"
    if _SLUG.fullmatch(segment) and not _DIGITS.fullmatch(segment.replace("-", "")):
        return "~"
    return _DIGITS.sub("#", segment)

"""The number of a page in its URL: read, changed, filled in.

In: URLs, and templates of them as scripts and attributes hold them (`/page/{page}/`, `/page/%d/`, `?page=__page__`).
Out: URLs. A page is counted by number (`page=2`, `/page/2/`) or by how many entries come before it (`offset=20`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote_plus, urlsplit, urlunsplit

# How interfaces call it; what counts something else about pages is left out.
_PAGE_NAMES = re.compile(
    r"(?!.*(?:size|per|count|limit|total|max|last|prev|first|all))"
    r"(?:.*page[ds]?(?:[-_]?(?:num|no|number|index))?|pg|p|pn|seite|pagina|sida|strana|sayfa)",
    re.IGNORECASE,
)
_OFFSET_NAMES = re.compile(r".*offset|start|skip|from|first|begin", re.IGNORECASE)
_CURSOR_NAMES = re.compile(
    r".*cursor|after|before|continuation|(?:last|max|since)[-_]?id|(?:page|next)[-_]?token|scroll[-_]?id", re.IGNORECASE
)
_MAX_NAME_CHARS = 60
_COUNTER_NAMES = frozenset(("", "n", "i", "num", "number", "index"))
_STEP_NAMES = re.compile(r"(?:.*(?:limit|per[-_]?page|page[-_]?size|count))|rows|size|n|num|take", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}")
_NUMBERED_FILE = re.compile(r"(\d{1,4})(?:\.[A-Za-z]{2,5})?")
_LEADING = re.compile(r"\d+")
_PLACE = re.compile(
    r"""\{\{?\s*[$#]?(\w{0,40})\s*\}?\}  # {page}, {{ page }}, {{#}}
    | \$\{([^{}]{0,80})\}             # ${page}
    | %7[Bb](\w{0,40})%7[Dd]          # {page} percent-encoded
    | %([a-z_]{3,40})% | __([A-Za-z_]{1,40}?)__ | \[\[?(\w{1,40})\]?\] | :(page)\b | \#(page)\b\#?
    | (?<=[/=])(PAGE(?:_?NUM(?:BER)?)?|OFFSET)(?=[/&]|$) | %([ds])(?![0-9A-Fa-f]) | (?<=[/=])(9{4,})(?=[/&]|$)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Where a URL's page number stands, and what it is."""

    value: int
    is_offset: bool
    key: str | None = None
    """The name in the query; null for a segment of the path."""
    place: int = 0
    """Which segment of the path."""


def is_page_name(name: str) -> bool:
    """Whether a parameter or attribute of that name counts pages."""
    return bool(_PAGE_NAMES.fullmatch(name))


def is_offset_name(name: str) -> bool:
    """Whether it counts the entries before a page."""
    return bool(_OFFSET_NAMES.fullmatch(name))


def is_cursor_name(name: str) -> bool:
    """Whether it names the place in a list where the next page begins."""
    return bool(_CURSOR_NAMES.fullmatch(name))


def page_number(url: str) -> PageNumber | None:
    """The page number in *url*; null where there is none, or it cannot be told which it is."""
    parts = _split(url)
    if parts is None:
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    numbers = [(key, int(value)) for key, value in pairs if _NUMBER.fullmatch(value)]
    for key, value in numbers:
        if is_page_name(key):
            return PageNumber(value, is_offset=False, key=key)
    for key, value in numbers:
        if is_offset_name(key):
            return PageNumber(value, is_offset=True, key=key)
    segments = parts.path.split("/")
    for place in range(len(segments) - 1, 0, -1):
        if _NUMBER.fullmatch(segments[place]) and is_page_name(segments[place - 1]):
            return PageNumber(int(segments[place]), is_offset=False, place=place)
    return None


def with_page_number(url: str, number: PageNumber, value: int) -> str:
    """*url* with another page number where *number* says that it stands."""
    parts = urlsplit(url)
    if number.key is not None:
        return with_parameter(url, number.key, str(value))
    segments = parts.path.split("/")
    segments[number.place] = _LEADING.sub(str(value), segments[number.place], count=1)
    return urlunsplit(parts._replace(path="/".join(segments)))


def _last_number(url: str) -> PageNumber | None:
    """The last segment of the path that is a number, a file's extension aside, whatever it counts."""
    parts = _split(url)
    segments = parts.path.split("/") if parts else []
    for place in range(len(segments) - 1, 0, -1):
        if match := _NUMBERED_FILE.fullmatch(segments[place]):
            return PageNumber(int(match[1]), is_offset=False, place=place)
    return None


def with_parameter(url: str, key: str, value: str) -> str:
    """*url* with *value* for *key* in its query, in the place of an earlier value where there is one."""
    parts = urlsplit(url)
    pair = f"{quote_plus(key)}={quote_plus(value)}"
    pairs = parts.query.split("&") if parts.query else []
    places = [
        place
        for place, each in enumerate(pairs)
        if parse_qsl(each, keep_blank_values=True)[:1] and parse_qsl(each, keep_blank_values=True)[0][0] == key
    ]
    if places:
        pairs[places[0]] = pair
    else:
        pairs.append(pair)
    return urlunsplit(parts._replace(query="&".join(pairs)))


def next_numbered(url: str, entries: int) -> str | None:
    """The URL of the page after *url*, by its number.

    Args:
        url: A page's URL.
        entries: How many entries that page has, for those that count entries.
    """
    number = page_number(url) or _last_number(url)
    if number is None:
        return None
    step = 1
    if number.is_offset:
        step = next((n for key, n in _numbers(url) if _STEP_NAMES.fullmatch(key) and key != number.key and n), entries)
    return with_page_number(url, number, number.value + step) if step > 0 else None


@dataclass(frozen=True, slots=True)
class Place:
    """The place for a page number in a template of URLs."""

    start: int
    end: int
    is_offset: bool

    def filled(self, template: str, value: int) -> str:
        """*template* with *value* there."""
        return f"{template[: self.start]}{value}{template[self.end :]}"


def place_of(template: str) -> Place | None:
    """The place for a page number in *template*; null where it has none, or one for something else."""
    for match in _PLACE.finditer(template):
        inner = next((group for group in match.groups() if group is not None), "")
        before = name_before(template[: match.start()])
        if is_offset_name(before) or is_offset_name(inner):
            return Place(match.start(), match.end(), is_offset=True)
        if is_page_name(before) or is_page_name(inner) or inner.lower() in _COUNTER_NAMES:
            return Place(match.start(), match.end(), is_offset=False)
    return None


def name_before(text: str) -> str:
    """What a number that follows *text* would be called: `page` after `?page=` and after `/page/`."""
    return re.split(r"[/?&]", text[-_MAX_NAME_CHARS:].rstrip("=/"))[-1]


def _numbers(url: str) -> list[tuple[str, int]]:
    return [(key, int(value)) for key, value in parse_qsl(urlsplit(url).query) if _NUMBER.fullmatch(value)]


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None

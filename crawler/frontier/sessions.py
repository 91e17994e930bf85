"""Session ids in URLs, told by counting: what nearly all links of a page share, looks drawn by lot, and names no page.

Links go in, page by page; out come the same URLs without the session: a parameter of query or path is left out, a path
segment gets the first value that was seen, since a server that puts it there wants one. What was learnt is a
plain table, so that the next night knows it from its first page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit, urlunsplit

_LEAST_LINKS = 5
_LEAST_ALIKE = 3
_SHARE = 0.6
# In brackets where ASP.NET puts it: `/(S(3x0vqz45...))/`.
_DRAWN_BY_LOT = re.compile(r"(?:\((?:[A-Z]\()?)?(?=.*\d)(?:(?=.*[A-Za-z])[\w.~-]{6,}|\d{9,})\)*$")
_PATH_PARAMETER = re.compile(r";(?P<name>[\w.-]+)=(?P<value>[\w.~!-]+)")

Place = tuple[str, str]
"""What kind of place in a URL ("query", "path", "parameter"), and which: its name or its number."""


class SessionIds:
    """What is known of one site's session ids.

    Args:
        learnt: What `learnt` gave on an earlier night.
    """

    def __init__(self, learnt: Mapping[str, object] | None = None) -> None:
        self._values: dict[Place, str] = {}
        self._suspects: dict[Place, str] = {}
        for key, value in (learnt or {}).items():
            kind, _, name = key.partition(":")
            self._values[kind, name] = str(value)

    @property
    def learnt(self) -> dict[str, str]:
        """Place → the value that stands for all."""
        return {f"{kind}:{name}": value for (kind, name), value in sorted(self._values.items())}

    def observe(self, urls: Iterable[str]) -> None:
        """Learn from the links of one page to its own site.

        A query parameter is known by one page. Of a segment of the path, which may be a date or an edition, two pages
        must disagree.
        """
        paths: set[str] = set()
        shared: Counter[tuple[Place, str]] = Counter()
        for url in urls:
            path = urlsplit(url).path
            if path not in paths:
                paths.add(path)
                shared.update(set(_places(url)))
        for (place, value), count in shared.items():
            suspect = self._suspects.get(place)
            is_disagreed = suspect is not None and suspect != value and _same_form(value, suspect)
            is_shared = len(paths) >= _LEAST_LINKS and count >= _SHARE * len(paths)
            # Of few links, as an article has, all must differ in the same way from the page with many.
            if not is_shared and not (is_disagreed and len(paths) >= _LEAST_ALIKE and count == len(paths)):
                continue
            if place[0] != "path":
                self._values.setdefault(place, value)
            elif is_disagreed and suspect is not None:
                self._values.setdefault(place, suspect)
            else:
                self._suspects.setdefault(place, value)

    def strip(self, url: str) -> str:
        """*url* without its session, where one is known."""
        if not self._values:
            return url
        parts = urlsplit(url)
        path = _PATH_PARAMETER.sub(self._parameter, parts.path)
        segments = path.split("/")
        for number, segment in enumerate(segments):
            known = self._values.get(("path", str(number)))
            if known is not None and _DRAWN_BY_LOT.match(segment) and _same_form(segment, known):
                segments[number] = known
        kept = [pair for pair in parts.query.split("&") if ("query", pair.partition("=")[0]) not in self._values]
        return urlunsplit((parts.scheme, parts.netloc, "/".join(segments), "&".join(kept), ""))

    def _parameter(self, match: re.Match[str]) -> str:
        known = self._values.get(("parameter", match["name"]))
        return match[0] if known is None else ""


def _places(url: str) -> Iterable[tuple[Place, str]]:
    """The values in *url* that look drawn by lot, each with its place."""
    parts = urlsplit(url)
    for name, value in parse_qsl(parts.query):
        if _DRAWN_BY_LOT.match(value):
            yield ("query", name), value
    for match in _PATH_PARAMETER.finditer(parts.path):
        if _DRAWN_BY_LOT.match(match["value"]):
            yield ("parameter", match["name"]), match["value"]
    for number, segment in enumerate(_PATH_PARAMETER.sub("", parts.path).split("/")[:-1]):
        if _DRAWN_BY_LOT.match(segment):
            yield ("path", str(number)), segment


def _same_form(one: str, other: str) -> bool:
    """Whether both could be drawn from one urn: as long, and beginning with the same mark."""
    marks = [re.match(r"[A-Za-z]*[-_.]|", each) for each in (one, other)]
    return len(one) == len(other) and marks[0] is not None and marks[1] is not None and marks[0][0] == marks[1][0]

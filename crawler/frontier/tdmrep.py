"""`/.well-known/tdmrep.json` (TDM Reservation Protocol, W3C community group, §5.1): what a host reserves where.

In: the answer. Out: rules in their order, of which the first that matches a URL speaks of it. What is not of the form
is passed over: sites answer with their home page for whatever is asked.

*Why not protego* for the patterns, which are those of robots.txt (`*`, and `$` at the end): it takes robots.txt files,
and its longest match wins, where here the first does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

PATH = "/.well-known/tdmrep.json"

MAX_BYTES = 512 * 1024
"""A larger file is none."""

_MOST_RULES = 1000
_MOST_CHARS = 500


@dataclass(frozen=True, slots=True)
class ReservationRule:
    """One element of the file."""

    location: str
    """A pattern of paths."""
    reservation: str
    """As it stands: 1, where rights are reserved."""
    policy: str | None = None
    """The address of a policy, as it stands."""


@dataclass(frozen=True, slots=True)
class Reservations:
    """The file of one origin."""

    rules: tuple[ReservationRule, ...] = ()
    record_id: str | None = None
    """Of the answer; null where there was none."""

    def rule_for(self, url: str) -> ReservationRule | None:
        """The first rule that speaks of *url*; null where none does."""
        parts = urlsplit(url)
        path = unquote(parts.path or "/") + (f"?{unquote(parts.query)}" if parts.query else "")
        return next((rule for rule in self.rules if _matches(rule.location, path, parts.netloc)), None)


def tdmrep_url(url: str) -> str:
    """Where the reservations for *url* are."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{PATH}"


def read_reservations(status: int, body: bytes, record_id: str | None = None) -> Reservations:
    """The rules that an answer means; none, where it is an error or no such file.

    Args:
        status: Of the answer.
        body: Its body, decoded of all codings.
        record_id: Of the answer's record.
    """
    if status != 200 or len(body) > MAX_BYTES:
        return Reservations(record_id=record_id)
    try:
        elements = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Reservations(record_id=record_id)
    listed = elements if isinstance(elements, list) else [elements]
    rules = [_rule(each) for each in listed[:_MOST_RULES] if isinstance(each, dict)]
    return Reservations(tuple(rule for rule in rules if rule is not None), record_id)


def _rule(element: dict[str, object]) -> ReservationRule | None:
    location, reservation, policy = (element.get(key) for key in ("location", "tdm-reservation", "tdm-policy"))
    said = reservation if isinstance(reservation, str) else json.dumps(reservation)
    if not isinstance(location, str) or not location or reservation is None:
        return None
    named = " ".join(policy.split())[:_MOST_CHARS] if isinstance(policy, str) else ""
    return ReservationRule(location, " ".join(said.split())[:_MOST_CHARS], named or None)


def _matches(location: str, path: str, netloc: str) -> bool:
    """Whether the pattern speaks of the path: from its beginning, `*` being anything, and `$` the end."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    if parts.scheme and parts.netloc:  # a whole address, against the letter of the protocol, but seen
        if parts.netloc.lower() != netloc.lower():
            return False
        location = location.split(parts.netloc, 1)[1] or "/"
    pattern = unquote(location)
    is_whole = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position, last = len(first), pieces.pop() if pieces else None
    for piece in pieces:
        # The leftmost place is as good as any, so that no pattern takes long.
        position = path.find(piece, position) + len(piece)
        if position < len(piece):
            return False
    if last is None:
        return not is_whole or position == len(path)
    if is_whole:
        return path.endswith(last) and len(path) - len(last) >= position
    return path.find(last, position) >= 0

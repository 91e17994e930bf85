"""JSON as sites serve it → its value, with bounds; and a walk over such a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

MAX_NODES = 200_000
"""Of one value; further ones are not looked at."""

_GUARD = re.compile(r"^\s*(?:\)\]\}',?|while\s*\(1\);|for\s*\(;;\);)\s*")
_PADDING = re.compile(r"^[\w$.]{1,80}\s*\((.*)\)\s*;?\s*$", re.DOTALL)
# JSON can spell half of a surrogate pair, which no URL can hold.
_HALF = re.compile("[\ud800-\udfff]")


def read_json(text: str) -> object | None:
    """The object or array that *text* is, without the guards that scripts take off; null where it is none."""
    text = _GUARD.sub("", text.lstrip("\ufeff")).strip()
    if text[:1] not in "{[" and (padded := _PADDING.match(text)):
        text = padded[1].strip()
    if text[:1] not in ("{", "["):
        return None
    try:
        value: object = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value


def walk(value: object) -> Iterator[tuple[str, object]]:
    """Every value within *value*, itself first, with the name it stands under, in document order."""
    waiting: list[tuple[str, object]] = [("", value)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        name, each = waiting.pop()
        yield name, each
        if isinstance(each, dict):
            waiting += [(str(key), inner) for key, inner in reversed(each.items())]
        elif isinstance(each, list):
            waiting += [(name, inner) for inner in reversed(each)]


def clean(text: str) -> str:
    """*text* without half characters."""
    return _HALF.sub("", text)

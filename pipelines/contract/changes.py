"""Two schemas of one major version → what breaks a reader of the older one.

In: the schema as it was published, and as it is now. Out: a sentence for each change that is no addition: within a
major version, fields and members of closed lists are only ever added, and nothing that was there changes its type or
becomes nullable. Words, examples and units may change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WORDS = frozenset(("description", "examples", "title", "default"))


def breaking_changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What is no addition, each with the place of it; empty where all is well."""
    found = list(_object("", before, now))
    for name, definition in before.get("$defs", {}).items():
        there = now.get("$defs", {}).get(name)
        if there is None:
            # A definition that is gone is a change where it was used, which is seen there: references are compared.
            continue
        found += _object(name, definition, there) if "properties" in definition else _value(name, definition, there)
    return found


def _object(place: str, before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    fields, kept = before.get("properties", {}), now.get("properties", {})
    for name, field in fields.items():
        where = f"{place}.{name}".lstrip(".")
        if name not in kept:
            yield f"{where} is gone"
            continue
        yield from _value(where, field, kept[name])
    for name in before.get("required", ()):
        if name in kept and name not in now.get("required", ()):
            yield f"{place}.{name}".lstrip(".") + " is no longer always there"


def _value(where: str, before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    if set(before.get("enum", ())) - set(now.get("enum", ())):
        yield f"{where} has lost {sorted(set(before['enum']) - set(now['enum']))}"
    if _shape(before) != _shape(now):
        yield f"{where} was {_shape(before)} and is {_shape(now)}"


def _shape(value: Any) -> Any:
    """A schema without what may change: its words, and the members of closed lists."""
    if isinstance(value, dict):
        kept = {key: _shape(each) for key, each in value.items() if key not in _WORDS and not key.startswith("x-")}
        return {key: ("…" if key == "enum" else each) for key, each in kept.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else value

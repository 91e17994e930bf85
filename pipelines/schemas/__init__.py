"""The JSON Schemas that pressarc has published, one file for each version in which one changed; and their keys.

    <name>-<major>/<version of pressarc>.json      article-1/0.1.0.json

They are data: written by `make schema` (pipelines/contract), put into every archive, and never changed once released.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

PREFIX = "schema/"
"""Where an archive has them."""

NAMES = ("article", "outcome", "manifest")

_KEY = re.compile(rf"{PREFIX}(?P<name>[a-z]+)-(?P<major>[0-9]+)/(?P<version>[0-9]+\.[0-9]+\.[0-9]+)\.json")


@dataclass(frozen=True, slots=True)
class SchemaName:
    """Which schema a key names."""

    name: str
    """article, outcome or manifest."""
    major: int
    """The number behind the slash of a line's `schema`."""
    version: tuple[int, ...]
    """The pressarc that published it."""

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.name}-{self.major}/{'.'.join(map(str, self.version))}.json"


def parse_schema_key(key: str) -> SchemaName | None:
    """The schema that *key* names; null for what is no schema's key."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    return SchemaName(found["name"], int(found["major"]), tuple(map(int, found["version"].split("."))))


def published() -> dict[SchemaName, bytes]:
    """Every schema that this pressarc knows, the older ones first."""
    found: dict[SchemaName, bytes] = {}
    for folder in files(__name__).iterdir():
        for file in folder.iterdir() if folder.is_dir() else ():
            name = parse_schema_key(f"{PREFIX}{folder.name}/{file.name}")
            if name is not None:
                found[name] = file.read_bytes()
    return dict(sorted(found.items(), key=lambda item: (item[0].name, item[0].major, item[0].version)))


def newest() -> dict[SchemaName, bytes]:
    """Of each schema, the newest."""
    last = {name.name: name for name in published()}
    return {name: raw for name, raw in published().items() if last[name.name] == name}

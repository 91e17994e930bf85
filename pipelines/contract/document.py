"""The schemas → docs/schema.md: every field of every line, with its type, meaning, unit, example and age."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_TITLES = {"article": "An article line", "outcome": "An outcome line", "manifest": "A manifest"}
_MOST_EXAMPLE_CHARS = 60
_PREFACE = (
    "# The schema, field by field",
    "",
    "Made by `make schema` from the JSON Schemas in [pipelines/schemas](../pipelines/schemas); what is changed here is",
    "lost. The same schemas are in every archive, under `schema/`, and `pressarc schema article` prints one. How lines",
    "hang together is in [FORMAT.md](../FORMAT.md). *since* is the pressarc that wrote the field first; `?` behind a",
    "type says that it may be null.",
)


def document(schemas: Mapping[str, dict[str, Any]]) -> str:
    """The whole document.

    Args:
        schemas: By name: article, outcome, manifest.
    """
    return "\n".join(_lines(schemas)) + "\n"


def _lines(schemas: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    yield from _PREFACE
    for name, schema in schemas.items():
        yield ""
        yield f"## {_TITLES[name]}"
        yield ""
        yield f"`{schema['title']}`"
        yield from _table(schema)
        for inner, definition in schema["$defs"].items():
            if "properties" in definition:
                yield ""
                yield f"### {inner} ({name})"
                yield from _table(definition)
            elif "enum" in definition:
                yield ""
                yield f"### {inner} ({name})"
                yield ""
                yield ", ".join(f"`{value}`" for value in definition["enum"])


def _table(described: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "| field | type | meaning | example | since |"
    yield "| --- | --- | --- | --- | --- |"
    for name, field in described["properties"].items():
        unit = f" ({field['x-unit']})" if "x-unit" in field else ""
        yield f"| `{name}` | {type_of(field)}{unit} | {field['description']} | {_example(field)} | {field['x-since']} |"


def type_of(field: Mapping[str, Any]) -> str:
    """The type of a field in a word or two."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        kinds = [each for each in field["anyOf"] if each.get("type") != "null"]
        return f"{type_of(kinds[0])}?" if len(kinds) < len(field["anyOf"]) else " or ".join(map(type_of, kinds))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        items: Mapping[str, Any] = field.get("items") or next(iter(field.get("prefixItems", ())), {})
        return f"array of {type_of(items)}"
    if field.get("type") == "object" and isinstance(field.get("additionalProperties"), dict):
        return f"object of {type_of(field['additionalProperties'])}"
    return {"date-time": "time"}.get(field.get("format", ""), str(field.get("type", "any")))


def _example(field: Mapping[str, Any]) -> str:
    if not field.get("examples"):
        return ""
    text = json.dumps(field["examples"][0], ensure_ascii=False)
    if len(text) > _MOST_EXAMPLE_CHARS:
        text = text[:_MOST_EXAMPLE_CHARS].rstrip("\\") + "…"
    return f"`{text.replace('|', chr(92) + '|')}`"

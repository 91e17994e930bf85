"""The models of the archive's lines → JSON Schemas (2020-12), each field with its meaning, unit, example and age.

In: the models, FORMAT.md, and the schema as it was published last. Out: a schema as a JSON value. Types, closed lists
and patterns are the models', words and examples are the document's. `since` is the pressarc in which a field came.

Every key is always present in what this pressarc writes; required are those that all lines of the major version have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from pipelines.article.schema import Article
from pipelines.contract.meanings import Meanings
from pipelines.publish.manifest import SELF_DIGEST, Manifest
from pipelines.publish.outcomes import OutcomeLine

MODELS: dict[str, type[BaseModel]] = {"article": Article, "outcome": OutcomeLine, "manifest": Manifest}

Schema = dict[str, Any]

_UNITS = {
    **dict.fromkeys(("offset", "length", "bytes", "was_bytes"), "bytes"),
    **dict.fromkeys(("words",), "words"),
    **dict.fromkeys(("records",), "WARC records"),
    **dict.fromkeys(("lines",), "lines"),
}
_SUFFIXES = {"_bytes": "bytes", "_s": "seconds", "_ms": "milliseconds"}


def schema_name(model: type[BaseModel]) -> str:
    """What a line of the model has as `schema`: `pressarc.article/1`."""
    return str(model.model_fields["schema_"].default)


def generate(model: type[BaseModel], meanings: Meanings, version: str, before: Schema | None) -> Schema:
    """The schema of *model*.

    Args:
        model: Of `MODELS`.
        meanings: Of FORMAT.md.
        version: The pressarc that is to publish it.
        before: What an earlier one published of the same major version.
    """
    name = schema_name(model)
    plain = model.model_json_schema(mode="serialization", by_alias=True, schema_generator=_Plain)
    models = {each.__name__: each for each in _models(model)}
    definitions = dict(plain.pop("$defs", {}))
    objects: dict[str, Schema] = {model.__name__: plain, **definitions}
    first = version if before is None else str(before["x-first"])
    for key, each in objects.items():
        if key in models:
            _describe(each, models[key], meanings, version, first, _object(before, key, model.__name__))
    if model is Manifest:
        _add_digest(plain, meanings, version)
    _exemplify(plain, definitions, meanings.example(name))
    family, _, major = name.removeprefix("pressarc.").partition("/")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pressarc:{family}:{major}:{version}",
        "title": name,
        "x-first": first,
        "x-version": version,
        **{key: value for key, value in plain.items() if key != "title"},
        "$defs": dict(sorted(definitions.items())),
    }


class _Plain(GenerateJsonSchema):
    """Without titles: they are the names again."""

    def get_title_from_name(self, name: str) -> str:  # noqa: ARG002
        return ""


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    pending, seen = [model], {model}
    while pending:
        each = pending.pop()
        yield each
        found = {inner for info in each.model_fields.values() for inner in _inside(info.annotation)} - seen
        seen |= found
        pending += sorted(found, key=lambda inner: inner.__name__)


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _inside(argument)


def _object(schema: Schema | None, key: str, root: str) -> Schema:
    if schema is None:
        return {}
    found: Schema = schema if key == root else schema["$defs"].get(key, {})
    return found


def _describe(
    described: Schema, model: type[BaseModel], meanings: Meanings, version: str, first: str, before: Schema
) -> None:
    """Put words, units and ages to the fields of one object."""
    said = {name: text for base in reversed(_bases(model)) for name, text in meanings.of(base).items()}
    known: Mapping[str, Schema] = before.get("properties", {})
    for name, field in described["properties"].items():
        field["description"] = said[name]
        field["x-since"] = known[name]["x-since"] if name in known else version
        unit = _unit(name)
        if unit is not None:
            field["x-unit"] = unit
        for noise in ("title", "default"):
            field.pop(noise, None)
    described["required"] = [name for name, field in described["properties"].items() if field["x-since"] == first]
    described.pop("title", None)


def _bases(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and those that it extends, as far as they have fields."""
    return [each for each in model.__mro__ if issubclass(each, BaseModel) and each.model_fields]


def _unit(name: str) -> str | None:
    suffix = next((unit for ending, unit in _SUFFIXES.items() if name.endswith(ending)), None)
    return _UNITS.get(name, suffix)


def _add_digest(manifest: Schema, meanings: Meanings, version: str) -> None:
    described = {"type": "string", "description": meanings.beside(Manifest, SELF_DIGEST), "x-since": version}
    manifest["properties"][SELF_DIGEST] = described
    manifest["required"].append(SELF_DIGEST)


def _exemplify(described: Schema, definitions: Mapping[str, Schema], example: Any) -> None:
    """Give every field with a plain value the example's."""
    for name, field in described.get("properties", {}).items():
        if not isinstance(example, dict) or example.get(name) is None:
            continue
        value = example[name]
        inner = next(_references(field), None)
        if inner is not None and definitions[inner].get("properties"):
            for each in value if isinstance(value, list) else [value]:
                _exemplify(definitions[inner], definitions, each)
        elif not isinstance(value, dict) and value != []:
            field["examples"] = [value]


def _references(field: Schema) -> Iterator[str]:
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2]
    for each in (field.get("items", {}), *field.get("anyOf", ())):
        if isinstance(each, dict) and each:
            yield from _references(each)

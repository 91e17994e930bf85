"""Croissant (MLCommons, 1.1): what an export is and which fields it has, for catalogues and loaders of training data.

In: an export, and who keeps the archive. Out: JSON-LD with one file and one set of records. Described are fields with a
plain value, or a list of them. Those within objects are only where the file is flat: mlcroissant 1.1, the reader of the
format's makers, knows JSON Lines and Parquet by their columns alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines import schemas
from pipelines.article.jsonl import canonical_json
from pipelines.export.flat import COLUMNS
from pipelines.export.state import ExportState

SUFFIX = ".croissant.json"

_CR = (
    *(
        "arrayShape",
        "citeAs",
        "column",
        "equivalentProperty",
        "extract",
        "field",
        "fileObject",
        "fileProperty",
        "fileSet",
    ),
    *("format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
    *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    **{name: f"cr:{name}" for name in _CR},
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
"""The one that the standard gives, whole, as its readers want it."""

_MEDIA = {"jsonl": "application/jsonlines", "csv": "text/csv", "parquet": "application/x-parquet"}
_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "boolean": "sc:Boolean"}
_LICENCE = (
    "The articles are their publishers'. What each page said of its licence and of reserved rights is in `rights`."
)


@dataclass(frozen=True, slots=True)
class Described:
    """What a description says beside the export itself."""

    owner: str
    """Who keeps the archive."""
    url: str
    """Where more about it is."""
    published_on: date
    """When the newest run that is covered ended."""


def croissant(state: ExportState, described: Described) -> bytes:
    """The description of an export."""
    fields = [_described(state, *each) for each in _fields(state.format)]
    return canonical_json(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.1",
            "name": state.file,
            "description": f"News articles of {', '.join(state.sites)}, a record each, as pressarc archived them.",
            "license": _LICENCE,
            "url": described.url,
            "creator": {"@type": "sc:Organization", "name": described.owner},
            "datePublished": described.published_on.isoformat(),
            "isLiveDataset": True,
            "distribution": [
                {
                    "@type": "cr:FileObject",
                    "@id": state.file,
                    "name": state.file,
                    "contentUrl": state.file,
                    "contentSize": f"{state.bytes} B",
                    "encodingFormat": _MEDIA[state.format],
                    "sha256": state.sha256,
                }
            ],
            "recordSet": [{"@type": "cr:RecordSet", "@id": "articles", "name": "articles", "field": fields}],
        }
    )


def _fields(format_: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each field, and its schema."""
    (raw,) = [raw for name, raw in schemas.newest().items() if name.name == "article"]
    schema = json.loads(raw)
    ways = COLUMNS if format_ == "csv" else {name: (name,) for name in schema["properties"]}
    for name, way in ways.items():
        there = schema
        for step in way:
            field = _plain(there, schema)["properties"][step]
            there = {**_plain(field, schema), "description": field["description"]}
        if _plain(there.get("items", there), schema).get("type") in _TYPES:
            yield name, there


def _plain(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a field is, references followed and null left aside."""
    if "$ref" in field:
        found: dict[str, Any] = schema["$defs"][field["$ref"].rpartition("/")[2]]
        return found
    if "anyOf" in field:
        return _plain(next(each for each in field["anyOf"] if each.get("type") != "null"), schema)
    return field


def _described(state: ExportState, name: str, field: dict[str, Any]) -> dict[str, Any]:
    is_list = field.get("type") == "array" and state.format != "csv"  # in CSV it is joined
    plain = (
        _TYPES[field["items"]["type"]] if is_list and "type" in field["items"] else _TYPES.get(field["type"], "sc:Text")
    )
    return {
        "@type": "cr:Field",
        "@id": f"articles/{name}",
        "name": name,
        "description": field["description"],
        "dataType": "sc:DateTime" if name.endswith("_at") else plain,
        **({"isArray": True, "arrayShape": "-1"} if is_list else {}),
        "source": {"fileObject": {"@id": state.file}, "extract": {"column": name}},
    }

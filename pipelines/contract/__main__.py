"""`make schema`: write the schemas and their document anew from the models and FORMAT.md; run in a checkout."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from pipelines.contract.changes import breaking_changes
from pipelines.contract.document import document
from pipelines.contract.generate import MODELS, Schema, generate, schema_name
from pipelines.contract.meanings import Meanings
from pipelines.schemas import PREFIX, SchemaName, newest, published

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs/schema.md"


def schemas() -> dict[SchemaName, Schema]:
    """Each schema as it is now, under the name that it is published by."""
    meanings = Meanings((ROOT / "FORMAT.md").read_text(encoding="utf-8"))
    now = version("pressarc")
    found: dict[SchemaName, Schema] = {}
    for name, model in MODELS.items():
        major = int(schema_name(model).rpartition("/")[2])
        wanted = SchemaName(name, major, tuple(map(int, now.split("."))))
        before = last_before(wanted)
        schema = generate(model, meanings, now, before)
        if before is not None and _content(before) == _content(schema):
            wanted, schema = SchemaName(name, major, tuple(map(int, str(before["x-version"]).split(".")))), before
        found[wanted] = schema
    return found


def last_before(wanted: SchemaName) -> Schema | None:
    """The schema of the same major version that an earlier pressarc published last."""
    same = [
        json.loads(raw)
        for each, raw in published().items()
        if (each.name, each.major) == (wanted.name, wanted.major) and each.version < wanted.version
    ]
    return same[-1] if same else None


def _content(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("$id", "x-version")}


def to_json(schema: Schema) -> bytes:
    """The schema as a file has it, its fields in the order in which lines have them."""
    return json.dumps(schema, ensure_ascii=False, indent=1).encode() + b"\n"


def write() -> int:
    """Write what has changed; the exit code."""
    there = published()
    for name, schema in schemas().items():
        before = json.loads(there[name]) if name in there else last_before(name)
        broken = breaking_changes(before, schema) if before is not None else []
        if broken:
            print(f"{schema['title']}: this is no addition, so it needs a new major version:", *broken, sep="\n  ")
            return 1
        path = ROOT / "pipelines/schemas" / name.key.removeprefix(PREFIX)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(to_json(schema))
    made = {name.name: json.loads(raw) for name, raw in newest().items()}
    DOCUMENT.write_text(document(made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(write())

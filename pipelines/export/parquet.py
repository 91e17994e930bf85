"""Parquet: the fields of the schema as typed, nested columns, and the manifest's number; zstd, in large row groups.

The columns are those of the published JSON Schema, so that a field that is added there is a column here. An object of
any keys is a list of key and value, and no map, which Hugging Face datasets and Polars have no type for.

*Why pyarrow's JSON reader*, and no orjson or msgspec with Python objects between: over batches that fit a cache it
reads 10 kB of line in about 30 µs, as fast as orjson alone, and without a dependency more. What it cannot read is an
object of any keys, `provenance.versions`: that is taken from the line by its name, which within a string of JSON cannot
stand so.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq

from pipelines import schemas
from pipelines.errors import ArchiveError
from pipelines.export.lines import Batch

ROW_GROUP_BYTES = 48 << 20
"""Of lines as JSON; a row group is held in memory."""

_LEVEL = 1
_VERSIONS = re.compile(rb'"versions":(\{[^{}]*\})')
_PLAIN = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "number": pa.float64()}
_FEW = ("schema", "event", "site", "section", "language")
"""Columns of few different values, which a dictionary suits; one for every column costs a third more time."""


def columns() -> pa.Schema:
    """The columns of the table."""
    (raw,) = [raw for name, raw in schemas.newest().items() if name.name == "article"]
    schema = json.loads(raw)
    fields = [pa.field(name, _type(field, schema["$defs"])) for name, field in schema["properties"].items()]
    return pa.schema([*fields, pa.field("manifest", pa.int64())])


def _type(field: dict[str, Any], definitions: dict[str, Any]) -> pa.DataType:
    if "$ref" in field:
        return _type(definitions[field["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in field:
        return _type(next(each for each in field["anyOf"] if each.get("type") != "null"), definitions)
    if field["type"] == "array":
        return pa.list_(_type(field.get("items") or field["prefixItems"][0], definitions))
    if "properties" in field:
        return pa.struct([pa.field(name, _type(each, definitions)) for name, each in field["properties"].items()])
    if field["type"] == "object":
        return pa.list_(pa.struct([("key", pa.string()), ("value", _type(field["additionalProperties"], definitions))]))
    return pa.timestamp("us", "UTC") if field.get("format") == "date-time" else _PLAIN[field["type"]]


class TableWriter:
    """Writes the table.

    Args:
        path: Where to.
    """

    def __init__(self, path: Path) -> None:
        self._columns = columns()
        self._read = pj.ParseOptions(explicit_schema=self._readable(), unexpected_field_behavior="ignore")
        self._file = pa.OSFile(str(path), "wb")
        self._table = pq.ParquetWriter(
            self._file, self._columns, compression="zstd", compression_level=_LEVEL, use_dictionary=list(_FEW)
        )
        self._held: list[pa.Table] = []
        self._held_bytes = 0

    def write(self, batch: Batch) -> None:
        """Add a row for each line.

        Raises:
            ArchiveError: A line is none of the schema.
        """
        if not batch.lines:
            return
        block = b"".join(batch.lines)
        size = len(block)
        try:
            read = pj.read_json(
                pa.BufferReader(block),
                # One block: a line must not be longer than one.
                read_options=pj.ReadOptions(use_threads=False, block_size=size + 1),
                parse_options=self._read,
            )
        except pa.ArrowInvalid as error:
            raise ArchiveError(f"a line is none of the schema ({error})", where=batch.part.key) from error
        self._held.append(self._completed(read, batch))
        self._held_bytes += size
        if self._held_bytes >= ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._table.close()
        self._file.close()

    def _flush(self) -> None:
        if self._held:
            table = pa.concat_tables(self._held)
            self._held, self._held_bytes = [], 0
            self._table.write_table(table, row_group_size=max(table.num_rows, 1))

    def _readable(self) -> pa.Schema:
        """The columns that are read as they stand."""
        place = self._columns.get_field_index("provenance")
        provenance = [field for field in self._columns.field(place).type if field.name != "versions"]
        readable = self._columns.set(place, pa.field("provenance", pa.struct(provenance)))
        return pa.schema([field for field in readable if field.name != "manifest"])

    def _completed(self, read: pa.Table, batch: Batch) -> pa.Table:
        """*read* with the versions and the manifest's number."""
        wanted = self._columns.field("provenance").type
        provenance = read.column("provenance").combine_chunks()
        versions = self._versions_of(batch.lines)
        parts = [versions if field.name == "versions" else provenance.field(field.name) for field in wanted]
        completed = pa.StructArray.from_arrays(parts, fields=list(wanted), mask=provenance.is_null())
        numbers = pa.array([batch.part.manifest] * len(batch.lines), pa.int64())
        by_name = {name: read.column(name) for name in read.column_names}
        by_name |= {"provenance": completed, "manifest": numbers}
        return pa.table([by_name[field.name] for field in self._columns], schema=self._columns)

    def _versions_of(self, lines: tuple[bytes, ...]) -> pa.Array:
        """The versions of each line; most lines of a batch have the same ones."""
        known: dict[bytes, int] = {}
        places = [known.setdefault(_raw_versions(line), len(known)) for line in lines]
        tables = (json.loads(raw) for raw in known)
        listed = [[{"key": key, "value": value} for key, value in table.items()] for table in tables]
        return pa.array(listed, self._columns.field("provenance").type.field("versions").type).take(pa.array(places))


def _raw_versions(line: bytes) -> bytes:
    found = _VERSIONS.search(line, max(line.rfind(b'"provenance":{'), 0))
    if found is not None:
        return found[1]
    return json.dumps(json.loads(line)["provenance"]["versions"]).encode()

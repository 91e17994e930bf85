"""What the fields of a line mean: the tables of FORMAT.md, which are the contract's words.

In: the document's text. Out: for a model, each field's meaning without links, and the document's examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_TABLE = re.compile(r"^\| key \| type \| meaning \|\n\| --- .*\n((?:\|.*\n)+)", re.MULTILINE)
_EXAMPLE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Meanings:
    """The tables and examples of the document.

    Args:
        document: FORMAT.md.
    """

    def __init__(self, document: str) -> None:
        self._tables = [_rows(found[1]) for found in _TABLE.finditer(document)]
        self._examples = [json.loads(found[1]) for found in _EXAMPLE.finditer(document)]

    def of(self, model: type[BaseModel]) -> dict[str, str]:
        """The meaning of each field that *model* adds to the one it extends.

        Raises:
            LookupError: No table, or more than one, has just these fields.
        """
        own, table = self._table(model)
        return {name: table[name] for name in own}

    def beside(self, model: type[BaseModel], field: str) -> str:
        """The meaning of a field that is written beside those of *model*."""
        return self._table(model)[1][field]

    def _table(self, model: type[BaseModel]) -> tuple[set[str], dict[str, str]]:
        inherited = {name for base in model.__bases__ if issubclass(base, BaseModel) for name in base.model_fields}
        own = {info.alias or name for name, info in model.model_fields.items() if name not in inherited}
        found = [table for table in self._tables if own <= set(table) and len(set(table) - own) <= _BESIDE]
        if len(found) != 1:
            raise LookupError(f"{len(found)} tables of FORMAT.md have the fields of {model.__name__}: {sorted(own)}")
        return own, found[0]

    def example(self, schema: str) -> Any:
        """The example whose `schema` is that.

        Raises:
            LookupError: There is none.
        """
        for each in self._examples:
            if isinstance(each, dict) and each.get("schema") == schema:
                return each
        raise LookupError(f"FORMAT.md has no example of {schema}")


_BESIDE = 1
"""A table may have one row more: the digest of a manifest is written beside its model."""


def _rows(text: str) -> dict[str, str]:
    return dict(_cells(text))


def _cells(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, _, meaning = (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:4])
        yield key.strip("`"), _LINK.sub(r"\1", meaning)

"""CSV (RFC 4180, UTF-8, a heading line): article lines made flat, for spreadsheets.

Lists are joined by `; `; null is an empty cell; blocks, images, links and removed lines are left out.

*Why* a quote before some cells: a spreadsheet takes text that begins with `=`, `+`, `-`, `@`, a tab or a carriage
return for a formula, and these words are a stranger's (OWASP, CSV injection). Whoever wants them to the letter takes
another format.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from pipelines.export.lines import Batch

COLUMNS: dict[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in (
            *(
                "id",
                "revision",
                "event",
                "site",
                "url",
                "url_captured",
                "headline",
                "description",
                "authors",
                "section",
            ),
            *("keywords", "language", "published_at", "modified_at", "captured_at", "text"),
        )
    },
    "words": ("quality", "words"),
    "flags": ("quality", "flags"),
    "access_declared": ("access", "declared"),
    "access_measured": ("access", "measured"),
    "reserved": ("rights", "reserved"),
    "licence": ("rights", "licence"),
    **{name: (name,) for name in ("duplicate_of", "moved_to", "text_sha256", "simhash")},
    "run": ("provenance", "run"),
    "warc_key": ("provenance", "warc", "key"),
    "warc_offset": ("provenance", "warc", "offset"),
    "warc_length": ("provenance", "warc", "length"),
    "warc_record_id": ("provenance", "warc", "record_id"),
}
"""Each column, and the field of the line that it has."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FlatWriter:
    """Writes the table.

    Args:
        path: Where to.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS)

    def write(self, batch: Batch) -> None:
        """Add a row for each line."""
        for line in batch.lines:
            article = json.loads(line)
            self._rows.writerow([_cell(_field(article, way)) for way in COLUMNS.values()])

    def close(self) -> None:
        """End the file."""
        self._file.close()


def _field(value: Any, way: tuple[str, ...]) -> Any:
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

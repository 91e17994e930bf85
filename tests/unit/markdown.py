"""The documents of the repository, read back: chapters, tables and code blocks of their Markdown."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")])
FORMAT = ROOT / "FORMAT.md"

Row = list[str]


def chapter(document: Path, heading: str) -> str:
    """What stands under *heading*, up to the next heading of any level."""
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", without_blocks(document), re.MULTILINE | re.DOTALL
    )
    assert found, f"{document.name} has no heading {heading!r}"
    return found[1]


def without_blocks(document: Path) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def tables(text: str) -> list[list[Row]]:
    """The tables of *text*: rows of cells, the heading left out."""
    found: list[list[Row]] = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()]
        found.append(rows[2:])
    return found


def table(document: Path, heading: str, place: int = 0) -> dict[str, Row]:
    """A table under *heading*: first cell, its code marks taken off → the other cells."""
    rows = tables(chapter(document, heading))[place]
    keyed = {row[0].strip("`"): row[1:] for row in rows}
    assert len(keyed) == len(rows), f"{document.name}, {heading}: a row is there twice"
    return keyed


def blocks(document: Path, language: str) -> list[str]:
    text = document.read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]

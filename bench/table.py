"""Figures as a table, each beside the target it is held against."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print *rows* under *header*, the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    print(f"\n{title}\n")
    for row in (header, ["-" * width for width in widths], *rows):
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells[1:]]))


def verdict(value: float, *, at_most: float | None = None, at_least: float | None = None) -> str:
    """How *value* stands to its target."""
    if at_most is not None:
        return f"{'met' if value <= at_most else 'MISSED'} (at most {at_most:g})"
    assert at_least is not None
    return f"{'met' if value >= at_least else 'MISSED'} (at least {at_least:g})"

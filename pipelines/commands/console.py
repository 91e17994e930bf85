"""What commands show: rows of facts on standard output; on standard error progress, while they work, and notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
from rich.table import Table

errors = Console(stderr=True, soft_wrap=True, highlight=False)


_ANY_WIDTH = 10_000


def print_rows(rows: Sequence[Mapping[str, object]], *, title: str | None = None) -> None:
    """Print *rows*, which all have the same keys: as a table on a terminal that has room for it, else a line each."""
    out = Console(soft_wrap=True, highlight=False, markup=False)
    table = Table(title=title, title_justify="left")
    for name, value in rows[0].items() if rows else ():
        is_prose = any(" " in str(row[name]) for row in rows)
        table.add_column(
            name.replace("_", " "), justify="right" if isinstance(value, int) else "left", no_wrap=not is_prose
        )
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    needed = out.measure(table, options=out.options.update(width=_ANY_WIDTH)).minimum
    if rows and out.is_terminal and needed <= out.width:
        out.print(table)
        return
    for row in rows:
        out.print("  ".join(f"{name}={value}" for name, value in row.items()))


@contextmanager
def progress_bar(amount: ProgressColumn | None = None) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal, and nothing elsewhere: what a script wants to know is in the result.

    Args:
        amount: How the amount that is done is shown; as a count, unless said.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), amount or MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, object] = {}

        def watch(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield watch

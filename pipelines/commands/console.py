"""What commands show while they work: progress and notices on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn

errors = Console(stderr=True, soft_wrap=True, highlight=False)


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

"""How far each site is: a bar for each on a terminal; elsewhere a plain line at each new stage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Watcher = Callable[[str, str, int, int], None]
"""Called with the site, the stage, how much of it is done, and how much there is."""

DONE = "done"
"""The stage of a site that needs no bar any more."""


@contextmanager
def site_progress() -> Iterator[Watcher]:
    """Whom to tell of progress, for the length of a `with` block."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}
        stages: dict[str, str] = {}

        def watch(site: str, stage: str, done: int, total: int) -> None:
            if site not in tasks:
                tasks[site] = progress.add_task(site)
            progress.update(
                tasks[site], description=f"{site}: {stage}", completed=done, total=total, visible=stage != DONE
            )
            if stages.get(site) != stage and not console.is_terminal:
                print(f"{site}: {stage}", file=sys.stderr)
            stages[site] = stage

        yield watch

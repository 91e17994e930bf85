"""Commands that are known by a name and a sentence, and imported once they are called.

In: a command's name, where its function is, and what it does. Out: a command of typer's. What lists commands (`--help`,
completion) has the name and the sentence; what calls one, or asks for its own help, imports its module and no other.

*Why.* What crawls and extracts is large, and takes longer to import than most commands to run. click's documentation
("Lazily Loading Subcommands") has the same for groups; there whoever lists the commands imports them all.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperCommand


class LateCommand(TyperCommand):
    """A command whose callback gives the function that does the work, and has its arguments and its help."""

    def loaded(self) -> TyperCommand:
        """The command itself."""
        assert self.callback is not None
        own = typer.Typer(add_completion=False, rich_markup_mode=self.rich_markup_mode)
        own.command(self.name)(self.callback())
        command = typer.main.get_command(own)
        assert isinstance(command, TyperCommand)
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.loaded().make_context(info_name, args, parent, **extra)


def add_late(app: typer.Typer, name: str, place: str, sentence: str) -> None:
    """Add a command to *app*.

    Args:
        app: Where it is called.
        name: What it is called by.
        place: Its function, as `package.module:function`.
        sentence: The first of its docstring, for those who only list it.
    """

    def function() -> object:
        return resolve_name(place)

    app.command(name, cls=LateCommand, help=sentence)(function)

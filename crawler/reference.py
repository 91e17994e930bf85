"""docs/commands.md, made of the commands' own help: `make reference` runs this.

In: the commands. Out: a list of them, and a chapter for each with what its docstring says and a table of its arguments
and options. What stands above the list (exit codes) is a person's and stays. So a command is described in one place,
its code, and `--help` says what the document says; a test holds the document against this.

*Why not `typer utils docs`.* It writes usage lines and lists; tables of defaults and meanings read better, and a few
lines make them from the same facts.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from crawler.cli import everything

DOCUMENT = Path(__file__).parents[1] / "docs/commands.md"
_MADE = re.compile(r"^## All of them$", re.MULTILINE)
"""Above it is what a person writes."""


def reference(head: str) -> str:
    """The whole document, made again.

    Args:
        head: The document as it is; what stands above its list of commands is kept.
    """
    kept = _MADE.split(head, maxsplit=1)[0].rstrip()
    known = list(commands(typer.main.get_command(everything())))
    return "\n\n".join([kept, _contents(known), *(chapter(name, command) for name, command in known)]) + "\n"


def commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that can be called, with its name, in the order of `--help`; groups are taken apart."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command.loaded()


def _contents(known: Sequence[tuple[str, Any]]) -> str:
    rows = [
        f"| [{name}](#pressarc-{name.replace(' ', '-')}) | {inspect.cleandoc(command.help).partition(chr(10) * 2)[0]} |"
        for name, command in known
    ]
    return "\n".join(["## All of them", "", "| command | what it does |", "| --- | --- |", *rows])


def chapter(name: str, command: Any) -> str:
    """What there is to say of one command."""
    rows = [_row(parameter) for parameter in command.params if "--help" not in parameter.opts]
    table = ["| argument or option | default | meaning |", "| --- | --- | --- |", *rows] if rows else []
    return "\n\n".join(filter(None, [f"## pressarc {name}", inspect.cleandoc(command.help or ""), "\n".join(table)]))


def _row(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    name = ", ".join(parameter.opts) if is_option else parameter.metavar or _words_for(parameter)
    cells = (f"`{name}`", _default(parameter), " ".join((parameter.help or "").split()))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |".replace("|  |", "| |")


def _words_for(argument: Any) -> str:
    return f"{argument.name.upper()}{'' if argument.nargs == 1 else '...'}"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "has to be given"
    if isinstance(parameter.show_default, str):
        return str(parameter.show_default)
    if parameter.default is None:
        return ""
    if isinstance(parameter.default, bool):
        return "yes" if parameter.default else "no"
    return str(getattr(parameter.default, "value", parameter.default))


if __name__ == "__main__":
    DOCUMENT.write_text(reference(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")

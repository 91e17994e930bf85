"""The program's commands, and the commands that documents and files of deploy/ show."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any

import typer

from crawler.cli import everything
from crawler.reference import commands as commands_of
from tests.unit.markdown import ROOT


@cache
def commands() -> dict[str, Any]:
    """The commands of `pressarc` by name."""
    return dict(commands_of(typer.main.get_command(everything())))


def command_of(words: list[str]) -> tuple[str, list[str]]:
    """The name of the command that *words* call, which may be two of them, and its arguments."""
    length = 1 if words[0] in commands() else 2
    return " ".join(words[:length]), words[length:]


def simple_commands(script: str) -> Iterator[list[str]]:
    """The words of each command of a shell script, up to where the shell does something else with it."""
    plain = re.sub(r"(^|\s)#.*$", r"\1", script.replace("\\\n", " "), flags=re.MULTILINE)
    lexer = shlex.shlex(plain, posix=True, punctuation_chars="|&;<>\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    words: list[str] = []
    for word in [*lexer, "\n"]:
        if not set(word) <= set("|&;<>\n"):
            words.append(word)
            continue
        if word.startswith(">") and words[-1:] == ["2"]:
            words.pop()
        if words:
            yield words
        words = []


def unit(name: str) -> configparser.ConfigParser:
    """A unit of systemd in deploy/."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "deploy" / name)
    return parser

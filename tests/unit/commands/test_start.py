"""How a command starts: what lists commands, or reads an archive, does not wait for what crawls and extracts."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from crawler.cli import everything
from crawler.reference import commands as commands_of
from pipelines.commands.late import LateCommand
from pipelines.store.archive import open_archive
from pipelines.store.local import LocalStore

HEAVY = {"scrapy", "twisted", "trafilatura", "lxml", "boto3", "botocore", "pygal", "pyarrow"}


def start(*arguments: str, **environment: str) -> tuple[set[str], str]:
    """What `pressarc` with *arguments* has imported of `HEAVY` when it ends, and what it printed."""
    program = f"""
import atexit, sys
from crawler.cli import main
sys.argv = ["pressarc", *{arguments!r}]
atexit.register(lambda: print(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr))
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return set(done.stderr.splitlines()[-1].split()), done.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["schema", "article"], ["status"], ["lookup", "https://example.org/"]], ids=" ".join
)
def test_nothing_heavy_is_imported_for(arguments: list[str], tmp_path: Path) -> None:
    open_archive(LocalStore(tmp_path), now=datetime(2026, 11, 22, tzinfo=UTC), owner=None)
    here = [] if arguments[0] == "--help" else ["--archive", str(tmp_path)]
    assert start(*arguments, *here)[0] == set()


def test_what_crawls_is_imported_once_it_is_called() -> None:
    assert {"scrapy", "twisted", "trafilatura"} <= start("crawl", "--help")[0]


def test_shells_complete_commands_and_options() -> None:
    def completed(words: str) -> list[str]:
        count = str(len(words.split()) - 1)
        return start(_PRESSARC_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count)[1].split()

    assert completed("pressarc rep") == ["report", "replay", "repair"]
    assert completed("pressarc sites en") == ["enable"]
    assert completed("pressarc verify --sa") == ["--sample"]


def test_what_is_said_of_a_command_in_the_list_is_the_first_sentence_of_its_help() -> None:
    def listed(group: typer.core.TyperGroup, prefix: str = "") -> dict[str, str]:
        found: dict[str, str] = {}
        for name, command in group.commands.items():
            if isinstance(command, LateCommand):
                found[prefix + name] = command.help or ""
            else:
                assert isinstance(command, typer.core.TyperGroup)
                found |= listed(command, f"{prefix}{name} ")
        return found

    root = typer.main.get_command(everything())
    assert isinstance(root, typer.core.TyperGroup)
    said = {name: command.help.partition("\n\n")[0].replace("\n", " ") for name, command in commands_of(root)}
    assert listed(root) == said

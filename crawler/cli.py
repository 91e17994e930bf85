"""The `pressarc` command: the commands that crawl, by name, those of pipelines/cli.py beside them, and how they end."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from crawler.cut_off import CUT_OFF, CrawlCutOff
from crawler.ending import end_with
from pipelines import cli as offline
from pipelines.commands.console import errors
from pipelines.commands.late import add_late
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.errors import ConfigError
from pipelines.versions import extractor

COMMANDS = {
    "crawl": "Crawl each site into the archive: one run, one committed manifest a site.",
    "capture": "Capture exactly these pages, now: nothing is discovered, all else is as in a crawl. One run a site.",
    "add": "Look at a site with at most 20 polite requests, write its site file, and show three of its articles.",
    "demo": "Start our demo news site on this machine, crawl it for real, and say what was written and where.",
    "nightly": "Crawl every enabled site that is due, take up what was interrupted, publish what was left, and write a "
    "report.",
}
"""Each is the function of its name, in the module of its name; the sentence is the first of its docstring."""

SITES_COMMANDS = {
    "list": "Every site file: whether it is enabled, when it is due, when its last run began and how that ended.",
    "enable": "Have `pressarc nightly` crawl these sites: `nightly.enabled` is written into their files.",
    "disable": "Have `pressarc nightly` leave these sites alone; what is in the archive stays, and so do their files.",
    "check": "Hold every site file against the rules: a sentence for each that is wrong.",
}

app = typer.Typer(add_completion=False, no_args_is_help=True)
for _name, _sentence in COMMANDS.items():
    add_late(app, _name, f"crawler.commands.{_name}:{_name}", _sentence)

_sites = typer.Typer(invoke_without_command=True, help="Site files: what there is, and what it is switched to.")
for _name, _sentence in SITES_COMMANDS.items():
    add_late(_sites, _name, f"crawler.commands.sites:{_name}_sites", _sentence)
app.add_typer(_sites, name="sites")


@_sites.callback()
def _sites_alone(
    context: typer.Context,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Site files: what there is, and what it is switched to. Without a command, `list`."""
    command = context.invoked_subcommand
    if command is None:
        from crawler.commands.sites import list_sites  # noqa: PLC0415 (it is called)

        list_sites(archive, config, set_, as_json)
    elif archive or config or set_ or as_json:
        raise ConfigError(f"options stand after the command: pressarc sites {command} …", where="pressarc sites")


def everything() -> typer.Typer:
    """The whole of `pressarc`: the commands of this module, and those of pipelines/cli.py."""
    whole = typer.Typer(
        name="pressarc",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",  # docs/commands.md is made of the same docstrings
    )
    whole.callback()(_pressarc)
    for part in (app, offline.app):
        whole.add_typer(part)
    return whole


def _say_version(is_wanted: bool) -> None:  # noqa: FBT001 (as the library calls it)
    if is_wanted:
        print(extractor())
        raise typer.Exit


def _pressarc(
    _version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """A news crawler and archive: clean articles as JSON Lines, and the exact bytes they came from as WARC."""


def main() -> None:
    """Run the command; an error is one sentence on standard error, and an exit code."""
    _open_streams()
    try:
        try:
            everything()()
        finally:
            sys.stdout.flush()  # here it can still be said that it was not written
    except CrawlCutOff:
        errors.print("pressarc: stopped; what was captured is safe, and the next start goes on from here")
        os._exit(CUT_OFF)  # a thread that publishes would be waited for: it is made so that it can be cut off
    except Exception as error:  # noqa: BLE001 (one command: a bug is said, too)
        sys.exit(end_with(error))


def _open_streams() -> None:
    """See that there are standard streams, and that what goes through them is UTF-8 whatever the locale.

    A name on disk that is no UTF-8 is shown with escapes, as it is on standard error.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever began this
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (for good)
    for stream, on_error in ((sys.stdin, "strict"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=on_error)


if __name__ == "__main__":
    main()

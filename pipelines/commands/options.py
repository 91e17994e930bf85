"""The options that commands share, and their exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FAILED, USAGE, WARNINGS = 1, 2, 3
ArchiveOption = Annotated[
    str | None,
    typer.Option("--archive", help="A folder, or `s3://bucket/prefix` (`archive.location`).", show_default="archive"),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration file; `sites/` is beside it.", show_default="pressarc.toml, if there is one"
    ),
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Set any option, as `section.key=value`. May be repeated.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for scripts instead of words.")]
SiteOption = Annotated[
    list[str] | None,
    typer.Option("--site", help="A site, by its name in the archive. May be repeated; all by default."),
]
WorkersOption = Annotated[
    int,
    typer.Option(min=0, max=1024, help="Worker processes; 0 means one for each processor."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]

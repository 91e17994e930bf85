"""The options that these commands share."""

from __future__ import annotations

from typing import Annotated

import typer

DelayOption = Annotated[
    float | None,
    typer.Option(
        "--delay",
        help="Seconds between two requests to a host; never less than its Crawl-delay (`crawl.delay_s`).",
        show_default="1",
    ),
]
PrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Allow hosts with private or loopback addresses (`crawl.allow_private`)."),
]

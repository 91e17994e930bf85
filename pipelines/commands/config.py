"""`pressarc config`: the effective configuration."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.options import ConfigOption, JsonOption, SetOption
from pipelines.config import load_config, to_toml
from pipelines.options import Config


def config(
    site: Annotated[
        str | None,
        typer.Argument(
            help="A URL, or the name of a site file; without it, the configuration that holds for all sites."
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the effective configuration, as a configuration file.")
    ] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration, and print the effective one with every option's meaning.

    ```sh
    pressarc config
    pressarc config example.org --show --set crawl.delay_s=2
    ```

    With `--json`: the effective configuration as JSON.
    """
    effective: Config = load_config(site, config_file=config, overrides=set_ or ())
    if as_json:
        print(effective.model_dump_json(indent=1))
    elif show:
        print(to_toml(effective), end="")
    else:
        print("The configuration is valid; --show prints it.")

"""`pressarc schema`: the contract of an archive's lines, as JSON Schema."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipelines import schemas
from pipelines.commands.archive import archive_of
from pipelines.commands.options import ConfigOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.store.contract import Store


def schema(
    name: Annotated[
        str | None,
        typer.Argument(help="`article`, `outcome` or `manifest`; without it all three, as one object by name."),
    ] = None,
    archive: Annotated[
        str | None,
        typer.Option("--archive", help="Those that are in this archive, rather than this pressarc's."),
    ] = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Print the JSON Schema of article lines, outcome lines or manifests.

    ```sh
    pressarc schema article > article.schema.json
    pressarc schema --archive s3://bucket/prefix
    ```

    [schema.md](schema.md) has them field by field.
    """
    if name is not None and name not in schemas.NAMES:
        raise ConfigError(f"there is no such schema; there are {', '.join(schemas.NAMES)}", where=name)
    found = schemas.newest()
    if archive is not None:
        flags: dict[str, object] = {"archive.location": archive}
        found = _of_archive(archive_of(load_config(None, config_file=config, overrides=set_ or (), flags=flags)))
    by_name = {each.name: json.loads(raw) for each, raw in found.items()}
    if name is not None and name not in by_name:
        raise ConfigError("the archive has no such schema; the next run puts it there", where=name)
    print(json.dumps(by_name if name is None else by_name[name], indent=1, ensure_ascii=False))


def _of_archive(store: Store) -> dict[schemas.SchemaName, bytes]:
    named = (schemas.parse_schema_key(stored.key) for stored in store.list(schemas.PREFIX))
    ordered = sorted(
        (each for each in named if each is not None), key=lambda each: (each.name, each.major, each.version)
    )
    return {each: store.read(each.key) for each in {each.name: each for each in ordered}.values()}

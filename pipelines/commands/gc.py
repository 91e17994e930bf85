"""`pressarc gc`: files that no manifest names, removed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pipelines.commands.archive import archive_of
from pipelines.commands.options import FAILED, ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError, StoreError
from pipelines.publish.garbage import Garbage, garbage, throw_away
from pipelines.store.contract import Store


def gc(
    archive: ArchiveOption = None,
    older_than: Annotated[int, typer.Option(max=36_500, help="Days since it came into the archive, at least 1.")] = 30,
    delete: Annotated[bool, typer.Option("--delete", help="Remove it for good; without, it is only listed.")] = False,
    captures: Annotated[
        bool, typer.Option("--captures", help="WARC files that no manifest names are garbage, too.")
    ] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List, or remove, what no manifest names: left by tries that gave way and by writers that died.

    ```sh
    pressarc gc
    pressarc gc --older-than 90 --delete
    ```

    For readers such files do not exist. WARC files among them were captured by a machine that died; the next crawl of
    the site publishes them, so they are kept unless `--captures` is said. Files that are of no kind of the archive's
    format are left alone. With `--json`: `{archive, garbage: [{name, bytes, said}]}`.

    Exit code 0 where all went well, 1 where something could not be removed.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    if older_than < 1:
        raise ConfigError("what is younger than a day may belong to a run at work", where=f"--older-than {older_than}")
    rows: list[dict[str, object]] = []
    for each in list(garbage(store, _now() - timedelta(days=older_than))):
        said = "would be removed"
        if each.is_capture and not captures:
            said = "kept: captured by a machine that died, and published by the next crawl of its site"
        elif delete:
            said = _thrown_away(store, each)
        rows.append({"name": each.name, "bytes": each.size_bytes, "said": said})
    if as_json:
        print(json.dumps({"archive": store.location, "garbage": rows}, indent=1))
    for row in () if as_json else rows:
        print(f"{row['name']}: {row['said']}")
    if not as_json:
        hint = "" if delete or not rows else "; --delete removes it"
        print(f"{store.location}: {len(rows)} thing(s) that no manifest names{hint}")
    if any(str(row["said"]).startswith("failed") for row in rows):
        raise typer.Exit(FAILED)


def _thrown_away(store: Store, each: Garbage) -> str:
    try:
        throw_away(store, each)
    except StoreError as error:
        return f"failed: {error.message}"
    return "removed"


def _now() -> datetime:
    return datetime.now(UTC)

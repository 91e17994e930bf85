"""`pressarc repair`: what is damaged, taken from a copy."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.options import (
    FAILED,
    ArchiveOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    SetOption,
    SiteOption,
)
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.store.open import open_store
from pipelines.verify.repair import repair as repair_archive


def repair(
    copy: Annotated[
        str,
        typer.Argument(
            metavar="COPY", help="A folder, or `s3://bucket/prefix`, that holds this archive or a part of it."
        ),
    ],
    archive: ArchiveOption = None,
    site: SiteOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put files that are missing or damaged right, from a copy of the archive that has the bytes their manifests name.

    ```sh
    pressarc repair /copies/archive --dry-run
    ```

    A damaged file is removed before the right one is put in its place; nothing else is changed. Manifests come first:
    each names the digest of the one before it. An index that the copy does not have is made again from the WARC files
    of its run. With `--json`: a list of `{key, was, is_right_now, message}`.

    Exit code 0 where everything is right now, 1 where something is not.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    with progress_bar() as watcher, closing(open_store(copy)) as other:
        if next(iter(other.list("")), None) is None:
            raise ConfigError("there is nothing here; name a copy of the archive, or of a part of it", where=copy)
        found = list(repair_archive(store, other, named_sites(store, site), watcher, dry_run=dry_run))
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=1))
    else:
        for each in found:
            print(f"{each.key}: {each.was}; {each.message}")
        right = sum(each.is_right_now for each in found)
        print(f"{store.location}: {len(found)} file(s) are not as their manifests say, {right} put right")
    if not all(each.is_right_now for each in found):
        raise typer.Exit(FAILED)

"""`pressarc redact`: take-down."""

from __future__ import annotations

import json
import secrets
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.options import FAILED, ArchiveOption, ConfigOption, DryRunOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.publish.copies import copies
from pipelines.publish.guarded import Crew
from pipelines.publish.sealing import Sealing, seal
from pipelines.publish.takedown import finish, obstacles, take_down, take_up
from pipelines.publish.whereabouts import find
from pipelines.publish.work import SiteFolder, work_folder


def redact(
    target: Annotated[str, typer.Argument(metavar="URL|ID", help="The article's URL, or its id.")],
    site: Annotated[str, typer.Option(help="The site, by its name in the archive.")],
    reason: Annotated[str, typer.Option(help="Why; it is written into the manifest, for good.")],
    archive: ArchiveOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an article out of the archive: payloads, lines and memory. What went, when and why stays in the chain.

    ```sh
    pressarc redact https://example.org/2026/11/a-story/ --site example.org --reason "court order 12/26" --dry-run
    ```

    Taken out are the bodies of the WARC records of its own URL, and of those that outcome lines name for it; the
    content of all its lines; and the memory's snapshots but for a new one without it. What other pages say of it
    (teasers, quotations, the article below another's) stays, unless a line of it was made of that page: such a page
    goes, and the other article on it, which is named, can be proven no more. Copies that others have made stay.
    Articles with the same text are named, each to be taken out by a call of its own; with `--dry-run` all pages of the
    site are read, too, and those that carry most of its paragraphs are named. `pressarc verify` goes on to hold, and
    says how many articles were taken out. Later crawls do not bring it back as an article, but do capture its page as
    long as the site serves it.

    A take-down that did not come to its end is gone on with first, that of a machine that is gone, too; with
    `--dry-run` it stays as it is.

    Files that are locked are named, and then nothing is changed. With `--json`: `{article, url, records, files,
    copies: [{url, where, article}], unproven, obstacles, manifest}`.

    Exit code 0 where it is out, or could be; 1 where locked files are in the way.
    """
    if not reason.strip():
        raise ConfigError("why it is taken out is wanted: it is what is left to say of it", where="--reason")
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    named_sites(store, [site])
    with closing(SiteFolder(work_folder(effective), site)) as folder:
        for go_on in () if dry_run else (finish, partial(take_up, site=site)):
            taken_up = go_on(store, folder)
            if taken_up is not None and not as_json:
                what = ", ".join(down.url for down in taken_up.taken_down)
                print(f"{what}: what was left of its take-down is done (manifest {taken_up.number})")
        found = find(store, site, target)
        in_the_way = obstacles(store, found)
        with Crew() as crew:
            # Before lines are taken out, and all pages are read only for somebody who asks what there is.
            others = list(copies(store, found, crew if dry_run else None))
        manifest = None
        if not dry_run and not in_the_way:
            suffix = lambda: secrets.token_hex(3)  # noqa: E731 (one call)
            manifest = take_down(store, folder, found, reason=reason, now=_now(), new_suffix=suffix)
            seal(store, site, manifest.number, Sealing.of(effective))
    facts = {
        "article": found.article,
        "url": found.url,
        "records": sum(map(len, found.records.values())),
        "files": found.keys,
        "copies": [asdict(each) for each in others],
        "unproven": sorted(found.unproven),
        "obstacles": in_the_way,
        "manifest": manifest.number if manifest else None,
    }
    if as_json:
        print(json.dumps(facts, indent=1))
    else:
        done = f"taken down by manifest {manifest.number}" if manifest else "nothing was changed"
        print("\n".join(f"{key}: {'removed' if key in found.snapshots else 'replaced'}" for key in found.keys))
        for url in sorted(found.unproven):
            print(f"{url}: its page carries it, too, and goes; its line stays, and can be proven no more")
        for each in others:
            what = f"the article {each.article} has its text" if each.article else "the page carries its text"
            print(f"{each.url}: {what}, and stays ({each.where})")
        print("\n".join([*in_the_way, f"{found.url} ({found.article}), {facts['records']} record(s): {done}"]))
    if in_the_way:
        raise typer.Exit(FAILED)


def _now() -> datetime:
    return datetime.now(UTC)

"""The manifest of a run: numbered, chained to the one before, put last. A run exists when its manifest does.

`runs/site=<site>/<number>.json`, canonical JSON (sorted keys, no NaN, `\\n` at the end). Put create-only: whoever puts
number n has seen n-1, and its digest is in n.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from pipelines.article.jsonl import canonical_json
from pipelines.article.schema import Line
from pipelines.errors import ArchiveError, DigestMismatch, ManifestConflict, ObjectDiffers
from pipelines.publish.outcomes import Counts
from pipelines.publish.stats import Stats
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key, manifest_number, site_names, site_prefix

SELF_DIGEST = "self_sha256"


class ManifestFile(Line):
    """A file of the run."""

    key: str
    bytes: int
    sha256: str
    records: int | None = Field(None, description="WARC records, for WARC files.")
    lines: int | None = Field(None, description="Lines, for JSON Lines parts and indexes.")


class PreviousManifest(Line):
    number: int
    sha256: str = Field(description="Digest of the bytes of that manifest.")


class Replacement(Line):
    """A file that a take-down replaced."""

    key: str
    was_bytes: int
    was_sha256: str = Field(description="Digest of the file as an earlier manifest names it.")
    now: ManifestFile | None = Field(description="The file as it is now; null where it is gone.")


class TakeDown(Line):
    """What was taken out of the archive, and why."""

    article: str = Field(description="Id of the article.")
    url: str
    at: datetime
    reason: str
    records: list[str] = Field(description="Ids of the WARC records whose payloads went.")
    files: list[Replacement]


class Manifest(Line):
    """What a run was, and every file of it."""

    schema_: Literal["pressarc.manifest/1"] = Field("pressarc.manifest/1", alias="schema")
    number: int = Field(ge=1, description="Place in the site's chain, from 1.")
    run: str
    site: str
    started_at: datetime
    ended_at: datetime
    complete: bool = Field(description="Whether the crawl came to its own end, rather than being stopped.")
    versions: dict[str, str] = Field(description="pressarc, Python, and the libraries the archive depends on.")
    config: dict[str, Any] = Field(description="The effective configuration.")
    config_sha256: str
    files: list[ManifestFile] = Field(description="Every file of the run but this one, sorted by key.")
    counts: Counts
    profile: str = Field(description="sha256 of the profile the articles were read with.")
    warnings: list[str]
    previous: PreviousManifest | None = Field(description="Null for the first.")
    taken_down: list[TakeDown] = Field(default_factory=list, description="What this manifest takes out of the archive.")
    stats: Stats | None = Field(None, description="How the run went, for reports; null where nothing was captured.")

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    def to_bytes(self) -> bytes:
        """The manifest as it is stored: canonical JSON, with `self_sha256` over all the other keys.

        The digest shows damage to the newest manifest, which no later one vouches for yet.
        """
        table = self.model_dump(mode="json", by_alias=True)
        return canonical_json({**table, SELF_DIGEST: _self_digest(table)})


@dataclass(frozen=True, slots=True)
class Link:
    """A manifest as it was found in the archive, with the digest the next one has to name."""

    manifest: Manifest
    sha256: str


def _self_digest(table: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(table)).hexdigest()


def config_sha256(config: dict[str, Any]) -> str:
    """Digest of a configuration, as manifests have it."""
    return hashlib.sha256(canonical_json(config)).hexdigest()


def parse_manifest(raw: bytes, where: str) -> Manifest:
    """The manifest that *raw* is.

    Raises:
        ArchiveError: *raw* is no manifest of this format, or was changed since it was written.
    """
    try:
        table = json.loads(raw)
        claimed = table.pop(SELF_DIGEST, None)
        manifest = Manifest.model_validate(table)
        # Over the keys that are there, not those that are known: a later version may have added some.
        is_sound = claimed == _self_digest(table) and canonical_json({**table, SELF_DIGEST: claimed}) == raw
    except (ValueError, TypeError, AttributeError) as error:
        words = str(error).splitlines()[0]
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            words = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise ArchiveError(f"this is no manifest that this pressarc can read ({words})", where=where) from error
    if not is_sound:
        raise DigestMismatch("the manifest was changed after it was written", where=where)
    return manifest


def replaced_files(manifests: Iterable[Manifest]) -> dict[str, ManifestFile | None]:
    """The files that take-downs have replaced, in the order of the chain: key → the file as it is now, null if gone."""
    return {each.key: each.now for manifest in manifests for down in manifest.taken_down for each in down.files}


def sites_of(store: Store) -> tuple[str, ...]:
    """The sites that have a manifest."""
    return site_names(stored.key for stored in store.list(f"{Kind.RUNS}/"))


def numbers(store: Store, site: str) -> Iterator[int]:
    """The numbers of the site's manifests, ascending."""
    for stored in store.list(site_prefix(Kind.RUNS, site)):
        number = manifest_number(stored.key)
        if number is not None:
            yield number


def read_link(store: Store, site: str, number: int) -> Link:
    """The site's manifest *number*.

    Raises:
        ObjectMissing: There is none.
        ArchiveError: It cannot be read, or belongs elsewhere.
    """
    key = manifest_key(site, number)
    raw = store.read(key)
    manifest = parse_manifest(raw, key)
    if (manifest.site, manifest.number) != (site, number):
        raise DigestMismatch(f"this is manifest {manifest.number} of {manifest.site}", where=key)
    return Link(manifest, hashlib.sha256(raw).hexdigest())


def newest(store: Store, site: str) -> Link | None:
    """The head of the site's chain, or null for a site without a committed run."""
    last = max(numbers(store, site), default=None)
    return None if last is None else read_link(store, site, last)


def put_manifest(store: Store, manifest: Manifest) -> None:
    """Commit: put *manifest* create-only. Calling it again with the same manifest does nothing.

    Raises:
        ManifestConflict: Another run took the number; what this one assumed of the archive no longer holds.
    """
    raw = manifest.to_bytes()
    key = manifest_key(manifest.site, manifest.number)
    try:
        store.put_new(key, raw, sha256=hashlib.sha256(raw).hexdigest())
    except ObjectDiffers as error:
        other = read_link(store, manifest.site, manifest.number).manifest
        if other.run == manifest.run:
            return  # an earlier try of ours arrived, though its answer did not
        raise ManifestConflict(f"run {other.run} was committed meanwhile", where=key) from error

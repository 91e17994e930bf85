"""An article taken out of the archive: its payloads, its lines, its memory. What went, when and why stays.

Files are replaced under their keys by ones that lack the article and nothing else: WARC records keep their places,
lines keep their numbers. A manifest at the end of the chain says which file became which, so that whoever verifies
knows that they were replaced, and finds nothing else altered.

Everything is made ready in the site's work folder, then the manifest is put, then the files are replaced. Whatever
dies, the next call, or the next start of a crawl, finds what was made ready and goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from pipelines import disk
from pipelines.article.jsonl import file_sha256, to_line, write_part
from pipelines.article.schema import Article
from pipelines.errors import DigestMismatch, ManifestConflict, ObjectMissing, StoreError
from pipelines.index.cdxj import capture_of, parse_line
from pipelines.index.sorting import sorted_lines
from pipelines.memory.site import SiteMemory, read_snapshot, write_snapshot
from pipelines.publish.indexing import write_lines
from pipelines.publish.manifest import (
    Link,
    Manifest,
    ManifestFile,
    PreviousManifest,
    Replacement,
    TakeDown,
    parse_manifest,
    put_manifest,
)
from pipelines.publish.tally import Tally
from pipelines.publish.whereabouts import Found, chain_of, files_now, files_of, part_lines
from pipelines.publish.work import SiteFolder, run_name
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key, memory_key
from pipelines.versions import all_versions
from pipelines.warc.blank import without_payloads
from pipelines.warc.reader import read_records

_READY = "take-down"
_EMPTY_FIELDS = (
    "headline", "description", "authors", "section", "keywords", "language", "published_at", "modified_at", "text",
    "blocks", "images", "links", "access", "rights", "quality", "text_sha256", "simhash", "changes",
)  # fmt: skip


def obstacles(store: Store, found: Found) -> list[str]:
    """What keeps the store from giving files up, a sentence each."""
    return [f"{key}: {words}" for key in found.keys if (words := store.obstacle(key)) is not None]


def take_down(
    store: Store, site_folder: SiteFolder, found: Found, *, reason: str, now: datetime, new_suffix: Callable[[], str]
) -> Manifest:
    """Take the article out, and commit that.

    Raises:
        DigestMismatch: A file is not the one that the chain names: what was made of it would vouch for damage, or for
            what another take-down was to take out. Nothing was done.
        StoreError: Locked files are in the way, and nothing was done; or the store failed, and the next call goes on.
        ManifestConflict: A run of the site was committed meanwhile; nothing was done.
    """
    in_the_way = obstacles(store, found)
    if in_the_way:
        raise StoreError(f"nothing was taken down: {'; '.join(in_the_way)}", where=found.article)
    files = {file.key: file for file in files_of(store, found.site)}
    for key in found.keys:
        if key not in found.snapshots and store.sha256(key) != files[key].sha256:
            words = "nothing was taken down: this file is not the one that the chain names; `pressarc verify` says more"
            raise DigestMismatch(words, where=key)
    _prepare(store, site_folder, found, reason, now, new_suffix)
    manifest = finish(store, site_folder)
    assert manifest is not None
    return manifest


def finish(store: Store, site_folder: SiteFolder) -> Manifest | None:
    """Go on with a take-down that was made ready and did not come to its end; its manifest, or null for none."""
    ready = site_folder.path / _READY
    if not ready.is_dir():
        return None
    manifest = parse_manifest((ready / "manifest.json").read_bytes(), str(ready))
    try:
        for file in manifest.files:
            store.put_new(file.key, ready / file.key, sha256=file.sha256)
        put_manifest(store, manifest)
    except ManifestConflict:
        shutil.rmtree(ready)
        raise
    for take_down_ in manifest.taken_down:
        for each in take_down_.files:
            _replace(store, each, ready)
    for kept in site_folder.path.glob("memory-*.sqlite"):
        disk.remove(kept)
    shutil.rmtree(ready)
    return manifest


def take_up(store: Store, site_folder: SiteFolder, site: str) -> Manifest | None:
    """Go on with the site's newest take-down where the machine that committed it is gone; null where nothing is left.

    What was made ready died with that machine. It is made again of the files as they are, which comes to the same.

    Raises:
        DigestMismatch: It came to something else, as of a damaged file; nothing was done.
        StoreError: A file is in neither state, or the store failed.
    """
    link = next((each for each in reversed(chain_of(store, site)) if each.manifest.taken_down), None)
    if link is None or not any(_is_left(store, each) for down in link.manifest.taken_down for each in down.files):
        return None
    making = site_folder.path / f".{_READY}"
    shutil.rmtree(making, ignore_errors=True)
    for file in link.manifest.files:
        disk.make_folder((making / file.key).parent)
        _bring(store, file.key, making / file.key)
    for down in link.manifest.taken_down:
        _make_again(store, making, site, down)
    _bring(store, manifest_key(site, link.manifest.number), making / "manifest.json")
    disk.replace(making, site_folder.path / _READY)
    return finish(store, site_folder)


def _is_left(store: Store, each: Replacement) -> bool:
    try:
        return store.sha256(each.key) == each.was_sha256
    except ObjectMissing:
        return each.now is not None


def _make_again(store: Store, making: Path, site: str, down: TakeDown) -> None:
    found = Found(site, down.article, down.url)
    for each in down.files:
        kind = each.key.partition("/")[0]
        if each.now is None:
            found.snapshots.add(each.key)
        elif kind == Kind.WARC:
            found.records[each.key] = set(down.records)
        else:
            (found.indexes if kind == Kind.INDEX else found.parts).add(each.key)
    for each in sorted(down.files, key=lambda each: each.key in found.indexes):
        if each.now is not None and _made(store, making, found, each.now).now != each.now:
            words = "what is left of a take-down cannot be made again of this file; `pressarc verify` says more"
            raise DigestMismatch(words, where=each.key)


def _replace(store: Store, each: Replacement, ready: Path) -> None:
    try:
        held = store.sha256(each.key)
    except ObjectMissing:
        held = None
    if held is not None and (each.now is None or held != each.now.sha256):
        store.remove(each.key)
        held = None
    if each.now is not None and held is None:
        store.put_new(each.key, ready / each.key, sha256=each.now.sha256)


# ---------------------------------------------------------------- finding


def _prepare(
    store: Store, site_folder: SiteFolder, found: Found, reason: str, now: datetime, new_suffix: Callable[[], str]
) -> None:
    chain = chain_of(store, found.site)
    head, run = chain[-1], run_name(now, new_suffix())
    making = site_folder.path / f".{_READY}"
    shutil.rmtree(making, ignore_errors=True)
    disk.make_folder(making)
    files = {file.key: file for file in files_now(chain)}
    # The lines of an index are made of the new WARC files.
    replacements = [
        _made(store, making, found, files[key]) for key in sorted(found.keys, key=found.indexes.__contains__)
    ]
    snapshot = _memory_without(store, making, found, head, run)
    take_down_ = TakeDown(
        article=found.article,
        url=found.url,
        at=now.astimezone(UTC),
        reason=reason,
        records=sorted(id_ for ids in found.records.values() for id_ in ids),
        files=sorted(replacements, key=lambda each: each.key),
    )
    manifest = head.manifest.model_copy(
        update={
            "number": head.manifest.number + 1,
            "run": run,
            "started_at": now.astimezone(UTC),
            "ended_at": now.astimezone(UTC),
            "complete": True,
            "versions": all_versions(),
            "files": [snapshot],
            "counts": Tally().counts(),
            "warnings": [],
            "previous": PreviousManifest(number=head.manifest.number, sha256=head.sha256),
            "taken_down": [take_down_],
            "stats": None,
        }
    )
    with disk.whole(making / "manifest.json") as file:
        file.write(manifest.to_bytes())
    disk.replace(making, site_folder.path / _READY)
    disk.sync_folder(site_folder.path)


def _made(store: Store, making: Path, found: Found, file: ManifestFile) -> Replacement:
    """The file without the article, written below *making* under its key."""
    if file.key in found.snapshots:
        return Replacement(key=file.key, was_bytes=file.bytes, was_sha256=file.sha256, now=None)
    target = making / file.key
    disk.make_folder(target.parent)
    if file.key in found.parts:
        write_part(target, (_without(line, found.article) for line in part_lines(store, file.key)))
    elif file.key in found.indexes:
        write_lines(target, sorted_lines(_indexed_anew(store, making, found, file.key), target.parent))
    else:
        _write_warc(store, file.key, found.records[file.key], target)
    now = file.model_copy(update={"bytes": target.stat().st_size, "sha256": file_sha256(target)})
    return Replacement(key=file.key, was_bytes=file.bytes, was_sha256=file.sha256, now=now)


def _write_warc(store: Store, key: str, record_ids: Collection[str], target: Path) -> None:
    original = target.with_name(f".{target.name}.original")
    _bring(store, key, original)
    with original.open("rb") as source, disk.whole(target) as file:
        for part in without_payloads(source, record_ids, where=key):
            file.write(part)
    disk.remove(original)


def _bring(store: Store, key: str, target: Path) -> None:
    with store.open(key) as stream, disk.whole(target) as file:
        while part := stream.read(1 << 20):
            file.write(part)


def _indexed_anew(store: Store, making: Path, found: Found, key: str) -> Iterator[bytes]:
    """The lines of the index, those of the records that lost their payloads made again."""
    anew: dict[tuple[str, int], bytes] = {}
    for warc, ids in found.records.items():
        with (making / warc).open("rb") as stream:
            for record in read_records(stream, where=warc):
                if record.record_id in ids and (capture := capture_of(record, warc)) is not None:
                    anew[warc, record.offset] = capture.to_line()
    with store.open(key) as stream:
        for line in stream:
            capture = parse_line(line, where=key)
            yield anew.get((capture.filename, capture.offset), line)


def _without(line: bytes, id_: str) -> bytes:
    """The line, its content null if it is the article's."""
    if json.loads(line)["id"] != id_:
        return line
    article = Article.model_validate_json(line)
    warc = article.provenance.warc.model_copy(update={"payload_digest": None})
    further = [page.model_copy(update={"payload_digest": None}) for page in article.provenance.further]
    provenance = article.provenance.model_copy(update={"warc": warc, "further": further})
    return to_line(article.model_copy(update={**dict.fromkeys(_EMPTY_FIELDS), "provenance": provenance}))


def _memory_without(store: Store, making: Path, found: Found, head: Link, run: str) -> ManifestFile:
    """The newest snapshot without what it knows of the article."""
    old, plain = memory_key(found.site, head.manifest.run), making / "memory.sqlite"
    read_snapshot(store.read(old), plain, where=old)
    with SiteMemory(plain) as memory:
        memory.forget(found.article, found.url, found.lines)
    key = memory_key(found.site, run)
    disk.make_folder((making / key).parent)
    write_snapshot(plain, making / key)
    disk.remove(plain)
    return ManifestFile(key=key, bytes=(making / key).stat().st_size, sha256=file_sha256(making / key))

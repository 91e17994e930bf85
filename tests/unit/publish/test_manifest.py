"""The manifest: canonical, chained, put once, and closed against any change."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.article.jsonl import canonical_json
from pipelines.errors import ArchiveError, DigestMismatch, ManifestConflict, ObjectMissing
from pipelines.publish.manifest import (
    Manifest,
    ManifestFile,
    PreviousManifest,
    config_sha256,
    newest,
    numbers,
    parse_manifest,
    put_manifest,
    read_link,
)
from pipelines.publish.tally import count
from pipelines.store.keys import manifest_key
from pipelines.store.local import LocalStore

SITE = "news.example.org"


def manifest(number: int = 1, *, run: str = "20261122T030000Z-00000a", **changes: object) -> Manifest:
    facts: dict[str, object] = {
        "number": number,
        "run": run,
        "site": SITE,
        "started_at": datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
        "ended_at": datetime(2026, 11, 22, 3, 40, 1, 250000, tzinfo=UTC),
        "complete": True,
        "versions": {"pressarc": "0.1.0"},
        "config": {"crawl": {"delay_s": 1.0}},
        "config_sha256": config_sha256({"crawl": {"delay_s": 1.0}}),
        "files": [ManifestFile(key="warc/x", bytes=3, sha256="0" * 64, records=1, lines=None)],
        "counts": count([], []),
        "profile": "1" * 64,
        "warnings": ["Ünïcode — kept as it is"],
        "previous": None if number == 1 else PreviousManifest(number=number - 1, sha256="2" * 64),
        **changes,
    }
    return Manifest.model_validate(facts)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    raw = manifest(2).to_bytes()
    assert parse_manifest(raw, "k") == manifest(2)
    assert parse_manifest(raw, "k").to_bytes() == raw


def test_a_manifest_is_canonical_json_with_a_digest_of_itself() -> None:
    raw = manifest().to_bytes()
    table = json.loads(raw)
    assert raw == canonical_json(table)
    assert raw.endswith(b"}\n")
    assert list(table) == sorted(table)
    assert table["schema"] == "pressarc.manifest/1"
    assert "Ünïcode — kept" in raw.decode()


def test_every_changed_byte_is_noticed() -> None:
    raw = manifest().to_bytes()
    for offset, byte in enumerate(raw):
        for changed in (byte ^ 0x01, byte ^ 0x20, 0x20 if byte != 0x20 else 0x09, 0x30 + (byte + 1) % 10):
            if changed != byte:
                with pytest.raises(ArchiveError):
                    parse_manifest(raw[:offset] + bytes([changed]) + raw[offset + 1 :], "k")


def test_every_removed_and_every_added_byte_is_noticed() -> None:
    raw = manifest().to_bytes()
    for offset in range(len(raw)):
        for changed in (raw[:offset] + raw[offset + 1 :], raw[:offset] + b" " + raw[offset:], raw[:offset]):
            with pytest.raises(ArchiveError):
                parse_manifest(changed, "k")
    with pytest.raises(DigestMismatch):
        parse_manifest(raw + b"\n", "k")


def rewritten(**changes: object) -> bytes:
    return canonical_json({**json.loads(manifest().to_bytes()), **changes})


@pytest.mark.parametrize(
    "raw",
    [
        rewritten(complete=False),
        rewritten(self_sha256="0" * 64),
        rewritten(extra=1),
        rewritten(number=0),
        rewritten(config={"crawl": {"delay_s": 2.0}}),
        rewritten(schema="pressarc.manifest/2"),
        json.dumps(json.loads(manifest().to_bytes())).encode(),
        manifest().to_bytes().replace(b'"delay_s": 1.0', b'"delay_s": NaN'),
        manifest().to_bytes().replace(b'"delay_s": 1.0', b'"delay_s": "\\ud800"'),
        manifest().to_bytes().replace(b'"complete": true', b'"complete": true, "complete": true'),
        b"",
        b"[]",
        b"{}",
        b"null",
        b"3",
        b'"manifest"',
        b"\xff\xfe",
    ],
)
def test_what_is_no_manifest_is_refused_with_its_place(raw: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        parse_manifest(raw, "runs/site=x/00000001.json")
    assert caught.value.where == "runs/site=x/00000001.json"


def test_a_manifest_of_a_later_schema_is_refused_by_what_it_says() -> None:
    with pytest.raises(ArchiveError, match=r"\(schema: .*pressarc\.manifest/1"):
        parse_manifest(rewritten(schema="pressarc.manifest/2"), "x")


def test_manifests_are_numbered_from_1_and_found_in_order(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert newest(store, SITE) is None
    for number in (1, 2, 3):
        put_manifest(store, manifest(number, run=f"20261122T030000Z-00000{number}"))
    assert list(numbers(store, SITE)) == [1, 2, 3]
    head = newest(store, SITE)
    assert head is not None
    assert head.manifest.number == 3
    assert head.sha256 == store.sha256(manifest_key(SITE, 3))


def test_putting_the_same_manifest_again_does_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    put_manifest(store, manifest())
    put_manifest(store, manifest())
    assert read_link(store, SITE, 1).manifest == manifest()


def test_a_number_taken_by_an_earlier_try_of_the_same_run_means_done(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    put_manifest(store, manifest())
    put_manifest(store, manifest(ended_at=datetime(2026, 11, 22, 4, 0, tzinfo=UTC)))
    assert read_link(store, SITE, 1).manifest == manifest()


def test_a_number_taken_by_another_run_is_a_conflict_and_nothing_is_overwritten(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    put_manifest(store, manifest(run="20261122T030000Z-00000b"))
    with pytest.raises(ManifestConflict, match="20261122T030000Z-00000b"):
        put_manifest(store, manifest())
    assert read_link(store, SITE, 1).manifest.run == "20261122T030000Z-00000b"


def test_a_manifest_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        read_link(LocalStore(tmp_path), SITE, 1)


@pytest.mark.parametrize(("site", "number"), [(SITE, 2), ("other.example.org", 1)])
def test_a_manifest_in_the_place_of_another_is_refused(tmp_path: Path, site: str, number: int) -> None:
    target = tmp_path / manifest_key(site, number)
    target.parent.mkdir(parents=True)
    target.write_bytes(manifest().to_bytes())
    with pytest.raises(DigestMismatch):
        read_link(LocalStore(tmp_path), site, number)


def test_the_digest_of_a_configuration_does_not_depend_on_its_order() -> None:
    assert config_sha256({"a": 1, "b": {"c": 2, "d": 3}}) == config_sha256({"b": {"d": 3, "c": 2}, "a": 1})

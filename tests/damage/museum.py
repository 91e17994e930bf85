"""A small archive, and the tools to damage it: by accident, or by someone who sets every digest right again."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.errors import ArchiveError
from pipelines.publish.manifest import Manifest
from pipelines.store.keys import manifest_key
from pipelines.store.local import LocalStore
from pipelines.values import RecordRef
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from pipelines.warc.reader import read_records
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    article_page,
    home_page,
    in_this_process,
    night,
    no_progress,
    pages_of,
    url_of,
)


def build(folder: Path) -> None:
    """Three nights: two new articles, then one changed, then one removed and a page that is visited twice."""
    changed = article_page("quarry", ending="The board added on Saturday that the quarry will stay open until spring.")
    with in_this_process():
        night(folder, pages_of("bakery", "quarry"))
        night(folder, [(url_of("quarry"), changed, 200)], at=FIRST_NIGHT + timedelta(days=1))
        # The second answer of the archive page is a revisit of the first.
        twice = (f"{HOME}archive/", home_page([f"story {number} of the" for number in range(20)]), 200)
        gone = (url_of("bakery"), b"", 410)
        night(folder, [(HOME, b"<html>", 503), gone, twice, twice], at=FIRST_NIGHT + timedelta(days=2))


@dataclass(frozen=True, slots=True)
class Museum:
    """An archive that may be damaged."""

    folder: Path

    def findings(self) -> list[tuple[str, str]]:
        """Rule and place of each finding, sorted."""
        found = verify(LocalStore(self.folder), Scope((SITE,)), no_progress).findings
        assert all(each.message for each in found)
        return sorted((each.rule, each.where) for each in found)

    def path(self, key: str) -> Path:
        return self.folder / key

    def manifest_path(self, number: int) -> Path:
        return self.path(manifest_key(SITE, number))

    def manifest(self, number: int) -> dict[str, Any]:
        table = json.loads(self.manifest_path(number).read_bytes())
        table.pop("self_sha256")
        return dict(table)

    def key(self, number: int, kind: str) -> str:
        """The key of the one file of that kind which manifest *number* names."""
        (key,) = [file["key"] for file in self.manifest(number)["files"] if file["key"].startswith(f"{kind}/")]
        return str(key)

    # ------------------------------------------------------------ damage

    def change(self, key: str, change: Callable[[bytes], bytes]) -> None:
        path = self.path(key)
        before = path.read_bytes()
        after = change(before)
        assert after != before
        path.write_bytes(after)

    def remove(self, key: str) -> None:
        self.path(key).unlink()

    def change_lines(self, key: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
        def repack(packed: bytes) -> bytes:
            lines = gzip.decompress(packed).splitlines(keepends=True)
            return gzip.compress(b"".join(change(lines)), mtime=0)

        self.change(key, repack)

    def change_record(self, key: str, record: RecordRef, change: Callable[[bytes], bytes]) -> None:
        """Change a record's plain bytes, its gzip member keeping its place and length."""

        def repack(packed: bytes) -> bytes:
            before = packed[record.offset : record.offset + record.length]
            plain = gzip.decompress(before)
            after = change(plain)
            assert len(after) == len(plain)
            assert after != plain
            return packed[: record.offset] + member(after, record.length) + packed[record.offset + record.length :]

        self.change(key, repack)

    def lines(self, key: str) -> list[bytes]:
        return gzip.decompress(self.path(key).read_bytes()).splitlines(keepends=True)

    def records(self, key: str, record_type: str) -> list[RecordRef]:
        with self.path(key).open("rb") as stream:
            return [
                RecordRef(key, record.offset, record.length, str(record.record_id))
                for record in read_records(stream)
                if record.type == record_type
            ]

    # ------------------------------------------------------------ and making it look right again

    def set_right(self, number: int, **changes: object) -> None:
        """Write manifest *number* anew for the files as they are, and the chain after it."""
        self._write({**self.manifest(number), "files": self._files(number), **changes}, number)
        while self.manifest_path(number + 1).exists():
            number += 1
            self._write(
                {**self.manifest(number), "files": self._files(number), "previous": self.previous(number)}, number
            )

    def rewrite(self, number: int, /, **changes: object) -> None:
        """Write manifest *number* with these *changes*, its digest and the chain after it set right."""
        self._write({**self.manifest(number), **changes}, number)
        while self.manifest_path(number + 1).exists():
            number += 1
            self._write({**self.manifest(number), "previous": self.previous(number)}, number)

    def previous(self, number: int) -> dict[str, object]:
        """What manifest *number* has to say of the one before it."""
        digest = hashlib.sha256(self.manifest_path(number - 1).read_bytes()).hexdigest()
        return {"number": number - 1, "sha256": digest}

    def _files(self, number: int) -> list[dict[str, object]]:
        files = []
        for file in self.manifest(number)["files"]:
            raw = self.path(file["key"]).read_bytes()
            counts = _counts(file["key"], raw) if file["lines"] is not None or file["records"] is not None else {}
            files.append({**file, **counts, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})
        return files

    def _write(self, table: dict[str, object], number: int) -> None:
        self.manifest_path(number).write_bytes(Manifest.model_validate(table).to_bytes())


def _counts(key: str, raw: bytes) -> dict[str, int]:
    """Its records or lines, as a manifest has them; nothing of a file that cannot be read."""
    try:
        if key.startswith("warc/"):
            return {"records": sum(1 for _ in read_records(io.BytesIO(raw)))}
        plain = gzip.decompress(raw) if key.endswith(".gz") else raw
        return {"lines": len(plain.splitlines(keepends=True))}
    except (ArchiveError, OSError, EOFError, zlib.error):
        return {}


def member(plain: bytes, length: int) -> bytes:
    """A gzip member of exactly *length* bytes: packed tighter than ours, its header filled up (RFC 1952 §2.3)."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = compressor.compress(plain) + compressor.flush()
    tail = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    fill = length - 10 - 2 - len(packed) - len(tail)
    assert fill >= 0
    return b"\x1f\x8b\x08\x04" + bytes(6) + fill.to_bytes(2, "little") + bytes(fill) + packed + tail

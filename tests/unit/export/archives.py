"""Archives of article lines alone, made without a crawl: for exports, which read nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.article.jsonl import write_part
from pipelines.publish.manifest import (
    Manifest,
    ManifestFile,
    PreviousManifest,
    TakeDown,
    newest,
    parse_manifest,
    put_manifest,
)
from pipelines.store.archive import open_archive
from pipelines.store.keys import articles_key
from pipelines.store.local import LocalStore
from tests.unit.markdown import FORMAT, blocks

FIRST = datetime(2026, 11, 22, 3, tzinfo=UTC)


@cache
def _example(marker: str) -> str:
    return next(block for block in blocks(FORMAT, "json") if marker in block)


def article(number: int, **changes: Any) -> dict[str, Any]:
    """An article line as a dict; rights that are named are laid over those of the example."""
    line: dict[str, Any] = json.loads(_example("pressarc.article/1"))
    url = f"https://{changes.get('site', 'a.example')}/{number}"
    line |= {
        "id": article_id(number),
        "url": url,
        "url_captured": url,
        "site": "a.example",
        "headline": f"Story {number}",
    }
    rights = changes.pop("rights", {})
    line |= changes
    if line["event"] == "removed":
        gone = ("headline", "authors", "text", "blocks", "images", "links", "access", "rights", "quality", "keywords")
        line |= dict.fromkeys(gone)
    elif rights is not None:
        line["rights"] = {**line["rights"], **rights}
    return line


def article_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def to_bytes(line: dict[str, Any]) -> bytes:
    """As `to_line` writes it."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass
class MadeArchive:
    """An archive that grows a night at a time.

    Args:
        folder: Where it is.
    """

    folder: Path

    def __post_init__(self) -> None:
        self.store = LocalStore(self.folder)
        open_archive(self.store, now=FIRST, owner=None)

    def night(self, *parts: Iterable[bytes], site: str = "a.example", takes_down: Sequence[TakeDown] = ()) -> int:
        """Commit a run of these parts of articles; the number of its manifest."""
        before = newest(self.store, site)
        number = 1 if before is None else before.manifest.number + 1
        began = FIRST + timedelta(days=number - 1)
        run = f"{began:%Y%m%dT%H%M%SZ}-{number:06x}"
        files = [self._part(site, began, run, place, lines) for place, lines in enumerate(parts)]
        example = parse_manifest(_example("pressarc.manifest/1").encode(), "FORMAT.md")
        manifest: Manifest = example.model_copy(
            update={
                "number": number,
                "run": run,
                "site": site,
                "started_at": began,
                "files": files,
                "taken_down": list(takes_down),
                "previous": None
                if before is None
                else PreviousManifest(number=before.manifest.number, sha256=before.sha256),
            }
        )
        put_manifest(self.store, manifest)
        return number

    def _part(self, site: str, began: datetime, run: str, place: int, lines: Iterable[bytes]) -> ManifestFile:
        key = articles_key(site, began.date(), run, place)
        part = write_part(self.folder / key, lines)
        return ManifestFile(key=key, bytes=part.size_bytes, sha256=part.sha256, lines=part.lines)

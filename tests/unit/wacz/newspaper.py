"""Two nights of a small newspaper with styles, pictures, revisits and a 304; and packs as strangers read them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from pipelines.reasons import Source
from pipelines.store.local import LocalStore
from pipelines.values import EarlierRecord, VisitFacts
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    Visit,
    article_page,
    capture,
    commit,
    config_for,
    exchange,
    home_page,
    in_this_process,
    start,
    url_of,
)

SECOND_NIGHT = FIRST_NIGHT + timedelta(days=1)
STYLE, BACK, PIER, AGAIN = (f"{HOME}{name}" for name in ("style.css", "back.png", "pier.png", "again.png"))
ROBOTS = f"{HOME}robots.txt"
PICTURE = bytes(range(256)) * 16
ENDING = "The board added on Saturday that the bakery will stay open until the spring of next year."


def page(topic: str, *, ending: str = "") -> bytes:
    """An article's page that needs a style sheet and a picture."""
    needs = b'<link rel="stylesheet" href="/style.css"></head>'
    html = article_page(topic, ending=ending).replace(b"</head>", needs)
    return html.replace(b"<footer>", b'<img src="/again.png" alt=""><footer>')


def build(folder: Path) -> None:
    """The first night has everything; on the second the bakery's page is another, and the quarry's is not modified."""
    first = [
        _visit(0, ROBOTS, b"User-agent: *\n", "text/plain", Source.ROBOTS),
        _visit(1, HOME, home_page(["bakery", "quarry"])),
        _visit(2, url_of("bakery"), page("bakery")),
        _visit(3, url_of("quarry"), page("quarry")),
        _visit(4, STYLE, b"body { background: url(back.png) }", "text/css", Source.REQUISITE),
        _visit(5, BACK, b"back" + PICTURE, "image/png", Source.REQUISITE),
        _visit(6, PIER, PICTURE, "image/png", Source.REQUISITE),
        _visit(7, AGAIN, PICTURE, "image/png", Source.REQUISITE),  # a revisit of the one before
    ]
    _night(folder, FIRST_NIGHT, first)
    store = LocalStore(folder)
    manifest = json.loads((folder / f"runs/site={SITE}/00000001.json").read_bytes())
    keys = [file["key"] for file in manifest["files"] if file["key"].startswith("articles/")]
    lines = [json.loads(line) for key in keys for line in gzip.decompress(store.read(key)).splitlines()]
    (quarry,) = [line for line in lines if line["url"] == url_of("quarry")]
    record = quarry["provenance"]["warc"]
    earlier = EarlierRecord(
        record["record_id"],
        url_of("quarry"),
        FIRST_NIGHT + timedelta(seconds=3),
        payload_digest=record["payload_digest"],
    )
    second = [
        _visit(0, url_of("bakery"), page("bakery", ending=ENDING), at=SECOND_NIGHT),
        _visit(1, url_of("quarry"), b"", at=SECOND_NIGHT, status=304, revalidates=earlier),
    ]
    _night(folder, SECOND_NIGHT, second)


def _visit(
    number: int,
    url: str,
    body: bytes,
    content_type: str = "text/html",
    via: Source = Source.LISTING,
    *,
    at: datetime = FIRST_NIGHT,
    status: int = 200,
    revalidates: EarlierRecord | None = None,
) -> Visit:
    facts = VisitFacts(via, HOME, 1, revalidates=revalidates)
    made = exchange(url, body, at=at + timedelta(seconds=number), status=status, content_type=content_type)
    return made, facts


def _night(folder: Path, at: datetime, visits: list[Visit]) -> None:
    with in_this_process():
        run = start(config_for(folder), at)
        capture(run, visits)
        commit(run)


# ---------------------------------------------------------------- a pack as a stranger reads it


@dataclass(frozen=True, slots=True)
class Record:
    type: str
    id: str
    headers: dict[str, str]
    payload: bytes


@dataclass(frozen=True)
class Pack:
    """What zipfile, gzip, json and warcio make of a pack: nothing of ours is asked."""

    path: Path

    def read(self, name: str) -> bytes:
        with zipfile.ZipFile(self.path) as container:
            return container.read(name)

    @property
    def names(self) -> list[str]:
        with zipfile.ZipFile(self.path) as container:
            return container.namelist()

    @property
    def pages(self) -> list[dict[str, Any]]:
        header, *lines = [json.loads(line) for line in self.read("pages/pages.jsonl").splitlines()]
        assert (header["format"], header["id"]) == ("json-pages-1.0", "pages")
        return lines

    @property
    def index(self) -> list[tuple[str, dict[str, Any]]]:
        """Timestamp and facts of each line, in order."""
        lines = gzip.decompress(self.read("indexes/index.cdx.gz")).decode().splitlines()
        assert lines == sorted(lines)
        return [(line.split(" ", 2)[1], json.loads(line.split(" ", 2)[2])) for line in lines]

    @property
    def urls(self) -> set[str]:
        return {facts["url"] for _, facts in self.index}

    def record(self, facts: dict[str, Any]) -> Record:
        raw = self.read(f"archive/{facts['filename']}")
        (record,) = _records(raw[facts["offset"] : facts["offset"] + facts["length"]])
        return record

    def records(self) -> list[Record]:
        """Every record of every WARC file."""
        return [record for name in self.names if name.startswith("archive/") for record in _records(self.read(name))]


def _records(raw: bytes) -> Iterator[Record]:
    for record in ArchiveIterator(io.BytesIO(raw)):
        headers = dict(record.rec_headers.headers)
        yield Record(record.rec_type, headers["WARC-Record-ID"], headers, record.content_stream().read())

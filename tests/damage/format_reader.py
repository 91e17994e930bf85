"""A reader of archives made of FORMAT.md's words and Python's standard library alone; it shares no line with pressarc.

An archive's folder goes in; out come the lines that it has, and what is not as FORMAT.md says, a sentence each.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|(?:[^\W{UNSPACED}]|[\u0300-\u036f\u0900-\u0d7f\u200c\u200d])+")
MARKS = re.compile("[\xa0\xab\xb7\xbb\u2000-\u200a\u2010-\u2016\u2018-\u201f\u2022\u2026\u202f\u2039\u203a]")


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def canonical(table: object) -> bytes:
    return (json.dumps(table, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def record_of(raw: bytes) -> tuple[dict[str, str], bytes, bytes]:
    """Its fields and its block, and what follows it."""
    head, rest = raw.split(b"\r\n\r\n", 1)
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    size = int(fields["Content-Length"])
    return fields, rest[:size], rest[size + 4 :]


def payload(block: bytes) -> bytes:
    head, body = block.split(b"\r\n\r\n", 1)
    if not re.search(rb"(?im)^transfer-encoding:.*chunked", head):
        return body
    whole, (size, rest) = b"", body.split(b"\r\n", 1)
    while length := int(size.split(b";")[0], 16):
        whole += rest[:length]
        size, rest = rest[length + 2 :].split(b"\r\n", 1)
    return whole


def words(text: str) -> list[str]:
    return WORD.findall(MARKS.sub(" ", text))


def simhash(text: str) -> str:
    found = WORD.findall(unicodedata.normalize("NFKC", MARKS.sub(" ", text)).casefold())
    pairs = [" ".join(pair) for pair in pairwise(found)] or found
    numbers = [int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=8).digest(), "little") for pair in pairs]
    ones = [sum(number >> bit & 1 for number in numbers) for bit in range(64)]
    return f"{sum(1 << bit for bit, count in enumerate(ones) if 2 * count > len(numbers)):016x}"


def read(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The article lines of every site, in order, and what is wrong."""
    lines: list[dict[str, Any]] = []
    wrong: list[str] = []
    assert json.loads((folder / "archive.json").read_bytes())["format"] == 1
    for site in sorted((folder / "runs").iterdir()):
        manifests = [path.read_bytes() for path in sorted(site.glob("*.json"))]
        tables = [json.loads(raw) for raw in manifests]
        downs = [down for table in tables for down in table["taken_down"]]
        now = {file["key"]: file["now"] for down in downs for file in down["files"]}
        gone = {id_ for down in downs for id_ in (down["article"], *down["records"])}
        revisions: dict[str, int] = {}
        before = None
        for number, (raw, table) in enumerate(zip(manifests, tables, strict=True), start=1):
            bare = b"".join(line for line in raw.splitlines(keepends=True) if not line.startswith(b' "self_sha256": '))
            chained = (table["number"], table["previous"], table["self_sha256"], table["config_sha256"])
            if chained != (number, before, sha256(bare), sha256(canonical(table["config"]))) or canonical(table) != raw:
                wrong.append(f"manifest {number}")
            before = {"number": number, "sha256": sha256(raw)}
            files = [now.get(file["key"], file) for file in table["files"]]
            run = _Run(folder, table, [file for file in files if file is not None], gone, revisions)
            wrong += run.wrong()
            lines += run.articles
    return lines, wrong


class _Run:
    def __init__(
        self,
        folder: Path,
        table: dict[str, Any],
        files: list[dict[str, Any]],
        gone: set[str],
        revisions: dict[str, int],
    ) -> None:
        self.table, self.files, self.gone, self.revisions = table, files, gone, revisions
        self.held = {file["key"]: (folder / file["key"]).read_bytes() for file in files}
        self.articles = list(self._lines("articles"))
        self.outcomes = list(self._lines("outcomes"))

    def _lines(self, kind: str) -> Iterator[dict[str, Any]]:
        for key, raw in self.held.items():
            if key.startswith(f"{kind}/"):
                yield from map(json.loads, gzip.decompress(raw).splitlines())

    def _record(self, place: dict[str, Any]) -> tuple[dict[str, str], bytes]:
        end = place["offset"] + place["length"]
        return record_of(gzip.decompress(self.held[place["key"]][place["offset"] : end]))[:2]

    def wrong(self) -> Iterator[str]:
        for file in self.files:
            yield from self._wrong_file(file, self.held[file["key"]])
        places = [line["warc"] for line in self.outcomes if line["warc"]]
        counts = self.table["counts"]
        if (len(places), len(self.outcomes)) != (counts["records"], counts["exchanges"]):
            yield "the counts"
        index = [
            json.loads(line.split(b" ", 2)[2])
            for key in self.held
            if key.startswith("index/")
            for line in self.held[key].splitlines()
        ]
        if {(each["filename"], each["offset"]) for each in index} != {(each["key"], each["offset"]) for each in places}:
            yield "the index"
        for line in self.outcomes:
            if line["warc"]:
                fields, _ = self._record(line["warc"])
                said = (f"<{line['warc']['record_id']}>", line["url"], instant(line["at"]))
                if said != (fields["WARC-Record-ID"], fields["WARC-Target-URI"], instant(fields["WARC-Date"])):
                    yield f"the outcome of {line['url']}"
        for line in self.articles:
            if not self._is_right(line):
                yield f"{line['url']}, revision {line['revision']}"

    def _wrong_file(self, file: dict[str, Any], raw: bytes) -> Iterator[str]:
        kind, name = file["key"].split("/")[0], file["key"].split("/")[-1]
        records = lines = None
        if kind in ("articles", "outcomes", "index"):
            plain = (raw if kind == "index" else gzip.decompress(raw)).splitlines()
            lines = len(plain)
            if kind == "index" and plain != sorted(plain):
                yield f"the order of {file['key']}"
        if kind == "warc":
            records, rest = 0, gzip.decompress(raw)
            while rest:
                fields, block, rest = record_of(rest)
                records += 1
                if fields["WARC-Block-Digest"] != f"sha256:{sha256(block)}":
                    yield f"the block of {fields['WARC-Record-ID']}"
        told = (file["bytes"], file["sha256"], file["lines"], file["records"])
        if told != (len(raw), sha256(raw), lines, records) or (kind == "profiles" and name != f"{sha256(raw)}.json"):
            yield file["key"]

    def _is_right(self, line: dict[str, Any]) -> bool:
        made, place = line["provenance"], line["provenance"]["warc"]
        fields, block = self._record(place)
        revision = self.revisions.get(line["id"], 0) + 1
        self.revisions[line["id"]] = revision
        is_right = (
            line["id"] == sha256(line["url"].encode())[:32]
            and line["revision"] == revision
            and (line["event"] == "new") == (revision == 1)
            and (line["site"], made["run"], made["profile"])
            == tuple(self.table[name] for name in ("site", "run", "profile"))
            and instant(line["captured_at"]) == instant(fields["WARC-Date"])
            and fields["WARC-Record-ID"] == f"<{place['record_id']}>"
        )
        if line["id"] in self.gone:
            return is_right and line["text"] is None and place["payload_digest"] is None
        if place["payload_digest"] and fields["WARC-Type"] == "response" and place["record_id"] not in self.gone:
            digests = {place["payload_digest"], fields["WARC-Payload-Digest"], f"sha256:{sha256(payload(block))}"}
            is_right = is_right and len(digests) == 1
        if line["event"] == "removed":
            return is_right and line["text"] is None
        told = [each["text"] for each in line["blocks"] if each["text"] and each["kind"] not in ("caption", "time")]
        return (
            is_right
            and line["text"] == "\n\n".join(told)
            and line["text_sha256"] == sha256(line["text"].encode())
            and line["simhash"] == simhash(line["text"])
            and line["quality"]["words"] == len(words(line["text"]))
        )

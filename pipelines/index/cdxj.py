"""CDXJ: what a WARC file holds of each URL and where, one line a capture.

In go the records of a WARC file and the name by which readers find it; out come lines: the SURT key, the second of the
capture, and JSON that says what was captured and where it lies. The records of answers have a line each (response,
revisit, resource); requests, metadata and warcinfo have none.

    org,example)/a 20261122030004 {"url":"https://example.org/a","mime":"text/html","status":200,"digest":"sha256:…",…}

*Why the surt library*, though its last release is of 2019: a key is only good if it is the one that readers of the
index make of the same URL, and pywb, cdxj-indexer and their like all call this library for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from surt import surt

from pipelines.errors import ProtocolBroken, WarcSyntaxError
from pipelines.http.head import parse_head
from pipelines.warc.reader import WarcRecord, read_records

REVISIT_MIME = "warc/revisit"
"""What stands for the type of a revisit record: its payload is in another record."""
UNKNOWN_MIME = "unk"
"""What stands for the type of an answer that named none; pywb's word."""

MAX_HEAD_BYTES = 1 << 20
"""How much of a record is held to find its HTTP head in it; the crawler takes none that is longer."""

_INDEXED_TYPES = frozenset({"response", "revisit", "resource"})
_END_OF_TYPE = re.compile(r"[;\s]")
_LINE = re.compile(r"(\S+) (\d{14}) (\{.*\})\n?")


@dataclass(frozen=True, slots=True)
class Capture:
    """One line of an index."""

    urlkey: str
    """The URL as a SURT: by it, and then by time, an index is sorted."""
    timestamp: str
    """The UTC second at which the capture began, 14 digits."""
    url: str
    mime: str
    """The type that the answer named, without parameters; `REVISIT_MIME`, `UNKNOWN_MIME`."""
    status: int | None
    """Of the answer; null where it had none."""
    digest: str
    """The record's payload digest, or its block digest where it has none."""
    length: int
    """Bytes of the record in the file."""
    offset: int
    filename: str
    """The file's key in the archive, or whatever the index's maker calls it."""
    refers_to_url: str | None = None
    """Of a revisit: the URL of the capture that has the payload."""
    refers_to_date: str | None = None
    """And its WARC-Date."""
    record_digest: str | None = None
    """Digest of the record's bytes in the file, where the index's maker gives it."""

    @property
    def is_revisit(self) -> bool:
        """Whether the payload is in another record."""
        return self.mime == REVISIT_MIME

    def to_line(self) -> bytes:
        """The line, `\\n` included."""
        table = {name: value for name, field in FIELDS.items() if (value := getattr(self, field)) is not None}
        text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
        return f"{self.urlkey} {self.timestamp} {text}\n".encode()


FIELDS = {
    "url": "url",
    "mime": "mime",
    "status": "status",
    "digest": "digest",
    "length": "length",
    "offset": "offset",
    "filename": "filename",
    "refersToTargetUri": "refers_to_url",
    "refersToDate": "refers_to_date",
    "recordDigest": "record_digest",
}
"""Names in the line's JSON → fields of `Capture`; the first seven are CDXJ's own."""


def url_key(url: str) -> str:
    """The SURT of *url*, as every reader of indexes makes it."""
    # The library takes away what differs without meaning, but leaves blanks in URLs of other schemes than http.
    return str(surt(url)).replace(" ", "%20")


def timestamp_of(warc_date: str) -> str:
    """The 14 digits of an instant in RFC 3339 or of any precision that WARC-Date allows, cut to the second."""
    return re.sub(r"\D", "", warc_date)[:14].ljust(14, "0")


def capture_of(record: WarcRecord, filename: str) -> Capture | None:
    """The line of *record*, which lies in the file of that name; null for a record that has none."""
    url, date = record.target_uri, record.get("WARC-Date")
    if record.type not in _INDEXED_TYPES or url is None or date is None:
        return None
    mime, status = _answer(record)
    is_revisit = record.type == "revisit"
    return Capture(
        urlkey=url_key(url),
        timestamp=timestamp_of(date),
        url=url,
        mime=REVISIT_MIME if is_revisit else mime,
        status=status,
        digest=record.get("WARC-Payload-Digest") or f"sha256:{record.block_sha256}",
        length=record.length,
        offset=record.offset,
        filename=filename,
        refers_to_url=record.get("WARC-Refers-To-Target-URI") if is_revisit else None,
        refers_to_date=record.get("WARC-Refers-To-Date") if is_revisit else None,
    )


def captures_of(records: Iterable[WarcRecord], filename: str) -> Iterator[Capture]:
    """The lines of *records*, in their order."""
    return (capture for record in records if (capture := capture_of(record, filename)) is not None)


def captures_in(stream: IO[bytes], filename: str) -> Iterator[Capture]:
    """The lines of the WARC file *stream*, in its order.

    Raises:
        WarcSyntaxError: While iterating: damage that is not a cut tail.
    """
    return captures_of(read_records(stream, max_block_bytes=MAX_HEAD_BYTES, where=filename), filename)


def parse_line(line: bytes, *, where: str) -> Capture:
    """The capture that a line names, ours or another tool's: numbers may be strings, and the type may be left out.

    Raises:
        WarcSyntaxError: It is no line of a CDXJ index.
    """
    try:
        match = _LINE.fullmatch(line.decode())
        table = json.loads(match[3]) if match else None
    except ValueError:
        match = None
    if match is None or not isinstance(table, dict):
        raise WarcSyntaxError("this is no line of a CDXJ index", where=where)
    try:
        return Capture(
            urlkey=match[1],
            timestamp=match[2],
            url=_text(table, "url"),
            mime=_optional(table, "mime") or UNKNOWN_MIME,
            status=int(table["status"]) if table.get("status") is not None else None,
            digest=_text(table, "digest"),
            length=int(table["length"]),
            offset=int(table["offset"]),
            filename=_text(table, "filename"),
            refers_to_url=_optional(table, "refersToTargetUri"),
            refers_to_date=_optional(table, "refersToDate"),
            record_digest=_optional(table, "recordDigest"),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise WarcSyntaxError(f"a line of a CDXJ index lacks what it needs ({error})", where=where) from error


def _text(table: Mapping[str, object], name: str) -> str:
    value = table[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}")
    return value


def _optional(table: Mapping[str, object], name: str) -> str | None:
    return None if table.get(name) is None else _text(table, name)


def _answer(record: WarcRecord) -> tuple[str, int | None]:
    """Type and status of what was answered."""
    if record.type == "resource":
        return _plain_type(record.get("Content-Type")), None
    try:
        head = parse_head(record.block)
    except ProtocolBroken:
        return UNKNOWN_MIME, None
    return _plain_type(head.get("content-type")), head.status


def _plain_type(declared: str | None) -> str:
    return _END_OF_TYPE.split(declared.strip(), maxsplit=1)[0] if declared and declared.strip() else UNKNOWN_MIME

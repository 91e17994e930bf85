"""A URL and, if wanted, a time → what the archive captured there, over all runs, each with the record that proves it.

Out come captures, oldest first: of a revisit with its original, wherever that is; and with the article that was made of
the page, as far as lines of the archive say so.

*Why by SURT*: captures of `http` and `https`, with `www.` and without, are found together, as every replay does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.article.jsonl import read_lines, value_of_line
from pipelines.article.schema import Article
from pipelines.captures.indexes import RunIndex
from pipelines.captures.merge import original_of
from pipelines.errors import ProtocolBroken, WarcError
from pipelines.http.head import parse_head
from pipelines.http.url import absolute_url
from pipelines.index.cdxj import Capture, parse_line, url_key
from pipelines.publish.manifest import Manifest
from pipelines.publish.outcomes import OutcomeLine
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key
from pipelines.warc.reader import WarcRecord, read_record


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article, and the newest of its revisions that had been captured by then; null where that is not known."""

    id: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class FoundCapture:
    """A capture of the URL, and what is known of it."""

    capture: Capture
    site: str
    run: str
    original: Capture | None = None
    """Of a revisit: the capture that has the payload; null where the archive does not have it."""
    articles: tuple[ArticleRef, ...] = ()
    leads_to: str | None = None
    """Of a redirect: the URL it names."""
    taken_down_by: int | None = None
    """Number of the manifest that took the payload out of the archive."""

    @property
    def at(self) -> datetime:
        """When it was captured, to the second."""
        return datetime.strptime(f"{self.capture.timestamp}+0000", "%Y%m%d%H%M%S%z")

    def to_json(self) -> dict[str, object]:
        """As JSON has it."""
        shown = self.original or self.capture
        return {
            "url": self.capture.url,
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "status": self.capture.status,
            "mime": shown.mime,
            "is_revisit": self.capture.is_revisit,
            "digest": self.capture.digest,
            "warc": _place(self.capture),
            "original": None if self.original is None else {"url": shown.url, "warc": _place(shown)},
            "leads_to": self.leads_to,
            "taken_down_by": self.taken_down_by,
            "site": self.site,
            "run": self.run,
            "articles": [{"id": each.id, "revision": each.revision} for each in self.articles],
        }


def _place(capture: Capture) -> dict[str, object]:
    return {"key": capture.filename, "offset": capture.offset, "length": capture.length}


def captures_of(url: str, runs: Sequence[RunIndex]) -> list[FoundCapture]:
    """The captures of *url* in *runs*, oldest first, revisits with their originals."""
    found = _found(url_key(url), runs)
    named = {url_key(each.capture.refers_to_url) for each in found if each.capture.refers_to_url is not None}
    others = [each for key in sorted(named - {url_key(url)}) for each in _found(key, runs)]
    everything = [each.capture for each in (*found, *others)]
    return [replace(each, original=_payload_of(each.capture, everything)) for each in found]


def nearest(found: Sequence[FoundCapture], at: datetime) -> FoundCapture | None:
    """The one that was captured nearest to *at*, of two as near the earlier; null where there are none."""
    return min(found, key=lambda each: (abs(each.at - at.astimezone(UTC)), each.at), default=None)


def _found(key: str, runs: Sequence[RunIndex]) -> list[FoundCapture]:
    found = [
        FoundCapture(parse_line(line, where=run.manifest.run), run.manifest.site, run.manifest.run)
        for run in runs
        for line in run.lines_of(key)
    ]
    return sorted(found, key=lambda each: (each.capture.timestamp, each.capture.filename, each.capture.offset))


def _payload_of(capture: Capture, captures: Sequence[Capture]) -> Capture | None:
    """The capture that has the payload: a 304 may refer to a revisit, and that to another URL's record."""
    original = original_of(capture, captures)
    return _payload_of(original, captures) if original is not None and original.is_revisit else original


def looked_into(found: FoundCapture, store: Store, taken_down: Mapping[str, int]) -> FoundCapture:
    """The capture with what its record alone says: where a redirect leads, and whether the payload was taken out.

    Args:
        found: The capture.
        store: The archive.
        taken_down: Ids of records whose payloads were taken out of it, each with the manifest that says so.
    """
    capture = found.capture
    if capture.status is not None and 300 <= capture.status < 400 and capture.status != 304:
        record = _record_at(capture, store)
        target = None if record is None else _location_of(record)
        found = replace(found, leads_to=None if target is None else absolute_url(capture.url, target))
    if taken_down:
        record = _record_at(found.original or capture, store)
        found = replace(found, taken_down_by=None if record is None else taken_down.get(record.record_id or ""))
    return found


def _record_at(capture: Capture, store: Store) -> WarcRecord | None:
    """The record; null where it cannot be read, and `verify` says what is wrong with it."""
    try:
        return read_record(store.read_range(capture.filename, capture.offset, capture.length))
    except WarcError:
        return None


def _location_of(record: WarcRecord) -> str | None:
    try:
        return parse_head(record.block).get("location")
    except ProtocolBroken:
        return None


# ---------------------------------------------------------------- articles


@dataclass(frozen=True, slots=True)
class Articles:
    """Which articles were made of records, by the lines of the runs' parts; each part is read once.

    Held is what is said of the captures that were asked for, and nothing else of a part.
    """

    store: Store
    manifests: Mapping[str, Manifest]
    """By run."""

    def known(self, found: Sequence[FoundCapture]) -> Iterator[FoundCapture]:
        """The captures *found* of one URL, oldest first, each with its articles."""
        wanted: dict[tuple[str, str], set[int]] = {}
        for each in found:
            wanted.setdefault((each.run, each.capture.filename), set()).add(each.capture.offset)
        told = {place: self._told(*place, offsets) for place, offsets in wanted.items()}
        before: dict[str, int | None] = {}
        for each in found:
            ids, made = told[each.run, each.capture.filename]
            before |= made.get(each.capture.offset, {})
            named = ids.get(each.capture.offset, [])
            yield replace(each, articles=tuple(ArticleRef(id_, before.get(id_)) for id_ in named))

    def _told(
        self, run: str, warc: str, offsets: set[int]
    ) -> tuple[dict[int, list[str]], dict[int, dict[str, int | None]]]:
        """Of the records at *offsets* of that file: ids that outcome lines name, and the revisions made of them."""
        ids: dict[int, list[str]] = {}
        for raw in self._lines(run, warc, Kind.OUTCOMES, offsets):
            line = value_of_line(OutcomeLine, raw, where=run)
            if line.warc is not None and line.warc.key == warc and line.warc.offset in offsets:
                ids[line.warc.offset] = line.articles
        made: dict[int, dict[str, int | None]] = {}
        for raw in self._lines(run, warc, Kind.ARTICLES, offsets):
            article = value_of_line(Article, raw, where=run)
            place = article.provenance.warc
            if place.key == warc and place.offset in offsets:
                made.setdefault(place.offset, {})[article.id] = article.revision
        return ids, made

    def _lines(self, run: str, warc: str, kind: Kind, offsets: set[int]) -> Iterator[bytes]:
        """Lines of the run's part of that kind which was made of the file: those that may be of these records."""
        named = parse_key(warc)
        shown = [f'"offset":{offset},'.encode() for offset in offsets]
        for file in self.manifests[run].files:
            parts = parse_key(file.key)
            if named is None or parts is None or (parts.kind, parts.number) != (kind, named.number):
                continue
            with self.store.open(file.key) as stream:
                lines = read_lines(stream, where=file.key)
                yield from (line for line in lines if any(each in line for each in shown))

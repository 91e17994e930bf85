"""A URL and, if wanted, a time → what the archive captured there, over all runs, each with the record that proves it.

Out come captures, oldest first: of a revisit with its original, wherever that is; and with the article that was made of
the page, as far as lines of the archive say so.

*Why by SURT*: captures of `http` and `https`, with `www.` and without, are found together, as every replay does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipelines.article.jsonl import read_lines
from pipelines.article.schema import Article
from pipelines.captures.indexes import RunIndex
from pipelines.captures.merge import original_of
from pipelines.index.cdxj import Capture, parse_line, url_key
from pipelines.publish.manifest import Manifest
from pipelines.publish.outcomes import OutcomeLine
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key


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


# ---------------------------------------------------------------- articles


@dataclass(slots=True)
class Articles:
    """Which articles were made of records, by the lines of the runs' parts; each part is read once."""

    store: Store
    manifests: Mapping[str, Manifest]
    """By run."""
    _made: dict[str, dict[tuple[str, int], list[ArticleRef]]] = field(default_factory=dict)
    _seen: dict[str, dict[tuple[str, int], list[str]]] = field(default_factory=dict)

    def known(self, found: Sequence[FoundCapture]) -> Iterator[FoundCapture]:
        """The captures *found* of one URL, oldest first, each with its articles."""
        before: dict[str, int | None] = {}
        for each in found:
            ids = self._ids(each.capture, each.run)
            before |= {ref.id: ref.revision for ref in self._refs(each.capture, each.run)}
            yield replace(each, articles=tuple(ArticleRef(id_, before.get(id_)) for id_ in ids))

    def _refs(self, capture: Capture, run: str) -> list[ArticleRef]:
        return [ref for part in self._parts(capture, run, Kind.ARTICLES) for ref in self._made_in(part, capture)]

    def _ids(self, capture: Capture, run: str) -> list[str]:
        return [id_ for part in self._parts(capture, run, Kind.OUTCOMES) for id_ in self._seen_in(part, capture)]

    def _parts(self, capture: Capture, run: str, kind: Kind) -> list[str]:
        """The run's part of that kind which was made of the capture's WARC file."""
        warc = parse_key(capture.filename)
        keyed = ((file.key, parse_key(file.key)) for file in self.manifests[run].files)
        return [key for key, parts in keyed if warc and parts and (parts.kind, parts.number) == (kind, warc.number)]

    def _made_in(self, part: str, capture: Capture) -> list[ArticleRef]:
        if part not in self._made:
            made: dict[tuple[str, int], list[ArticleRef]] = {}
            with self.store.open(part) as stream:
                for line in read_lines(stream):
                    article = Article.model_validate_json(line)
                    place = (article.provenance.warc.key, article.provenance.warc.offset)
                    made.setdefault(place, []).append(ArticleRef(article.id, article.revision))
            self._made[part] = made
        return self._made[part].get((capture.filename, capture.offset), [])

    def _seen_in(self, part: str, capture: Capture) -> list[str]:
        if part not in self._seen:
            seen: dict[tuple[str, int], list[str]] = {}
            with self.store.open(part) as stream:
                for raw in read_lines(stream):
                    line = OutcomeLine.model_validate_json(raw)
                    if line.warc is not None:
                        seen[line.warc.key, line.warc.offset] = line.articles
            self._seen[part] = seen
        return self._seen[part].get((capture.filename, capture.offset), [])

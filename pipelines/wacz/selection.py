"""What goes into a pack: of sites whole WARC files, of URLs single exchanges, and what these need to be shown.

In go a site, or URLs, and days; out comes what is to be written, nothing of it read yet but the exchanges that had to
be looked into. A WARC file never spans two days, so the days of a site are whole files, too; what those need of other
days (originals of revisits, styles and images of their pages) is picked singly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.article.schema import Article
from pipelines.http.url import canonical_url
from pipelines.index.cdxj import UNKNOWN_MIME, Capture, timestamp_of, url_key
from pipelines.publish.manifest import Manifest, ManifestFile
from pipelines.store.keys import Kind
from pipelines.values import article_id
from pipelines.wacz.pages import PageEntry, page_of
from pipelines.wacz.picking import Picker
from pipelines.wacz.runs import Days, Runs, instant_of

Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and of how much."""


@dataclass(frozen=True)
class Selection:
    """What of one site is packed."""

    runs: Runs
    days: Days
    whole: Mapping[str, ManifestFile] = field(default_factory=dict)
    """WARC files that are copied as they are; the parts of their days are, too."""
    picker: Picker | None = None
    """What is picked singly; null where nothing is."""
    lines: tuple[bytes, ...] = ()
    """Article lines of the URLs."""
    asked: tuple[Capture, ...] = ()
    """Captures of the URLs that were named, or of the site's home page."""

    @property
    def extents(self) -> Mapping[str, Mapping[int, int]]:
        """Key of a WARC file → offset of each exchange picked of it → its bytes."""
        return self.picker.extents if self.picker is not None else {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.whole and not self.extents

    @property
    def manifests(self) -> list[Manifest]:
        """Those of the runs that the packed files are of, and those of take-downs that replaced one of them."""
        packed = {*self.whole, *self.extents}
        return [
            manifest
            for manifest in self.runs.manifests
            if packed & {file.key for file in manifest.files}
            or packed & {each.key for down in manifest.taken_down for each in down.files}
        ]

    def captures(self) -> Iterator[Capture]:
        """Everything in it that a viewer can be asked for; places are those of the archive's files."""
        yield from self.runs.captures(self.whole)
        yield from self.picker.captures if self.picker is not None else ()

    def article_lines(self) -> Iterator[bytes]:
        """Every article line in it."""
        if self.whole:
            yield from self.runs.article_lines(self.days)
        yield from self.lines

    def pages(self) -> Iterator[PageEntry]:
        """What a viewer lists: a page for each article line, then what was asked for and gave no line."""
        rest = {_place(each): each for each in self.asked if is_shown(each)}
        titles: dict[str, str | None] = {}
        for line in self.article_lines():
            article = Article.model_validate_json(line)
            page = page_of(article)
            if page is None:
                continue
            for capture in _captures_of_line(article):
                if rest.pop(_place(capture), None) is not None:
                    titles[capture.url] = article.headline
            yield page
        for capture in rest.values():
            yield PageEntry(
                id=f"{capture.filename}@{capture.offset}",
                url=capture.url,
                captured_at=instant_of(capture),
                title=titles.get(capture.url),
            )


def is_shown(capture: Capture) -> bool:
    """Whether a viewer can show the capture by itself: a 304 has nothing to show but what it is a revisit of."""
    return not (capture.is_revisit and capture.status == 304)


def select_site(runs: Runs, days: Days, progress: Progress) -> Selection:
    """The site's WARC files of *days*, and what they need of others."""
    whole = runs.of_kind(Kind.WARC, days)
    home = str(runs.manifests[-1].config.get("site", {}).get("url", ""))
    asked = tuple(each for each in runs.find(home) if each.filename in whole) if home else ()
    if days.is_all or not whole:
        return Selection(runs, days, whole, asked=asked)
    picker = Picker(runs, whole)
    for capture in runs.captures(whole):
        if capture.is_revisit:
            picker.original(capture)
    parts = runs.of_kind(Kind.ARTICLES, days).values()
    total, done = sum(file.bytes for file in parts), 0
    for file in parts:
        for line in runs.lines_of(file.key):
            for capture in _captures_of_line(Article.model_validate_json(line)):
                picker.page(capture)
        done += file.bytes
        progress(f"{runs.site}: selecting", done, total)
    return Selection(runs, days, whole, picker, asked=asked)


def has_url(runs: Runs, url: str, days: Days) -> bool:
    """Whether the site has a capture of *url* in *days*, or an article that is said to be there."""
    mark = _id_mark(url)
    is_captured = any(instant_of(each).date() in days for each in runs.find(url))
    return is_captured or any(mark in line for line in runs.article_lines(days))


def select_urls(runs: Runs, urls: Iterable[str], days: Days) -> Selection:
    """The captures of *urls* in *days*, and what they need; an article's are those that its lines were made from, too.

    It is empty where the site has none.
    """
    named = list(dict.fromkeys(urls))
    captures = (each for url in named for each in runs.find(url) if instant_of(each).date() in days)
    found = {_place(each): each for each in captures}
    marks = {_id_mark(url) for url in named}
    marks |= {f'"url_captured":{json.dumps(each.url, ensure_ascii=False)}'.encode() for each in found.values()}
    lines = [line for line in runs.article_lines(days) if any(mark in line for mark in marks)]
    for line in lines:
        for capture in _captures_of_line(Article.model_validate_json(line)):
            found.setdefault(_place(capture), capture)
    picker = Picker(runs)
    for capture in found.values():
        picker.page(capture)
    asked = tuple(capture for capture in found.values() if picker.has(capture))
    return Selection(runs, days, {}, picker, tuple(lines), asked)


def in_words(days: Days) -> str:
    """The days, as the end of a sentence."""
    first, last = days.first, days.last
    if first is not None and last is not None:
        return f"on {first}" if first == last else f"from {first} to {last}"
    return f"since {first}" if first is not None else f"until {last}" if last is not None else "yet"


def _id_mark(url: str) -> bytes:
    """What stands in the article lines of *url*, if it is their own, and in no other."""
    return f'"id":"{article_id(canonical_url(url))}"'.encode()


def _place(capture: Capture) -> tuple[str, int]:
    return capture.filename, capture.offset


def _captures_of_line(article: Article) -> Iterator[Capture]:
    """The captures that the line was made from, as far as the line knows them: its page, and further ones of it."""
    provenance = article.provenance
    pages = [(article.url_captured, provenance.warc), *((each.url, each) for each in provenance.further)]
    for url, place in pages:
        yield Capture(
            urlkey=url_key(url),
            timestamp=timestamp_of(article.captured_at.isoformat()[:19]),
            url=url,
            mime=UNKNOWN_MIME,
            status=None,
            digest=place.payload_digest or "",
            length=place.length,
            offset=place.offset,
            filename=place.key,
        )

"""Where else a site's archive holds what an article says, for whoever takes it out.

In: what was found of the article. Out: the articles that repeat it, or that it repeats, and the pages that carry its
text: under another URL, below another article, or in a script. They are named and not touched: what is to become of
them, people have to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.article.jsonl import value_of_line
from pipelines.article.schema import Article
from pipelines.errors import ContentError
from pipelines.page.blocks import RUNNING_WORDS
from pipelines.page.decode import decode
from pipelines.page.text import line_key
from pipelines.page.tree import parse
from pipelines.publish.exchange import MAX_PAGE_BYTES, is_html
from pipelines.publish.guarded import Crew, on_page
from pipelines.publish.whereabouts import Found, files_of, part_lines
from pipelines.store.contract import Store
from pipelines.store.keys import Kind
from pipelines.warc.pages import page_from_record, read_exchanges
from pipelines.warc.reader import WarcRecord

_LEAST_SHARE = 0.5
"""The share of the article's paragraphs that a page has to carry."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A place that holds what the article says."""

    url: str
    where: str
    """Key and offset of the record."""
    article: str | None
    """Id of the article that is a copy; null for a page that carries the text."""


def copies(store: Store, found: Found, crew: Crew | None) -> Iterator[Copy]:
    """What else there is of the article.

    Args:
        store: The archive.
        found: What is taken out.
        crew: Who reads all pages of the site; null for looking at article lines alone.
    """
    named = set()
    for file in files_of(store, found.site):
        if not file.key.startswith(f"{Kind.ARTICLES}/"):
            continue
        for line in part_lines(store, file.key):
            article = value_of_line(Article, line, where=file.key)
            is_copy = article.text_sha256 in found.texts or article.duplicate_of == found.article
            if article.id != found.article and (is_copy or article.id in found.repeats):
                place = article.provenance.warc
                named.add(f"{place.key}@{place.offset}")
                yield Copy(article.url, f"{place.key}@{place.offset}", article.id)
    if crew is not None:
        yield from (copy for copy in _pages(store, found, crew) if copy.where not in named)


def _pages(store: Store, found: Found, crew: Crew) -> Iterator[Copy]:
    paragraphs = [line for line in found.lines if line.count(" ") >= RUNNING_WORDS]
    places: list[tuple[str, str]] = []

    def others() -> Iterator[WarcRecord]:
        for file in files_of(store, found.site):
            if not file.key.startswith(f"{Kind.WARC}/"):
                continue
            with store.open(file.key) as stream:
                for captured in read_exchanges(stream, where=file.key):
                    record = captured.response
                    if record is not None and record.record_id not in found.records.get(file.key, ()):
                        places.append((record.target_uri or "", f"{file.key}@{record.offset}"))
                        yield record

    carries = crew.in_order(on_page(_carries, record, paragraphs) for record in others())
    for number, is_carried in enumerate(carries):
        if is_carried is True:
            url, where = places[number]
            yield Copy(url, where, None)


def _carries(record: WarcRecord, paragraphs: list[str]) -> bool:
    """Whether a page has most of the paragraphs, wherever in it; also in a script that spells them as they are."""
    try:
        page = page_from_record(record, max_bytes=MAX_PAGE_BYTES)
        if record.type == "revisit" or not is_html(page):
            return False
        root = parse(decode(page).markup, where=page.url)
    except ContentError:
        return False
    text = line_key(" ".join(str(piece) for piece in root.itertext()))
    held = sum(paragraph in text for paragraph in paragraphs)
    return bool(paragraphs) and held >= len(paragraphs) * _LEAST_SHARE

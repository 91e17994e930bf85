"""A site's memory, made again from its archive: for a snapshot that is lost, damaged, or of another version.

Articles and their revisions come from the article lines, URLs and validators from the outcome lines and their records,
repeated lines from the pages of the articles, read as extraction reads them. What only the crawl knew (which sitemap
listed what, and which sources bear fruit) is not in the archive: the next nights learn it again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from pipelines import disk
from pipelines.article.build import further_pages, kept_content
from pipelines.article.jsonl import read_lines, value_of_line
from pipelines.article.schema import Article
from pipelines.errors import ProtocolBroken
from pipelines.extract.learn import count_lines
from pipelines.extract.profile import EMPTY, Profile
from pipelines.http.head import parse_head
from pipelines.memory.site import KnownArticle, SiteMemory
from pipelines.options import Config
from pipelines.publish.exchange import prepare_exchange, record_ref
from pipelines.publish.guarded import Crew, on_page
from pipelines.publish.manifest import Manifest, numbers, read_link
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.resolve import Addresses, Harvest, harvest
from pipelines.publish.url_notes import Seen, UrlNotes
from pipelines.reasons import Event, Outcome
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, profile_key
from pipelines.values import Block, Draft, Ledger, Page, ReadExchange, Reading, RecordRef, Survey, article_id
from pipelines.warc.pages import CapturedExchange, read_exchanges
from pipelines.warc.reader import WarcRecord

M = TypeVar("M", bound=BaseModel)

Progress = Callable[[str, int, int], None]


def rebuild(store: Store, site: str, target: Path, crew: Crew, progress: Progress) -> int:
    """Make the site's memory in the file *target*, which must not be there; the number of articles in it.

    Args:
        store: The archive.
        site: Whose memory.
        target: The file.
        crew: Who reads the pages again.
        progress: Called as runs are done.

    Raises:
        ArchiveError: A manifest, or a file that one names, cannot be read.
    """
    chain = list(numbers(store, site))
    with tempfile.TemporaryDirectory(prefix="pressarc-", dir=target.parent) as name:
        made = Path(name) / "memory.sqlite"
        known = EMPTY
        with SiteMemory(made) as memory:
            for done, number in enumerate(chain):
                progress(site, done, len(chain))
                manifest = read_link(store, site, number).manifest
                _add_run(memory, store, manifest, known, crew)
                known = Profile.from_json(store.read(profile_key(site, manifest.profile)))
            progress(site, len(chain), len(chain))
            count = sum(1 for _ in memory.articles())
        with made.open("rb+") as file:
            disk.sync(file)
        disk.replace(made, target)
        disk.sync_folder(target.parent)
    return count


def _add_run(memory: SiteMemory, store: Store, manifest: Manifest, known: Profile, crew: Crew) -> None:
    """Add what a run showed; *known* is the profile that there was before it."""
    articles = list(_lines(store, manifest, Kind.ARTICLES, Article))
    new = {article.id for article in articles if memory.article(article.id) is None}
    memory.remember_articles([_known(article, memory) for article in articles])
    by_record: dict[tuple[str, int], list[Article]] = {}
    for article in articles:
        by_record.setdefault((article.provenance.warc.key, article.provenance.warc.offset), []).append(article)
    seen: list[Seen] = []
    frozen = known.to_json()

    def noted() -> Iterator[CapturedExchange]:
        for line, captured in _captured(store, manifest):
            assert line.warc is not None
            written = by_record.get((line.warc.key, line.warc.offset), [])
            seen.append(_seen(captured, line, written, memory))
            yield captured

    taught = crew.in_order(on_page(_survey, captured, frozen) for captured in noted())
    surveys = [
        Survey(tuple(part for part in survey.parts if article_id(part.article_url) in new))
        for survey in taught
        if isinstance(survey, Survey)
    ]
    addresses = Addresses(Harvest.joined(harvest(0, number, each.read) for number, each in enumerate(seen)))
    hours = Config.model_validate(manifest.config).crawl.revisit_after_h
    notes = UrlNotes(memory.url, Ledger(complete=True), addresses, hours)
    for each in seen:
        notes.visited(each)
    memory.remember_urls(notes.take())
    memory.add_lines(count_lines(surveys))
    for down in manifest.taken_down:
        memory.forget(down.article, down.url, ())


def _survey(captured: CapturedExchange, known: bytes) -> Survey | None:
    """What an exchange teaches; null for what is no page."""
    profile = _profile(known)
    prepared = prepare_exchange(captured, "", profile)  # where it lies teaches nothing
    return None if prepared is None else prepared.survey(profile)


@lru_cache(maxsize=1)
def _profile(raw: bytes) -> Profile:
    """The same for all pages of a run."""
    return Profile.from_json(raw)


def _captured(store: Store, manifest: Manifest) -> Iterator[tuple[OutcomeLine, CapturedExchange]]:
    """The run's exchanges, each with its outcome line."""
    lines = {
        (line.warc.key, line.warc.offset): line
        for line in _lines(store, manifest, Kind.OUTCOMES, OutcomeLine)
        if line.warc is not None
    }
    for file in manifest.files:
        if file.key.startswith(f"{Kind.WARC}/"):
            with store.open(file.key) as stream:
                for captured in read_exchanges(stream, where=file.key):
                    line = captured.response and lines.get((file.key, captured.response.offset))
                    if line:
                        yield line, captured


def _seen(captured: CapturedExchange, line: OutcomeLine, written: list[Article], memory: SiteMemory) -> Seen:
    """The visit, as publishing had it: what extraction made of the page is taken from the lines."""
    record = captured.response
    assert record is not None
    assert line.warc is not None
    drafts = [_draft(article) for article in written if article.event is not Event.REMOVED]
    if not drafts and line.outcome in (Outcome.ARTICLE, Outcome.UNCHANGED):
        held = (memory.article(id_) for id_ in line.articles[:1])
        drafts = [Draft(url=each.url, text="", blocks=()) for each in held if each is not None]
    reading = Reading(line.outcome, line.reason, line.detail, tuple(drafts))
    page = Page(line.url, b"", line.at, line.status or 0, _fields(record), record.get("WARC-Truncated"))
    read = ReadExchange(page, record_ref(record, line.warc.key), captured.facts, reading, record.type == "revisit")
    own = [article.event for article in written if not article.provenance.embedded]
    return Seen(read, line, own[0] if own else None)


def _fields(record: WarcRecord) -> tuple[tuple[str, str], ...]:
    try:
        return parse_head(record.block).fields
    except ProtocolBroken:
        return ()


def _draft(article: Article) -> Draft:
    return Draft(
        url=article.url,
        text=article.text or "",
        blocks=tuple(Block(block.kind, block.text, block.path) for block in article.blocks or ()),
        headline=article.headline,
        description=article.description,
        authors=tuple(article.authors or ()),
        section=article.section,
        published_at=article.published_at,
        flags=tuple(article.quality.flags) if article.quality else (),
        embedded=article.provenance.embedded,
    )


def content_of(article: Article) -> dict[str, str]:
    """The digests that memory keeps of a line's content; none of an article that is gone."""
    return {} if article.event is Event.REMOVED else kept_content(_draft(article))


def _known(article: Article, memory: SiteMemory) -> KnownArticle:
    before = memory.article(article.id)
    named = article.provenance.warc
    is_removed = article.event is Event.REMOVED
    last = before if is_removed and before is not None else None
    simhash = None if article.simhash is None else int(article.simhash, 16)
    return KnownArticle(
        id=article.id,
        url=article.url,
        revision=article.revision,
        removed=is_removed,
        embedded=article.provenance.embedded,
        text_sha256=article.text_sha256 if last is None else last.text_sha256,
        content=content_of(article),
        captured_at=article.captured_at,
        record=RecordRef(named.key, named.offset, named.length, named.record_id, named.payload_digest),
        simhash=simhash if last is None else last.simhash,
        duplicate_of=article.duplicate_of if last is None else last.duplicate_of,
        further=() if is_removed else further_pages(article),
    )


def _lines(store: Store, manifest: Manifest, kind: Kind, model: type[M]) -> Iterator[M]:
    for file in manifest.files:
        if file.key.startswith(f"{kind}/"):
            with store.open(file.key) as stream:
                for line in read_lines(stream, where=file.key):
                    yield value_of_line(model, line, where=file.key)

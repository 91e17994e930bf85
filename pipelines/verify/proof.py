"""One article line, proven: from the head of the chain over the manifest and its files to the record and the sentence.

In go an article's id; out come where its line stands, what vouches for it step by step, where each of its sentences
stands in the bytes of the page, and findings where a step does not hold. Nothing is written.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from pydantic import ValidationError

from pipelines.article.schema import Article, ArticleBlock, ArticlePlace
from pipelines.errors import ArchiveError, ContentError, ObjectMissing, StoreUnavailable
from pipelines.extract.profile import Profile
from pipelines.publish.beside import read_captured
from pipelines.publish.exchange import MAX_PAGE_BYTES
from pipelines.publish.guarded import Crew, on_page
from pipelines.publish.manifest import Link, replaced_files
from pipelines.reasons import Event, Reason
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key, profile_key
from pipelines.values import Finding
from pipelines.verify.archive import Chain, read_chain
from pipelines.verify.articles import compare, further_records, rederive, unread
from pipelines.verify.positions import PagePositions, Span, sentences
from pipelines.verify.records import check_record
from pipelines.verify.scope import Unit, units_of
from pipelines.verify.seals import Trust, check_seals
from pipelines.verify.unit import Job, check
from pipelines.versions import extraction_versions
from pipelines.warc.pages import page_from_record
from pipelines.warc.reader import WarcRecord


@dataclass(frozen=True, slots=True)
class SentencePlace:
    """A sentence of the article, and its bytes in the page."""

    text: str
    kind: str
    """Kind of the block it stands in."""
    path: str
    """XPath of the block's node in the page."""
    span: Span | None
    """Bytes of the page, content codings undone; null where it does not stand there word for word."""
    page: int = 1
    """Which of the article's pages it stands on, where there are several."""


@dataclass(slots=True)
class Proof:
    """What vouches for one line."""

    article: Article
    where: str
    """Key of the part and number of the line."""
    line_sha256: str
    manifest_key: str
    manifest_sha256: str
    head_key: str
    """The newest manifest: its digest vouches for all before it."""
    head_sha256: str
    record: WarcRecord | None = None
    further: list[WarcRecord] = field(default_factory=list)
    """The records of its further pages, where it stands on several."""
    taken_down: str | None = None
    """Why the article was taken out of the archive, where it was: nothing of it can be made again then."""
    is_made_again: bool = False
    """Whether the record gives this very line, byte for byte."""
    sentences: list[SentencePlace] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """As JSON has it."""
        article, record = self.article, self.record
        return {
            "article": {
                "id": article.id,
                "revision": article.revision,
                "event": article.event.value,
                "url": article.url,
                "headline": article.headline,
                "captured_at": article.captured_at.isoformat().replace("+00:00", "Z"),
            },
            "taken_down": self.taken_down,
            "line": {"where": self.where, "sha256": self.line_sha256, "made_again": self.is_made_again},
            "manifest": {"key": self.manifest_key, "sha256": self.manifest_sha256},
            "head": {"key": self.head_key, "sha256": self.head_sha256},
            "record": None if record is None else _record_facts(article.provenance.warc, record),
            "further": [
                _record_facts(place, each)
                for place, each in zip(article.provenance.further, self.further, strict=False)
            ],
            "sentences": [
                {**asdict(each), "span": [each.span.start, each.span.end] if each.span else None}
                for each in self.sentences
            ],
            "findings": [asdict(finding) for finding in self.findings],
        }


def prove(
    store: Store, id_: str, sites: Sequence[str], crew: Crew, *, revision: int | None = None, trust: Trust | None = None
) -> Proof | None:
    """Prove the article's line; null where no manifest of *sites* names one.

    Args:
        store: The archive.
        id_: The article's id.
        sites: Where to look.
        crew: Who makes the line again.
        revision: Which of its lines; the newest, unless said.
        trust: Whose seals are checked.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    for site in sites:
        chain = read_chain(store, site)
        manifests = [link.manifest for link in chain.links]
        replaced = replaced_files(manifests)
        gone = frozenset(id_ for each in manifests for down in each.taken_down for id_ in (down.article, *down.records))
        for link in reversed(chain.links):
            key = manifest_key(site, link.manifest.number)
            for unit in units_of(link.manifest, key, replaced, gone):
                for where, line, article in _lines_of(store, unit, id_):
                    if revision is None or article.revision == revision:
                        proof = _prove(store, chain, link, unit, _Line(where, line, article), crew)
                        proof.findings += check_seals(store, site, chain.links, trust or Trust())
                        return proof
    return None


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    line: bytes
    article: Article


def _lines_of(store: Store, unit: Unit, id_: str) -> Iterator[tuple[str, bytes, Article]]:
    wanted = f'"id":"{id_}"'.encode()
    for file in unit.files:
        if not file.key.startswith(f"{Kind.ARTICLES}/"):
            continue
        try:
            with store.open(file.key) as raw, gzip.GzipFile(fileobj=raw, mode="rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if wanted in line:
                        article = Article.model_validate_json(line)
                        if article.id == id_:
                            yield f"{file.key}:{number}", line, article
        except (ObjectMissing, ValidationError, EOFError, zlib.error, gzip.BadGzipFile):
            continue  # what is wrong with the part, the check of the whole archive says


def _prove(store: Store, chain: Chain, link: Link, unit: Unit, line: _Line, crew: Crew) -> Proof:
    head, article = chain.links[-1], line.article
    proof = Proof(
        article=article,
        where=line.where,
        line_sha256=hashlib.sha256(line.line).hexdigest(),
        manifest_key=manifest_key(article.site, link.manifest.number),
        manifest_sha256=link.sha256,
        head_key=manifest_key(article.site, head.manifest.number),
        head_sha256=head.sha256,
        findings=list(chain.findings),
    )
    proof.findings += _unit_findings(store, unit, line)
    proof.taken_down = _why_taken_down(chain, article)
    if proof.taken_down is not None:
        return proof
    named = article.provenance.warc
    try:
        record, facts = read_captured(store, named)
        profile = Profile.from_json(store.read(profile_key(article.site, article.provenance.profile)))
        further = further_records(article, store)
        derived = crew.one(on_page(rederive, article, record, facts, profile, further))
    except StoreUnavailable:
        raise
    except (ArchiveError, ValueError, LookupError, TypeError) as error:
        proof.findings.append(Finding("article_record", line.where, f"it cannot be made again: {error}"))
        return proof
    proof.record = record
    if isinstance(derived, Reason):
        proof.findings.append(unread(derived, line.where))
        return proof
    proof.is_made_again = derived == line.line
    finding = compare(line.line, derived, article, extraction_versions(), line.where)
    proof.findings += [finding] if finding is not None else []
    proof.findings += check_record(record, named.key)
    for place, each in zip(article.provenance.further, further, strict=True):
        proof.findings += check_record(each, place.key)
    proof.further = further
    places = crew.one(on_page(_places, article, [record, *further]))
    proof.sentences = [] if isinstance(places, Reason) else places
    return proof


def _why_taken_down(chain: Chain, article: Article) -> str | None:
    """Why it was taken out of the archive, itself or a page of it with another article; null if it was not."""
    records = {place.record_id for place in (article.provenance.warc, *article.provenance.further)}
    for down in (down for each in chain.links for down in each.manifest.taken_down):
        if down.article == article.id:
            return down.reason
        if not records.isdisjoint(down.records):
            return f"its page went with {down.url}: {down.reason}"
    return None


def _unit_findings(store: Store, unit: Unit, line: _Line) -> list[Finding]:
    """What is wrong with the line's files, and with this line; what is wrong with others is not its matter."""
    report = check(store, Job(store.location, unit, is_read=True, extraction=False))
    named = line.article.provenance.warc
    about = {line.where, unit.manifest_key, *(file.key for file in unit.files)}
    found = [finding for finding, _ in report.findings]
    return [each for each in found if each.where in about and each.rule != "article_record"] + [
        each for each in found if each.rule == "article_record" and each.where in (line.where, named.key)
    ]


def _places(article: Article, records: Sequence[WarcRecord]) -> list[SentencePlace]:
    return list(_sentences(article, records))


def _sentences(article: Article, records: Sequence[WarcRecord]) -> Iterator[SentencePlace]:
    if article.event is Event.REMOVED or not article.blocks:
        return
    starts = [0, *(page.first_block for page in article.provenance.further), len(article.blocks)]
    for number, (record, start, end) in enumerate(zip(records, starts, starts[1:], strict=False), start=1):
        yield from _sentences_of_page(article.blocks[start:end], record, number)


def _sentences_of_page(blocks: Sequence[ArticleBlock], record: WarcRecord, number: int) -> Iterator[SentencePlace]:
    try:
        positions = PagePositions(page_from_record(record, max_bytes=MAX_PAGE_BYTES))
    except ContentError:
        return
    last: Span | None = None
    for block in blocks:
        if block.kind == "time":
            continue  # it says in a form of its own what the page says in another
        for text in sentences(block.text):
            span = positions.find(text, after=last)
            last = span or last
            yield SentencePlace(text, block.kind, block.path, span, number)


def _record_facts(named: ArticlePlace, record: WarcRecord) -> dict[str, object]:
    return {
        "key": named.key,
        "offset": named.offset,
        "length": named.length,
        "record_id": record.record_id,
        "url": record.target_uri,
        "date": record.get("WARC-Date"),
        "ip_address": record.get("WARC-IP-Address"),
        "block_digest": record.get("WARC-Block-Digest"),
        "payload_digest": record.get("WARC-Payload-Digest"),
    }

"""One unit of a run → what is wrong with it, and what it holds: each file is read once, from its beginning to its end.

Size, digest, records and lines come from the same pass. An article is made again when its record goes by, so that a
remote archive is not asked for single ranges; what did not go by (a damaged file, a wrong place) is asked for.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from typing import IO, cast

from pipelines.article.schema import Article
from pipelines.errors import ArchiveError, ObjectMissing, StoreUnavailable
from pipelines.extract.profile import Profile
from pipelines.publish.beside import is_beside, read_captured
from pipelines.publish.guarded import PageBorder
from pipelines.publish.manifest import ManifestFile
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.tally import Tally
from pipelines.reasons import Event, Reason
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key, profile_key
from pipelines.store.open import open_store
from pipelines.values import Finding, VisitFacts
from pipelines.verify.articles import compare, further_records, rederive, unread
from pipelines.verify.exchanges import Exchanges, told_by_line, told_by_record
from pipelines.verify.indexes import line_digest, read_index
from pipelines.verify.lineage import SeenRevision
from pipelines.verify.reading import READ_BYTES, Measured, read_lines
from pipelines.verify.records import check_record
from pipelines.verify.scope import Unit
from pipelines.verify.unit_report import SeenRevisit, UnitReport
from pipelines.versions import extraction_versions
from pipelines.warc.pages import facts_from_record
from pipelines.warc.reader import WarcRecord, read_records


@dataclass(frozen=True, slots=True)
class Job:
    """One unit to check, as another process is told of it."""

    location: str
    unit: Unit
    is_read: bool
    extraction: bool


def check_unit(job: Job, *, doomed: Mapping[int, Reason], page: PageBorder) -> UnitReport:
    """Check *job*'s unit; its articles are its pages, in the order that they are made again.

    Raises:
        StoreUnavailable: The store does not answer; that is no finding about the archive.
    """
    store = _store_at(job.location)
    return _UnitCheck(store, job, doomed, page).report() if job.is_read else _presence(store, job.unit)


def check(store: Store, job: Job) -> UnitReport:
    """As `check_unit`, with a store that is open already, and without extraction."""
    return _UnitCheck(store, replace(job, extraction=False), {}, lambda _: nullcontext()).report()


@cache
def _store_at(location: str) -> Store:
    """The store of this process: connections are worth keeping from one unit to the next."""
    return open_store(location)


def _presence(store: Store, unit: Unit) -> UnitReport:
    kinds = {file.key.partition("/")[0] for file in unit.files}
    report = UnitReport(lacks_articles=Kind.ARTICLES in kinds, lacks_records=Kind.WARC in kinds)
    for file in unit.files:
        try:
            size = store.stat(file.key).size_bytes
        except ObjectMissing:
            report.findings.append((_missing(file), file.key))
            continue
        if size != file.bytes:
            report.findings.append((_wrong_size(file, size), file.key))
    return report


class _UnitCheck:
    """The check of one unit whose files are read."""

    def __init__(self, store: Store, job: Job, doomed: Mapping[int, Reason], page: PageBorder) -> None:
        self._store = store
        self._unit = job.unit
        self._extraction = job.extraction
        self._doomed = doomed
        self._page = page
        self._made_again = 0
        self._report = UnitReport()
        self._tally = Tally()
        self._counted: int | None = None
        """Records or lines of the file that is being read; null for one that has none, or cannot be read on."""
        self._records: dict[tuple[str, int], list[bytes | None]] = {}
        """Of answers: what outcome lines have to say of them (exchanges.py); null where a header is broken."""
        self._outcomes: dict[tuple[str, int], list[bytes]] = {}
        """Of outcome lines: what they say."""
        self._named: set[tuple[str, int, str]] = set()
        """Articles that an outcome line says were had from a record."""
        self._written: dict[str, tuple[str, int, str]] = {}
        """Where an article's line stands → the record that it says it was written from, and the article."""
        self._unread: set[str] = set()
        self._profiles: dict[str, Profile | None] = {}
        self._awaited: dict[tuple[str, int], list[_ArticleLine]] = {}
        """Articles whose record has not gone by yet, by its key and offset."""

    def report(self) -> UnitReport:
        checks = {
            Kind.ARTICLES: self._articles,
            Kind.WARC: self._warc,
            Kind.OUTCOMES: self._outcome_lines,
            Kind.INDEX: self._index,
        }
        for file in self._unit.files:  # sorted by key: articles come before the WARC file
            parts = parse_key(file.key)
            if parts is None:
                words = f"it names {file.key}, which is no key of this format"
                self._report.findings.append((Finding("manifest", self._unit.manifest_key, words), None))
            check_content = checks.get(parts.kind, _read_through) if parts is not None else _read_through
            try:
                with closing(Measured(self._store.open(file.key))) as stream:
                    self._counted = None
                    found = list(check_content(cast("IO[bytes]", stream), file.key))
                    self._damage(file, stream)
                    self._report.findings += found
                    self._compare_count(file)
            except ObjectMissing:
                self._unread.add(file.key)
                self._report.findings.append((_missing(file), file.key))
                self._report.lacks_articles |= file.key.startswith(f"{Kind.ARTICLES}/")
                self._report.lacks_records |= file.key.startswith(f"{Kind.WARC}/")
        self._ask_for_the_rest()
        self._report.findings += [(found, None) for found in self._same_records()]
        for key in self._unread:  # what a damaged file no longer shows is named once
            self._report.captures.pop(key, None)
            if self._report.index is not None and self._report.index.key == key:
                self._report.index = None
        if not self._unread:
            self._report.tally = self._tally
        return self._report

    def _damage(self, file: ManifestFile, stream: Measured) -> None:
        """Note whether the file, now read to its end, is the one that its manifest names."""
        self._report.read_bytes += stream.drain()
        finding = None
        if stream.size_bytes != file.bytes:
            finding = _wrong_size(file, stream.size_bytes)
        elif stream.sha256.hexdigest() != file.sha256:
            finding = Finding("file_digest", file.key, "its sha256 is not the one in its manifest")
        if finding is not None:
            self._unread.add(file.key)
            self._report.lacks_records |= file.key.startswith(f"{Kind.WARC}/")
            self._report.findings.append((finding, file.key))

    def _compare_count(self, file: ManifestFile) -> None:
        if self._counted is None or file.key in self._unread:
            return
        stated = file.records if file.key.startswith(f"{Kind.WARC}/") else file.lines
        if stated != self._counted:
            words = f"it has {self._counted} records or lines, and its manifest says {stated}"
            self._report.findings.append((Finding("counts", file.key, words), file.key))

    # ------------------------------------------------------------ WARC files

    def _warc(self, stream: IO[bytes], key: str) -> Iterator[tuple[Finding, str | None]]:
        reader, parts = read_records(stream, where=key), parse_key(key)
        exchanges = Exchanges(key, None if parts is None else parts.date)
        captured: WarcRecord | None = None
        if self._unit.is_indexed:
            self._report.captures[key] = {}
        try:
            for record in reader:
                self._report.records += 1
                self._note(record, key)
                for finding in (*check_record(record, key), *exchanges.add(record)):
                    yield finding, None
                captured = self._captured(key, captured, record)
            self._captured(key, captured, None)
            if reader.dropped_bytes:
                yield Finding("warc_syntax", key, f"its last {reader.dropped_bytes} bytes are no whole record"), None
                return
            self._counted = exchanges.records
            for finding in exchanges.end():
                yield finding, None
        except StoreUnavailable:
            raise
        except ArchiveError as error:
            self._report.lacks_records = True
            yield Finding("warc_syntax", error.where, error.message), None

    def _note(self, record: WarcRecord, key: str) -> None:
        """Note what the index and the outcome lines have to say of the record, and what others refer to it by."""
        if self._unit.is_indexed and (digest := line_digest(record, key)) is not None:
            self._report.captures[key][record.offset] = digest
        if record.type in ("response", "revisit"):
            self._records.setdefault((key, record.offset), []).append(told_by_record(record))
        self._note_payload(record, key)

    def _captured(self, key: str, captured: WarcRecord | None, following: WarcRecord | None) -> WarcRecord | None:
        """Judge the lines of a record once what was noted of it is there; the record that waits for its notes now."""
        if captured is not None:
            if following is not None and following.type == "request":
                return captured
            has_notes = following is not None and is_beside(following, captured)
            facts = facts_from_record(following) if following is not None and has_notes else None
            for line in self._awaited.pop((key, captured.offset), ()):
                self._judge(line, captured, facts)
        is_awaited = following is not None and (key, following.offset) in self._awaited
        return following if is_awaited else None

    # ------------------------------------------------------------ the index

    def _index(self, stream: IO[bytes], key: str) -> Iterator[tuple[Finding, str | None]]:
        buffered = io.BufferedReader(cast("io.RawIOBase", stream), READ_BYTES)
        self._report.index = read_index(buffered, key)
        self._counted = self._report.index.count
        buffered.detach()  # else the stream, which is measured to its end, goes with it
        for finding in self._report.index.findings:
            yield finding, None

    def _note_payload(self, record: WarcRecord, key: str) -> None:
        """Note what the record is referred to by, or what it refers to."""
        digest = record.get("WARC-Payload-Digest")
        if record.type == "response" and record.record_id is not None and digest is not None:
            self._report.payloads[_short(record.record_id)] = _short(digest)
        elif record.type == "revisit" and (refers_to := record.get("WARC-Refers-To")) is not None:
            place, record_id = f"{key}@{record.offset}", refers_to.strip("<>")
            payload = None if digest is None else _short(digest)
            self._report.revisits.append(SeenRevisit(place, record_id, _short(record_id), payload))

    # ------------------------------------------------------------ articles

    def _articles(self, stream: IO[bytes], key: str) -> Iterator[tuple[Finding, str | None]]:
        self._counted = 0
        for number, (where, line, article) in enumerate(read_lines(stream, key, Article), start=1):
            self._counted = number if line else None
            if isinstance(article, Finding):
                self._report.lacks_articles = True
                yield article, None
                continue
            self._tally.add_article(article)
            self._report.articles += 1
            self._report.revisions.append(SeenRevision.of(article, where))
            if (words := self._unit.contradicts(article)) is not None:
                yield Finding("article_origin", where, words), None
                continue
            named = article.provenance.warc
            if article.event is not Event.REMOVED:
                self._written[where] = (named.key, named.offset, article.id)
            self._awaited.setdefault((named.key, named.offset), []).append(_ArticleLine(article, line, where))

    def _judge(self, line: _ArticleLine, record: WarcRecord, facts: VisitFacts | None) -> None:
        named = line.article.provenance.warc
        if line.article.id in self._unit.taken_down:
            if line.article.text is not None or line.article.headline is not None:
                words = "a later manifest says that it was taken out, and its content is there"
                self._report.findings.append((Finding("taken_down", line.where, words), None))
            return
        if (record.record_id, record.length) != (named.record_id, named.length):
            words = f"another record than {named.record_id} lies where it points"
            self._report.findings.append((Finding("article_record", line.where, words), None))
            return
        if not self._unit.taken_down.isdisjoint(
            (named.record_id, *(page.record_id for page in line.article.provenance.further))
        ):
            return  # another article's page, which carried this one, was taken out
        if named.payload_digest != record.get("WARC-Payload-Digest"):
            words = "its payload digest is not the one its record has"
            self._report.findings.append((Finding("article_record", line.where, words), None))
            return
        self._make_again(line, record, facts)

    def _make_again(self, line: _ArticleLine, record: WarcRecord, facts: VisitFacts | None) -> None:
        digest = line.article.provenance.profile
        profile = self._profile(digest)
        if profile is None:
            words = f"the profile {digest} is missing or damaged, so that no article that names it can be compared"
            self._report.findings.append((Finding("profile", line.where, words), digest))
            return
        if not self._extraction:
            return
        number = self._made_again
        self._made_again += 1
        if number in self._doomed:
            self._report.findings.append((unread(self._doomed[number], line.where), None))
            return
        try:
            further = further_records(line.article, self._store)
            with self._page(number):
                derived = rederive(line.article, record, facts, profile, further)
        except StoreUnavailable:
            raise
        except ArchiveError as error:
            words = f"its record is no capture of a page: {error}"
            self._report.findings.append((Finding("article_record", line.where, words), None))
            return
        finding = compare(line.line, derived, line.article, extraction_versions(), line.where)
        if finding is not None:
            self._report.findings.append((finding, None))

    def _ask_for_the_rest(self) -> None:
        """Fetch the records that did not go by, one by one: they lie elsewhere, or behind damage."""
        for lines in self._awaited.values():
            for line in lines:
                try:
                    record, facts = read_captured(self._store, line.article.provenance.warc)
                except StoreUnavailable:
                    raise
                except ArchiveError as error:
                    words = f"its record cannot be read: {error}"
                    self._report.findings.append((Finding("article_record", line.where, words), None))
                else:
                    self._judge(line, record, facts)

    def _profile(self, sha256: str) -> Profile | None:
        if sha256 not in self._profiles:
            try:
                raw = self._store.read(profile_key(self._unit.site, sha256))
                is_sound = hashlib.sha256(raw).hexdigest() == sha256
                self._profiles[sha256] = Profile.from_json(raw) if is_sound else None
            except StoreUnavailable:
                raise
            except (ArchiveError, ValueError, LookupError, TypeError, AttributeError):
                self._profiles[sha256] = None
        return self._profiles[sha256]

    # ------------------------------------------------------------ outcomes

    def _outcome_lines(self, stream: IO[bytes], key: str) -> Iterator[tuple[Finding, str | None]]:
        self._counted = 0
        for number, (_, line, outcome) in enumerate(read_lines(stream, key, OutcomeLine), start=1):
            self._counted = number if line else None
            if isinstance(outcome, Finding):
                yield outcome, None
                continue
            self._tally.add_outcome(outcome)
            if outcome.warc is not None:
                place = (outcome.warc.key, outcome.warc.offset)
                self._outcomes.setdefault(place, []).append(told_by_line(outcome))
                self._named |= {(*place, id_) for id_ in outcome.articles}

    def _same_records(self) -> Iterator[Finding]:
        # What a damaged file no longer shows is named once, and not again for each record and line of it.
        if any(key.startswith(f"{Kind.OUTCOMES}/") for key in self._unread):
            return
        for key, offset in sorted(self._records.keys() | self._outcomes.keys()):
            if key in self._unread:
                continue
            records, lines = self._records.get((key, offset), []), self._outcomes.get((key, offset), [])
            where = f"{key}@{offset}"
            if len(records) != 1:
                yield Finding("outcome_record", where, "an outcome line names it, and no response is there")
            elif len(lines) != 1:
                yield Finding("outcome_record", where, f"it has {len(lines)} outcome lines instead of one")
            elif records[0] not in (None, lines[0]):
                words = "its outcome line says another URL, time, status, record or length of it than it has"
                yield Finding("outcome_record", where, words)
        wrong = {finding.where for finding, _ in self._report.findings}
        for where, (key, offset, id_) in self._written.items():
            has_line = len(self._outcomes.get((key, offset), [])) == 1 and where not in wrong
            if has_line and (key, offset, id_) not in self._named:
                words = f"its outcome line does not name the article {id_}, which was written from it"
                yield Finding("outcome_record", f"{key}@{offset}", words)


@dataclass(frozen=True, slots=True)
class _ArticleLine:
    article: Article
    line: bytes
    where: str


def _read_through(stream: IO[bytes], key: str) -> Iterator[tuple[Finding, str | None]]:  # noqa: ARG001 (one of three checks)
    """Nothing but size and digest is checked of such a file."""
    return iter(())


def _short(text: str) -> int:
    """A digest of 64 bits: those of all records of a site are kept."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _missing(file: ManifestFile) -> Finding:
    return Finding("file_missing", file.key, "its manifest names it, and it is not there")


def _wrong_size(file: ManifestFile, size_bytes: int) -> Finding:
    return Finding("file_size", file.key, f"it has {size_bytes} bytes, and its manifest says {file.bytes}")

"""The checks of an archive: format, chain, files, records, lines, counts. Nothing is written.

Rules, as findings name them:

    format             archive.json is missing or of another format
    chain              a manifest is missing, or does not name the one before it
    manifest           a manifest cannot be read, or was changed
    file_missing       a file that a manifest names is not there
    file_size          … has another length
    file_digest        … has another sha256
    warc_syntax        a WARC file cannot be read to its end
    record_rules       a record's header breaks the rules of WARC 1.1
    record_digest      a record's block has another digest than its header says
    line_schema        a line does not follow its schema
    article_record     an article's record is not where the line says
    article_differs    an article's record gives another line
    extractor_differs  … and was made with other library versions, so that it cannot be compared here
    profile            an article's profile is missing or damaged
    revision           an article's revisions do not follow one another
    outcome_record     a record has no outcome line, or several; or a line names no record
    counts             the manifest's counts are not those of its lines
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.article.jsonl import read_lines
from pipelines.article.schema import Article
from pipelines.errors import ArchiveError, ObjectMissing
from pipelines.extract.profile import Profile
from pipelines.publish.manifest import Link, Manifest, ManifestFile, numbers, read_link
from pipelines.publish.outcomes import OutcomeLine, Tally
from pipelines.reasons import Event
from pipelines.store.archive import check_archive
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key, parse_key, profile_key, site_names
from pipelines.values import Finding
from pipelines.verify.articles import compare, rederive
from pipelines.versions import extraction_versions
from pipelines.warc.reader import WarcRecord, read_record, read_records
from pipelines.warc.rules import check

M = TypeVar("M", bound=BaseModel)

Progress = Callable[[str, int, int], None]

RULES = tuple(
    line.split()[0] for line in (__doc__ or "").splitlines() if line.startswith("    ") and not line.startswith("     ")
)
"""The names of all rules, as the table above lists them."""


def sites_of(store: Store) -> tuple[str, ...]:
    """The sites that have a manifest."""
    return site_names(stored.key for stored in store.list(f"{Kind.RUNS}/"))


def verify(store: Store, sites: Sequence[str], progress: Progress) -> Iterator[Finding]:
    """Check the archive, as far as it concerns *sites*.

    Raises:
        StoreError: The store does not answer; that is no finding about the archive.
    """
    try:
        if not check_archive(store):
            yield Finding("format", store.location, "there is no archive.json: this is no pressarc archive")
            return
    except ArchiveError as error:
        yield Finding("format", error.where, error.message)
        return
    for site in sites:
        yield from _SiteCheck(store, site, progress).findings()


class _SiteCheck:
    """The check of one site's chain and of everything its manifests name."""

    def __init__(self, store: Store, site: str, progress: Progress) -> None:
        self._store = store
        self._site = site
        self._progress = progress
        self._profiles: dict[str, Profile | None] = {}
        self._named: set[str] = set()
        """Damaged files and profiles that a finding has named: once is enough."""
        self._revisions: dict[str, int] = {}
        self._has_gap = False
        """Whether articles are missing, so that what follows upon them cannot be judged."""

    def findings(self) -> Iterator[Finding]:
        found = list(numbers(self._store, self._site))
        before: Link | None = None
        for position, number in enumerate(found):
            self._progress(self._site, position, len(found))
            key = manifest_key(self._site, number)
            expected = 1 if position == 0 else found[position - 1] + 1
            if number != expected:
                yield Finding("chain", key, f"manifest {expected} is missing before it")
                before, self._has_gap = None, True
            try:
                link = read_link(self._store, self._site, number)
            except ArchiveError as error:
                yield Finding("manifest", error.where, error.message)
                before, self._has_gap = None, True
                continue
            if before is not None:
                yield from _chain(link.manifest, before, key)
            before = link
            yield from self._run(link.manifest, key)
        self._progress(self._site, len(found), len(found))

    def _run(self, manifest: Manifest, key: str) -> Iterator[Finding]:
        tally = Tally()
        records: Counter[tuple[str, int]] = Counter()
        outcomes: Counter[tuple[str, int]] = Counter()
        unread: set[str] = set()
        for file in manifest.files:
            damage = self._file(file)
            if damage is not None:
                unread.add(file.key)
                yield from self._once(file.key, damage)
            if damage is not None and damage.rule == "file_missing":
                self._has_gap = self._has_gap or file.key.startswith(f"{Kind.ARTICLES}/")
                continue
            parts = parse_key(file.key)
            if parts is None:
                yield Finding("manifest", key, f"it names {file.key}, which is no key of this format")
            elif parts.kind is Kind.WARC:
                yield from self._warc(file.key, records)
            elif parts.kind is Kind.ARTICLES:
                yield from self._articles(file.key, tally)
            elif parts.kind is Kind.OUTCOMES:
                yield from self._outcomes(file.key, tally, outcomes)
        # What a damaged file no longer shows is named once, and not again for each record and line of it.
        yield from _same_records(records, outcomes, unread)
        if not unread and tally.counts() != manifest.counts:
            yield Finding("counts", key, "its counts are not those of its lines")

    def _file(self, file: ManifestFile) -> Finding | None:
        try:
            size = self._store.stat(file.key).size_bytes
            if size != file.bytes:
                return Finding("file_size", file.key, f"it has {size} bytes, and its manifest says {file.bytes}")
            if self._store.sha256(file.key) != file.sha256:
                return Finding("file_digest", file.key, "its sha256 is not the one in its manifest")
        except ObjectMissing:
            return Finding("file_missing", file.key, "its manifest names it, and it is not there")
        return None

    def _warc(self, key: str, records: Counter[tuple[str, int]]) -> Iterator[Finding]:
        with self._store.open(key) as stream:
            reader = read_records(stream, max_block_bytes=0, where=key)
            try:
                for record in reader:
                    if record.type in ("response", "revisit"):
                        records[key, record.offset] += 1
                    yield from _record(record, key)
            except ArchiveError as error:
                yield Finding("warc_syntax", error.where, error.message)
        if reader.dropped_bytes:
            yield Finding("warc_syntax", key, f"its last {reader.dropped_bytes} bytes are no whole record")

    def _articles(self, key: str, tally: Tally) -> Iterator[Finding]:
        for where, line, article in _lines(self._store, key, Article):
            if isinstance(article, Finding):
                self._has_gap = True
                yield article
                continue
            tally.add_article(article)
            findings = (self._article(article, line, where), self._revision(article, where))
            for finding in findings:
                if finding is not None and finding.rule == "profile":
                    yield from self._once(article.provenance.profile, finding)
                elif finding is not None:
                    yield finding

    def _once(self, name: str, finding: Finding) -> Iterator[Finding]:
        if name not in self._named:
            self._named.add(name)
            yield finding

    def _revision(self, article: Article, where: str) -> Finding | None:
        before = self._revisions.get(article.id, 0)
        self._revisions[article.id] = article.revision
        follows = article.revision == before + 1 and (article.event is Event.NEW) == (article.revision == 1)
        if follows or self._has_gap:
            return None
        words = f"it is revision {article.revision} ({article.event}), after revision {before}"
        return Finding("revision", where, words)

    def _article(self, article: Article, line: bytes, where: str) -> Finding | None:
        named = article.provenance.warc
        try:
            record = read_record(self._store.read_range(named.key, named.offset, named.length), where=named.key)
        except ArchiveError as error:
            return Finding("article_record", where, f"its record cannot be read: {error}")
        if record.record_id != named.record_id:
            return Finding("article_record", where, f"another record than {named.record_id} lies where it points")
        profile = self._profile(article.provenance.profile)
        if profile is None:
            return Finding(
                "profile",
                where,
                f"the profile {article.provenance.profile} is missing or damaged, so that neither this article "
                "nor others that name it can be compared",
            )
        try:
            derived = rederive(article, record, profile)
        except ArchiveError as error:
            return Finding("article_record", where, f"its record is no capture of a page: {error}")
        return compare(line, derived, article, extraction_versions(), where)

    def _outcomes(self, key: str, tally: Tally, outcomes: Counter[tuple[str, int]]) -> Iterator[Finding]:
        for _, _, outcome in _lines(self._store, key, OutcomeLine):
            if isinstance(outcome, Finding):
                yield outcome
                continue
            tally.add_outcome(outcome)
            if outcome.warc is not None:
                outcomes[outcome.warc.key, outcome.warc.offset] += 1

    def _profile(self, sha256: str) -> Profile | None:
        if sha256 not in self._profiles:
            try:
                raw = self._store.read(profile_key(self._site, sha256))
                is_sound = hashlib.sha256(raw).hexdigest() == sha256
                self._profiles[sha256] = Profile.from_json(raw) if is_sound else None
            except (ArchiveError, ValueError, LookupError, TypeError, AttributeError):
                self._profiles[sha256] = None
        return self._profiles[sha256]


def _chain(manifest: Manifest, before: Link, key: str) -> Iterator[Finding]:
    previous = manifest.previous
    if previous is None or (previous.number, previous.sha256) != (before.manifest.number, before.sha256):
        yield Finding("chain", key, f"it does not name the manifest {before.manifest.number} that is there")


def _record(record: WarcRecord, key: str) -> Iterator[Finding]:
    where = f"{key}@{record.offset}"
    try:
        check(record.type, record.headers)
    except ArchiveError as error:
        yield Finding("record_rules", where, error.message)
    digest = record.get("WARC-Block-Digest")
    if digest is not None and digest.startswith("sha256:") and digest != f"sha256:{record.block_sha256}":
        yield Finding("record_digest", where, "its block is not the one its header has the digest of")


def _lines(store: Store, key: str, model: type[M]) -> Iterator[tuple[str, bytes, M | Finding]]:
    """The lines of a part, each with where it stands; a finding in place of what is no such line."""
    number = 0
    try:
        for number, line in enumerate(read_lines(io.BytesIO(store.read(key))), start=1):
            where = f"{key}:{number}"
            try:
                yield where, line, model.model_validate_json(line)
            except ValidationError as error:
                words = error.errors()[0]
                place = ".".join(str(part) for part in words["loc"])
                yield where, line, Finding("line_schema", where, f"{place}: {words['msg']}")
    except (OSError, EOFError, zlib.error) as error:
        where = f"{key}:{number + 1}"
        yield where, b"", Finding("line_schema", where, f"the part cannot be read on from here ({error})")


def _same_records(
    records: Counter[tuple[str, int]], outcomes: Counter[tuple[str, int]], unread: set[str]
) -> Iterator[Finding]:
    if any(key.startswith(f"{Kind.OUTCOMES}/") for key in unread):
        return
    for key, offset in sorted(records.keys() | outcomes.keys()):
        if key in unread:
            continue
        lines = outcomes[key, offset]
        if records[key, offset] != 1:
            yield Finding("outcome_record", f"{key}@{offset}", "an outcome line names it, and no response is there")
        elif lines != 1:
            yield Finding("outcome_record", f"{key}@{offset}", f"it has {lines} outcome lines instead of one")

"""The checks of an archive: format, chain, files, records, lines, counts. Nothing is written.

Rules, as findings name them:

    format             archive.json is missing or of another format
    schema             a file under schema/ is not the one that the pressarc of that version published
    chain              a manifest is missing, or does not name the one before it; or a seal is of one that is missing
    manifest           a manifest cannot be read, was changed, or says what cannot be
    file_missing       a file that a manifest names is not there
    file_size          … has another length
    file_digest        … has another sha256
    warc_syntax        a WARC file cannot be read to its end
    record_rules       a record breaks the rules of WARC 1.1, or those of this format for exchanges
    record_digest      a record's block or payload has another digest than its header says
    line_schema        a line does not follow its schema
    article_origin     an article's site, run, profile, extractor or versions are not those of its manifest
    article_record     an article's record is not where the line says
    article_differs    an article's record gives another line
    extractor_differs  … and was made with other library versions, so that it cannot be compared here
    article_unread     an article's record takes more time or memory than a page may, and is not compared
    profile            an article's profile is missing or damaged
    revision           an article's revisions do not follow one another
    changes            an article's changes are not those since its revision before
    duplicate_of       an article repeats another one than its line says, or none
    revisit            a revisit refers to a record that is not there, or that has another payload
    outcome_record     a record has no outcome line, several, or one that says otherwise; or a line names no record
    counts             the manifest's counts are not those of its lines and records
    index_line         a line of an index is none, names a record again, or stands out of order
    index_record       … does not say what its record says; or a record has no line in its run's index
    signature          a manifest's signature is not by the key that is trusted, or the newest manifest has none
    timestamp          the same of its time-stamp
    taken_down         what a manifest says was taken down is still there, or was another file

The chain is read first; then each run's files, a unit (scope.py) at a time, in as many processes as wanted; what
concerns several units (revisions, counts) is put together in the order of the chain. So the findings and their order do
not depend on the number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields

from pipelines import schemas
from pipelines.errors import ArchiveError, ObjectMissing, StoreUnavailable
from pipelines.publish import guarded
from pipelines.publish.manifest import Link, Manifest, ManifestFile, numbers, read_link, replaced_files
from pipelines.publish.stats import Stats
from pipelines.publish.tally import Tally
from pipelines.reasons import Event
from pipelines.store.archive import check_archive
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, manifest_key, parse_key, site_prefix
from pipelines.values import Finding
from pipelines.verify.indexes import Digest, SeenIndex, compare_index
from pipelines.verify.lineage import Lineage, SeenRevision
from pipelines.verify.manifests import check_manifests
from pipelines.verify.scope import Scope, Unit, units_of
from pipelines.verify.seals import Trust, check_seals
from pipelines.verify.unit import Job, check_unit
from pipelines.verify.unit_report import SeenRevisit, UnitReport

Progress = Callable[[str, int, int], None]
"""Called with the site, the bytes of its files that were dealt with, and how many there are."""

_TRIES = 3
"""How often a site is checked where its files are being replaced."""

RULES = tuple(
    line.split()[0] for line in (__doc__ or "").splitlines() if line.startswith("    ") and not line.startswith("     ")
)
"""The names of all rules, as the table above lists them."""


@dataclass(slots=True)
class Checked:
    """How much was looked at."""

    manifests: int = 0
    files: int = 0
    bytes: int = 0
    """Read, and compared with a digest."""
    records: int = 0
    articles: int = 0
    taken_down: int = 0
    """Articles that were taken out of the archive, as its manifests say."""


@dataclass(slots=True)
class Report:
    """What was found, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    checked: Checked = field(default_factory=Checked)

    def add(self, other: Report) -> None:
        """Have in it what *other*, the report of one more site, has."""
        self.findings += other.findings
        for each in fields(Checked):
            setattr(self.checked, each.name, getattr(self.checked, each.name) + getattr(other.checked, each.name))

    def to_json(self) -> dict[str, object]:
        """Both as JSON has them."""
        return {"checked": asdict(self.checked), "findings": [asdict(finding) for finding in self.findings]}


def verify(store: Store, scope: Scope, progress: Progress, *, workers: int = 1, trust: Trust | None = None) -> Report:
    """Check the archive, as far as *scope* goes.

    Args:
        store: Is read, and never written.
        scope: What is checked.
        progress: Is told how far each site is.
        workers: Processes; 0 means one for each processor.
        trust: Whose seals are checked.

    Raises:
        StoreError: The store does not answer; that is no finding about the archive.
    """
    report = Report()
    try:
        if not check_archive(store):
            words = "there is no archive.json: this is no pressarc archive"
            report.findings.append(Finding("format", store.location, words))
            return report
    except StoreUnavailable:
        raise
    except ArchiveError as error:
        report.findings.append(Finding("format", error.where, error.message))
        return report
    report.findings += _check_schemas(store)
    with guarded.Crew(workers) as crew:
        for site in scope.sites:
            report.add(_site_report(store, site, scope, progress, crew, trust or Trust()))
    return report


def _site_report(store: Store, site: str, scope: Scope, progress: Progress, crew: guarded.Crew, trust: Trust) -> Report:
    """The check of one site, made again where files were replaced while it went on: it had read the chain before."""
    for _ in range(_TRIES):
        report = Report()
        last = _SiteCheck(store, site, scope, report).run(progress, crew, trust)
        if not report.findings or not _has_taken_down_since(store, site, last):
            break
    return report


def _has_taken_down_since(store: Store, site: str, last: int) -> bool:
    try:
        return any(read_link(store, site, each).manifest.taken_down for each in numbers(store, site) if each > last)
    except StoreUnavailable:
        raise
    except ArchiveError:
        return False  # what is wrong with it, the next check says


def _check_schemas(store: Store) -> Iterator[Finding]:
    """Schemas that differ from those that were published; of later ones nothing can be said here."""
    known = schemas.published()
    newest = max(name.version for name in known)
    for stored in store.list(schemas.PREFIX):
        name = schemas.parse_schema_key(stored.key)
        if name is None or (name not in known and name.version <= newest):
            yield Finding("schema", stored.key, "no pressarc has published such a schema")
        elif name in known and store.read(stored.key) != known[name]:
            yield Finding("schema", stored.key, "it is not the schema that the pressarc of this version published")


@dataclass(frozen=True, slots=True)
class Chain:
    """The manifests of a site, as far as they can be read, and what is wrong with them."""

    links: tuple[Link, ...]
    findings: tuple[Finding, ...]
    broken_before: frozenset[int]
    """Numbers of the manifests before which some are missing or cannot be read."""


def read_chain(store: Store, site: str) -> Chain:
    """Read and check the site's manifests, first to last.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    # Listed first: a seal is put after its manifest, which is there then.
    seals = [(parse_key(stored.key), stored.key) for stored in store.list(site_prefix(Kind.SEALS, site))]
    links: list[Link] = []
    findings: list[Finding] = []
    broken: set[int] = set()
    before: Link | None = None
    expected = 1
    for number in numbers(store, site):
        key = manifest_key(site, number)
        if number < 1:
            findings.append(Finding("chain", key, "the numbers of manifests begin with 1"))
            continue
        if number != expected:
            findings.append(Finding("chain", key, f"manifest {expected} is missing before it"))
            before = None
            broken.add(number)
        expected = number + 1
        try:
            link = read_link(store, site, number)
        except StoreUnavailable:
            raise
        except ArchiveError as error:
            findings.append(Finding("manifest", error.where, error.message))
            before = None
            broken.add(number + 1)
            continue
        if before is not None and not _names(link, before):
            words = f"it does not name the manifest {before.manifest.number} that is there"
            findings.append(Finding("chain", key, words))
        if number == 1 and link.manifest.previous is not None:
            findings.append(Finding("chain", key, "it is the first, and names a manifest before it"))
        before = link
        links.append(link)
    for parts, key in seals:
        if parts is not None and parts.number is not None and parts.number >= expected:
            findings.append(Finding("chain", key, f"it is the seal of manifest {parts.number}, which is not there"))
    findings += check_manifests([link.manifest for link in links], is_whole=not broken)
    return Chain(tuple(links), tuple(findings), frozenset(broken))


def _names(link: Link, before: Link) -> bool:
    previous = link.manifest.previous
    return previous is not None and (previous.number, previous.sha256) == (before.manifest.number, before.sha256)


class _SiteCheck:
    """The check of one site's chain and of everything its manifests name."""

    def __init__(self, store: Store, site: str, scope: Scope, report: Report) -> None:
        self._store = store
        self._site = site
        self._scope = scope
        self._report = report
        self._named: set[str] = set()
        """Damaged files and profiles that a finding has named: once is enough."""
        self._profiles: set[str] = set()
        self._owners: dict[str, str] = {}
        """WARC file → the manifest that names it."""
        self._replaced: dict[str, ManifestFile | None] = {}
        self._taken_down: frozenset[str] = frozenset()
        self._revisions: dict[str, int] = {}
        self._lineage = Lineage()
        self._spoilt: set[str] = set()
        """Ids of articles that have a line with a finding."""
        self._payloads: dict[int, int] = {}
        self._lacks_records = not scope.is_whole
        self._has_gap = not scope.is_whole
        """Whether articles are missing, so that what follows upon them cannot be judged."""

    def run(self, progress: Progress, crew: guarded.Crew, trust: Trust) -> int:
        """Check the site; the number of the newest manifest that was there, 0 for none."""
        chain = read_chain(self._store, self._site)
        self._report.findings += chain.findings
        self._report.findings += check_seals(self._store, self._site, chain.links, trust)
        self._report.checked.manifests += len(chain.links)
        manifests = [link.manifest for link in chain.links]
        self._replaced = replaced_files(manifests)
        self._report.findings += self._still_there(manifests)
        plan = [self._plan(link) for link in chain.links if self._scope.takes(link.manifest)]
        total = sum(job.unit.size_bytes for _, jobs in plan for job in jobs)
        done = 0
        progress(self._site, done, total)
        reports = crew.in_order(guarded.Job(check_unit, (job,)) for _, jobs in plan for job in jobs)
        for link, jobs in plan:
            self._report.findings += self._named_again(link)
            self._has_gap = self._has_gap or link.manifest.number in chain.broken_before
            tallies: list[Tally | None] = []
            captures: dict[str, dict[int, Digest]] = {}
            index: SeenIndex | None = None
            lines: list[SeenRevision] = []
            revisits: list[SeenRevisit] = []
            for job, unit in zip(jobs, reports, strict=False):  # the reports of the other runs follow
                tallies.append(self._take(unit))
                captures |= unit.captures
                index = unit.index or index
                lines += unit.revisions
                revisits += unit.revisits
                self._report.checked.files += len(job.unit.files) if job.is_read else 0
                done += job.unit.size_bytes
                progress(self._site, done, total)
            self._report.findings += self._wrong_about_others(lines)
            self._report.findings += self._wrong_revisits(revisits)
            self._compare_counts(link, tallies)
            if index is not None:
                warcs = (file.key for file in link.manifest.files if file.key.startswith(f"{Kind.WARC}/"))
                self._report.findings += compare_index(index, captures, warcs)
        return manifests[-1].number if manifests else 0

    def _wrong_about_others(self, lines: Sequence[SeenRevision]) -> list[Finding]:
        if not self._scope.extraction:
            return []  # lines are believed only once they are made again
        found = [] if self._has_gap else list(self._lineage.judge(lines, self._spoilt | self._taken_down))
        self._lineage.add(lines)
        return found

    def _wrong_revisits(self, revisits: Sequence[SeenRevisit]) -> Iterator[Finding]:
        for each in revisits:
            payload = self._payloads.get(each.refers_to)
            if payload is None and not self._lacks_records and each.record_id not in self._taken_down:
                yield Finding("revisit", each.where, f"no response {each.record_id}, which it refers to, is there")
            elif payload is not None and each.payload not in (None, payload):
                words = f"its payload digest is not that of {each.record_id}, which it refers to"
                yield Finding("revisit", each.where, words)

    def _plan(self, link: Link) -> tuple[Link, list[Job]]:
        key = manifest_key(self._site, link.manifest.number)
        units = units_of(link.manifest, key, self._replaced, self._taken_down)
        return link, [self._job(unit) for unit in units if self._is_new(unit)]

    def _still_there(self, manifests: Sequence[Manifest]) -> Iterator[Finding]:
        """What take-downs took out, and that it is out: of what was only replaced, the check of the files tells."""
        downs = [down for manifest in manifests for down in manifest.taken_down]
        self._taken_down = frozenset(id_ for down in downs for id_ in (down.article, *down.records))
        self._report.checked.taken_down += len(downs)
        for key in (key for key, now in self._replaced.items() if now is None):
            try:
                self._store.stat(key)
            except ObjectMissing:
                continue
            yield Finding("taken_down", key, "a later manifest says that it was taken out, and it is there")

    def _named_again(self, link: Link) -> Iterator[Finding]:
        """A WARC file is captured once, and so belongs to one run."""
        key = manifest_key(self._site, link.manifest.number)
        for file in link.manifest.files:
            if file.key.startswith(f"{Kind.WARC}/"):
                owner = self._owners.setdefault(file.key, key)
                if owner != key:
                    yield Finding("manifest", key, f"it names {file.key}, which {owner} has named before it")

    def _is_new(self, unit: Unit) -> bool:
        """Whether the unit was not checked with an earlier run: nights share a profile while nothing new is learnt."""
        name = repr(unit.files)
        is_new = name not in self._profiles
        if unit.files[0].key.startswith(f"{Kind.PROFILES}/"):
            self._profiles.add(name)
        return is_new

    def _job(self, unit: Unit) -> Job:
        return Job(self._store.location, unit, self._scope.reads(unit), self._scope.extraction)

    def _take(self, unit: UnitReport) -> Tally | None:
        for finding, name in unit.findings:
            if name is None or name not in self._named:
                self._report.findings.append(finding)
            if name is not None:
                self._named.add(name)
        self._has_gap = self._has_gap or unit.lacks_articles
        self._lacks_records = self._lacks_records or unit.lacks_records
        self._payloads |= unit.payloads
        places = {finding.where for finding, _ in unit.findings}
        self._spoilt |= {seen.id for seen in unit.revisions if seen.where in places}
        judged = (self._revision(seen) for seen in unit.revisions)
        self._report.findings += [finding for finding in judged if finding is not None]
        checked = self._report.checked
        checked.bytes += unit.read_bytes
        checked.records += unit.records
        checked.articles += unit.articles
        return unit.tally

    def _revision(self, seen: SeenRevision) -> Finding | None:
        before = self._revisions.get(seen.id, 0)
        self._revisions[seen.id] = seen.revision
        follows = seen.revision == before + 1 and (seen.event is Event.NEW) == (seen.revision == 1)
        if follows or self._has_gap:
            return None
        self._spoilt.add(seen.id)
        return Finding(
            "revision", seen.where, f"it is revision {seen.revision} ({seen.event}), after revision {before}"
        )

    def _compare_counts(self, link: Link, tallies: list[Tally | None]) -> None:
        whole = Tally()
        for tally in tallies:
            if tally is None:
                return
            whole.add(tally)
        manifest = link.manifest
        counted, stated = whole.counts(), manifest.counts
        parts = {file.key for file in manifest.files if file.key.startswith(f"{Kind.ARTICLES}/")}
        has_replaced = not parts.isdisjoint(self._replaced)
        if has_replaced:  # lines that were taken down have no flags any more
            counted = counted.model_copy(update={"flags": stated.flags})
        if counted != stated or not _are_stats_of(manifest.stats, whole, has_replaced=has_replaced):
            key = manifest_key(self._site, manifest.number)
            self._report.findings.append(Finding("counts", key, "its counts are not those of its lines"))


def _are_stats_of(stated: Stats | None, tally: Tally, *, has_replaced: bool) -> bool:
    """Whether the manifest's stats are what its lines give; nor have lines that were taken down any words."""
    if stated is None:
        return True
    given = _NOT_OF_LINES | (_OF_WORDS if has_replaced else set())
    counted = tally.told.stats({}, crawled=stated.crawled)
    return counted.model_copy(update={name: getattr(stated, name) for name in given}) == stated


_NOT_OF_LINES = {"crawled", "stages_s"}
_OF_WORDS = {"words", "removed_lines", "ways"}

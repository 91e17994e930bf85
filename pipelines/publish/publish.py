"""From a finished crawl to its manifest: extract, write the parts, upload, compare, commit.

Every step can be done again: parts are written whole under temporary names, objects are put create-only and compared,
and the manifest comes last. Whatever dies, the next start finds the work folder and does what is missing.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipelines import disk
from pipelines.article.build import Origin
from pipelines.article.jsonl import Part, file_sha256, to_line, write_part
from pipelines.errors import ArchiveError, BatchIncomplete, ManifestConflict, ObjectDiffers
from pipelines.extract.learn import count_lines, learn
from pipelines.extract.profile import EMPTY, Profile
from pipelines.http.url import canonical_url
from pipelines.memory.site import SiteMemory, write_snapshot
from pipelines.publish.capable import check_capabilities
from pipelines.publish.committed import committed
from pipelines.publish.extraction import Progress, WarcFile, load_readings, read, survey
from pipelines.publish.guarded import Crew
from pipelines.publish.indexing import write_index
from pipelines.publish.joining import join_pages
from pipelines.publish.manifest import (
    Link,
    Manifest,
    ManifestFile,
    PreviousManifest,
    config_sha256,
    newest,
    put_manifest,
)
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.parts import Context, lines_of_file, lines_of_held, lines_of_unvisited
from pipelines.publish.reread import reread, reread_page
from pipelines.publish.resolve import Addresses, doubtful, resolve
from pipelines.publish.run import OpenRun, warc_files
from pipelines.publish.sealing import seal
from pipelines.publish.stats import Stats
from pipelines.publish.tally import Tally
from pipelines.publish.url_notes import UrlNotes
from pipelines.publish.work import run_name
from pipelines.reasons import FAILURES, PENDING, Outcome, Reason
from pipelines.store.archive import open_archive
from pipelines.store.contract import Store
from pipelines.store.keys import articles_key, index_key, memory_key, outcomes_key, parse_key, profile_key
from pipelines.values import Ledger, Survey, article_id
from pipelines.versions import all_versions, extraction_versions, extractor
from pipelines.warc.reader import read_records

log = logging.getLogger(__name__)

_ATTEMPTS = 5
"""How often another machine may commit first before this one gives up for now."""


_OF_ARTICLES = frozenset((Outcome.ARTICLE, Outcome.UNCHANGED, Outcome.HELD))
_BUDGETS = {
    Reason.PAGE_BUDGET: "the page budget (crawl.max_pages)",
    Reason.BYTE_BUDGET: "the byte budget (crawl.max_bytes)",
    Reason.TIME_BUDGET: "the time budget (crawl.max_minutes)",
    Reason.OUT_OF_HOURS: "the end of the site's hours (crawl.only_between)",
    Reason.HOST_BACKED_OFF: "the pause that the host asked for",
}


@dataclass(frozen=True, slots=True)
class _Derived:
    """What extraction made of a run: files under their keys, and what the manifest says of them."""

    files: list[ManifestFile]
    tally: Tally
    profile: Profile


class _Stopwatch:
    """How long the stages of a publication take; what is done again counts again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.stages_s: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began_at = self._now()
        yield
        self.stages_s[name] = self.stages_s.get(name, 0.0) + (self._now() - began_at).total_seconds()


def publish(
    run: OpenRun, *, now: Callable[[], datetime], new_suffix: Callable[[], str], progress: Progress
) -> Manifest:
    """Commit a run whose crawl is over, and clear its work folder.

    Raises:
        BatchIncomplete: The crawl is not over.
        ManifestConflict: Other machines kept committing runs of this site; the run stays in the work folder.
        ArchiveError: The store, or extraction, failed; the run stays in the work folder.
    """
    for each in run.older:
        publish(each, now=now, new_suffix=new_suffix, progress=progress)
    run.older.clear()
    ledger = run.folder.read_ledger()
    if ledger is None:
        raise BatchIncomplete("the crawl is not over", where=run.folder.run)
    with Crew(run.config.extract.workers) as crew:
        return _publish(run, ledger, now, new_suffix, crew, progress)


def _publish(
    run: OpenRun,
    ledger: Ledger,
    now: Callable[[], datetime],
    new_suffix: Callable[[], str],
    crew: Crew,
    progress: Progress,
) -> Manifest:
    folder, site = run.folder, run.config.site.name
    # Also where the archive did not answer when the run began.
    open_archive(run.store, now=now(), owner=run.config.archive.owner)
    check_capabilities(run.store, run.config.store)
    files: list[WarcFile] | None = None
    surveys: list[Survey] = []
    watch = _Stopwatch(now)
    name = folder.run
    for _ in range(_ATTEMPTS):
        base = newest(run.store, site)
        there = committed(run.store, site, folder.run, [file.key for file in warc_files(folder, site)])
        if there.manifest is not None:  # an earlier try arrived, or another machine has adopted all of it
            run.site_folder.discard(folder)
            return there.manifest
        left = [file for file in warc_files(folder, site) if file.key not in there.named]
        if files != left:
            files = left
            with watch.stage("uploading"):
                _upload_warcs(run, files, progress)
            known = _previous_profile(run, base).keeping(run.config.extract.keep)
            with watch.stage("learning"):
                surveys = survey(files, known, folder.readings, crew, progress)
        with watch.stage("extracting"):
            derived = _derive(run, name, base, files, surveys, ledger, crew, progress)
        crawling_s = {} if ledger.crawled_s is None else {"crawling": ledger.crawled_s}
        stats = derived.tally.told.stats({**crawling_s, **watch.stages_s}, crawled=ledger.discovers)
        manifest = _manifest(run, name, base, files, derived, ledger, stats, now())
        try:
            _upload(run.store, [(file.key, folder.parts / file.key, file.sha256) for file in derived.files], progress)
            put_manifest(run.store, manifest)
        except (ManifestConflict, ObjectDiffers) as error:
            # What was derived rests on a memory that is no longer the newest, or an earlier try left parts of this name
            # that rested on another: derive again, under a name of its own.
            log.info("the run takes another name: %s", error, extra={"site": site, "number": manifest.number})
            name = run_name(folder.started_at, new_suffix())
            continue
        run.site_folder.keep_memory(folder, name)
        try:
            seal(run.store, site, manifest.number, run.sealing)
        except ArchiveError as error:  # the run is committed, and the seal of the next one vouches for it
            log.warning("the manifest was not sealed", extra={"site": site, "error": str(error)})
            run.notes.append(f"the manifest was not sealed: {error}")
        run.site_folder.discard(folder)
        return manifest
    raise ManifestConflict("other machines keep committing runs of this site; try again later", where=site)


def _derive(
    run: OpenRun,
    name: str,
    base: Link | None,
    files: list[WarcFile],
    surveys: list[Survey],
    ledger: Ledger,
    crew: Crew,
    progress: Progress,
) -> _Derived:
    """Extract, decide against the archive's newest memory, and write the parts."""
    folder, config = run.folder, run.config
    folder.clear_parts()
    _fetch_memory(run, base, folder.memory)
    with SiteMemory(folder.memory) as memory:
        unknown = _only(surveys, lambda url: memory.article(article_id(url)) is None)
        profile = _learn(surveys, count_lines(unknown), memory, _previous_profile(run, base))
        profile = profile.keeping(config.extract.keep)
        seen = read(files, profile, folder.readings, crew, progress)
        page_of = partial(reread_page, store=run.store, profile=profile, crew=crew)
        joining = join_pages(seen, memory.article, page_of, profile.keep)
        seen = joining.seen(seen)
        pending = {article_id(canonical_url(each.url)) for each in ledger.unvisited if each.reason in PENDING}
        addresses = Addresses(seen)
        again = reread(doubtful(seen.sightings, memory.article), run.store, profile, crew)
        context = Context(
            origin=Origin(config.site.name, name, extractor(), extraction_versions(), profile.sha256),
            verdicts=resolve(
                seen.sightings, memory.article, pending, memory.originals(), lambda archived: again.get(archived.id)
            ),
            known=memory.article,
            ledger=ledger,
            addresses=addresses,
            notes=UrlNotes(memory.url, ledger, addresses, config.crawl.revisit_after_h),
            joining=joining,
        )
        tally = Tally()
        parts = _write_parts(run, name, files, context, tally, memory)
        # An article whose own page waits for another night is counted then.
        memory.add_lines(count_lines(_only(unknown, lambda url: memory.article(article_id(url)) is not None)))
    snapshot = folder.parts / memory_key(config.site.name, name)
    disk.make_folder(snapshot.parent)
    write_snapshot(folder.memory, snapshot)
    learnt = folder.parts / profile_key(config.site.name, profile.sha256)
    disk.make_folder(learnt.parent)
    with disk.whole(learnt) as file:
        file.write(profile.to_json())
    described = [*parts, _describe(folder.parts, snapshot), _describe(folder.parts, learnt)]
    return _Derived(sorted(described, key=lambda file: file.key), tally, profile)


def _fetch_memory(run: OpenRun, base: Link | None, target: Path) -> None:
    """Bring the site's memory as it is after the newest committed run to *target*."""
    disk.remove(target)
    # SQLite would roll what a killed process left of its transaction back into the new file.
    disk.remove(target.with_name(f"{target.name}-journal"))
    if base is None:
        return
    shutil.copyfile(run.kept_memory(base), target)


def _only(surveys: Iterable[Survey], is_wanted: Callable[[str], bool]) -> list[Survey]:
    """The surveys with the parts of those articles whose URL is wanted."""
    return [Survey(tuple(part for part in each.parts if is_wanted(part.article_url))) for each in surveys]


def _previous_profile(run: OpenRun, base: Link | None) -> Profile:
    if base is None:
        return EMPTY
    return Profile.from_json(run.store.read(profile_key(run.config.site.name, base.manifest.profile)))


def _learn(surveys: list[Survey], fresh: dict[str, int], memory: SiteMemory, previous: Profile) -> Profile:
    tonight = {line for each in surveys for part in each.parts for line in part.lines}
    known = {**memory.repeated_lines(), **memory.line_support(sorted(tonight))}
    return learn(surveys, {line: support + fresh.get(line, 0) for line, support in sorted(known.items())}, previous)


def _write_parts(
    run: OpenRun,
    name: str,
    files: list[WarcFile],
    context: Context,
    tally: Tally,
    memory: SiteMemory,
) -> list[ManifestFile]:
    """Write a part of outcomes, and one of articles where there are any, for each WARC file; the rest; the index."""
    parts, site = run.folder.parts, run.config.site.name
    written: list[Part] = []
    for file in files:
        keyed = parse_key(file.key)
        assert keyed is not None
        assert keyed.date is not None
        lines = lines_of_file(file.number, load_readings(run.folder.readings, file.number), context)
        for article in lines.articles:
            tally.add_article(article)
        for line in lines.outcomes:
            tally.add_outcome(line)
        memory.remember_articles(lines.known)
        if lines.articles:
            key = articles_key(site, keyed.date, name, file.number)
            written.append(write_part(parts / key, (to_line(article) for article in lines.articles)))
        key = outcomes_key(site, keyed.date, name, file.number)
        written.append(write_part(parts / key, (to_line(line) for line in lines.outcomes)))
    number = 1 + max((file.number for file in files), default=-1)
    key = outcomes_key(site, run.folder.day(), name, number)
    rest = write_part(parts / key, (to_line(line) for line in _lines_of_the_rest(run, context, tally, memory)))
    if rest.lines:
        written.append(rest)
    else:
        rest.path.unlink()
    index = write_index(parts / index_key(site, name), ((file.key, file.path.open("rb")) for file in files))
    if index is not None:
        written.append(index)
    _remember(context, memory)
    return [
        ManifestFile(
            key=part.path.relative_to(parts).as_posix(), bytes=part.size_bytes, sha256=part.sha256, lines=part.lines
        )
        for part in written
    ]


def _lines_of_the_rest(run: OpenRun, context: Context, tally: Tally, memory: SiteMemory) -> Iterator[OutcomeLine]:
    """The lines of what has no record: wanted and not had, or held. What was wanted is noted on the way."""
    for each in context.ledger.unvisited:
        context.notes.wanted(each)
    at = run.folder.started_at.astimezone(UTC)
    for line in (*lines_of_unvisited(context.ledger), *lines_of_held(context.ledger, memory.url, at)):
        tally.add_outcome(line)
        yield line


def _remember(context: Context, memory: SiteMemory) -> None:
    """Let memory keep what the night showed of URLs, and of the site's ways."""
    ledger = context.ledger
    memory.remember_urls(context.notes.take())
    for sitemap, urls in ledger.listed.items():
        memory.note_listed(sitemap, urls)
    memory.note_dropped(ledger.dropped)
    memory.learn_facts(ledger.facts)


def _manifest(
    run: OpenRun,
    name: str,
    base: Link | None,
    files: list[WarcFile],
    derived: _Derived,
    ledger: Ledger,
    stats: Stats,
    ended_at: datetime,
) -> Manifest:
    config = run.config.model_dump(mode="json")
    warcs = [_describe_warc(file) for file in files]
    return Manifest(
        number=1 if base is None else base.manifest.number + 1,
        run=name,
        site=run.config.site.name,
        started_at=run.folder.started_at.astimezone(UTC),
        ended_at=ended_at,
        complete=ledger.complete,
        versions=all_versions(),
        config=config,
        config_sha256=config_sha256(config),
        files=sorted([*derived.files, *warcs], key=lambda file: file.key),
        counts=derived.tally.counts(),
        profile=derived.profile.sha256,
        warnings=[*ledger.warnings, *_warnings(derived.tally, ledger, is_first=base is None)],
        previous=None if base is None else PreviousManifest(number=base.manifest.number, sha256=base.sha256),
        stats=stats,
    )


def _warnings(tally: Tally, ledger: Ledger, *, is_first: bool) -> Iterator[str]:
    """What whoever runs the crawl should know, a sentence each. A picture that some far host has lost is no news."""
    counts, lost = tally.counts(), tally.lost_pages
    has_articles = counts.outcomes.keys() & _OF_ARTICLES or counts.articles.new
    if ledger.discovers and not has_articles:
        asked = "is the URL the home page of a news site?" if is_first else "does the site answer as it did before?"
        yield f"no article was found: {asked}"
    for reason, option in _BUDGETS.items():
        if lost[reason]:
            yield f"{option} was reached, and {lost[reason]} URLs wait for another night"
    failed = sum(count for reason, count in lost.items() if reason in FAILURES)
    if failed:
        yield f"{failed} pages could not be had; the outcome lines say why"
    if lost[Reason.ROBOTS_UNREACHABLE]:
        yield "a robots.txt could not be had, so that nothing was requested of its host"


def _describe(parts: Path, path: Path) -> ManifestFile:
    return ManifestFile(key=path.relative_to(parts).as_posix(), bytes=path.stat().st_size, sha256=file_sha256(path))


def _describe_warc(file: WarcFile) -> ManifestFile:
    with file.path.open("rb") as stream:
        records = sum(1 for _ in read_records(stream, max_block_bytes=0, where=file.key))
    return ManifestFile(key=file.key, bytes=file.path.stat().st_size, sha256=file_sha256(file.path), records=records)


def _upload_warcs(run: OpenRun, files: list[WarcFile], progress: Progress) -> None:
    """Put those that did not go up during the crawl."""
    stored = run.rolling.finish()
    sources = [(file.key, file.path, file_sha256(file.path)) for file in files]
    _upload(run.store, [each for each in sources if stored.get(each[0]) != each[2]], progress)


def _upload(store: Store, sources: list[tuple[str, Path, str]], progress: Progress) -> None:
    """Put each file under its key, with its sha256; the store compares what it has with what was meant."""
    for done, (key, path, sha256) in enumerate(sources):
        progress("publishing", done, len(sources))
        store.put_new(key, path, sha256=sha256)
    progress("publishing", len(sources), len(sources))


def received_nothing(run: OpenRun) -> bool:
    """Whether the run has no record at all, so that there is nothing to archive."""
    return not warc_files(run.folder, run.config.site.name)

"""One run of one site while it is being captured: the recorder that the crawl writes to, and what it finds on resuming.

The folder is locked, bytes are on disk before anything interprets them, and a start after a crash finds the same run
again: its WARC file cut after the last whole record and sealed, its captured exchanges there to be learnt from.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines import disk
from pipelines.config import Config
from pipelines.errors import WarcError, WarcWriteFailed
from pipelines.http.url import canonical_url
from pipelines.memory.site import SiteMemory, read_snapshot
from pipelines.publish.extraction import WarcFile
from pipelines.publish.manifest import Link, Manifest, newest, numbers, read_link
from pipelines.publish.sealing import Sealing, seal
from pipelines.publish.work import RunFolder, SiteFolder, run_name
from pipelines.reasons import Outcome
from pipelines.store.archive import open_archive
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, check_site, memory_key, parse_key, warc_key
from pipelines.store.open import open_store
from pipelines.values import Exchange, RecordRef, VisitFacts
from pipelines.versions import extractor
from pipelines.warc.pages import CapturedExchange, read_exchanges
from pipelines.warc.record import WarcInfo
from pipelines.warc.revisit import Payloads
from pipelines.warc.rotate import OPEN_SUFFIX, WarcLimits, WarcWriter, seal_leftover

log = logging.getLogger(__name__)

_LOOK_BACK = 50
"""How many of the newest manifests are searched for a run whose commit may have arrived."""


class OpenRun:
    """A run that is not committed.

    Use `start`; `close` gives the site free again.
    """

    def __init__(self, config: Config, store: Store, site_folder: SiteFolder, folder: RunFolder) -> None:
        self.config = config
        self.store = store
        self.site_folder = site_folder
        self.folder = folder
        self.sealing = Sealing.of(config)
        self.notes: list[str] = []
        """What went wrong without harm to the run, a sentence each."""
        self.is_resumed = False
        self.received_bytes = 0
        """What was received since this start, as bytes of the wire."""
        self._memory: SiteMemory | None = None
        self._writer: WarcWriter | None = None
        self._day: date | None = None
        self._payloads = Payloads()
        self._write_error: OSError | None = None

    @classmethod
    def start(cls, config: Config, *, now: datetime, new_suffix: Callable[[], str]) -> OpenRun:
        """Pick up the site's unfinished run, or begin one.

        Args:
            config: The site's effective configuration.
            now: The start of the run, if one begins.
            new_suffix: Six random hex digits.

        Raises:
            ArchiveError: The archive has another format, cannot be reached, or the site is being worked on.
        """
        check_site(config.site.name)  # before it names a folder
        store = open_store(config.archive.location, endpoint=config.archive.endpoint, region=config.archive.region)
        site_folder = SiteFolder(work_folder(config), config.site.name)
        try:
            open_archive(store, now=now, owner=config.archive.owner)
            return cls._start(config, store, site_folder, now, new_suffix)
        except BaseException:
            site_folder.close()
            raise

    @classmethod
    def _start(
        cls, config: Config, store: Store, site_folder: SiteFolder, now: datetime, new_suffix: Callable[[], str]
    ) -> OpenRun:
        for folder in site_folder.unfinished():
            committed_as = _committed_as(store, config.site.name, folder.run)
            if committed_as is not None:
                site_folder.keep_memory(folder, committed_as.run)
                seal(store, config.site.name, committed_as.number, Sealing.of(config))
                site_folder.discard(folder)
                continue
            run = cls(config, store, site_folder, folder)
            run.is_resumed = True
            run._seal_leftovers()
            return run
        return cls(config, store, site_folder, site_folder.begin(run_name(now, new_suffix()), now))

    # ------------------------------------------------------------ capture

    def append(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        """Write *exchange* to the run's open WARC file; called in one thread. See `WarcWriter.append`.

        A WARC file holds the captures of one UTC day, as its key says.

        Raises:
            OSError: The disk refused it. The crawl has to end: nothing more is written, and `seal` says so too.
        """
        if self._write_error is not None:
            raise OSError(self._write_error.errno, f"after an earlier error: {self._write_error.strerror}")
        try:
            record = self._append(exchange, facts)
        except OSError as error:
            self._write_error = error
            raise
        self.received_bytes += exchange.response_bytes
        return record

    def seal_if_old(self, now: datetime) -> None:
        """Seal the open WARC file if it is due; called in the thread of `append`, for when nothing is appended.

        Raises:
            OSError: As `append`.
        """
        if self._writer is None or self._write_error is not None:
            return
        try:
            self._writer.seal_if_old(now)
        except OSError as error:
            self._write_error = error
            raise

    def seal(self) -> None:
        """Seal the open WARC file, if there is one: the crawl has nothing more to write.

        Raises:
            WarcWriteFailed: This, or an earlier write, was refused by the disk. What was captured before is sealed if
                it can be; the crawl is not over, and the next start goes on from there.
        """
        try:
            if self._write_error is not None:
                raise self._write_error
            self._seal()
        except OSError as error:
            self._save_what_is_whole()
            raise WarcWriteFailed(
                f"the disk took no more ({error.strerror or error}), so the crawl stopped: free space on it and start "
                "the crawl again; it goes on from here, and nothing that was captured is lost",
                where=str(self.folder.path),
            ) from error

    def close(self) -> None:
        """Let another process work on the site; the run stays where it is, an unsealed WARC file unsealed."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None
        if self._memory is not None:
            self._memory.close()
        self.site_folder.close()

    # ------------------------------------------------------------ what is there

    @property
    def memory(self) -> SiteMemory:
        """The site's memory as it was after the newest committed run; not to be written to."""
        if self._memory is None:
            base = newest(self.store, self.config.site.name)
            path = Path(":memory:") if base is None else self.kept_memory(base)
            self._memory = SiteMemory(path, read_only=base is not None)
        return self._memory

    def has_requisite(self, url: str) -> bool:
        """Whether an earlier run has archived the requisite at *url*: once is enough for every night's pages."""
        seen = self.memory.url(canonical_url(url))
        return seen is not None and seen.outcome == Outcome.REQUISITE and seen.status == 200

    def kept_memory(self, link: Link) -> Path:
        """The site's memory as it is after a committed run: kept here, or fetched from the archive."""
        kept = self.site_folder.memory_of(link.manifest.run)
        if not kept.exists():
            key = memory_key(self.config.site.name, link.manifest.run)
            read_snapshot(self.store.read(key), kept, where=key)
        return kept

    @property
    def crawl_is_over(self) -> bool:
        """Whether only the publishing is left to do."""
        return self.folder.read_ledger() is not None

    def warc_files(self) -> list[WarcFile]:
        """The run's sealed WARC files, in the order they were written."""
        return warc_files(self.folder, self.config.site.name)

    def captured(self) -> Iterator[CapturedExchange]:
        """The exchanges that an interrupted run has captured already."""
        for file in self.warc_files():
            with file.path.open("rb") as stream:
                yield from read_exchanges(stream, where=file.key)

    def _append(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        day = exchange.started_at.astimezone(UTC).date()
        if self._writer is None or day != self._day:
            self._seal()
            self._writer, self._day = self._new_writer(day), day
        return self._writer.append(exchange, facts, exchange.started_at)

    def _seal(self) -> None:
        if self._writer is not None:
            self._writer.seal()
            self._writer = None

    def _save_what_is_whole(self) -> None:
        """Seal as the next start would; where the disk will not have it, the next start does."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None
        try:
            self._seal_leftovers()
        except (OSError, WarcError) as error:
            log.warning("the open WARC file stays unsealed until the next start", extra={"error": str(error)})

    def _new_writer(self, day: date) -> WarcWriter:
        config, run, site = self.config, self.folder.run, self.config.site.name
        return WarcWriter(
            self.folder.warc / f"date={day.isoformat()}",
            key_of=lambda serial: warc_key(site, day, run, serial),
            info=WarcInfo(
                software=extractor(),
                operator=config.archive.owner or "unknown",
                user_agent=config.user_agent,
                is_part_of=run,
            ),
            limits=WarcLimits(config.capture.warc_max_bytes, config.capture.warc_max_age_s),
            first_serial=1 + max((file.number for file in self.warc_files()), default=-1),
            payloads=self._payloads,
        )

    def _seal_leftovers(self) -> None:
        for path in sorted(self.folder.warc.glob(f"date=*/*{OPEN_SUFFIX}")):
            if path.stat().st_size == 0:
                disk.remove(path)
                continue
            dropped_bytes = seal_leftover(path)
            log.info("an interrupted WARC file was sealed", extra={"path": str(path), "dropped_bytes": dropped_bytes})


def warc_files(folder: RunFolder, site: str) -> list[WarcFile]:
    """The sealed WARC files in a run's folder, in the order they were written."""
    found = []
    for path in folder.warc.glob("date=*/*.warc.gz"):
        serial = int(path.name.removesuffix(".warc.gz").rpartition("-")[2])
        day = date.fromisoformat(path.parent.name.removeprefix("date="))
        found.append(WarcFile(path, warc_key(site, day, folder.run, serial), serial))
    return sorted(found, key=lambda file: file.number)


def work_folder(config: Config) -> Path:
    """Where runs of this archive live until they are committed."""
    archive = config.archive
    if archive.work is not None:
        return Path(archive.work)
    if "://" in archive.location:
        return Path(".pressarc") / archive.location.partition("://")[2].partition("?")[0].strip("/")
    return Path(archive.location) / ".work"


def _committed_as(store: Store, site: str, run: str) -> Manifest | None:
    """The manifest by which *run* was committed; null if it was not.

    A run that had to give way to another is committed under a new name, but its WARC files keep the name it began with.
    """
    for number in sorted(numbers(store, site), reverse=True)[:_LOOK_BACK]:
        manifest = read_link(store, site, number).manifest
        named = (parse_key(file.key) for file in manifest.files)
        is_ours = any(parts is not None and parts.kind is Kind.WARC and parts.run == run for parts in named)
        if is_ours or manifest.run == run:
            return manifest
    return None

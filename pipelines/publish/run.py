"""One run of one site while it is being captured: the recorder that the crawl writes to, and what it finds on resuming.

The folder is locked, bytes are on disk before anything interprets them, and a start after a crash finds the same run
again: its WARC file cut after the last whole record and sealed, its captured exchanges there to be learnt from.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import disk
from pipelines.errors import StoreUnavailable, WarcError, WarcWriteFailed
from pipelines.http.url import canonical_url
from pipelines.memory.site import SiteMemory, read_snapshot
from pipelines.options import Config
from pipelines.publish.adopt import adopt
from pipelines.publish.capable import check_capabilities
from pipelines.publish.committed import committed
from pipelines.publish.extraction import WarcFile
from pipelines.publish.manifest import Link, newest
from pipelines.publish.rolling import RollingUpload
from pipelines.publish.sealing import Sealing, seal
from pipelines.publish.takedown import finish
from pipelines.publish.work import RunFolder, SiteFolder, run_name, work_folder
from pipelines.reasons import Outcome, Reason
from pipelines.store.archive import open_archive
from pipelines.store.contract import Store
from pipelines.store.keys import check_site, memory_key, warc_key
from pipelines.store.open import open_store
from pipelines.store.policy import WritePolicy
from pipelines.values import Exchange, RecordRef, VisitFacts
from pipelines.versions import extractor
from pipelines.warc.pages import CapturedExchange, read_exchanges
from pipelines.warc.record import WarcInfo
from pipelines.warc.revisit import Payloads
from pipelines.warc.rotate import OPEN_SUFFIX, WarcLimits, WarcWriter, seal_leftover

log = logging.getLogger(__name__)

SAME_NIGHT = timedelta(hours=12)
"""A run that began no longer ago is tonight's: if its crawl came to its end, the next start publishes it and does no
more; if it was stopped, the next start goes on with it."""


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
        self.older: list[OpenRun] = []
        """Runs of the site whose crawl was over before this one began; they are published first."""
        self.is_offline = False
        """Whether the archive did not answer at the start."""
        self.rolling = RollingUpload(store)
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
            ArchiveError: The archive has another format, cannot be reached, the site is being worked on, or its memory
                cannot be read.
        """
        check_site(config.site.name)  # before it names a folder
        store = _store(config)
        site_folder = SiteFolder(work_folder(config), config.site.name)
        try:
            is_offline = not _is_there(store, now, config.archive.owner)
            older, current = _left_behind(config, store, site_folder, now, is_offline=is_offline)
            if not is_offline:
                check_capabilities(store, config.store)
                finish(store, site_folder)
                adopted = adopt(config, store, site_folder, now=now, new_suffix=new_suffix)
                older += [cls(config, store, site_folder, folder) for folder in adopted]
            if current is None:
                folder = site_folder.begin(run_name(now, new_suffix()), now, config.model_dump(mode="json"))
                current = cls(config, store, site_folder, folder)
            current.older, current.is_offline = older, is_offline
            current._check_memory()
        except BaseException:
            site_folder.close()
            raise
        if is_offline:
            current.notes.append(
                f"the archive {store.location} did not answer at the start; the run is kept in "
                f"{current.folder.path} until it does"
            )
        return current

    @classmethod
    @contextmanager
    def left_behind(cls, config: Config) -> Iterator[list[OpenRun]]:
        """The site's runs that are not committed, oldest first, each with the configuration it began with.

        Args:
            config: The site's name, where the archive is, and how it is sealed.

        Raises:
            ArchiveError: The archive has another format, cannot be reached, or the site is being worked on.
        """
        store = _store(config)
        site_folder = SiteFolder(work_folder(config), config.site.name)
        try:
            folders = site_folder.unfinished()
            runs = [cls(_as_begun(config, folder), store, site_folder, folder) for folder in folders]
            yield [run for run in runs if not run.take_stock()]
        finally:
            site_folder.close()

    def take_stock(self) -> bool:
        """Seal what a killed process left open; whether the run turns out to be in the archive already, and is gone."""
        self.seal_leftovers()
        site = self.config.site.name
        found = committed(self.store, site, self.folder.run, [file.key for file in self.warc_files()])
        if found.manifest is None:
            return False
        if found.manifest.run == self.folder.run:
            self.site_folder.keep_memory(self.folder, found.manifest.run)
        seal(self.store, site, found.manifest.number, self.sealing)
        self.site_folder.discard(self.folder)
        return True

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
        self.rolling.abandon()
        self.site_folder.close()

    # ------------------------------------------------------------ what is there

    @property
    def memory(self) -> SiteMemory:
        """The site's memory as it was after the newest committed run; not to be written to."""
        if self._memory is None:
            known = self.known_memory()
            self._memory = SiteMemory(known or Path(":memory:"), read_only=known is not None)
        return self._memory

    def _check_memory(self) -> None:
        """Fetch the memory, and see that it can be read; the thread that reads it opens it, as SQLite demands."""
        known = self.known_memory()
        if known is not None:
            SiteMemory(known, read_only=True).close()

    def has_requisite(self, url: str) -> bool:
        """Whether an earlier run has archived the requisite at *url*: once is enough for every night's pages."""
        seen = self.memory.url(canonical_url(url))
        return seen is not None and seen.outcome == Outcome.REQUISITE and seen.status == 200

    def known_memory(self) -> Path | None:
        """The site's memory after its newest run, as far as this machine can know it; null for a site without one."""
        if self.is_offline:
            return self.site_folder.newest_memory()
        base = newest(self.store, self.config.site.name)
        return None if base is None else self.kept_memory(base)

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
            self.seal_leftovers()
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
            on_sealed=self.rolling.add,
        )

    def seal_leftovers(self) -> None:
        """Seal the WARC files that a killed process left open."""
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
        run, _, serial = path.name.removesuffix(".warc.gz").rpartition("-")
        day = date.fromisoformat(path.parent.name.removeprefix("date="))
        found.append(WarcFile(path, warc_key(site, day, run, int(serial)), int(serial)))
    return sorted(found, key=lambda file: file.number)


def _as_begun(config: Config, folder: RunFolder) -> Config:
    """The configuration that a run began with, in the archive that *config* names."""
    if folder.config is None:
        return config
    return Config.model_validate(
        {**folder.config, "archive": config.archive, "store": config.store, "seal": config.seal}
    )


def _store(config: Config) -> Store:
    archive, policy = config.archive, WritePolicy.of(config.store)
    return open_store(archive.location, endpoint=archive.endpoint, region=archive.region, policy=policy)


def _is_there(store: Store, now: datetime, owner: str | None) -> bool:
    """Whether the archive answers; it is made if there is none."""
    try:
        open_archive(store, now=now, owner=owner)
    except StoreUnavailable as error:
        log.warning("the archive does not answer", extra={"location": store.location, "error": str(error)})
        return False
    return True


def _left_behind(
    config: Config, store: Store, site_folder: SiteFolder, now: datetime, *, is_offline: bool
) -> tuple[list[OpenRun], OpenRun | None]:
    """Runs that are only to be published, oldest first; and the one to go on with, if there is one."""
    older: list[OpenRun] = []
    for folder in site_folder.unfinished():
        run = OpenRun(config, store, site_folder, folder)
        if is_offline:
            run.seal_leftovers()
        elif run.take_stock():
            continue
        ledger = folder.read_ledger()
        if ledger is not None and now - folder.started_at > SAME_NIGHT:
            older.append(run)
            continue
        if ledger is not None and any(each.reason is Reason.STOPPED for each in ledger.unvisited):
            folder.reopen()
        run.is_resumed = True
        return older, run
    return older, None

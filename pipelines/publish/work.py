"""The work folder of a site: where a run lives until it is committed, so that the next start can pick it up.

<work>/nightly.lock                 held while a night is under way
<work>/<site>/lock                  held while a process works on the site
<work>/<site>/memory-<run>.sqlite   the site's memory after that committed run, kept so that it need not be fetched
<work>/<site>/<run>/run.json        the run: written first
<work>/<site>/<run>/warc/…          WARC files, `.open` until they are sealed
<work>/<site>/<run>/ledger.json     what the crawl knows at its end; there once the crawl is over
<work>/<site>/<run>/readings/…      what extraction made of each WARC file
<work>/<site>/<run>/parts/…         files ready for the archive, under their keys
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from pipelines import disk
from pipelines.article.jsonl import canonical_json
from pipelines.errors import AccessDenied, RunLocked
from pipelines.options import Config
from pipelines.values import Ledger

_RUN_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
_LEDGER = TypeAdapter(Ledger)


def work_folder(config: Config) -> Path:
    """Where runs of this archive live until they are committed."""
    archive = config.archive
    if archive.work is not None:
        return Path(archive.work)
    if "://" in archive.location:
        return Path(".pressarc") / archive.location.partition("://")[2].partition("?")[0].strip("/")
    return Path(archive.location) / ".work"


def waiting_sites(config: Config) -> list[str]:
    """The sites that have runs in the archive's work folder which are not committed."""
    return sorted({path.parent.parent.name for path in work_folder(config).glob("*/*/run.json")})


def run_name(started_at: datetime, suffix: str) -> str:
    """The name of a run: its UTC start and six random hex digits."""
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{suffix}"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run that is not committed yet."""

    path: Path
    run: str
    started_at: datetime
    config: Mapping[str, object] | None = None
    """The configuration it began with, as manifests have it; null where it was not noted."""

    @property
    def warc(self) -> Path:
        return self.path / "warc"

    @property
    def readings(self) -> Path:
        return self.path / "readings"

    @property
    def parts(self) -> Path:
        return self.path / "parts"

    @property
    def memory(self) -> Path:
        """The site's memory as this run is changing it."""
        return self.path / "memory.sqlite"

    def day(self) -> date:
        """The UTC day the run began."""
        return self.started_at.astimezone(UTC).date()

    def clear_parts(self) -> None:
        """Forget what was made ready for the archive: it will be made anew."""
        if self.parts.exists():
            shutil.rmtree(self.parts)
        disk.make_folder(self.parts)

    def write_ledger(self, ledger: Ledger) -> None:
        """Say that the crawl is over, and how."""
        with disk.whole(self.path / "ledger.json") as file:
            file.write(_LEDGER.dump_json(ledger))

    def reopen(self) -> None:
        """Say that the crawl is not over after all: it was stopped, and goes on."""
        disk.remove(self.path / "ledger.json")

    def read_ledger(self) -> Ledger | None:
        """What the crawl knew at its end, or null if it is not over."""
        try:
            return _LEDGER.validate_json((self.path / "ledger.json").read_bytes())
        except FileNotFoundError:
            return None


def waiting_runs(work: Path, site: str) -> list[tuple[str, bool]]:
    """The site's runs that are not committed, oldest first, each with whether its crawl is over; nothing is locked."""
    folders = (path.parent for path in sorted((work / site).glob("*/run.json")))
    return [(each.name, (each / "ledger.json").exists()) for each in folders if _RUN_NAME.fullmatch(each.name)]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock *path* for the length of a `with` block; a process that dies lets go of it.

    Raises:
        RunLocked: Another process holds it.
        AccessDenied: The folder cannot be written.
    """
    lock = _acquire(path, words="another pressarc holds this")
    try:
        yield
    finally:
        lock.release()


def _acquire(path: Path, *, words: str, where: str = "") -> FileLock:
    try:
        disk.make_folder(path.parent)
        lock = FileLock(path)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise RunLocked(words, where=where or str(path)) from error
    except OSError as error:
        raise _not_writable(error, path.parent) from error
    return lock


def make_work_folder(folder: Path) -> None:
    """Make a folder in a work folder, for what an archive that is only read has no place for.

    Raises:
        AccessDenied: It cannot be written.
    """
    try:
        disk.make_folder(folder)
    except OSError as error:
        raise _not_writable(error, folder) from error


def _not_writable(error: OSError, folder: Path) -> AccessDenied:
    return AccessDenied(
        f"this folder cannot be written ({error.strerror}); choose another with --archive or archive.work",
        where=str(error.filename or folder),
    )


class SiteFolder:
    """A site's work folder, locked for this process until `close`.

    Raises:
        RunLocked: Another process works on the site.
        AccessDenied: The folder cannot be written.
    """

    def __init__(self, work: Path, site: str) -> None:
        self.path = work / site
        words = "another pressarc is working on this site; wait for it or end it"
        self._lock = _acquire(self.path / "lock", words=words, where=site)

    def close(self) -> None:
        """Let other processes work on the site; calling it again does nothing."""
        self._lock.release()

    def unfinished(self) -> list[RunFolder]:
        """The runs that are not committed, oldest first. A folder without `run.json` never began and is removed."""
        found = []
        for path in sorted(self.path.iterdir()):
            if path.is_dir() and _RUN_NAME.fullmatch(path.name):
                try:
                    facts = json.loads((path / "run.json").read_bytes())
                except FileNotFoundError:
                    shutil.rmtree(path)
                    continue
                started_at = datetime.fromisoformat(facts["started_at"])
                found.append(RunFolder(path, path.name, started_at, facts.get("config")))
        return found

    def begin(self, run: str, started_at: datetime, config: Mapping[str, object] | None = None) -> RunFolder:
        """Make the folder of a new run, of this configuration."""
        folder = RunFolder(self.path / run, run, started_at, config)
        for path in (folder.warc, folder.readings, folder.parts):
            disk.make_folder(path)
        with disk.whole(folder.path / "run.json") as file:
            file.write(canonical_json({"config": config, "run": run, "started_at": started_at.isoformat()}))
        return folder

    def memory_of(self, run: str) -> Path:
        """Where the memory after a committed run is kept, if it is."""
        return self.path / f"memory-{run}.sqlite"

    def newest_memory(self) -> Path | None:
        """The memory of the newest run that is kept here, if one is."""
        return max(self.path.glob("memory-*.sqlite"), default=None)

    def keep_memory(self, folder: RunFolder, run: str) -> None:
        """Make the memory of a run that is now committed the one that is kept, and forget older ones."""
        kept = self.memory_of(run)
        if folder.memory.exists():
            with folder.memory.open("rb+") as file:
                disk.sync(file)
            disk.replace(folder.memory, kept)
            disk.sync_folder(self.path)
        for path in self.path.glob("memory-*.sqlite"):
            if path != kept:
                disk.remove(path)

    def discard(self, folder: RunFolder) -> None:
        """Remove the folder of a run that is committed."""
        disk.remove(folder.path / "run.json")  # first: without it a folder is rubbish
        disk.sync_folder(folder.path)
        shutil.rmtree(folder.path)

"""Extraction over sealed WARC files, in worker processes: first what they teach, then what they hold.

    survey     each file → its pages, parsed and free of their trees, on disk; and what they teach
    learn      all surveys of the run, and what the site's memory knows → the profile
    read       the prepared pages, with the profile → a readings file, and a light harvest to decide upon

A page is parsed once; again only where the general extractor turns out to be needed, which the template of the nights
before seemed to spare. A file is shared out among several workers, each reading every n-th exchange of it, so that a
single file keeps them all busy. What they write is pickled, read back only by the process tree which wrote it, and
never leaves the work folder.
"""

from __future__ import annotations

import heapq
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipelines import disk
from pipelines.errors import ContentError
from pipelines.extract.profile import Profile
from pipelines.publish.exchange import PreparedExchange, prepare_exchange, read_exchange
from pipelines.publish.resolve import Harvest, harvest
from pipelines.values import ReadExchange, Survey
from pipelines.warc.pages import CapturedExchange, read_exchanges

T = TypeVar("T")

_PREPARED, _READINGS = ".prepared", ".readings"

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A sealed WARC file on this machine."""

    path: Path
    key: str
    """Its key in the archive."""
    number: int
    """Its place among the files extracted together; the number of its parts."""


@dataclass(frozen=True, slots=True)
class Share:
    """Every `of`-th exchange of a file, from the one numbered `first`."""

    file: WarcFile
    first: int
    of: int

    @property
    def name(self) -> str:
        """What its files are called, without their endings."""
        return f"{self.file.number:05}-{self.first:03}"

    def exchanges(self) -> Iterator[tuple[int, CapturedExchange]]:
        """The share's exchanges, each with its number in the file."""
        with self.file.path.open("rb") as stream:
            for number, captured in enumerate(read_exchanges(stream, where=self.file.key)):
                if number % self.of == self.first:
                    yield number, captured


def survey(files: Sequence[WarcFile], known: Profile, folder: Path, workers: int, progress: Progress) -> list[Survey]:
    """Prepare every page in *files* into *folder*, in place of older ones; what the pages teach.

    Args:
        files: Of one run.
        known: What is known of the site so far.
        folder: Where `read` will look for them.
        workers: Processes; 0 means one for each processor.
        progress: Called as shares are done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(f"*{_PREPARED}"):
        stale.unlink()
    jobs = [(survey_share, (share, known.to_json(), folder)) for share in _shares(files, workers)]
    return [each for surveys in _in_workers(jobs, workers, "learning", progress) for each in surveys]


def read(files: Sequence[WarcFile], profile: Profile, folder: Path, workers: int, progress: Progress) -> Harvest:
    """Read what `survey` prepared in *folder* into readings files there, in place of older ones; what was seen."""
    for stale in folder.glob(f"*{_READINGS}"):
        disk.remove(stale)
    jobs = [(read_share, (share, profile.to_json(), folder)) for share in _shares(files, workers)]
    return Harvest.joined(_in_workers(jobs, workers, "extracting", progress))


def survey_share(share: Share, known: bytes, folder: Path) -> list[Survey]:
    """Prepare the share's pages; their surveys."""
    frozen = Profile.from_json(known)
    surveys: list[Survey] = []
    with disk.whole(folder / f"{share.name}{_PREPARED}") as file:
        for number, captured in share.exchanges():
            each = prepare_exchange(captured, share.file.key, frozen)
            if each is None:
                continue
            pickle.dump((number, each), file, protocol=pickle.HIGHEST_PROTOCOL)
            taught = each.survey(frozen)
            surveys += [taught] if taught is not None else []
    return surveys


def read_share(share: Share, profile: bytes, folder: Path) -> Harvest:
    """Read the share's prepared pages into a readings file; what was seen."""
    frozen = Profile.from_json(profile)
    seen: list[Harvest] = []
    exchanges = share.exchanges()
    with disk.whole(folder / f"{share.name}{_READINGS}") as file:
        for number, each in _loaded(folder / f"{share.name}{_PREPARED}"):
            assert isinstance(each, PreparedExchange)
            read = each.read(frozen)
            if read is None:
                captured = next(captured for place, captured in exchanges if place == number)
                read = read_exchange(captured, share.file.key, frozen)
                assert read is not None  # it was answered, else it would not have been prepared
            pickle.dump((number, read), file, protocol=pickle.HIGHEST_PROTOCOL)
            seen.append(harvest(share.file.number, number, read))
    return Harvest.joined(seen)


def _loaded(path: Path) -> Iterator[tuple[int, object]]:
    with path.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)  # noqa: S301 (our own file)
            except EOFError:
                return


def load_readings(folder: Path, file_number: int) -> Iterator[tuple[int, ReadExchange]]:
    """The readings of one file as `read` left them, in the file's order, each with its exchange's number."""
    shares = [_loaded(path) for path in sorted(folder.glob(f"{file_number:05}-*{_READINGS}"))]
    for number, read in heapq.merge(*shares, key=lambda numbered: numbered[0]):
        assert isinstance(read, ReadExchange)
        yield number, read


def _shares(files: Sequence[WarcFile], workers: int) -> list[Share]:
    of = workers or os.cpu_count() or 1
    return [Share(file, first, of) for file in files for first in range(of)]


def _leave_interrupts() -> None:
    """Ctrl-C is for the crawl, which seals and commits what there is: workers finish what they read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _in_workers(
    jobs: Sequence[tuple[Callable[..., T], tuple[object, ...]]], workers: int, stage: str, progress: Progress
) -> list[T]:
    """Run the jobs, each in a process of its own kind, and give their results in order."""
    progress(stage, 0, len(jobs))
    if not jobs:
        return []
    # Spawned, not forked: the crawl has threads, and a fork would copy their locks.
    context = multiprocessing.get_context("spawn")
    count = min(workers or os.cpu_count() or 1, len(jobs))
    with ProcessPoolExecutor(count, mp_context=context, initializer=_leave_interrupts) as pool:
        futures = [pool.submit(function, *arguments) for function, arguments in jobs]
        try:
            for done, _ in enumerate(as_completed(futures), start=1):
                progress(stage, done, len(jobs))
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise ContentError(
                "a worker process died while reading pages (out of memory?); what was captured is safe, "
                "and the next start goes on from here",
                where=stage,
            ) from error

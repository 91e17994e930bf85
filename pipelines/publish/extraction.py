"""Extraction over sealed WARC files, in worker processes: first what they teach, then what they hold.

    survey     each file → the lines of its articles
    learn      all surveys of the run, and what the site's memory knows → the profile
    read       each file, with the profile → a readings file, and a light harvest to decide upon

A file is shared out among several workers, each reading every n-th exchange of it, so that a single file keeps them all
busy. A readings file is a pickle that only the process tree which wrote it reads back; it never leaves the work folder.
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
from pipelines.publish.exchange import read_exchange, survey_exchange
from pipelines.publish.resolve import Harvest, harvest
from pipelines.values import ReadExchange, Survey
from pipelines.warc.pages import CapturedExchange, read_exchanges

T = TypeVar("T")

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

    def exchanges(self) -> Iterator[tuple[int, CapturedExchange]]:
        """The share's exchanges, each with its number in the file."""
        with self.file.path.open("rb") as stream:
            for number, captured in enumerate(read_exchanges(stream, where=self.file.key)):
                if number % self.of == self.first:
                    yield number, captured


def survey(files: Sequence[WarcFile], workers: int, progress: Progress) -> list[Survey]:
    """What the pages in *files* can teach."""
    jobs = [(survey_share, (share,)) for share in _shares(files, workers)]
    return [each for surveys in _in_workers(jobs, workers, "learning", progress) for each in surveys]


def read(files: Sequence[WarcFile], profile: Profile, folder: Path, workers: int, progress: Progress) -> Harvest:
    """Read every page in *files* into readings files in *folder*, in place of older ones; what was seen there."""
    for stale in folder.glob("*.pickle"):
        disk.remove(stale)
    jobs = [(read_share, (share, profile.to_json(), folder)) for share in _shares(files, workers)]
    return Harvest.joined(_in_workers(jobs, workers, "extracting", progress))


def survey_share(share: Share) -> list[Survey]:
    """The surveys of the share's pages."""
    found = (survey_exchange(captured) for _, captured in share.exchanges())
    return [each for each in found if each is not None]


def read_share(share: Share, profile: bytes, folder: Path) -> Harvest:
    """Read the share's pages into a readings file in *folder*; what was seen there."""
    frozen = Profile.from_json(profile)
    found = ((number, read_exchange(captured, share.file.key, frozen)) for number, captured in share.exchanges())
    readings = [(number, each) for number, each in found if each is not None]
    target = folder / f"{share.file.number:05}-{share.first}.pickle"
    with disk.whole(target) as file:
        file.write(pickle.dumps(readings, protocol=pickle.HIGHEST_PROTOCOL))
    return Harvest.joined(harvest(share.file.number, number, each) for number, each in readings)


def load_readings(folder: Path, file_number: int) -> Iterator[tuple[int, ReadExchange]]:
    """The readings of one file as `read` left them, in the file's order, each with its exchange's number."""
    shares: list[list[tuple[int, ReadExchange]]] = [
        pickle.loads(path.read_bytes())  # noqa: S301 (our own file)
        for path in sorted(folder.glob(f"{file_number:05}-*.pickle"))
    ]
    yield from heapq.merge(*shares, key=lambda numbered: numbered[0])


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

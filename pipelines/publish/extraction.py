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
import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from pipelines import disk
from pipelines.extract.profile import Profile
from pipelines.publish.exchange import PreparedExchange, give_up, prepare_exchange, read_exchange
from pipelines.publish.guarded import Job, run
from pipelines.publish.resolve import Harvest, harvest
from pipelines.reasons import Reason
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
    _clear(folder, _PREPARED)
    jobs = [Job(survey_share, (share, known.to_json(), folder)) for share in _shares(files, workers)]
    return [each for surveys in _in_workers(jobs, workers, "learning", progress) for each in surveys]


def read(files: Sequence[WarcFile], profile: Profile, folder: Path, workers: int, progress: Progress) -> Harvest:
    """Read what `survey` prepared in *folder* into readings files there, in place of older ones; what was seen."""
    _clear(folder, _READINGS)
    jobs = [Job(read_share, (share, profile.to_json(), folder)) for share in _shares(files, workers)]
    return Harvest.joined(_in_workers(jobs, workers, "extracting", progress))


def _clear(folder: Path, ending: str) -> None:
    for pattern in (f"*{ending}", f".*{ending}.partial"):
        for stale in folder.glob(pattern):
            disk.remove(stale)


def survey_share(
    share: Share, known: bytes, folder: Path, *, doomed: Mapping[int, Reason], begin: Callable[[int], None]
) -> list[Survey]:
    """Prepare the share's pages; their surveys. What an earlier try has prepared is kept."""
    frozen = Profile.from_json(known)
    target = folder / f"{share.name}{_PREPARED}"
    with _written(target) as (file, last):
        for number, captured in share.exchanges():
            if number <= last:
                continue
            begin(number)
            key = share.file.key
            each = (
                give_up(captured, key, doomed[number]) if number in doomed else prepare_exchange(captured, key, frozen)
            )
            if each is not None:
                _append(file, number, each)
    prepared = (each for _, each in _loaded(target) if isinstance(each, PreparedExchange))
    return [taught for each in prepared if (taught := each.survey(frozen)) is not None]


def read_share(
    share: Share, profile: bytes, folder: Path, *, doomed: Mapping[int, Reason], begin: Callable[[int], None]
) -> Harvest:
    """Read the share's prepared pages into a readings file; what was seen. What an earlier try has read is kept."""
    frozen = Profile.from_json(profile)
    target = folder / f"{share.name}{_READINGS}"
    exchanges = share.exchanges()
    with _written(target) as (file, last):
        for number, each in _loaded(folder / f"{share.name}{_PREPARED}"):
            assert isinstance(each, PreparedExchange)
            if number <= last:
                continue
            begin(number)
            read = None if number in doomed else each.read(frozen)
            if read is None:
                captured = next(captured for place, captured in exchanges if place == number)
                read = _read_again(captured, share.file.key, frozen, doomed.get(number))
            _append(file, number, read)
    readings = ((number, read) for number, read in _loaded(target) if isinstance(read, ReadExchange))
    return Harvest.joined([harvest(share.file.number, number, read) for number, read in readings])


def _read_again(captured: CapturedExchange, key: str, profile: Profile, given_up: Reason | None) -> ReadExchange:
    """Read from the archived bytes what was prepared for another profile; or say that it was given up."""
    if given_up is None:
        read = read_exchange(captured, key, profile)
    else:
        each = give_up(captured, key, given_up)
        read = each.read(profile) if each is not None else None
    assert read is not None  # it was answered, else it would not have been prepared
    return read


def _append(file: IO[bytes], number: int, value: object) -> None:
    disk.write(file, pickle.dumps((number, value), protocol=pickle.HIGHEST_PROTOCOL))
    file.flush()  # a worker that is killed at the next page has kept this one


@contextmanager
def _written(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """A file that has its name once it is whole, and the number of the last value that an earlier try left in it."""
    partial = path.with_name(f".{path.name}.partial")
    partial.touch()
    last, end = -1, 0
    with partial.open("r+b") as file:
        for number, _ in _values(file):
            last, end = number, file.tell()
        file.truncate(end)
        file.seek(end)
        yield file, last
    disk.replace(partial, path)


def _loaded(path: Path) -> Iterator[tuple[int, object]]:
    with path.open("rb") as file:
        yield from _values(file)


def _values(file: IO[bytes]) -> Iterator[tuple[int, object]]:
    """The numbered values of a file, up to its end or to where a killed worker left off."""
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 (our own file)
        except (EOFError, pickle.UnpicklingError):
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


def _in_workers(jobs: Sequence[Job[T]], workers: int, stage: str, progress: Progress) -> list[T]:
    """Run the jobs, and tell of it."""
    progress(stage, 0, len(jobs))
    return run(jobs, workers, lambda done: progress(stage, done, len(jobs))) if jobs else []

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
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from pipelines import disk
from pipelines.extract.profile import Profile
from pipelines.publish.exchange import PreparedExchange, give_up, prepare_exchange, read_exchange
from pipelines.publish.guarded import Crew, Job, PageBorder
from pipelines.publish.resolve import Harvest, harvest
from pipelines.reasons import Reason
from pipelines.values import ReadExchange, Survey
from pipelines.warc.pages import CapturedExchange, read_exchanges

K = TypeVar("K")
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


def survey(files: Sequence[WarcFile], known: Profile, folder: Path, crew: Crew, progress: Progress) -> list[Survey]:
    """Prepare every page in *files* into *folder*, in place of older ones; what the pages teach.

    Args:
        files: Of one run.
        known: What is known of the site so far.
        folder: Where `read` will look for them.
        crew: Who does it.
        progress: Called as shares are done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder, _PREPARED)
    jobs = [Job(survey_share, (share, known.to_json(), folder)) for share in _shares(files, crew.size)]
    return [each for surveys in _watched(crew.in_order(jobs), len(jobs), "learning", progress) for each in surveys]


def read(files: Sequence[WarcFile], profile: Profile, folder: Path, crew: Crew, progress: Progress) -> Harvest:
    """Read what `survey` prepared in *folder* into readings files there, in place of older ones; what was seen."""
    _clear(folder, _READINGS)
    jobs = [Job(read_share, (share, profile.to_json(), folder)) for share in _shares(files, crew.size)]
    return Harvest.joined(_watched(crew.in_order(jobs), len(jobs), "extracting", progress))


def _clear(folder: Path, ending: str) -> None:
    for pattern in (f"*{ending}", f".*{ending}.partial"):
        for stale in folder.glob(pattern):
            disk.remove(stale)


def survey_share(
    share: Share, known: bytes, folder: Path, *, doomed: Mapping[int, Reason], page: PageBorder
) -> list[Survey]:
    """Prepare the share's pages; their surveys. What an earlier try has prepared is kept."""
    frozen = Profile.from_json(known)
    with _written(folder / f"{share.name}{_PREPARED}", lambda _, each: _taught(each, frozen)) as (file, earlier):
        surveys = dict(earlier)
        for number, captured in share.exchanges():
            if number in surveys:
                continue
            surveys[number] = None
            if number in doomed:
                each = give_up(captured, share.file.key, doomed[number])
            else:
                with page(number):
                    each = prepare_exchange(captured, share.file.key, frozen)
                    surveys[number] = _taught(each, frozen)
            if each is not None:
                _append(file, number, each)
    return [taught for taught in surveys.values() if taught is not None]


def _taught(each: object, known: Profile) -> Survey | None:
    return each.survey(known) if isinstance(each, PreparedExchange) else None


def read_share(
    share: Share, profile: bytes, folder: Path, *, doomed: Mapping[int, Reason], page: PageBorder
) -> Harvest:
    """Read the share's prepared pages into a readings file; what was seen. What an earlier try has read is kept."""
    frozen, key, seen = Profile.from_json(profile), share.file.key, partial(_seen, share.file.number)
    exchanges = share.exchanges()
    with _written(folder / f"{share.name}{_READINGS}", seen) as (file, earlier):
        harvests = dict(earlier)
        for number, each in _loaded(folder / f"{share.name}{_PREPARED}"):
            assert isinstance(each, PreparedExchange)
            if number in harvests:
                continue
            read = None
            if number not in doomed:
                with page(number):
                    read = each.read(frozen)
            if read is None:  # it was prepared for another profile, or is given up: from the archived bytes
                captured = next(captured for place, captured in exchanges if place == number)
                if number in doomed:
                    given_up = give_up(captured, key, doomed[number])
                    read = None if given_up is None else given_up.read(frozen)
                else:
                    with page(number):
                        read = read_exchange(captured, key, frozen)
            assert read is not None  # it was answered, else it would not have been prepared
            harvests[number] = seen(number, read)
            _append(file, number, read)
    return Harvest.joined(harvests.values())


def _seen(file_number: int, number: int, read: object) -> Harvest:
    assert isinstance(read, ReadExchange)
    return harvest(file_number, number, read)


def _append(file: IO[bytes], number: int, value: object) -> None:
    disk.write(file, pickle.dumps((number, value), protocol=pickle.HIGHEST_PROTOCOL))
    file.flush()  # a worker that is killed at the next page has kept this one


@contextmanager
def _written(path: Path, keep: Callable[[int, object], K]) -> Iterator[tuple[IO[bytes], dict[int, K]]]:
    """A file that has its name once it is whole; and by number, what *keep* takes of what an earlier try left in it."""
    unfinished = path.with_name(f".{path.name}.partial")
    unfinished.touch()
    earlier, end = {}, 0
    with unfinished.open("r+b") as file:
        for number, value in _values(file):
            earlier[number], end = keep(number, value), file.tell()
        file.truncate(end)
        file.seek(end)
        yield file, earlier
    disk.replace(unfinished, path)


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


def _shares(files: Sequence[WarcFile], of: int) -> list[Share]:
    return [Share(file, first, of) for file in files for first in range(of)]


def _watched(results: Iterable[T], count: int, stage: str, progress: Progress) -> Iterator[T]:
    """The results, and word of each."""
    progress(stage, 0, count)
    for done, each in enumerate(results, start=1):
        yield each
        progress(stage, done, count)

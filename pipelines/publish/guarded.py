"""Worker processes that may be killed: a page that takes too long or too much memory costs itself, not the run.

In: jobs, each a function of many pages. Out: their results in order. A worker says which page it begins; where one page
takes longer than `PAGE_LIMIT_S`, or the worker grows by more than `PAGE_LIMIT_BYTES` over it, or dies of it, the worker
is killed and the job begun again with that page among the doomed, whose reason the job writes in its place.

*Why* processes and not signals: a parser that is lost in its own C code hears neither a signal nor an exception.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from pipelines.errors import ContentError
from pipelines.reasons import Reason

T = TypeVar("T")

PAGE_LIMIT_S = 10
PAGE_LIMIT_BYTES = 500_000_000
_LOOK_EVERY_S = 0.1
_IDLE = -1
_MOST_DEATHS_BETWEEN_PAGES = 3


@dataclass(slots=True)
class Job(Generic[T]):
    """A function and what it is called with.

    The function also takes `doomed`, the pages to pass over with the reason for each, and `begin`, which it calls with
    the number of each page that it begins.
    """

    work: Callable[..., T]
    arguments: tuple[object, ...]
    doomed: dict[int, Reason] = field(default_factory=dict)
    deaths: int = 0


def run(jobs: Sequence[Job[T]], workers: int, done: Callable[[int], None]) -> list[T]:
    """Run the jobs in *workers* processes (0 means one for each processor); their results in order.

    Args:
        jobs: What there is to do.
        workers: How many at once.
        done: Called with how many are done.

    Raises:
        ContentError: A worker died again and again where no page could be blamed.
    """
    results: dict[int, T] = {}
    waiting = list(reversed(range(len(jobs))))
    with _workers(min(workers or os.cpu_count() or 1, len(jobs))) as crew:
        while len(results) < len(jobs):
            for worker in crew:
                if worker.task is None and waiting:
                    worker.take(waiting.pop(), jobs)
            wait([worker.connection for worker in crew if worker.task is not None], timeout=_LOOK_EVERY_S)
            for worker in crew:
                if worker.task is not None:
                    _look_at(worker, jobs, results, done)
    return [results[number] for number in range(len(jobs))]


def _look_at(worker: _Worker, jobs: Sequence[Job[T]], results: dict[int, T], done: Callable[[int], None]) -> None:
    """Take what a worker has to give, or see whether it has to be killed."""
    task = worker.task
    assert task is not None
    try:
        if worker.connection.poll():
            is_well, answer = worker.connection.recv()
            if not is_well:
                raise answer
            results[task], worker.task = answer, None
            done(len(results))
            return
    except (EOFError, OSError):
        reason: Reason | None = Reason.EXTRACTION_MEMORY  # whoever kills a process does it for its memory
    else:
        reason = worker.exceeded()
    if reason is None:
        return
    job, page = jobs[task], worker.page.value
    if page == _IDLE:
        job.deaths += 1
        if job.deaths >= _MOST_DEATHS_BETWEEN_PAGES:
            raise ContentError(
                "a worker process died while reading pages (out of memory?); what was captured is safe, "
                "and the next start goes on from here",
                where=str(task),
            )
    else:
        job.doomed[page] = reason
    worker.restart()
    worker.take(task, jobs)


class _Worker:
    """One process, and what is known of what it does."""

    def __init__(self) -> None:
        # Spawned, not forked: the crawl has threads, and a fork would copy their locks.
        self._context = multiprocessing.get_context("spawn")
        self.page = self._context.Value("q", _IDLE, lock=False)
        self.task: int | None = None
        self._start()

    def _start(self) -> None:
        self.connection, theirs = self._context.Pipe()
        self.page.value = _IDLE
        self._seen, self._since, self._bytes = _IDLE, 0.0, 0
        self._process = self._context.Process(target=_serve, args=(theirs, self.page), daemon=True)
        self._process.start()
        theirs.close()

    def take(self, task: int, jobs: Sequence[Job[T]]) -> None:
        self.task = task
        job = jobs[task]
        self.connection.send((job.work, job.arguments, job.doomed))

    def exceeded(self) -> Reason | None:
        """The limit that the page in hand exceeds; null where it exceeds none."""
        page, now, size = self.page.value, time.monotonic(), _resident_bytes(self._process.pid)
        if page != self._seen:
            self._seen, self._since, self._bytes = page, now, size
        if page == _IDLE:
            return None
        if size - self._bytes > PAGE_LIMIT_BYTES:
            return Reason.EXTRACTION_MEMORY
        return Reason.EXTRACTION_TIMEOUT if now - self._since > PAGE_LIMIT_S else None

    def restart(self) -> None:
        self.stop()
        self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


@contextmanager
def _workers(count: int) -> Iterator[list[_Worker]]:
    crew: list[_Worker] = []
    try:
        crew.extend(_Worker() for _ in range(count))
        yield crew
    finally:
        for worker in crew:
            worker.stop()


def _serve(connection: Connection, page: Any) -> None:
    """A worker's life: jobs in, results out. Ctrl-C is for the crawl, which seals and commits what there is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def begin(number: int) -> None:
        page.value = number

    while True:
        try:
            work, arguments, doomed = connection.recv()
        except EOFError:
            return
        try:
            answer = (True, work(*arguments, doomed=doomed, begin=begin))
        except MemoryError:
            os._exit(1)  # the page in hand is to blame, and nothing here can be relied upon
        except Exception as error:  # noqa: BLE001 - it is raised again where the job was given
            answer = (False, error)
        page.value = _IDLE
        connection.send(answer)


def _resident_bytes(pid: int | None) -> int:
    """The memory of a process; 0 where the system does not tell, and then only time is limited."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0

"""Worker processes that may be killed: a page that takes too long or too much memory costs itself, not the command.

In: jobs, each a function of one page or many. Out: their results in order. Around each page a job says `with
page(number):`, and within that the system itself holds the worker to `PAGE_LIMIT_S` and `PAGE_LIMIT_BYTES`. A worker
that dies of a page is replaced, and the job begun again with that page among the doomed, whose reason the job gives in
its place. Workers are started when there is work for them and kept until the crew is closed; they do not outlive the
process that started them, whatever it dies of.

*Why* processes that the system kills, and neither handlers nor a look from outside now and then: a parser that is lost
in its own C code hears no exception, and takes gigabytes between two looks. Everything that runs a page's extraction
comes here, so that a page means the same to a crawl, to `extract` and to `verify`.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from pipelines.errors import ContentError
from pipelines.reasons import Reason

T = TypeVar("T")
R = TypeVar("R")

PAGE_LIMIT_S = 10
"""Of the processor's time: what else the machine has to do must not say which pages are read."""
PAGE_LIMIT_BYTES = 400_000_000
"""What a page may take beside what its worker had before it: with that, a worker stays below 500 MB."""

PageBorder = Callable[[int], AbstractContextManager[None]]
"""What a job puts around its work on each of its pages, with the page's number."""

_NO_PAGE = -1
_WAITING = 6
"""How many times as long a page may take by the clock, as where memory is swapped out."""
_MOST_DEATHS_BETWEEN_PAGES = 3
_AHEAD = 4
"""Jobs a worker may be ahead of the one whose result is awaited: memory stays bounded, however many there are."""
_NO_MEMORY = 77
"""Exit code of a worker that was refused memory."""
_START = (
    "import sys; sys.path[:] = {path}; from pipelines.publish.guarded import serve; serve({jobs}, {note}, {limits})"
)


@dataclass(slots=True)
class Job(Generic[T]):
    """A function and what it is called with.

    The function also takes `doomed`, the pages to pass over with the reason for each, and `page`, a `PageBorder`.
    """

    work: Callable[..., T]
    arguments: tuple[object, ...]
    doomed: dict[int, Reason] = field(default_factory=dict)
    deaths: int = 0


def on_page(work: Callable[..., R], *arguments: object) -> Job[R | Reason]:
    """The job of doing *work* on a single page; the reason where it takes too long or too much memory."""
    return Job(_on_page, (work, arguments))


def _on_page(
    work: Callable[..., R], arguments: tuple[object, ...], *, doomed: Mapping[int, Reason], page: PageBorder
) -> R | Reason:
    if doomed:
        return doomed[0]
    with page(0):
        return work(*arguments)


class Crew:
    """Workers for many jobs; closed when its `with` block is left."""

    def __init__(self, workers: int = 0) -> None:
        """*workers* is how many there are at most; 0 means one for each processor."""
        self.size = workers or os.cpu_count() or 1
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def in_order(self, jobs: Iterable[Job[T]]) -> Iterator[T]:
        """The result of each job, in order.

        Args:
            jobs: Taken as workers come free for them.

        Raises:
            ContentError: A worker died again and again where no page could be blamed.
            Exception: What a job raised, in its place.
        """
        source = iter(jobs)
        awaited: deque[_Task] = deque()
        try:
            while True:
                self._take_from(source, awaited)
                if not awaited:
                    return
                while awaited and awaited[0].is_done:
                    yield awaited.popleft().take()
                if awaited and not awaited[0].is_done:
                    self._wait()
        finally:
            for worker in self._workers:
                if worker.task is not None:  # nobody wants to know any more
                    worker.restart()

    def one(self, job: Job[T]) -> T:
        """The result of one job."""
        (result,) = self.in_order([job])
        return result

    def _take_from(self, source: Iterator[Job[Any]], awaited: deque[_Task]) -> None:
        """Give work to every worker that has none."""
        while len(awaited) < self.size * _AHEAD:
            worker = next((worker for worker in self._workers if worker.task is None), None)
            if worker is None and len(self._workers) == self.size:
                return
            job = next(source, None)
            if job is None:
                return
            if worker is None:
                worker = _Worker()
                self._workers.append(worker)
            task = _Task(job)
            awaited.append(task)
            worker.give(task)

    def _wait(self) -> None:
        busy = {worker.connection: worker for worker in self._workers if worker.task is not None}
        for connection in wait(list(busy)):
            assert isinstance(connection, Connection)
            busy[connection].look()


@dataclass(slots=True)
class _Task:
    """A job on its way."""

    job: Job[Any]
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None

    def take(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result

    def end(self, result: Any = None, error: BaseException | None = None) -> None:
        self.is_done, self.result, self.error = True, result, error

    def blame(self, page: int, reason: Reason) -> None:
        """Note what a worker died of; the task ends where that cannot be told."""
        if page != _NO_PAGE:
            self.job.doomed[page] = reason
            return
        self.job.deaths += 1
        if self.job.deaths >= _MOST_DEATHS_BETWEEN_PAGES:
            words = "a worker process died between two pages (out of memory?); nothing is lost: use fewer workers"
            self.end(error=ContentError(words, where=self.job.work.__name__))


class _Worker:
    """One process, and the task it has."""

    def __init__(self) -> None:
        self.task: _Task | None = None
        self._note = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the worker is there)
        """Holds the number of the page in hand, also when the worker is dead."""
        self._start()

    def _start(self) -> None:
        self._put_note(_NO_PAGE)
        self.connection, theirs = Pipe()
        lifeline, self._alive = os.pipe()
        limits = (PAGE_LIMIT_S, PAGE_LIMIT_BYTES)
        code = _START.format(path=sys.path, jobs=theirs.fileno(), note=self._note.fileno(), limits=limits)
        # Begun anew, not forked: the crawl has threads, whose locks a fork would copy.
        self._process = subprocess.Popen(  # noqa: S603 (ourselves)
            [sys.executable, "-c", code],
            stdin=lifeline,
            pass_fds=(theirs.fileno(), self._note.fileno()),
            # Ctrl-C on a terminal goes to a whole group. It is for the crawl, which seals and commits what there is.
            start_new_session=True,
        )
        os.close(lifeline)
        theirs.close()

    def give(self, task: _Task) -> None:
        """Let the worker begin with *task*."""
        self.task = task
        job = task.job
        try:
            self.connection.send((job.work, job.arguments, job.doomed))
        except (BrokenPipeError, ConnectionResetError):
            return  # it is dead, which `look` finds out

    def look(self) -> None:
        """Take what the worker has to give; where it has died, begin its task again in another."""
        task = self.task
        assert task is not None
        try:
            is_well, answer = self.connection.recv()
        except (EOFError, OSError):
            task.blame(_read_note(self._note.fileno()), self._cause())
            self.restart()
            if not task.is_done:
                self.give(task)
            return
        self.task = None
        task.end(answer) if is_well else task.end(error=answer)

    def _cause(self) -> Reason:
        code = self._process.wait()
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return Reason.EXTRACTION_TIMEOUT
        # Whoever kills a process with SIGKILL does it for its memory.
        return Reason.EXTRACTION_MEMORY if code in (_NO_MEMORY, -signal.SIGKILL) else Reason.EXTRACTION_FAILED

    def restart(self) -> None:
        """Have a new process, which has no task."""
        self._end()
        self.task = None
        self._start()

    def stop(self) -> None:
        self._end()
        self._note.close()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.connection.close()
        os.close(self._alive)

    def _put_note(self, page: int) -> None:
        _write_note(self._note.fileno(), page)


# ------------------------------------------------------------ in the worker


def serve(jobs: int, note: int, limits: tuple[float, int]) -> None:
    """A worker's life: jobs in, results out, until nobody gives any.

    Args:
        jobs: File descriptor of a connection.
        note: File descriptor for the number of the page in hand.
        limits: Seconds and bytes that a page may take.
    """
    _die_with(sys.stdin.fileno())
    connection, page = Connection(jobs), partial(_page, note, limits)
    while True:
        try:
            work, arguments, doomed = connection.recv()
        except (EOFError, OSError):
            return
        _write_note(note, _NO_PAGE)
        try:
            answer = (True, work(*arguments, doomed=doomed, page=page))
        except MemoryError:
            os._exit(_NO_MEMORY)  # the page in hand is to blame, and nothing here can be relied upon
        except Exception as error:  # noqa: BLE001 - it is raised again where the job was given
            answer = (False, error)
        try:
            connection.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return  # who asked is gone


def _die_with(lifeline: int) -> None:
    """Have the system end this process when the other end of a pipe is closed, as it is when its holder dies."""
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


@contextmanager
def _page(note: int, limits: tuple[float, int], number: int) -> Iterator[None]:
    """Hold what is done within to the limits of a page. Who exceeds them dies of it, as the signals' default is."""
    _write_note(note, number)
    seconds, size_bytes = limits
    unlimited = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_own_bytes() + size_bytes, unlimited[1]))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * _WAITING)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_DATA, unlimited)
    _write_note(note, _NO_PAGE)


def _own_bytes() -> int:
    """The memory that counts for RLIMIT_DATA; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[5]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _write_note(file: int, page: int) -> None:
    os.pwrite(file, page.to_bytes(8, "little", signed=True), 0)


def _read_note(file: int) -> int:
    return int.from_bytes(os.pread(file, 8, 0), "little", signed=True)

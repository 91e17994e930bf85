"""Many pieces of work over several processes, their results in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from pipelines.errors import ContentError

A = TypeVar("A")
R = TypeVar("R")

_AHEAD = 4
"""Pieces a worker may be ahead of the one whose result is awaited: memory stays bounded on archives of any size."""


def in_order(work: Callable[[A], R], pieces: Iterable[A], workers: int) -> Iterator[R]:
    """The result of *work* for each piece, in order.

    Args:
        work: A function of a module, so that another process finds it.
        pieces: Taken as they are needed.
        workers: Processes; 0 means one for each processor, and 1 that all is done in this one.

    Raises:
        ContentError: A worker process died.
    """
    count = workers or os.cpu_count() or 1
    if count == 1:
        yield from map(work, pieces)
        return
    # Spawned, not forked: a fork would copy the locks of other threads.
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for piece in pieces:
                waiting.append(pool.submit(work, piece))
                if len(waiting) >= count * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ContentError(
                "a worker process died (out of memory?); run it again with fewer --workers", where="verify"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

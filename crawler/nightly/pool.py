"""Sites shared out among processes: no site's end is another's, and no host is visited by two at once.

Each process is given some sites of different hosts, and the next ones when it has ended. A process that dies takes with
it what it had not finished: those sites are given out again, each in a process of its own, so that the one that killed
it can do it no second harm; a site whose process died twice has failed. What its runs had captured is taken up by the
next night.

*Why processes of our own and no pool of the library.* A pool that loses a process is broken for all its work
(`concurrent.futures`) or waits for ever (`multiprocessing`), and neither ends its work in order when told to.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from pydantic import ValidationError

from crawler.cut_off import CUT_OFF, CrawlCutOff
from crawler.nightly.worker import Order, Orders, Told
from crawler.progress import DONE, Watcher
from pipelines.http.url import canonical_url
from pipelines.report.night import SiteNight

_TRIES = 2
_LINE_BYTES = 64 * 1024 * 1024
"""The longest line a worker may write: a site's result, with the numbers of all its runs."""
_SILENCE_S = 6 * 3600.0
"""How long a process may say nothing, before it counts as hung and is ended: no rest, pause or upload takes so long."""
_PATIENCE_S = 5.0
"""How long a process that is to end at once may take for it."""


@dataclass(frozen=True, slots=True)
class _Work:
    order: Order
    tries: int = 0

    @property
    def site(self) -> str:
        return self.order.config.site.name

    @property
    def host(self) -> str:
        """Whom the site's visits are a burden to: its host, with and without `www.`, whatever the port."""
        name = urlsplit(canonical_url(self.order.config.site.url)).hostname
        return (name or self.site).rstrip(".").removeprefix("www.")


class Pool:
    """Carries out orders in processes.

    Args:
        orders: One for each site.
        processes: How many there may be at a time.
        log_file: Where their standard error goes.
        watch: Told of progress.
    """

    def __init__(self, orders: Sequence[Order], processes: int, log_file: Path, watch: Watcher) -> None:
        self._waiting = [_Work(order) for order in orders]
        self._processes = processes
        at_once = min((order.config.crawl.sites_at_once for order in orders), default=1)
        self._batch = min(at_once, -(-len(orders) // processes))
        self._log_file = log_file
        self._watch = watch
        self._running: dict[str, _Work] = {}
        self._children: set[asyncio.subprocess.Process] = set()
        self._changed = asyncio.Event()
        self._signals = 0
        self._results: dict[str, SiteNight] = {}

    async def run(self) -> dict[str, SiteNight]:
        """Carry them out; what became of each site.

        SIGTERM or SIGINT, once, has every process end in order; a second one ends all at once.

        Raises:
            CrawlCutOff: There was a second signal.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        tasks: set[asyncio.Task[None]] = set()
        try:
            while tasks or (self._waiting and not self._signals):
                self._changed.clear()
                while len(tasks) < self._processes and not self._signals and (batch := self._take()):
                    tasks.add(asyncio.create_task(self._carry_out(batch)))
                changed = asyncio.create_task(self._changed.wait())
                await asyncio.wait({*tasks, changed}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                for task in [each for each in tasks if each.done()]:
                    tasks.discard(task)
                    task.result()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
        if self._signals > 1:
            raise CrawlCutOff
        for work in self._waiting:
            self._end(work, _failed(work, "it was stopped before its turn came"))
        return self._results

    def _take(self) -> list[_Work]:
        """The next sites for a process: of hosts that nobody is visiting; one alone, where it was tried before."""
        busy = {work.host for work in self._running.values()}
        taken: list[_Work] = []
        for work in self._waiting:
            if work.host in busy or (taken and work.tries):
                continue
            taken.append(work)
            busy.add(work.host)
            if work.tries or len(taken) == self._batch:
                break
        self._waiting = [work for work in self._waiting if work not in taken]
        self._running.update({work.site: work for work in taken})
        return taken

    async def _carry_out(self, batch: Sequence[_Work]) -> None:
        try:
            with self._log_file.open("ab") as log:
                child = await self._begin(log)
        except OSError as error:
            for work in batch:
                self._end(work, _failed(work, f"no process could be begun for it ({error.strerror or error})"))
            return
        self._children.add(child)
        try:
            await self._listen(child, batch)
            code = await child.wait()
        finally:
            self._children.discard(child)
        for work in batch:
            if work.site in self._running:
                self._lost(work, code)

    async def _begin(self, log: IO[bytes]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "crawler.nightly.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=_LINE_BYTES,
            # Ctrl-C on a terminal goes to a whole group: what the others are told is for this process to say.
            start_new_session=True,
        )

    async def _listen(self, child: asyncio.subprocess.Process, batch: Sequence[_Work]) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        orders = Orders(orders=tuple(work.order for work in batch))
        with suppress(BrokenPipeError, ConnectionResetError):
            child.stdin.write(orders.model_dump_json().encode() + b"\n")
            await child.stdin.drain()
        if self._signals:  # it came while the process was being made
            _send(child)
        by_site = {work.site: work for work in batch}
        while line := await self._line(child, child.stdout):
            try:
                told = Told.model_validate_json(line)
            except ValidationError:  # a line that a dying process left half written
                continue
            if told.ended is not None:
                self._end(by_site[told.site], told.ended)
            else:
                self._watch(told.site, told.stage, told.done, told.total)

    async def _line(self, child: asyncio.subprocess.Process, stream: asyncio.StreamReader) -> bytes:
        """The next line; none after the last. A process that hangs would hold the night, and all nights after it."""
        try:
            return await asyncio.wait_for(stream.readline(), _SILENCE_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                child.kill()
            return b""

    def _end(self, work: _Work, result: SiteNight) -> None:
        self._results[work.site] = result
        self._running.pop(work.site, None)
        self._watch(work.site, DONE, 1, 1)
        self._changed.set()

    def _lost(self, work: _Work, code: int) -> None:
        """Give a site out again whose process ended without a word of it, or give it up."""
        if self._signals or code in {0, CUT_OFF}:
            self._end(work, _failed(work, "it was stopped before its turn came"))
        elif work.tries + 1 < _TRIES:
            self._running.pop(work.site)
            self._waiting.append(replace(work, tries=work.tries + 1))
        else:
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            words = f"its process ended {_TRIES} times ({how}); {self._log_file} tells why, if anything does"
            self._end(work, _failed(work, f"{words}; what was captured is safe, and the next night goes on from here"))

    def _stop(self) -> None:
        self._signals += 1
        for child in self._children:
            _send(child)
        if self._signals == 2:
            asyncio.get_running_loop().call_later(_PATIENCE_S, self._kill)
        self._changed.set()

    def _kill(self) -> None:
        for child in self._children:
            with suppress(ProcessLookupError):
                child.kill()


def _send(child: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)


def _failed(work: _Work, words: str) -> SiteNight:
    return SiteNight(site=work.site, status="failed", said=(words,))


def processes_for(jobs: int | None, orders: int) -> int:
    """How many processes there are to be: as many as are asked for, or as there are processors; at least one."""
    return max(1, min(jobs or os.cpu_count() or 1, orders))

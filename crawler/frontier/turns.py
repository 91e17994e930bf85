"""Whose turn it is: the URLs that wait, those that are out, and those that are answered.

Pages come out best first, no more than `AHEAD` at a time and within their budget; requisites come out once no page is
waiting or out, in the order they were wanted.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator

from crawler.frontier.budgets import Budgets
from pipelines.reasons import Source
from pipelines.values import Candidate

AHEAD = 3
"""How many pages may be out at once: enough that none waits for the next to be chosen."""


class Turns:
    """The order of a run's requests.

    Args:
        budgets: What is spent when a turn comes, and given back when nothing was sent.
    """

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._waiting: list[tuple[float, int, str]] = []
        self._requisites: deque[str] = deque()
        self._out: set[str] = set()
        self._pages_out = 0
        self._candidates: dict[str, Candidate] = {}
        self._done: set[str] = set()
        self._order = 0

    def add(self, key: str, candidate: Candidate, priority: float) -> None:
        """Let *candidate* wait for its turn: anew, where it had one."""
        self._candidates[key] = candidate
        self._done.discard(key)
        if candidate.via is Source.REQUISITE:
            self._requisites.append(key)
        else:
            self._order += 1
            heapq.heappush(self._waiting, (-priority, self._order, key))

    def next_page(self, may_go_ahead: Callable[[Candidate], bool]) -> tuple[str, Candidate] | None:
        """The best page, which must then be `sent` or `done`; null where none may be out now.

        Args:
            may_go_ahead: Whether a page may be out beside others.
        """
        while self._waiting and self._budgets.has_page and self._pages_out < AHEAD:
            key = self._waiting[0][2]
            is_settled = key in self._done or key in self._out
            if not is_settled and self._pages_out and not may_go_ahead(self._candidates[key]):
                return None
            heapq.heappop(self._waiting)
            if not is_settled:
                return key, self._candidates[key]
        return None

    def next_requisite(self) -> tuple[str, Candidate] | None:
        """The first requisite; null while pages are out, or none is waiting."""
        if self._pages_out or not self._requisites:
            return None
        key = self._requisites.popleft()
        return key, self._candidates[key]

    def sent(self, key: str) -> None:
        """Note that it is out."""
        self._out.add(key)
        if self._is_page(key):
            self._pages_out += 1
            self._budgets.pages += 1

    def unsent(self, key: str) -> None:
        """Note that nothing was sent for it after all: it costs nothing."""
        if key in self._out and self._is_page(key):
            self._budgets.pages -= 1

    def done(self, key: str) -> None:
        """Note that it is known what became of it."""
        if key in self._out:
            self._out.discard(key)
            self._pages_out -= self._is_page(key)
        self._done.add(key)

    def restore(self, key: str, candidate: Candidate) -> None:
        """Take in what an interrupted run has had already."""
        if key not in self._candidates:
            self._budgets.pages += candidate.via is not Source.REQUISITE
        self._candidates[key] = candidate
        self._done.add(key)

    def is_done(self, key: str) -> bool:
        """Whether it is known what became of it."""
        return key in self._done

    def candidate(self, key: str) -> Candidate | None:
        """What is, or was, to be requested; null where the key was never added."""
        return self._candidates.get(key)

    def undone(self) -> Iterator[tuple[str, Candidate]]:
        """What had no turn, or is still out."""
        yield from ((key, each) for key, each in self._candidates.items() if key not in self._done)

    @property
    def pages_are_out(self) -> bool:
        """Whether an answer may still name more."""
        return self._pages_out > 0

    @property
    def pages_wait(self) -> bool:
        """Whether a page may be requested, now or when another is answered."""
        return bool(self._waiting) and self._budgets.has_page

    @property
    def requisites_wait(self) -> bool:
        """Whether a requisite is waiting."""
        return bool(self._requisites)

    @property
    def answered(self) -> int:
        """How many URLs it is known of what became of them."""
        return len(self._done)

    @property
    def known(self) -> int:
        """How many URLs were added so far."""
        return len(self._candidates)

    def _is_page(self, key: str) -> bool:
        return self._candidates[key].via is not Source.REQUISITE

"""The further pages of listings, read one after another, and left at the first that shows only what is known.

A chain is a listing and its numbered pages. Pages are offered in any order, as a pager links them (2, 3, … 40); they
come out by number, the next one only after what the one before showed is known.

Two things look like an end and are none. A pager links to the first page under a second address (`?p=1`), which shows
what was shown before: one such page a chain is passed over. And a listing may show nothing that looks like an article
until its links are visited: what it names beside is kept, and it is read on once one of them proves to be an article.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from crawler.frontier.priority import page_number
from pipelines.values import Candidate


@dataclass(slots=True)
class _Chain:
    waiting: list[tuple[int, int, str]] = field(default_factory=list)
    """Heap of (page number, order of sight, key)."""
    shown: frozenset[str] = frozenset()
    """Keys of the articles on the page that led to the next one."""
    seen: set[str] = field(default_factory=set)
    """Keys of the articles on all of its pages so far."""
    has_repeat: bool = False
    is_busy: bool = False
    is_left: bool = False


class Chains:
    """The listings whose further pages were offered."""

    def __init__(self) -> None:
        self._chains: dict[str, _Chain] = {}
        self._root_of: dict[str, str] = {}
        self._candidates: dict[str, Candidate] = {}
        self._beside: dict[str, tuple[Candidate, ...]] = {}

    def offer(self, key: str, candidate: Candidate, origin_key: str) -> None:
        """Take in a further page, named by the listing's page *origin_key*."""
        root = self._root_of.get(origin_key, origin_key)
        chain = self._chains.setdefault(root, _Chain())
        if chain.is_left or key in self._root_of:
            return
        self._root_of[key] = root
        self._candidates[key] = candidate
        heapq.heappush(chain.waiting, (page_number(candidate), len(self._candidates), key))

    def next_of(self, origin_key: str) -> tuple[str, Candidate] | None:
        """The next page of the chain *origin_key* belongs to; null while another is out, or none is waiting."""
        chain = self._chains.get(self._root_of.get(origin_key, origin_key))
        if chain is None or chain.is_busy or chain.is_left or not chain.waiting:
            return None
        _, _, key = heapq.heappop(chain.waiting)
        chain.is_busy = True
        return key, self._candidates.pop(key)

    def note_news(self, origin_key: str, shown: Iterable[str]) -> None:
        """Note the keys of the articles that the listing's page *origin_key* shows."""
        root = self._root_of.get(origin_key, origin_key)
        chain = self._chains.setdefault(root, _Chain())
        chain.shown = frozenset(shown)
        chain.seen |= chain.shown

    def repeats(self, key: str, shown: Collection[str]) -> bool:
        """Whether the further page *key*, which showed nothing new, shows what its listing showed before: once."""
        chain = self._chains.get(self._root_of.get(key, ""))
        if chain is None or chain.has_repeat or not shown or not chain.seen.issuperset(shown):
            return False
        chain.has_repeat = True
        return True

    def keep(self, key: str, further: Iterable[Candidate]) -> None:
        """Keep what the page *key*, which showed no article that was news, names as its listing's further pages."""
        self._beside[key] = tuple(further)

    def reopen(self, key: str) -> tuple[Candidate, ...]:
        """What was kept of the page *key*, a link of which has proved to be an article: its chain is not left yet."""
        further = self._beside.pop(key, ())
        chain = self._chains.get(self._root_of.get(key, key))
        if further and chain is not None:
            chain.is_left = False
        return further

    def is_settled(self, key: str, listed: Collection[str]) -> bool:
        """Whether the page *key* need not be read: meanwhile all that the page before it shows is *listed* elsewhere.

        Its chain is left then.
        """
        chain = self._chains.get(self._root_of.get(key, key))
        if chain is None or not chain.shown or any(each not in listed for each in chain.shown):
            return False
        self.answered(key, goes_on=False)
        return True

    def follow(self, key: str, target_key: str) -> None:
        """Note that the page *key* redirects to *target_key*, which stands in its place."""
        if key in self._root_of:
            self._root_of.setdefault(target_key, self._root_of[key])

    def answered(self, key: str, *, goes_on: bool) -> None:
        """Note that the page *key* was answered, and whether it showed anything that makes the next worth a visit."""
        root = self._root_of.get(key)
        if root is None:
            return
        chain = self._chains[root]
        chain.is_busy = False
        chain.is_left = not goes_on

    def waiting(self) -> list[tuple[str, Candidate]]:
        """The next page of each listing that was not left: what another night has to go on with."""
        firsts = (min(chain.waiting)[2] for chain in self._chains.values() if chain.waiting and not chain.is_left)
        return [(key, self._candidates[key]) for key in firsts]

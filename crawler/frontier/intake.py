"""What is let in: each URL that something named is accepted, held, or passed over with a reason.

Candidates go in, with the sources that name them. A URL that nobody knew is accepted and waits for its turn; one that
the archive has is held, unless it is due, or a source says that it changed; one out of scope, or in a maze, is passed
over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from crawler.frontier.budgets import Budgets
from crawler.frontier.expectations import MAX_REDIRECTS, Expectations
from crawler.frontier.identity import identity
from crawler.frontier.priority import priority
from crawler.frontier.revisits import Memory, Revisits, is_claim
from crawler.frontier.sessions import SessionIds
from crawler.frontier.traps import Traps
from crawler.frontier.turns import Turns
from pipelines.http.url import canonical_url, same_site
from pipelines.memory.urls import KnownUrl
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate, Target

_DEEP = frozenset((Source.SITEMAP, Source.REST, Source.MEMORY))
"""Sources that go back to the beginning, rather than showing what is newest."""
STRONG = frozenset((Source.SEED, Source.MEMORY, Source.REDIRECT, Source.SITEMAP, Source.NEWS_SITEMAP, Source.FEED))
"""Sources whose word outweighs a count of fruitless visits."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the web is the run's."""

    seed: str
    """The site's start URL; what is not on its site is not visited."""
    max_depth: int
    """How many links away from the seed a page may be."""
    requisites_anywhere: bool = True
    """Whether requisites may be requested of other hosts than the site's."""
    looks_again: bool = True
    """Whether what earlier nights know is visited when it is due."""


class Intake:
    """Decides about candidates, and has `turns` and `expectations` know of it.

    Args:
        scope: What of the web is the run's.
        memory: What earlier nights know.
        now: The beginning of the run.
        budgets: What requisites are counted in.
        turns: Where what is accepted waits.
        expectations: Told what is expected, held and passed over.
        revisits: Told what sources say of what is held.
        sessions: The site's session ids, which are left out.
        traps: The site's mazes.
    """

    def __init__(
        self,
        scope: Scope,
        memory: Memory,
        now: datetime,
        *,
        budgets: Budgets,
        turns: Turns,
        expectations: Expectations,
        revisits: Revisits,
        sessions: SessionIds,
        traps: Traps,
    ) -> None:
        self._scope = scope
        self._memory = memory
        self._now = now
        self._budgets = budgets
        self._turns = turns
        self._expectations = expectations
        self._revisits = revisits
        self._sessions = sessions
        self._traps = traps
        self._deep: set[str] = set()
        self.known: dict[str, KnownUrl] = {}
        """Identity → what earlier nights know of what was accepted."""
        self.accepted: set[str] = set()
        """The spellings that were accepted."""
        self.in_sitemaps: set[str] = set()
        """Identities of what a sitemap or an interface lists."""
        self.access: dict[str, str] = {}
        """Canonical URL → who may read what is there, as a source says."""

    def offer(self, candidate: Candidate, *, anywhere: bool = False) -> bool:
        """Take in a URL that something named; see `Frontier.offer`."""
        if candidate.via is Source.REQUISITE:
            self._offer_requisite(candidate)
            return False
        if not anywhere and not same_site(candidate.url, self._scope.seed):
            return False
        candidate = self.without_session(candidate)
        key = identity(candidate.url)
        if candidate.expects_article:
            self._expectations.expect(key, candidate.via)
        if candidate.via in (Source.SITEMAP, Source.REST):
            self.in_sitemaps.add(key)
        self._revisits.hear(key, candidate)
        if candidate.access is not None:
            self.access[canonical_url(candidate.url)] = candidate.access
        if self._is_settled(key, candidate):
            held = self._expectations.held(key)
            if held is not None:
                self._revisits.hear_claim(key, candidate, held)
            return self._is_deeper(key, candidate)
        return self._is_admissible(key, candidate) and self._decide(key, candidate)

    def accept(self, candidate: Candidate, known: KnownUrl | None) -> None:
        """Let a URL wait for its turn, whatever speaks against it.

        Args:
            candidate: The URL.
            known: What earlier nights know of it.
        """
        key = identity(candidate.url)
        self._expectations.release(key)
        self.accepted.add(candidate.url)
        if known is not None:
            self.known[key] = known
        if _goes_back(candidate):
            self._deep.add(key)
        self._turns.add(key, candidate, priority(candidate, self._now))

    def restore(self, origin: Candidate) -> None:
        """Take in a URL that an interrupted run has captured already."""
        origin = self.without_session(origin)
        key = identity(origin.url)
        if origin.expects_article:
            self._expectations.expect(key, origin.via)
        known = self._memory.url(canonical_url(origin.url))
        if known is not None:
            self.known[key] = known
        self.accepted.add(origin.url)
        self._turns.restore(key, origin)

    def without_session(self, candidate: Candidate) -> Candidate:
        """The same, its URL without a session id."""
        url = self._sessions.strip(candidate.url)
        return candidate if url == candidate.url else replace(candidate, url=url)

    def why_trap(self, candidate: Candidate) -> str | None:
        """Why *candidate* is not worth a visit by now, in words; null if it may be."""
        if candidate.via in STRONG or candidate.is_pagination:
            return None
        return self._traps.closed(candidate.url, expects_article=candidate.expects_article)

    def _is_settled(self, key: str, candidate: Candidate) -> bool:
        """Whether the URL is known tonight, and nothing new is said of it: it waits, was visited, or is held."""
        if self._expectations.held(key) is not None:
            return not candidate.redirects
        is_respelt = candidate.redirects > 0 and candidate.url not in self.accepted
        return self._turns.candidate(key) is not None and not is_respelt

    def _is_deeper(self, key: str, candidate: Candidate) -> bool:
        """Whether the URL was known only to sources that show what is newest, and another names it now.

        A listing that shows what only a feed has named may go back further than the feed.
        """
        if self._expectations.held(key) is not None or key in self._deep:
            return False
        if not _goes_back(candidate):
            return False
        self._deep.add(key)
        return True

    def _is_admissible(self, key: str, candidate: Candidate) -> bool:
        if candidate.redirects > MAX_REDIRECTS:
            self._expectations.pass_over(key, candidate, Reason.TOO_MANY_REDIRECTS)
        elif candidate.depth > self._scope.max_depth:
            self._expectations.pass_over(key, candidate, Reason.TOO_DEEP)
        else:
            return self.why_trap(candidate) is None
        return False

    def _decide(self, key: str, candidate: Candidate) -> bool:
        """Accept a URL, or hold it where the archive has it and nothing says that it changed; whether it is news."""
        known = self._memory.url(canonical_url(candidate.url))
        if known is None or known.is_pending or candidate.via is Source.SEED:
            self.accept(candidate, known)
            return known is None or known.is_pending
        is_source = candidate.target is not Target.PAGE or known.outcome == Outcome.LISTING
        is_due = known.due_at is not None and known.due_at <= self._now
        is_read = is_source and (is_due or is_claim(candidate, known))
        if not self._scope.looks_again or candidate.redirects or is_read:
            self.accept(candidate, known)
            return False
        self._expectations.hold(key, known.url)
        self._revisits.hear_claim(key, candidate, known.url)
        return False

    def _offer_requisite(self, candidate: Candidate) -> None:
        key = identity(candidate.url)
        is_outside = not self._scope.requisites_anywhere and not same_site(candidate.url, self._scope.seed)
        is_known = self._turns.candidate(key) is not None and candidate.url in self.accepted
        if is_outside or is_known:
            return
        if not self._budgets.has_requisite:
            self._expectations.pass_over(key, candidate, Reason.REQUISITE_BUDGET)
            return
        self._budgets.requisites += 1
        self.accepted.add(candidate.url)
        self._turns.add(key, candidate, priority(candidate, self._now))


def _goes_back(candidate: Candidate) -> bool:
    """Whether what names it goes back to the beginning: of listings, all but the front page."""
    return candidate.via in _DEEP or (candidate.via is Source.LISTING and candidate.depth > 1)

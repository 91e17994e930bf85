"""The frontier: every URL that something named, and what was decided about it.

Candidates go in; each URL is accepted once and comes out with a priority, or is refused with a reason that is kept. In
the end the frontier is the crawl's ledger: what was expected, and what was wanted and not had.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from crawler.frontier.priority import priority
from pipelines.http.url import canonical_url, same_site
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Candidate, Ledger, Unvisited

MAX_REDIRECTS = 10
"""A longer chain of redirects leads nowhere; browsers give up at twenty."""


class Frontier:
    """The URLs of one run.

    Args:
        seed: The site's start URL; what is not on its site is not visited.
        max_pages: How many pages may be requested; robots.txt files do not count.
        max_depth: How many links away from the seed a page may be.
        max_requisites: How many requisites may be requested besides.
        requisites_anywhere: Whether they may be requested of other hosts than the site's.
    """

    def __init__(
        self,
        seed: str,
        *,
        max_pages: int,
        max_depth: int,
        max_requisites: int = 0,
        requisites_anywhere: bool = True,
    ) -> None:
        self.seed = seed
        self._max_requisites = max_requisites
        self._requisites_anywhere = requisites_anywhere
        self._requisites = 0
        self._over_budget: dict[str, Candidate] = {}
        self._max_pages = max_pages
        self._max_depth = max_depth
        self._pages = 0
        self._candidates: dict[str, Candidate] = {}
        self._accepted: set[str] = set()
        self._too_deep: dict[str, Candidate] = {}
        self._redirected_on: dict[str, Candidate] = {}
        self._expected_by: dict[str, set[Source]] = {}
        self._unvisited: dict[str, Unvisited] = {}
        self._done: set[str] = set()

    def offer(self, candidate: Candidate) -> int | None:
        """Take in a URL that something named.

        Returns:
            The priority to request it with (higher is earlier), or null: it is known already, is not on the site, or
            lies too deep, or at the end of too many redirects. Links off the site are nobody's expectation and leave no
            trace. A redirect to another spelling of a known URL is followed, as what is there has not been seen yet.
        """
        is_requisite = candidate.via is Source.REQUISITE
        if not (is_requisite and self._requisites_anywhere) and not same_site(candidate.url, self.seed):
            return None
        url = canonical_url(candidate.url)
        if candidate.expects_article:
            self._expected_by.setdefault(url, set()).add(candidate.via)
        is_respelt = candidate.redirects > 0 and candidate.url not in self._accepted
        if url in self._candidates and not is_respelt:
            return None
        if candidate.redirects > MAX_REDIRECTS:
            self._redirected_on.setdefault(url, candidate)
            return None
        if candidate.depth > self._max_depth and not is_requisite:
            self._too_deep.setdefault(url, candidate)
            return None
        if is_requisite and self._requisites >= self._max_requisites:
            self._over_budget.setdefault(url, candidate)
            return None
        self._requisites += is_requisite
        self._accepted.add(candidate.url)
        self._candidates[url] = candidate
        self._done.discard(url)
        return priority(candidate)

    def spend(self) -> bool:
        """Count a page against the budget; false when the budget is spent."""
        if self._pages >= self._max_pages:
            return False
        self._pages += 1
        return True

    def captured(self, url: str) -> None:
        """Note that *url* was answered: the WARC file tells the rest."""
        self._done.add(canonical_url(url))
        self._unvisited.pop(canonical_url(url), None)

    def not_captured(self, url: str, at: datetime, outcome: Outcome, reason: Reason, detail: str | None) -> None:
        """Note why *url* gave no record."""
        key = canonical_url(url)
        via = self._candidates[key].via if key in self._candidates else Source.LINK
        self._unvisited[key] = Unvisited(url, at, outcome, reason, detail, via)

    @property
    def answered(self) -> int:
        """How many URLs it is known of what became of them."""
        return len(self._done) + len(self._unvisited)

    @property
    def known(self) -> int:
        """How many URLs were accepted so far."""
        return len(self._candidates)

    def missed(self, urls: Iterable[str]) -> list[Unvisited]:
        """Those of *urls* that gave no record, each with why."""
        return [self._unvisited[key] for key in map(canonical_url, urls) if key in self._unvisited]

    def ledger(self, at: datetime, *, stopped: bool, warnings: tuple[str, ...] = ()) -> Ledger:
        """What the crawl knows at its end.

        Args:
            at: The end of the crawl.
            stopped: Whether it was made to end; what was never requested is then remembered as such.
            warnings: What whoever runs it should know, a sentence each.
        """
        for url, candidate in self._candidates.items():
            if url not in self._done and url not in self._unvisited:
                self.not_captured(candidate.url, at, Outcome.REFUSED, Reason.STOPPED, None)
        for url, candidate in self._too_deep.items():
            if url in self._expected_by and url not in self._candidates:
                self._unvisited[url] = Unvisited(
                    candidate.url, at, Outcome.REFUSED, Reason.TOO_DEEP, f"{candidate.depth} links", candidate.via
                )
        for url, candidate in self._redirected_on.items():
            if candidate.url not in self._accepted:
                detail = f"{MAX_REDIRECTS} redirects, the last of them from {candidate.referrer}"
                self._unvisited[url] = Unvisited(
                    candidate.url, at, Outcome.REFUSED, Reason.TOO_MANY_REDIRECTS, detail, candidate.via
                )
        for url, candidate in self._over_budget.items():
            if url not in self._candidates:
                self._unvisited[url] = Unvisited(
                    candidate.url, at, Outcome.REFUSED, Reason.REQUISITE_BUDGET, None, candidate.via
                )
        unvisited = tuple(self._unvisited[url] for url in sorted(self._unvisited))
        pending = {Reason.STOPPED, Reason.PAGE_BUDGET}
        return Ledger(
            complete=not stopped and not any(each.reason in pending for each in unvisited),
            unvisited=unvisited,
            expected_by={url: tuple(sorted(by)) for url, by in sorted(self._expected_by.items())},
            warnings=warnings,
        )

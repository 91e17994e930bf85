"""The frontier: every URL that something named tonight, what was decided about it, and which comes next.

Candidates go in; visits come out, one at a time, best first. A URL is visited once a night. One that earlier nights
know is visited when it is due, when a source says that it changed, or when its sitemap has dropped it; else it is held:
the archive has it. In the end the frontier is the crawl's ledger: what was expected, and what was wanted and not had.

Nothing here reads a clock or opens a socket: `now` is the beginning of the run, the memory a few look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.frontier.budgets import Budgets, Limits
from crawler.frontier.chains import Chains
from crawler.frontier.expectations import Expectations
from crawler.frontier.identity import identity
from crawler.frontier.intake import STRONG, Intake, Scope
from crawler.frontier.revisits import Memory, Revisits, candidate_of
from crawler.frontier.sessions import SessionIds
from crawler.frontier.traps import Traps, variant_of
from crawler.frontier.turns import Turns
from pipelines.http.url import canonical_url, same_site
from pipelines.memory.urls import KnownUrl
from pipelines.reasons import FAILURES, PENDING, Outcome, Reason, Source
from pipelines.values import Candidate, Ledger, Target, Unvisited

_MOST_CLAIMANTS = 3
"""More pages of different addresses than this cannot all be copies of one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A URL whose turn has come."""

    candidate: Candidate
    known: KnownUrl | None
    """What earlier nights know of it."""


class Frontier:
    """The URLs of one run.

    Args:
        seed: The site's start URL; what is not on its site is not visited.
        limits: What the run may spend.
        max_depth: How many links away from the seed a page may be.
        memory: What earlier nights know.
        now: The beginning of the run.
        requisites_anywhere: Whether requisites may be requested of other hosts than the site's.
        looks_again: Whether what earlier nights know is visited when it is due.
        facts: What earlier nights learnt of the site's ways: an earlier ledger's `facts`.
    """

    def __init__(
        self,
        seed: str,
        *,
        limits: Limits,
        max_depth: int,
        memory: Memory,
        now: datetime,
        requisites_anywhere: bool = True,
        looks_again: bool = True,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.seed = seed
        self.spent: Reason | None = None
        """The budget that ended the run, once one did."""
        self._budgets = Budgets(limits)
        self._memory = memory
        self._now = now
        self._looks_again = looks_again
        sessions, trust, traps = ((facts or {}).get(name) for name in ("sessions", "claims", "traps"))
        self._sessions = SessionIds(sessions if isinstance(sessions, dict) else None)
        self._revisits = Revisits(memory, now, 4 * limits.pages, trust if isinstance(trust, dict) else None)
        self._traps = Traps(traps if isinstance(traps, list) else ())
        self._turns = Turns(self._budgets)
        self._chains = Chains()
        self._expectations = Expectations()
        self._intake = Intake(
            Scope(seed, max_depth, requisites_anywhere=requisites_anywhere, looks_again=looks_again),
            memory,
            now,
            budgets=self._budgets,
            turns=self._turns,
            expectations=self._expectations,
            revisits=self._revisits,
            sessions=self._sessions,
            traps=self._traps,
        )
        self._fruitful: set[str] = set()
        self._dropped: list[str] = []
        self._claimants: dict[str, set[str]] = {}
        self._is_second_wave = False

    # ------------------------------------------------------------ in

    def begin(self) -> None:
        """Take in what earlier nights left to be done: sources that are due, and pages that were wanted and not had."""
        for candidate, known in self._revisits.sources() if self._looks_again else ():
            self._intake.accept(candidate, known)

    def offer(self, candidate: Candidate, *, anywhere: bool = False) -> bool:
        """Take in a URL that something named.

        Args:
            candidate: The URL, and what names it.
            anywhere: It may lie off the site, as a sitemap that the site's robots.txt names.

        Returns:
            Whether it is news: a URL that nobody knew of, or that only sources knew of that show what is newest. Links
            off the site are nobody's expectation and leave no trace. A redirect to another spelling of a known URL is
            followed, as what is there has not been seen yet.
        """
        return self._intake.offer(candidate, anywhere=anywhere)

    def read(
        self,
        origin: Candidate,
        candidates: Sequence[Candidate],
        *,
        is_article: bool = False,
        is_repeat: bool = False,
        is_sitemap: bool = False,
        goes_on: bool = False,
    ) -> None:
        """Take in what the answer for *origin* named, and learn whether its kind of page is worth a visit.

        Args:
            origin: What was requested.
            candidates: In the order of the page, further pages of a listing among them.
            is_article: The answer is an article's page.
            is_repeat: It is a page that is known under another URL.
            is_sitemap: It is a sitemap that lists all there is.
            goes_on: It is a page of an article whose further pages are wanted, whatever else it names.
        """
        self._sessions.observe(each.url for each in candidates if same_site(each.url, self.seed))
        key = identity(origin.url)
        redirects = [each for each in candidates if each.redirects > origin.redirects]
        if redirects:
            self._follow(key, redirects)
            return
        if is_sitemap:
            listed = (self._sessions.strip(each.url) for each in candidates if each.target is Target.PAGE)
            self._revisits.listed[canonical_url(origin.url)] = tuple(map(canonical_url, listed))
        names_new = self._offer_all(origin, candidates)
        if names_new:
            self._fruitful.add(canonical_url(origin.url))
        further = [each for each in candidates if each.is_pagination]
        is_of_article = is_article and (not origin.is_pagination or origin.via is Source.LINK)
        shown = {identity(each.url) for each in candidates if each.expects_article}
        if is_of_article:
            self._read_on(key, further, goes_on=goes_on)
            self._read_on_where_named(origin)
        else:
            if names_new and further:
                self._chains.note_news(key, shown)
            self._read_on(key, further, goes_on=names_new or self._chains.repeats(key, shown))
            if further and not names_new:
                self._chains.keep(key, further)
        if origin.via not in STRONG and not origin.is_pagination and key not in self._intake.known:
            is_fruitful = names_new or (is_article and not is_repeat)
            is_variant = self._is_variant(origin.url)
            self._traps.note(origin.url, fruitful=is_fruitful, is_variant=is_variant, shown=shown)

    def unchanged(self, origin: Candidate) -> None:
        """Take in that what is at *origin* has not changed since it was last read: what it lists is still expected."""
        is_sitemap = origin.target is Target.SITEMAP
        self.read(origin, tuple(self._revisits.as_before(origin)) if is_sitemap else ())

    def restore(self, origin: Candidate) -> None:
        """Take in a URL that an interrupted run has captured already."""
        self._intake.restore(origin)

    def captured(self, url: str, *, is_news: bool | None = None) -> None:
        """Note that *url* was answered: the WARC file tells the rest.

        Args:
            url: As it was requested.
            is_news: Of a page that is known: whether its bytes differ from those that the archive has.
        """
        key = identity(url)
        self._turns.done(key)
        self._expectations.had(key)
        if is_news is not None:
            self._revisits.answered(key, is_news=is_news)

    def not_captured(self, url: str, at: datetime, outcome: Outcome, reason: Reason, detail: str | None) -> None:
        """Note why *url* gave no record."""
        self._not_captured(identity(url), Unvisited(url, at, outcome, reason, detail, Source.LINK))

    def _not_captured(self, key: str, unvisited: Unvisited) -> None:
        candidate = self._turns.candidate(key)
        reason = unvisited.reason
        if reason not in FAILURES:
            self._turns.unsent(key)
        self._turns.done(key)
        self._chains.answered(key, goes_on=False)
        via = candidate.via if candidate is not None else unvisited.via
        self._expectations.not_had(key, replace(unvisited, via=via))

    # ------------------------------------------------------------ out

    def take(self, *, received_bytes: int = 0, elapsed_s: float = 0.0) -> Visit | None:
        """The next URL to request; null while none may be, because enough are out or nothing is left.

        Args:
            received_bytes: What the run has received so far.
            elapsed_s: Seconds since it began.
        """
        self.spent = self.spent or self._budgets.spent(received_bytes=received_bytes, elapsed_s=elapsed_s)
        if self.spent is not None:
            return None
        taken = self._next_page()
        if taken is None and not self._turns.pages_are_out and not self._is_second_wave:
            self._open_second_wave()
            taken = self._next_page()
        taken = taken or self._turns.next_requisite()
        if taken is None:
            return None
        key, candidate = taken
        self._turns.sent(key)
        return Visit(candidate, self._intake.known.get(key))

    @property
    def has_more(self) -> bool:
        """Whether something is left to be requested."""
        if self.spent is not None:
            return False
        return self._turns.pages_wait or not self._is_second_wave or self._turns.requisites_wait

    @property
    def answered(self) -> int:
        """How many URLs it is known of what became of them."""
        return self._turns.answered

    @property
    def known(self) -> int:
        """How many URLs were accepted so far."""
        return self._turns.known

    def missed(self, urls: Iterable[str]) -> list[Unvisited]:
        """Those of *urls* that gave no record, each with why."""
        return self._expectations.missed(map(identity, urls))

    def is_known_elsewhere(self, canonical: str | None, origin: Candidate) -> bool:
        """Whether the page for *origin* says that it is another page, which is known, and is to be believed.

        A claim that pages of quite different addresses make is nobody's.
        """
        if canonical is None:
            return False
        key, own = identity(canonical), identity(origin.url)
        path, own_path = (each.partition("?")[0] for each in (key, own))
        if not own_path.startswith(path):
            self._claimants.setdefault(key, set()).add(own_path)
        if key == own or len(self._claimants.get(key, ())) > _MOST_CLAIMANTS:
            return False
        known = self._memory.url(canonical_url(canonical))
        is_archived = known is not None and known.article is not None
        return is_archived or self._turns.is_done(key) or self._expectations.held(key) is not None

    def _is_variant(self, url: str) -> bool:
        """Whether *url* adds something to that of a page whose article is known: a copy of it, most likely."""
        base = variant_of(url)
        if base is None:
            return False
        key = identity(base)
        return self._turns.is_done(key) or self._expectations.held(key) is not None

    # ------------------------------------------------------------ reading

    def _offer_all(self, origin: Candidate, candidates: Sequence[Candidate]) -> bool:
        """Offer what a page names, but for its further pages; whether there is news among it."""
        sources = [each for each in candidates if not each.is_pagination and each.target is not Target.PAGE]
        names_new = origin.target is Target.SITEMAP and bool(sources)
        for each in candidates:
            if not each.is_pagination and each.target is Target.PAGE:
                names_new |= self.offer(each) and each.expects_article
        if names_new or origin.via is Source.SEED:
            # The feed of a listing that shows nothing new shows nothing new either.
            for each in sources:
                # A sitemap index may name sitemaps of its own host, which need not be the site's.
                is_vouched_for = each.target is Target.SITEMAP and same_site(origin.url, each.url)
                self.offer(each, anywhere=is_vouched_for)
        return names_new

    def _read_on(self, key: str, further: Sequence[Candidate], *, goes_on: bool) -> None:
        """Take the next page of a listing, where this one showed something new."""
        self._chains.answered(key, goes_on=goes_on)
        if not goes_on:
            return
        for candidate in map(self._intake.without_session, further):
            page_key = identity(candidate.url)
            if same_site(candidate.url, self.seed) and self._turns.candidate(page_key) is None:
                self._chains.offer(page_key, candidate, key)
        following = self._chains.next_of(key)
        if following is not None:
            self._intake.accept(following[1], self._memory.url(canonical_url(following[1].url)))

    def _read_on_where_named(self, origin: Candidate) -> None:
        """Go on with the listing that named an article which did not look like one, and had nothing else to show."""
        if origin.via is Source.LINK and origin.referrer is not None and not origin.expects_article:
            listing = identity(origin.referrer)
            further = self._chains.reopen(listing)
            if further:
                self._read_on(listing, further, goes_on=True)

    def _follow(self, key: str, redirects: Iterable[Candidate]) -> None:
        for each in redirects:
            target_key = identity(self._sessions.strip(each.url))
            self._chains.follow(key, target_key)
            self.offer(each)
            if same_site(each.url, self.seed):
                self._expectations.follow(key, target_key)

    # ------------------------------------------------------------ taking

    def _next_page(self) -> tuple[str, Candidate] | None:
        while (taken := self._turns.next_page(self._may_go_ahead)) is not None:
            candidate = taken[1]
            why = self._intake.why_trap(candidate)
            if why is not None:
                self.not_captured(candidate.url, self._now, Outcome.REFUSED, Reason.TRAP, why)
            elif candidate.via is Source.LISTING and self._chains.is_settled(taken[0], self._intake.in_sitemaps):
                self._turns.done(taken[0])
            else:
                return taken
        return None

    def _may_go_ahead(self, candidate: Candidate) -> bool:
        """Whether a page may be out beside others: not where their answers may show that it leads to nothing."""
        return candidate.via in STRONG or candidate.expects_article or candidate.is_pagination

    def _open_second_wave(self) -> None:
        """Once nothing new is left: what is said to have changed, what is due, and what a sitemap has dropped."""
        self._is_second_wave = True
        if not self._looks_again:
            return
        for key, candidate in self._revisits.claimed(self._expectations.held_count):
            self._intake.accept(
                candidate, self._memory.url(self._expectations.held(key) or canonical_url(candidate.url))
            )
        for known in self._revisits.due():
            self._look_again(known)
        for known in self._revisits.vanished():
            if self._look_again(known):
                self._dropped.append(known.url)

    def _look_again(self, known: KnownUrl) -> bool:
        if self._turns.candidate(identity(known.url)) is not None:
            return False
        self._intake.accept(candidate_of(known), known)
        return True

    # ------------------------------------------------------------ the ledger

    def ledger(self, at: datetime, *, stopped: bool, warnings: tuple[str, ...] = ()) -> Ledger:
        """What the crawl knows at its end.

        Args:
            at: The end of the crawl.
            stopped: Whether it was made to end; what was never requested is then remembered as such.
            warnings: What whoever runs it should know, a sentence each.
        """
        for key, further in self._chains.waiting():
            if self._turns.candidate(key) is None:
                self._turns.add(key, further, 0.0)
        for key, undone in list(self._turns.undone()):
            reason = self._why_not(undone)
            self._not_captured(key, Unvisited(undone.url, at, Outcome.REFUSED, reason, None, undone.via))
        unvisited = self._expectations.unvisited(self._turns, self._intake.accepted, at)
        wanted = {key: candidate for key in unvisited if (candidate := self._turns.candidate(key)) is not None}
        return Ledger(
            complete=not stopped and not any(each.reason in PENDING for each in unvisited.values()),
            unvisited=tuple(unvisited.values()),
            expected_by=self._expectations.expected_by(self._turns),
            held=self._expectations.held_urls(),
            warnings=warnings,
            wanted={canonical_url(candidate.url): candidate for candidate in wanted.values()},
            fruitful=tuple(sorted(self._fruitful)),
            listed=dict(sorted(self._revisits.listed.items())),
            dropped=tuple(self._dropped),
            claims={
                self._expectations.url(key, self._turns): claimed_at
                for key, claimed_at in sorted(self._revisits.modified.items())
                if self._turns.is_done(key)
            },
            access=dict(sorted(self._intake.access.items())),
            facts={
                "sessions": self._sessions.learnt,
                "claims": self._revisits.trust,
                "traps": self._traps.closed_kinds,
            },
        )

    def _why_not(self, candidate: Candidate) -> Reason:
        if self.spent is not None:
            return self.spent
        is_page = candidate.via is not Source.REQUISITE
        return Reason.PAGE_BUDGET if is_page and not self._budgets.has_page else Reason.STOPPED

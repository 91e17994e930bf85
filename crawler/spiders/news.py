"""The one spider: from a site's home page over its listings to its articles.

It sees a page only once the page's record is written. What it learns from a page is where to look next; what is in the
page is for extraction to say, from the WARC file.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from time import monotonic
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.capture.closing import Closing
from crawler.capture.failures import in_words, reason_of
from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.page import page_of_response
from crawler.capture.refusal import Refused
from crawler.capture.tap import check_versions
from crawler.frontier.budgets import Limits
from crawler.frontier.expectations import MAX_REDIRECTS
from crawler.frontier.frontier import Frontier, Visit
from crawler.frontier.robots import Robots
from crawler.settings import settings_for
from crawler.spiders.reading import Reading
from pipelines.config import load_config
from pipelines.errors import ConfigError, ContentError
from pipelines.http.url import absolute_url, same_site
from pipelines.memory.urls import KnownUrl
from pipelines.options import Config
from pipelines.page.requisites import Wanted, is_style_sheet, requisites
from pipelines.publish.exchange import MAX_PAGE_BYTES, is_html
from pipelines.publish.manifest import Manifest
from pipelines.publish.run import OpenRun
from pipelines.reasons import FAILURES, Outcome, Reason, Source
from pipelines.values import Candidate, Ledger, Page, RecordRef, Target, VisitFacts
from pipelines.warc.pages import CapturedExchange, page_from_record

log = logging.getLogger(__name__)

_ARGUMENTS = {
    "archive": "archive.location",
    "max_pages": "crawl.max_pages",
    "delay": "crawl.delay_s",
    "allow_private": "crawl.allow_private",
}
"""Arguments of `scrapy crawl news -a …`, and the options they set."""


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class NewsSpider(Spider):
    """Crawls one news site into its run, or captures just the URLs that it is given.

    Args:
        run: Where everything is written.
        progress: Told how many URLs are answered, of how many.
        urls: If any, these alone are captured, with what they need to be shown; nothing is discovered.
    """

    name = "news"
    # The frontier says what comes next, when its turn has come.
    custom_settings = {"SCHEDULER": "crawler.scheduler.FrontierScheduler"}  # noqa: RUF012 (Scrapy's way)

    def __init__(self, run: OpenRun, progress: Callable[[str, int, int], None], urls: Sequence[str] = ()) -> None:
        super().__init__()
        self.seeds = tuple(absolute_url(url, "") or url for url in urls or (run.config.site.url,))
        self.discovers = not urls
        self.run = run
        self.recorder = run
        self.progress = progress
        self.clock = utc_now
        self.new_suffix = new_suffix
        self._started_s = monotonic()
        self._wanted_requisites = Wanted(run.config.crawl.requisites)
        learnt = run.memory.fact("frontier")
        facts = learnt if isinstance(learnt, dict) else {}
        self.frontier = _frontier(self.seeds[0], run, facts, looks_again=self.discovers)
        self.reading = Reading(run.config, facts)
        self.publishing = asyncio.Semaphore(1)
        self.manifest: Manifest | None = None
        self.failure: Exception | None = None
        self.final_ledger: Ledger | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **kwargs: Any) -> Self:
        """Scrapy's way of making one: from an open run, or from the arguments of `scrapy crawl news -a …`.

        Raises:
            ArchiveError: The arguments or the archive are not right.
        """
        run = kwargs.pop("run", None) or _run_from_arguments(kwargs)
        crawler.settings.setdict(settings_for(run.config), priority="spider")
        spider = cls(run, kwargs.pop("progress", _no_progress), kwargs.pop("urls", ()))
        spider.publishing = kwargs.pop("publishing", spider.publishing)
        spider._set_crawler(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Tell the frontier where to begin. Requests are made when Scrapy asks for them: see `next_request`."""
        if not self.run.crawl_is_over:
            self._resume()
            for url in self.seeds:
                self.frontier.offer(Candidate(url, Source.SEED))
            if self.discovers:
                for url in self.run.config.discover.more:
                    self.frontier.offer(Candidate(url, Source.SEED))
                self.frontier.begin()
        none: tuple[Request, ...] = ()
        for request in none:
            yield request

    # ------------------------------------------------------------ requests

    @property
    def has_more(self) -> bool:
        """Whether something is left to be requested."""
        return self.frontier.has_more

    def next_request(self) -> Request | None:
        """The request whose turn has come; null while there is none."""
        visit = self.frontier.take(received_bytes=self.run.received_bytes, elapsed_s=monotonic() - self._started_s)
        if self.frontier.spent is not None:
            Closing.of(self.crawler).begin(self.frontier.spent)  # what waits for a host that rests waits no longer
        return None if visit is None else self._request(visit)

    def robots_read(self, address: str, robots: Robots) -> None:
        """Take in the sitemaps that the site's robots.txt names; where it names none, there may be one all the same."""
        if not (self.discovers and self.run.config.discover.sitemaps and same_site(address, self.seeds[0])):
            return
        named = robots.sitemaps or (absolute_url(address, "/sitemap.xml") or "",)
        for url in named:
            candidate = Candidate(url, Source.SITEMAP, address, target=Target.SITEMAP, hops="L")
            self.frontier.offer(candidate, anywhere=True)

    def _request(self, visit: Visit) -> Request:
        candidate, known = visit.candidate, visit.known
        facts = VisitFacts(
            candidate.via,
            candidate.referrer,
            candidate.depth,
            hops=candidate.hops,
            expects_article=candidate.expects_article,
            anchor=candidate.anchor,
            target=candidate.target,
            is_pagination=candidate.is_pagination,
            revalidates=known.record if known is not None and self.discovers else None,
        )
        meta: dict[str, object] = {"candidate": candidate, VISIT_META: facts, "known": known}
        if candidate.via is Source.REQUISITE:
            meta["download_maxsize"] = self.run.config.crawl.max_requisite_bytes
        headers = _validators(known) if facts.revalidates is not None and known is not None else {}
        return Request(candidate.url, callback=self.parse, errback=self.failed, headers=headers, meta=meta)

    # ------------------------------------------------------------ answers

    def parse(self, response: Response, **_: Any) -> None:
        """What a captured answer leads to is the frontier's to know."""
        candidate: Candidate = response.meta["candidate"]
        known: KnownUrl | None = response.meta.get("known")
        record: RecordRef | None = response.meta.get(RECORD_META)
        is_same = response.status == 304 or (
            known is not None and record is not None and record.payload_digest == known.payload_digest
        )
        self.frontier.captured(candidate.url, is_news=None if known is None else not is_same)
        self.progress("crawling", self.frontier.answered, self.frontier.known)
        try:
            page = page_of_response(response, captured_at=self.clock(), max_bytes=MAX_PAGE_BYTES)
        except ContentError as error:
            log.info("a page cannot be decoded", extra={"url": response.url, "error": str(error)})
            self.frontier.read(candidate, ())
            return
        self._read(page, candidate)

    def failed(self, failure: Failure) -> None:
        """Note why a request has no answer, unless what came of it is in the WARC file."""
        request: Request = failure.request  # type: ignore[attr-defined]
        url = request.meta["candidate"].url
        error: BaseException = failure.value  # type: ignore[assignment]
        if isinstance(error, Refused):
            self._note(url, error.reason, error.detail)
        elif request.meta.get(RECORD_META) is not None:
            self.frontier.captured(url)
            self.frontier.read(request.meta["candidate"], ())
        else:
            self._note(url, reason_of(error), in_words(error))
        self.progress("crawling", self.frontier.answered, self.frontier.known)

    def _read(self, page: Page, origin: Candidate) -> None:
        """Let the frontier know what *page*, the answer for *origin*, names."""
        if origin.via is Source.REQUISITE:
            self._offer_requisites(page, origin)
            return
        location = page.header("location")
        if 300 <= page.status < 400 and location:
            target = absolute_url(page.url, location)
            self.frontier.read(origin, () if target is None else (_redirected(origin, page.url, target),))
            return
        if page.status == 304 and self.discovers:
            self.frontier.unchanged(origin)
        elif page.status != 200 or not self.discovers:
            self.frontier.read(origin, ())
        else:
            read = self.reading.read(page, origin)
            is_repeat = read.is_article and self.frontier.is_known_elsewhere(read.canonical, origin)
            self.frontier.read(
                origin,
                read.candidates,
                is_article=read.is_article,
                is_repeat=is_repeat,
                is_sitemap=read.is_sitemap,
                goes_on=read.goes_on,
            )
        if page.status == 200:
            self._offer_requisites(page, origin)

    def _offer_requisites(self, page: Page, origin: Candidate) -> None:
        """Offer what *page* needs to be shown, or is redirected to, but for what an earlier night has archived."""
        location = page.header("location")
        if 300 <= page.status < 400 and location:
            target = absolute_url(page.url, location)
            if target is not None and origin.redirects < MAX_REDIRECTS:
                self.frontier.offer(_redirected(origin, page.url, target))
            return
        if page.status != 200 or not (is_html(page) or is_style_sheet(page)):
            return
        for url in requisites(page, self._wanted_requisites):
            if not self.run.has_requisite(url):
                self.frontier.offer(Candidate(url, Source.REQUISITE, page.url, origin.depth, hops=f"{origin.hops}E"))

    # ------------------------------------------------------------ the end

    def ledger(self, close_reason: str) -> Ledger:
        """What the crawl knows at its end."""
        is_stopped = close_reason not in ("finished", self.frontier.spent)
        warnings = [f"the crawl was stopped before its end ({close_reason})"] if is_stopped else []
        warnings += [f"{each.url} was not had: {each.reason.meaning}" for each in self.frontier.missed(self.seeds)]
        stats = getattr(getattr(self, "crawler", None), "stats", None)
        unread = stats.get_value("spider_exceptions/count", 0) if stats is not None else 0
        if unread:
            warnings.append(f"{unread} answers could not be read for what they name; pressarc.log tells why")
        ledger = self.frontier.ledger(self.clock(), stopped=is_stopped, warnings=tuple(warnings))
        facts = {"frontier": {**ledger.facts, **self.reading.facts}}
        crawled_s = round(monotonic() - self._started_s, 3)
        self.final_ledger = replace(ledger, discovers=self.discovers, facts=facts, crawled_s=crawled_s)
        return self.final_ledger

    def _note(self, url: str, reason: Reason, detail: str | None) -> None:
        if reason is Reason.STOPPED and self.frontier.spent is not None:
            reason = self.frontier.spent
        outcome = Outcome.FAILED if reason in FAILURES else Outcome.REFUSED
        self.frontier.not_captured(url, self.clock(), outcome, reason, detail)

    def _resume(self) -> None:
        """Learn from the exchanges an interrupted run has captured: they are not fetched again."""
        for captured in self.run.captured():
            origin = _captured_candidate(captured)
            if origin is not None:
                self.frontier.restore(origin)
        for captured in self.run.captured():
            origin = _captured_candidate(captured)
            if origin is None or captured.response is None:
                continue
            if captured.response.type == "revisit":
                self.frontier.unchanged(origin)
                continue
            try:
                page = page_from_record(captured.response, max_bytes=MAX_PAGE_BYTES)
            except ContentError:
                continue
            self._read(page, origin)


def _frontier(seed: str, run: OpenRun, facts: Mapping[str, object], *, looks_again: bool) -> Frontier:
    crawl = run.config.crawl
    return Frontier(
        seed,
        limits=Limits(crawl.max_pages, crawl.max_requisites, crawl.max_bytes, crawl.max_minutes),
        max_depth=crawl.max_depth,
        memory=run.memory,
        now=run.folder.started_at,
        requisites_anywhere=crawl.requisite_hosts == "any",
        looks_again=looks_again,
        facts=facts,
    )


def _validators(known: KnownUrl) -> dict[str, str]:
    """The fields of a conditional request (RFC 9110 §13.1): every validator that is known."""
    given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in given.items() if value}


def new_suffix() -> str:
    """Six random hex digits, for the name of a run."""
    return token_hex(3)


def _redirected(origin: Candidate, url: str, target: str) -> Candidate:
    """The candidate that the answer for *origin*, a redirect of *url* to *target*, names."""
    return Candidate(
        target,
        Source.REQUISITE if origin.via is Source.REQUISITE else Source.REDIRECT,
        url,
        origin.depth,
        expects_article=origin.expects_article,
        redirects=origin.redirects + 1,
        hops=f"{origin.hops}R",
    )


def _captured_candidate(captured: CapturedExchange) -> Candidate | None:
    """The candidate behind a whole answer of an interrupted run; null where it is to be asked for again."""
    record, facts = captured.response, captured.facts
    if record is None or facts is None or facts.via in (Source.ROBOTS, Source.RIGHTS):
        return None
    if record.type != "revisit" and record.get("WARC-Truncated"):
        return None
    return Candidate(
        record.target_uri or "",
        facts.via,
        facts.referrer,
        facts.depth,
        expects_article=facts.expects_article,
        is_pagination=facts.is_pagination,
        redirects=len(facts.hops) - len(facts.hops.rstrip("R")),
        hops=facts.hops,
        anchor=facts.anchor,
        target=facts.target,
    )


def _run_from_arguments(arguments: dict[str, Any]) -> OpenRun:
    site = arguments.pop("url", None) or arguments.pop("site", None)
    if site is None:
        raise ConfigError("which site? Give -a url=https://… or -a site=NAME", where="scrapy crawl news")
    flags: dict[str, object] = {}
    for name, option in _ARGUMENTS.items():
        if name in arguments:
            flags[option] = arguments.pop(name)
    overrides = [arguments.pop("set")] if "set" in arguments else []
    if arguments:
        known = ", ".join(("url", "site", *_ARGUMENTS, "set"))
        raise ConfigError(f"there is no argument {min(arguments)!r}; there are {known}", where="scrapy crawl news")
    check_versions()
    config: Config = load_config(str(site), overrides=overrides, flags=flags)
    return OpenRun.start(config, now=utc_now(), new_suffix=new_suffix)


def _no_progress(stage: str, done: int, total: int) -> None:
    """Nobody watches."""

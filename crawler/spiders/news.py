"""The one spider: from a site's home page over its listings to its articles.

It sees a page only once the page's record is written. What it learns from a page is where to look next; what is in the
page is for extraction to say, from the WARC file.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.capture.failures import in_words, reason_of
from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.page import page_of_response
from crawler.capture.refusal import Refused
from crawler.capture.tap import check_versions
from crawler.discovery.answers import read_answer
from crawler.discovery.requisites import Wanted, is_style_sheet, requisites
from crawler.frontier.frontier import Frontier
from crawler.settings import settings_for
from pipelines.config import Config, load_config
from pipelines.errors import ConfigError, ContentError
from pipelines.http.url import absolute_url
from pipelines.publish.exchange import MAX_PAGE_BYTES, is_html
from pipelines.publish.manifest import Manifest
from pipelines.publish.run import OpenRun
from pipelines.reasons import FAILURES, Outcome, Reason, Source
from pipelines.values import Candidate, Ledger, Page, Target, VisitFacts
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
    custom_settings = None

    def __init__(self, run: OpenRun, progress: Callable[[str, int, int], None], urls: Sequence[str] = ()) -> None:
        super().__init__()
        crawl = run.config.crawl
        self.seeds = tuple(absolute_url(url, "") or url for url in urls or (run.config.site.url,))
        self.discovers = not urls
        self.run = run
        self.recorder = run
        self.progress = progress
        self.clock = utc_now
        self.new_suffix = new_suffix
        self.frontier = Frontier(
            self.seeds[0],
            max_pages=crawl.max_pages,
            max_depth=crawl.max_depth,
            max_requisites=crawl.max_requisites,
            requisites_anywhere=crawl.requisite_hosts == "any",
        )
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
        spider._set_crawler(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The seeds; before them, for a run that was interrupted, whatever its captured pages lead to."""
        if self.run.crawl_is_over:
            return
        for request in self._resume():
            yield request
        for request in self.requests(Candidate(seed, Source.SEED) for seed in self.seeds):
            yield request

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """What a captured answer leads to."""
        candidate: Candidate = response.meta["candidate"]
        self.frontier.captured(candidate.url)
        self.progress("crawling", self.frontier.answered, self.frontier.known)
        try:
            page = page_of_response(response, captured_at=self.clock(), max_bytes=MAX_PAGE_BYTES)
        except ContentError as error:
            log.info("a page cannot be decoded", extra={"url": response.url, "error": str(error)})
            return
        yield from self.requests(self.candidates(page, candidate))

    def failed(self, failure: Failure) -> None:
        """Note why a request has no answer, unless what came of it is in the WARC file."""
        request: Request = failure.request  # type: ignore[attr-defined]
        url = request.meta["candidate"].url
        error: BaseException = failure.value  # type: ignore[assignment]
        if isinstance(error, Refused):
            self._note(url, error.reason, error.detail)
        elif request.meta.get(RECORD_META) is not None:
            self.frontier.captured(url)
        else:
            self._note(url, reason_of(error), in_words(error))
        self.progress("crawling", self.frontier.answered, self.frontier.known)

    def candidates(self, page: Page, origin: Candidate) -> list[Candidate]:
        """The candidates that *page*, the answer for *origin*, names."""
        location = page.header("location")
        if 300 <= page.status < 400 and location:
            target = absolute_url(page.url, location)
            return [] if target is None else [_redirected(origin, page.url, target)]
        if page.status != 200:
            return []
        is_read = self.discovers and origin.via is not Source.REQUISITE and is_html(page)
        named = read_answer(page, origin).candidates if is_read else ()
        asked = (each for each in named if each.target is Target.PAGE)
        return [*(replace(each, hops=f"{origin.hops}L") for each in asked), *self._requisites(page, origin)]

    def _requisites(self, page: Page, origin: Candidate) -> Iterator[Candidate]:
        """What *page* needs to be shown, but for what an earlier night has archived."""
        if not (is_html(page) or is_style_sheet(page)):
            return
        for url in requisites(page, Wanted(self.run.config.crawl.requisites)):
            if not self.run.has_requisite(url):
                yield Candidate(url, Source.REQUISITE, page.url, origin.depth, hops=f"{origin.hops}E")

    def requests(self, candidates: Iterable[Candidate]) -> Iterator[Request]:
        """A request for each candidate that the frontier accepts."""
        for candidate in candidates:
            priority = self.frontier.offer(candidate)
            if priority is not None:
                facts = VisitFacts(
                    candidate.via,
                    candidate.referrer,
                    candidate.depth,
                    hops=candidate.hops,
                    expects_article=candidate.expects_article,
                    anchor=candidate.anchor,
                )
                meta: dict[str, object] = {"candidate": candidate, VISIT_META: facts}
                if candidate.via is Source.REQUISITE:
                    meta["download_maxsize"] = self.run.config.crawl.max_requisite_bytes
                yield Request(candidate.url, callback=self.parse, errback=self.failed, priority=priority, meta=meta)

    def ledger(self, close_reason: str) -> Ledger:
        """What the crawl knows at its end."""
        is_stopped = close_reason != "finished"
        warnings = [f"the crawl was stopped before its end ({close_reason})"] if is_stopped else []
        warnings += [f"{each.url} was not had: {each.reason.meaning}" for each in self.frontier.missed(self.seeds)]
        ledger = self.frontier.ledger(self.clock(), stopped=is_stopped, warnings=tuple(warnings))
        self.final_ledger = replace(ledger, discovers=self.discovers)
        return self.final_ledger

    def _note(self, url: str, reason: Reason, detail: str | None) -> None:
        outcome = Outcome.FAILED if reason in FAILURES else Outcome.REFUSED
        self.frontier.not_captured(url, self.clock(), outcome, reason, detail)

    def _resume(self) -> Iterator[Request]:
        """Learn from the exchanges an interrupted run has captured: they are not fetched again."""
        for captured in self.run.captured():
            origin = _captured_candidate(captured)
            if origin is not None and self.frontier.offer(origin) is not None:
                self.frontier.spend()
                self.frontier.captured(origin.url)
        for captured in self.run.captured():
            origin = _captured_candidate(captured)
            if origin is None or captured.response is None:
                continue
            try:
                page = page_from_record(captured.response, max_bytes=MAX_PAGE_BYTES)
            except ContentError:
                continue
            yield from self.requests(self.candidates(page, origin))


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
    if record is None or facts is None or facts.via is Source.ROBOTS or record.get("WARC-Truncated"):
        return None
    if record.type == "revisit":
        return None  # what the answer led to is in the body, which another run may hold
    return Candidate(
        record.target_uri or "",
        facts.via,
        facts.referrer,
        facts.depth,
        expects_article=facts.expects_article,
        redirects=len(facts.hops) - len(facts.hops.rstrip("R")),
        hops=facts.hops,
        anchor=facts.anchor,
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

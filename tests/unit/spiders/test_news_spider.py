"""The spider without a crawl: what follows from an answer, from a failure, and from a run that died."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from twisted.python.failure import Failure

from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.refusal import Refused
from crawler.spiders.news import NewsSpider, new_suffix, utc_now
from pipelines.adapter import ArchivePipeline
from pipelines.errors import AddressRefused, ArchiveError, ConfigError, StoreUnavailable
from pipelines.publish import publish as publish_module
from pipelines.publish.run import OpenRun
from pipelines.reasons import Outcome, Reason, Source
from pipelines.store.local import LocalStore
from pipelines.values import Candidate, RecordRef
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    article_page,
    config_for,
    home_page,
    in_this_process,
    no_progress,
    pages_of,
    start,
    url_of,
    visits,
)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[OpenRun]:
    opened = start(config_for(tmp_path, **{"crawl.max_pages": 10}), FIRST_NIGHT)
    yield opened
    opened.close()


@pytest.fixture
def spider(run: OpenRun) -> NewsSpider:
    return NewsSpider(run, no_progress)


def started(spider: NewsSpider) -> list[Request]:
    async def start() -> list[Request]:
        return [request async for request in spider.start()]

    assert asyncio.run(start()) == []
    return taken(spider)


def taken(spider: NewsSpider) -> list[Request]:
    """The requests whose turn has come."""
    return list(iter(spider.next_request, None))


def parsed(spider: NewsSpider, response: Response) -> list[Request]:
    """What follows from an answer."""
    spider.parse(response)
    return taken(spider)


def answer(request: Request, body: bytes = b"", *, status: int = 200, **headers: str) -> Response:
    named = {
        name.replace("_", "-"): value for name, value in {"Content_Type": "text/html; charset=utf-8", **headers}.items()
    }
    return HtmlResponse(request.url, status=status, headers=named, body=body, request=request)


def failure_of(request: Request, error: BaseException) -> Failure:
    failure = Failure(error)
    failure.request = request  # type: ignore[attr-defined]
    return failure


def test_a_crawl_begins_at_the_home_page(spider: NewsSpider) -> None:
    (request,) = started(spider)
    assert request.url == HOME
    assert request.meta["candidate"] == Candidate(HOME, Source.SEED)
    assert (request.meta[VISIT_META].via, request.meta[VISIT_META].depth) == (Source.SEED, 0)


def test_a_page_leads_to_its_links_each_once(spider: NewsSpider) -> None:
    (home,) = started(spider)
    body = home_page(["bakery", "quarry"])
    found = parsed(spider, answer(home, body))
    assert [request.url for request in found] == [url_of("bakery"), url_of("quarry")]
    assert parsed(spider, answer(found[0], article_page("bakery", embeds="quarry"))) == []
    ledger = spider.ledger("finished")
    assert [each.url for each in ledger.unvisited] == [url_of("quarry")]


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_the_links_of_an_error_page_are_not_followed(spider: NewsSpider, status: int) -> None:
    (home,) = started(spider)
    assert parsed(spider, answer(home, home_page(["bakery"]), status=status)) == []


def test_what_is_no_page_leads_nowhere(spider: NewsSpider) -> None:
    (home,) = started(spider)
    assert parsed(spider, answer(home, b"Nothing but words.", Content_Type="text/plain")) == []


def test_a_redirect_is_a_candidate_like_any_other(spider: NewsSpider) -> None:
    (home,) = started(spider)
    (target,) = parsed(spider, answer(home, status=301, Location="https://www.news.example.org/start"))
    candidate = target.meta["candidate"]
    assert (candidate.url, candidate.via, candidate.referrer) == (
        "https://www.news.example.org/start",
        Source.REDIRECT,
        HOME,
    )
    assert parsed(spider, answer(target, status=302, Location="https://elsewhere.example.org/")) == []


def test_a_body_that_cannot_be_decoded_ends_nothing(spider: NewsSpider) -> None:
    (home,) = started(spider)
    broken = b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 20
    assert parsed(spider, answer(home, broken, Content_Encoding="gzip")) == []
    assert spider.ledger("finished").unvisited == ()


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (Refused(Reason.ROBOTS_DISALLOW, "see robots.txt"), Outcome.REFUSED, Reason.ROBOTS_DISALLOW),
        (Refused(Reason.PAGE_BUDGET), Outcome.REFUSED, Reason.PAGE_BUDGET),
        (AddressRefused("private", where=HOME), Outcome.REFUSED, Reason.ADDRESS_REFUSED),
    ],
)
def test_a_request_without_an_answer_has_its_reason(
    spider: NewsSpider, error: Exception, outcome: Outcome, reason: Reason
) -> None:
    (home,) = started(spider)
    spider.failed(failure_of(home, error))
    ledger = spider.ledger("finished")
    assert [(each.outcome, each.reason) for each in ledger.unvisited] == [(outcome, reason)]
    assert any(f"{HOME} was not had" in warning for warning in ledger.warnings)


def test_a_failure_that_left_a_record_is_told_by_the_record(spider: NewsSpider) -> None:
    (home,) = started(spider)
    home.meta[RECORD_META] = RecordRef("k", 0, 1, "urn:uuid:1")
    spider.failed(failure_of(home, TimeoutError()))
    assert spider.ledger("finished").unvisited == ()


def test_a_stopped_crawl_says_so(spider: NewsSpider) -> None:
    started(spider)
    ledger = spider.ledger("shutdown")
    assert not ledger.complete
    assert [each.reason for each in ledger.unvisited] == [Reason.STOPPED]
    assert any("(shutdown)" in warning for warning in ledger.warnings)


def test_a_resumed_crawl_goes_on_where_the_other_ended(tmp_path: Path) -> None:
    config = config_for(tmp_path, **{"crawl.max_pages": 3})
    dead = start(config, FIRST_NIGHT)
    pages = [(HOME, home_page(["bakery", "quarry"]), 200), (url_of("bakery"), article_page("bakery"), 200)]
    for each, facts in visits(pages, at=FIRST_NIGHT):
        dead.append(each, facts)
    dead.close()
    resumed = start(config, FIRST_NIGHT + timedelta(hours=1))
    spider = NewsSpider(resumed, no_progress)
    (request,) = started(spider)
    assert request.url == url_of("quarry")
    # What was captured before is counted, so that no page is left in the budget.
    assert parsed(spider, answer(request, home_page(["tramway"]))) == []
    resumed.close()


def test_a_run_whose_crawl_is_over_requests_nothing(spider: NewsSpider, run: OpenRun) -> None:
    run.folder.write_ledger(spider.ledger("finished"))
    assert started(spider) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "which site"),
        ({"url": HOME, "max_page": "3"}, "no argument 'max_page'"),
        ({"site": "nowhere"}, "neither a URL"),
    ],
)
def test_wrong_arguments_of_scrapy_are_named(
    arguments: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=words):
        NewsSpider.from_crawler(cast("Crawler", SimpleNamespace(settings=Settings())), **arguments)


def test_the_present_is_aware_and_suffixes_are_six_hex_digits() -> None:
    assert utc_now().utcoffset() == timedelta(0)
    suffix = new_suffix()
    assert len(suffix) == 6
    int(suffix, 16)


# ---------------------------------------------------------------- when the crawl ends


def close(spider: NewsSpider, reason: str = "finished") -> None:
    crawler = cast("Crawler", SimpleNamespace(spider=spider, signals=SignalManager()))
    with in_this_process():
        asyncio.run(ArchivePipeline.from_crawler(crawler).spider_closed(reason))


def capture_all(run: OpenRun) -> None:
    for each, facts in visits(pages_of("bakery"), at=FIRST_NIGHT):
        run.append(each, facts)


def test_a_closed_spider_has_its_run_published(spider: NewsSpider, run: OpenRun) -> None:
    capture_all(run)
    close(spider)
    assert spider.failure is None
    assert spider.manifest is not None
    assert spider.manifest.counts.articles.new == 1


@pytest.mark.parametrize("error", [StoreUnavailable("no answer"), OSError(28, "no space"), RuntimeError("a bug")])
def test_whatever_keeps_a_run_from_being_published_is_left_with_the_spider(
    spider: NewsSpider, run: OpenRun, error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise error

    capture_all(run)
    monkeypatch.setattr(publish_module, "_derive", fail)
    close(spider)
    assert spider.manifest is None
    assert spider.failure is not None
    assert spider.failure is error or isinstance(spider.failure, ArchiveError)
    monkeypatch.undo()
    again = start(config_for(tmp_path), FIRST_NIGHT + timedelta(hours=2))
    assert again.folder.run == run.folder.run
    assert again.crawl_is_over
    again.close()


def test_a_run_that_received_nothing_leaves_nothing_and_the_next_night_begins_anew(
    spider: NewsSpider, run: OpenRun, tmp_path: Path
) -> None:
    (home,) = started(spider)
    spider.failed(failure_of(home, AddressRefused("private", where=HOME)))
    close(spider)
    assert (spider.manifest, spider.failure) == (None, None)
    assert spider.final_ledger is not None
    assert list(LocalStore(tmp_path).list("runs/")) == []
    again = start(config_for(tmp_path), FIRST_NIGHT + timedelta(days=1))
    assert not again.is_resumed
    again.close()

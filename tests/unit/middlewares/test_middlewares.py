"""May a request be made, and when: robots.txt before all else."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from crawler import settings as crawler_settings
from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.refusal import Refused
from crawler.frontier.robots import Robots
from crawler.middlewares.polite import PoliteMiddleware
from crawler.settings import settings_for
from pipelines.config import load_config
from pipelines.errors import HostUnreachable
from pipelines.reasons import Reason, Source
from pipelines.values import RecordRef, VisitFacts

HOST = "https://news.example.org"
ROBOTS = f"{HOST}/robots.txt"
RECORD = RecordRef("warc/a.warc.gz", 0, 100, "urn:uuid:6f1c2a34-0000-4000-8000-000000000001")
Answer = Response | Exception


class Engine:
    """Answers robots.txt requests from a table."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.requested: list[Request] = []
        self.running = True
        self.answers = dict(answers)

    async def download_async(self, request: Request) -> Response:
        self.requested.append(request)
        await asyncio.sleep(0)
        answer = self.answers[request.url]
        if isinstance(answer, Exception):
            raise answer
        if answer.status == 200:
            request.meta[RECORD_META] = RECORD
        return answer


class Told:
    """A spider that is told what each robots.txt says."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Robots]] = []

    def robots_read(self, address: str, robots: Robots) -> None:
        self.told.append((address, robots))


def polite(answers: Mapping[str, Answer], *overrides: str) -> tuple[PoliteMiddleware, Engine]:
    engine = Engine(answers)
    settings = Settings(settings_for(load_config(HOST, overrides=overrides)))
    crawler = SimpleNamespace(settings=settings, engine=engine, spider=Told())
    return PoliteMiddleware.from_crawler(cast("Crawler", crawler)), engine


def robots(body: bytes, *, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(ROBOTS, status=status, headers=named, body=body)


def verdicts(middleware: PoliteMiddleware, *paths: str) -> list[Reason | None]:
    async def ask(path: str) -> Reason | None:
        try:
            await middleware.process_request(Request(path if "://" in path else HOST + path))
        except Refused as error:
            return error.reason
        return None

    async def ask_all() -> list[Reason | None]:
        return list(await asyncio.gather(*(ask(path) for path in paths)))

    return asyncio.run(ask_all())


def test_a_disallowed_page_is_refused_and_robots_txt_fetched_once() -> None:
    middleware, engine = polite({ROBOTS: robots(b"User-agent: *\nDisallow: /private")})
    assert verdicts(middleware, "/a", "/private/b", "/c") == [None, Reason.ROBOTS_DISALLOW, None]
    assert [request.url for request in engine.requested] == [ROBOTS]


def test_a_compressed_robots_txt_is_read() -> None:
    body = gzip.compress(b"User-agent: *\nDisallow: /private")
    middleware, _ = polite({ROBOTS: robots(body, Content_Encoding="gzip")})
    assert verdicts(middleware, "/private/b") == [Reason.ROBOTS_DISALLOW]


def test_a_robots_txt_whose_coding_is_broken_means_stay_away() -> None:
    body = b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 20
    middleware, _ = polite({ROBOTS: robots(body, Content_Encoding="gzip")})
    assert verdicts(middleware, "/a") == [Reason.ROBOTS_UNREACHABLE]


@pytest.mark.parametrize("answer", [robots(b"", status=503), robots(b"", status=429), TimeoutError("slow")])
def test_a_robots_txt_that_cannot_be_had_means_stay_away(answer: Answer) -> None:
    middleware, _ = polite({ROBOTS: answer})
    assert verdicts(middleware, "/a", "/b") == [Reason.ROBOTS_UNREACHABLE] * 2


def test_an_error_of_any_kind_is_no_permission() -> None:
    middleware, _ = polite({ROBOTS: HostUnreachable("nothing answers", where=ROBOTS)})
    (reason,) = verdicts(middleware, "/a")
    assert reason is not None


def chain(length: int, end: Response) -> dict[str, Answer]:
    """robots.txt behind that many redirects."""
    urls = [ROBOTS, *(f"https://other.example.org/{number}" for number in range(length))]
    hops = {url: robots(b"", status=301, Location=target) for url, target in pairwise(urls)}
    return {**hops, urls[-1]: end}


@pytest.mark.parametrize("length", [0, 1, 5])
def test_five_redirects_are_followed_also_to_other_hosts(length: int) -> None:
    middleware, engine = polite(chain(length, robots(b"User-agent: *\nDisallow: /")))
    assert verdicts(middleware, "/a") == [Reason.ROBOTS_DISALLOW]
    assert len(engine.requested) == length + 1


def test_more_redirects_mean_that_there_are_no_rules() -> None:
    middleware, engine = polite(chain(6, robots(b"User-agent: *\nDisallow: /")))
    assert verdicts(middleware, "/a") == [None]
    assert len(engine.requested) == 6


def test_each_host_and_port_has_its_own_rules() -> None:
    other = "http://www.news.example.org/robots.txt"
    middleware, _ = polite({ROBOTS: robots(b""), other: robots(b"User-agent: *\nDisallow: /")})
    assert verdicts(middleware, "/a", "http://www.news.example.org/a") == [None, Reason.ROBOTS_DISALLOW]


def test_a_request_for_robots_txt_itself_passes_and_is_marked() -> None:
    middleware, engine = polite({ROBOTS: robots(b"")})
    verdicts(middleware, "/a")
    (request,) = engine.requested
    assert request.meta["visit"].via is Source.ROBOTS
    asyncio.run(middleware.process_request(request))
    assert len(engine.requested) == 1


@pytest.mark.parametrize(
    ("asked_s", "configured_s", "kept_s"), [(7, 1.0, 7.0), (0.5, 1.0, 1.0), (86400, 1.0, 60.0), (3, 10.0, 10.0)]
)
def test_the_longer_of_both_delays_is_kept_within_reason(asked_s: float, configured_s: float, kept_s: float) -> None:
    body = f"User-agent: *\nCrawl-delay: {asked_s}".encode()
    middleware, _ = polite({ROBOTS: robots(body)}, f"crawl.delay_s={configured_s}")
    verdicts(middleware, "/a")
    assert middleware._gates.gate(HOST).pace.delay_s == kept_s


def test_a_refusal_names_the_rule_the_file_and_its_record() -> None:
    middleware, _ = polite({ROBOTS: robots(b"User-agent: *\nDisallow: /p\nDisallow: /private/ # ours\n")})
    with pytest.raises(Refused) as caught:
        asyncio.run(middleware.process_request(Request(f"{HOST}/private/a")))
    assert caught.value.detail == f"Disallow: /private/ ({ROBOTS}, {RECORD.record_id})"


def test_an_exchange_that_is_allowed_keeps_the_record_that_allowed_it() -> None:
    middleware, _ = polite({ROBOTS: robots(b"")})
    request = Request(f"{HOST}/a", meta={VISIT_META: VisitFacts(Source.SEED, None, 0)})
    asyncio.run(middleware.process_request(request))
    assert request.meta[VISIT_META] == VisitFacts(Source.SEED, None, 0, robots=RECORD.record_id)


def test_the_spider_is_told_once_what_a_robots_txt_says() -> None:
    middleware, _ = polite({ROBOTS: robots(b"Sitemap: /news.xml\nContent-Usage: ai=n")})
    verdicts(middleware, "/a", "/b")
    ((address, told),) = middleware._crawler.spider.told  # type: ignore[union-attr]
    assert address == ROBOTS
    assert (told.sitemaps, told.signals, told.record) == ((f"{HOST}/news.xml",), ("Content-Usage: ai=n",), RECORD)


class Day:
    """A clock that is turned on by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_robots_txt_is_asked_for_again_after_a_day_and_no_sooner() -> None:
    middleware, engine = polite({ROBOTS: robots(b"")})
    clock = middleware._gates.clock = Day()

    async def crawl() -> list[int]:
        asked = []
        for clock.now_s in (0, 3600 * 23.9, 3600 * 24.1):
            with contextlib.suppress(Refused):
                await middleware.process_request(Request(f"{HOST}/a"))
            asked.append(len(engine.requested))
            engine.answers[ROBOTS] = robots(b"User-agent: *\nDisallow: /")
        with pytest.raises(Refused):
            await middleware.process_request(Request(f"{HOST}/a"))
        return asked

    assert asyncio.run(crawl()) == [1, 1, 2]


def test_the_rules_of_a_day_ago_hold_while_robots_txt_cannot_be_had() -> None:
    middleware, engine = polite({ROBOTS: robots(b"User-agent: *\nDisallow: /private/")})
    clock = middleware._gates.clock = Day()

    async def crawl() -> list[int]:
        asked = []
        for clock.now_s in (0, 3600 * 24.1, 3600 * 25, 3600 * 25.2):
            await middleware.process_request(Request(f"{HOST}/a"))
            with pytest.raises(Refused):
                await middleware.process_request(Request(f"{HOST}/private/a"))
            asked.append(len(engine.requested))
            engine.answers[ROBOTS] = robots(b"", status=500)
        return asked

    assert asyncio.run(crawl()) == [1, 2, 2, 3]


def test_out_of_hours_not_even_robots_txt_is_requested() -> None:
    middleware, engine = polite({ROBOTS: robots(b"")}, "crawl.only_between=22:00-06:00")
    middleware._gates.now = lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)
    with pytest.raises(Refused) as caught:
        asyncio.run(middleware.process_request(Request(f"{HOST}/a")))
    assert (caught.value.reason, caught.value.detail) == (Reason.OUT_OF_HOURS, "from 2026-11-22T22:00:00Z on")
    assert engine.requested == []


def test_that_robots_txt_was_not_requested_says_nothing_about_its_rules() -> None:
    middleware, engine = polite({ROBOTS: Refused(Reason.OUT_OF_HOURS)})
    assert verdicts(middleware, "/a", "/b") == [Reason.OUT_OF_HOURS] * 2
    engine.answers[ROBOTS] = robots(b"")
    assert verdicts(middleware, "/a") == [None]


# ---------------------------------------------------------------- settings


def test_a_sites_configuration_reaches_scrapy() -> None:
    config = load_config(
        HOST, overrides=["crawl.delay_s=3", "crawl.timeout_s=9", "crawl.retries=1", "crawl.max_body_bytes=2048"]
    )
    settings = settings_for(config)
    assert settings["USER_AGENT"] == config.user_agent
    assert (settings["PRESSARC_DELAY_S"], settings["DOWNLOAD_TIMEOUT"], settings["RETRY_TIMES"]) == (3, 9, 1)
    assert (settings["DOWNLOAD_MAXSIZE"], settings["PRESSARC_ALLOW_PRIVATE"]) == (2048, False)


def test_nothing_but_http_is_downloaded_and_every_byte_by_our_handler() -> None:
    used = {scheme: handler for scheme, handler in crawler_settings.DOWNLOAD_HANDLERS.items() if handler}
    assert set(used) == {"http", "https"}
    assert set(used.values()) == {"crawler.capture.handler.CaptureHandler"}

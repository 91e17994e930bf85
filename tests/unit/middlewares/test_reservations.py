"""What a host reserves is asked once, and noted with each of its pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.capture.handler import RECORD_META, VISIT_META
from crawler.capture.refusal import Refused
from crawler.middlewares.reservations import ReservationsMiddleware
from crawler.settings import settings_for
from pipelines.config import load_config
from pipelines.reasons import Reason, Source
from pipelines.values import RecordRef, SiteRights, VisitFacts

HOST = "https://news.example.org"
FILE = b'[{"location": "/news/", "tdm-reservation": 1, "tdm-policy": "https://e.org/p"}]'
RECORD = RecordRef("warc/a.warc.gz", 0, 100, "urn:uuid:6f1c2a34-0000-4000-8000-000000000001")


class Engine:
    def __init__(self, answer: Response | Exception) -> None:
        self.answer = answer
        self.requested: list[Request] = []

    async def download_async(self, request: Request) -> Response:
        self.requested.append(request)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        request.meta[RECORD_META] = RECORD
        return self.answer


def noted(
    answer: Response | Exception, *urls: str, via: Source = Source.LINK, overrides: Sequence[str] = ()
) -> tuple[list[SiteRights], Engine]:
    engine = Engine(answer)
    settings = Settings(settings_for(load_config(HOST, overrides=overrides)))
    crawler = SimpleNamespace(settings=settings, engine=engine, spider=None)
    middleware = ReservationsMiddleware.from_crawler(cast("Crawler", crawler))
    facts = VisitFacts(via, None, 0, rights=SiteRights(robots_rule="Allow: /"))
    requests = [Request(url, meta={VISIT_META: facts}) for url in urls]

    async def ask() -> None:
        await asyncio.gather(*(middleware.process_request(request) for request in requests))

    asyncio.run(ask())
    return [request.meta[VISIT_META].rights for request in requests], engine


def found(status: int = 200, body: bytes = FILE) -> Response:
    return Response(f"{HOST}/.well-known/tdmrep.json", status=status, body=body)


def test_the_file_is_asked_for_once_and_its_rule_is_noted_beside_what_robots_txt_said() -> None:
    (news, other), engine = noted(found(), f"{HOST}/news/a", f"{HOST}/b")
    record_id = RECORD.record_id
    assert news == SiteRights("Allow: /", tdmrep=record_id, tdm_reservation="1", tdm_policy="https://e.org/p")
    assert other == SiteRights("Allow: /", tdmrep=record_id)
    (request,) = engine.requested
    assert request.url == f"{HOST}/.well-known/tdmrep.json"
    assert request.meta[VISIT_META].via is Source.RIGHTS
    assert request.meta["dont_retry"]


@pytest.mark.parametrize("answer", [TimeoutError("slow"), Refused(Reason.ROBOTS_DISALLOW)])
def test_a_file_that_cannot_be_had_keeps_no_page_back(answer: Exception) -> None:
    (rights, _), engine = noted(answer, f"{HOST}/a", f"{HOST}/b")
    assert rights == SiteRights("Allow: /")
    assert len(engine.requested) == 1


def test_that_there_is_none_names_the_answer_that_said_so() -> None:
    (rights,), _ = noted(found(404, b"no"), f"{HOST}/a")
    assert rights == SiteRights("Allow: /", tdmrep=RECORD.record_id)


def test_for_what_is_no_page_it_is_not_asked_and_neither_where_nobody_wants_it() -> None:
    assert noted(found(), f"{HOST}/a.png", via=Source.REQUISITE)[1].requested == []
    assert noted(found(), f"{HOST}/a", overrides=["crawl.tdmrep=false"])[1].requested == []

"""One crawl of the benchmark origin, in a process of its own: `crawl.py '{"way": …, "urls": …}'` prints its figures.

The spider is the same whatever the way; its work on a page is one of

nothing   it counts it
links     it finds the links with Scrapy's selectors
follow    it yields a request for each of them, as most spiders do, and Scrapy's filter drops those made before
discover  it does what our news spider does: `read_answer`, and the frontier

The ways differ in what is archived of an answer, and how:

bare      nothing: Scrapy's own handler
capture   everything, by our handler
warcio    what a spider can know of an answer, by warcio with its defaults, as most do it
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.capture.page import page_of_response
from crawler.discovery.answers import read_answer
from crawler.frontier.budgets import Limits
from crawler.frontier.frontier import Frontier
from pipelines.memory.site import SiteMemory
from pipelines.publish.exchange import MAX_PAGE_BYTES
from pipelines.reasons import Source
from pipelines.values import Candidate, Exchange, RecordRef, VisitFacts
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcWriter

CAPTURE = "crawler.capture.handler.CaptureHandler"
OWN = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
_FACTS = VisitFacts(Source.LINK, "http://a.example/", 1)


class FolderRecorder:
    """What our handler writes to."""

    def __init__(self, folder: Path) -> None:
        info = WarcInfo("pressarc bench", "nobody", "pressarc-bench", "20260101T000000Z-abcdef")
        self._writer = WarcWriter(folder, key_of=lambda serial: f"bench-{serial:05}.warc.gz", info=info)

    def append(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        return self._writer.append(exchange, facts, exchange.started_at)

    def seal_if_old(self, now: datetime) -> None:
        self._writer.seal_if_old(now)

    def seal(self) -> None:
        self._writer.seal()


class ResponseWriter:
    """The usual way: records rebuilt from Scrapy's responses, compressed as warcio does unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "usual.warc.gz").open("wb")
        self._writer = WARCWriter(self._file, gzip=True)

    def write(self, response: Response) -> None:
        pairs = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        head = StatusAndHeaders(f"{response.status} OK", pairs, protocol="HTTP/1.1")
        assert response.request is not None
        asked_with = response.request.headers.items()
        sent = [(name.decode(), value.decode()) for name, values in asked_with for value in values]
        path = "/" + response.url.split("/", 3)[3]
        asked = StatusAndHeaders(f"GET {path} HTTP/1.1", sent, is_http_request=True)
        record = self._writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), http_headers=head
        )
        request = self._writer.create_warc_record(response.url, "request", http_headers=asked)
        self._writer.write_request_response_pair(request, record)

    def seal(self) -> None:
        self._file.close()


class BenchSpider(Spider):
    name = "bench"

    def __init__(self, plan: dict[str, Any], folder: Path) -> None:
        super().__init__()
        self.plan = plan
        self.recorder = FolderRecorder(folder)
        self.usual = ResponseWriter(folder)
        self.links: set[str] = set()
        self.memory = SiteMemory(Path(":memory:"))
        self.frontier = Frontier(
            plan["url"], limits=Limits(10**9), max_depth=5, memory=self.memory, now=datetime.now(UTC)
        )
        self.pages = 0
        self.resident_bytes: dict[int, int] = {}
        self.cpu_s = 0.0

    async def start(self) -> AsyncIterator[Request]:
        self.cpu_s = -cpu_s()
        for url in self.urls():
            yield Request(url, dont_filter=True, meta={"visit": _FACTS})

    def urls(self) -> Iterator[str]:
        for number in range(self.plan["pages"]):
            yield self.plan["url"].format(number)

    def parse(self, response: Response) -> Iterator[Request]:
        if self.plan["way"] == "warcio":
            self.usual.write(response)
        if self.plan["work"] == "follow":
            for link in response.css("a::attr(href)").getall():
                yield response.follow(link, priority=-1)  # after the pages that are measured
        elif self.plan["work"] == "links":
            self.links.update(response.css("a::attr(href)").getall())
        elif self.plan["work"] == "discover":
            page = page_of_response(response, captured_at=datetime.now(UTC), max_bytes=MAX_PAGE_BYTES)
            for candidate in read_answer(page, Candidate(page.url, Source.LINK, depth=1)).candidates:
                self.frontier.offer(candidate)
        self.pages += 1
        if self.pages in self.plan["look_at"]:
            self.resident_bytes[self.pages] = resident_bytes()
        if self.pages == self.plan["pages"]:
            self.cpu_s += cpu_s()
            raise CloseSpider("measured")

    def closed(self, reason: str) -> None:  # noqa: ARG002 (Scrapy's)
        self.recorder.seal()
        self.usual.seal()


def cpu_s() -> float:
    """CPU seconds of this process, all threads, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_bytes() -> int:
    """What of this process is in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(plan: dict[str, Any]) -> None:
    """Crawl as the plan says, and print what it took."""
    handler = CAPTURE if plan["way"] == "capture" else OWN
    process = AsyncCrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": {"http": handler},
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "RETRY_ENABLED": False,
            "COOKIES_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_MAXSIZE": 0,
            "DOWNLOAD_WARNSIZE": 0,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "WARNING",
            "PRESSARC_ALLOW_PRIVATE": True,
        }
    )
    crawler = process.create_crawler(BenchSpider)
    with TemporaryDirectory() as folder:
        process.crawl(crawler, plan, Path(folder))
        process.start()
        written = sum(path.stat().st_size for path in Path(folder).iterdir())
    spider = crawler.spider
    assert isinstance(spider, BenchSpider)
    if spider.pages < plan["pages"]:
        sys.exit(f"{spider.pages} of {plan['pages']} pages arrived")
    figures = {
        "cpu_s": spider.cpu_s,
        "written_bytes": written,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "resident_bytes": spider.resident_bytes,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

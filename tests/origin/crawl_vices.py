"""A crawl of the misbehaving origin, in a process of its own since a reactor runs once: `crawl_vices.py PLAN OUTPUT`.

PLAN is a JSON file: `{"requests": [{name, url, method}], "settings": {…}, "fail_after": n | null}`. OUTPUT is a folder:
the WARC files are written there, and `answers.json`, what the spider was given for each name.
"""

from __future__ import annotations

import errno
import hashlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.capture.failures import reason_of
from crawler.capture.page import page_of_response
from pipelines.errors import ContentError
from pipelines.reasons import Source
from pipelines.values import Exchange, RecordRef, VisitFacts
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcWriter

MAX_PAGE_BYTES = 1_000_000


class FolderRecorder:
    """Writes to a folder; from the n-th exchange on, the disk is full."""

    def __init__(self, folder: Path, fail_after: int | None) -> None:
        info = WarcInfo("pressarc test", "nobody", "pressarc-test", "20260101T000000Z-abcdef")
        self.writer = WarcWriter(folder, key_of=lambda serial: f"warc/vices-{serial:05d}.warc.gz", info=info)
        self._left = fail_after

    def append(self, exchange: Exchange, facts: VisitFacts | None) -> RecordRef | None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
        return self.writer.append(exchange, facts, datetime.now(UTC))


def page_sha256(response: Response) -> str | None:
    """Of the body as the spider reads it; null where its codings cannot be undone."""
    try:
        page = page_of_response(response, captured_at=datetime.now(UTC), max_bytes=MAX_PAGE_BYTES)
    except ContentError:
        return None
    return hashlib.sha256(page.body).hexdigest()


class VicesSpider(Spider):
    name = "vices"

    def __init__(self, plan: dict, folder: Path) -> None:
        super().__init__()
        self.plan = plan
        self.recorder = FolderRecorder(folder, plan["fail_after"])
        self.answers: dict[str, dict] = {}
        self.close_reason = ""

    async def start(self) -> AsyncIterator[Request]:
        for number, wanted in enumerate(self.plan["requests"]):
            yield Request(
                wanted["url"],
                method=wanted["method"],
                priority=-number,
                dont_filter=True,
                callback=self.parse,
                errback=self.failed,
                cb_kwargs={"name": wanted["name"]},
                meta={
                    "visit": VisitFacts(Source.LINK, "http://referrer.example/", number),
                    "dont_redirect": True,
                    "handle_httpstatus_all": True,
                },
            )

    def parse(self, response: Response, name: str) -> None:
        seen = {"status": response.status, "failure": None, "reason": None, "page_sha256": page_sha256(response)}
        self.answers[name] = {**seen, **self._noted(response.meta)}

    def failed(self, failure: Failure) -> None:
        request = failure.request
        noted = {"failure": type(failure.value).__name__, "reason": reason_of(failure.value).value}
        self.answers[request.cb_kwargs["name"]] = {"status": None, **noted, **self._noted(request.meta)}

    def _noted(self, meta: dict) -> dict:
        record = meta.get("record")
        return {"record": None if record is None else asdict(record)}

    def closed(self, reason: str) -> None:
        self.close_reason = reason


def main(plan_file: str, output: str) -> None:
    plan = json.loads(Path(plan_file).read_text())
    folder = Path(output)
    process = AsyncCrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.capture.handler.CaptureHandler"),
            "CONCURRENT_REQUESTS": 1,
            "DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.again.AgainMiddleware": 900},
            "RETRY_ENABLED": False,
            "COMPRESSION_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_TIMEOUT": 1,
            "DOWNLOAD_MAXSIZE": 200_000,
            "DOWNLOAD_WARNSIZE": 0,
            "LOG_LEVEL": "ERROR",
            "PRESSARC_ALLOW_PRIVATE": True,
            **plan["settings"],
        },
    )
    crawler = process.create_crawler(VicesSpider)
    process.crawl(crawler, plan, folder)
    process.start()
    spider = crawler.spider
    if plan["fail_after"] is None:
        spider.recorder.writer.seal()
    answers = {"answers": spider.answers, "close_reason": spider.close_reason}
    (folder / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main(*sys.argv[1:])

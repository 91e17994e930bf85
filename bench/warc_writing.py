"""Megabytes of responses a second that go into a WARC file, ours against warcio's defaults: see README.md."""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.pages import HEAD, page, response
from bench.table import print_table, verdict
from pipelines.reasons import Source
from pipelines.values import Exchange, VisitFacts
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcWriter

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
_REQUEST = b"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: bench\r\nAccept: text/html\r\n\r\n"
_FACTS = VisitFacts(Source.LINK, "http://a.example/", 1)
_HEADERS = [tuple(line.split(": ", 1)) for line in (HEAD % 78_000).decode().split("\r\n")[1:-2]]


def write_ours(folder: Path, pages: int) -> None:
    """As the crawl does: a response, a request and a metadata record for each page."""
    info = WarcInfo("pressarc bench", "nobody", "pressarc-bench", "20260101T000000Z-abcdef")
    writer = WarcWriter(folder, key_of=lambda serial: f"ours-{serial:05}.warc.gz", info=info)
    for number in range(pages):
        message = response(number)
        head_bytes = len(message) - len(page(number))
        exchange = Exchange(
            url=f"http://a.example/page/{number}",
            started_at=AT,
            fetch_ms=20,
            request=_REQUEST,
            response=BytesIO(message),
            response_bytes=len(message),
            head_bytes=head_bytes,
            payload_sha256=hashlib.sha256(page(number)).hexdigest(),
            truncated=None,
            peer_address="192.0.2.1",
            tls=None,
        )
        writer.append(exchange, _FACTS, AT)
    writer.seal()


def write_warcio(folder: Path, pages: int) -> None:
    """The same three records by `create_warc_record`, compressed and digested as warcio does unless told otherwise."""
    fields = b"via: http://a.example/\r\nfetchTimeMs: 20\r\n"
    with (folder / "warcio.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(pages):
            url = f"http://a.example/page/{number}"
            head = StatusAndHeaders("200 OK", _HEADERS, protocol="HTTP/1.1")
            asked = StatusAndHeaders("GET /page HTTP/1.1", [("Host", "a.example")], is_http_request=True)
            answer = writer.create_warc_record(url, "response", payload=BytesIO(page(number)), http_headers=head)
            request = writer.create_warc_record(url, "request", http_headers=asked)
            writer.write_request_response_pair(request, answer)
            facts = writer.create_warc_record(
                url, "metadata", payload=BytesIO(fields), warc_content_type="application/warc-fields"
            )
            writer.write_record(facts)


def main() -> None:
    """Write in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    plain_bytes = sum(len(response(number)) for number in range(options.pages))
    ways = {"ours": write_ours, "warcio": write_warcio}
    took: dict[str, list[float]] = {name: [] for name in ways}
    size: dict[str, int] = {}
    for _ in range(options.rounds):
        for name, write in ways.items():
            seconds, size[name] = _measured(write, options.pages)
            took[name].append(seconds)
    speed = {name: plain_bytes / median(seconds) / 1e6 for name, seconds in took.items()}
    rows = [[name, f"{speed[name]:.0f}", f"{100 * size[name] / plain_bytes:.1f}"] for name in ways]
    title = f"WARC writing: {options.pages} pages, {plain_bytes / 1e6:.0f} MB of responses, {options.rounds} rounds"
    print_table(title, ("way", "MB/s of CPU", "size in %"), rows)
    faster, larger = speed["ours"] / speed["warcio"], size["ours"] / size["warcio"]
    print(f"speed, ours / warcio {faster:.2f}: {verdict(faster, at_least=5)}")
    print(f"size, ours / warcio {larger:.3f}: {verdict(larger, at_most=1.15)}")


def _measured(write: Callable[[Path, int], None], pages: int) -> tuple[float, int]:
    with TemporaryDirectory() as name:
        begun_s = time.process_time()
        write(Path(name), pages)
        seconds = time.process_time() - begun_s
        return seconds, sum(path.stat().st_size for path in Path(name).iterdir())


if __name__ == "__main__":
    main()

"""A million known URLs: what they cost a night at its start, at each link, and in memory. See README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.table import print_table, verdict
from crawler.frontier.budgets import Limits
from crawler.frontier.frontier import Frontier
from pipelines.memory.due import article_due
from pipelines.memory.site import SiteMemory
from pipelines.memory.urls import KnownUrl
from pipelines.reasons import Source
from pipelines.values import Candidate, EarlierRecord, article_id

_HOME = "https://news.example.org/"
_NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_LINKS = 50_000
_HOURS = (12.0, 24.0, 72.0, 168.0, 672.0)


def main() -> None:
    """Make a memory of each size, open each in a process of its own, and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.open is not None:
        print(json.dumps(_night(options.open, options.urls)))
        return
    sizes = (_LINKS, options.urls)  # no link twice, in neither: a second one costs no look-up
    with tempfile.TemporaryDirectory(prefix="pressarc-bench-") as folder:
        figures = {}
        for size in sizes:
            path = Path(folder) / f"{size}.sqlite"
            with SiteMemory(path) as memory:
                memory.remember_urls(_known(size))
            command = [sys.executable, "-m", "bench.known_urls", "--open", str(path), "--urls", str(size)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
            figures[size] = {**json.loads(done.stdout), "file_mb": path.stat().st_size / 1e6}
    names = ("start_s", "us_a_link", "resident_mb", "file_mb")
    rows = [[f"{size:,}", *(f"{figures[size][name]:.2f}" for name in names)] for size in sizes]
    print_table("Known URLs", ("URLs", "start s", "us a known link", "resident MB", "file MB"), rows)
    small, large = (figures[size] for size in sizes)
    ratio = large["us_a_link"] / small["us_a_link"]
    print(f"start-up in s {large['start_s']:.2f}: {verdict(large['start_s'], at_most=5)}")
    print(f"a known link, {sizes[1]:,} / {sizes[0]:,} URLs {ratio:.2f}: {verdict(ratio, at_most=3)}")
    print(f"resident MB {large['resident_mb']:.0f}: {verdict(large['resident_mb'], at_most=500)}")


def _url(number: int) -> str:
    return (
        f"{_HOME}2026/{number % 12 + 1:02}/{number % 28 + 1:02}/the-story-number-{number}-of-the-town-and-its-harbour"
    )


def _known(size: int) -> Iterator[tuple[datetime, KnownUrl]]:
    """Articles of ten years, visited last night or before."""
    for number in range(size):
        url, published_at = _url(number), _NOW - timedelta(days=3650 * number / size)
        visited_at = max(published_at, _NOW - timedelta(days=1))
        yield (
            visited_at,
            KnownUrl(
                url,
                visited_at,
                "article",
                200,
                etag=f'"{number:x}-5f2a"',
                last_modified="Sat, 21 Nov 2026 03:00:00 GMT",
                payload_digest=f"sha256:{number:064x}",
                article=article_id(url),
                published_at=published_at,
                due_at=article_due(url, visited_at=visited_at, anchor_at=published_at, revisit_after_h=_HOURS),
                record=EarlierRecord(f"urn:uuid:{number:032x}", url, visited_at, f"sha256:{number:064x}", "", "gzip"),
            ),
        )


def _night(path: Path, size: int) -> dict[str, float]:
    """What a run's frontier needs of a memory: the start, and links to what is known."""
    started_s = time.perf_counter()
    memory = SiteMemory(path, read_only=True)
    frontier = Frontier(_HOME, limits=Limits(1000), max_depth=5, memory=memory, now=_NOW)
    frontier.begin()
    frontier.offer(Candidate(_HOME, Source.SEED))
    assert frontier.take() is not None
    start_s = time.perf_counter() - started_s
    step = max(size // _LINKS, 1)
    links = [_url(number * step % size) for number in range(_LINKS)]
    started_s = time.perf_counter()
    for url in links:
        frontier.offer(Candidate(url, Source.SITEMAP, _HOME, 1, expects_article=True))
    return {
        "start_s": start_s,
        "us_a_link": (time.perf_counter() - started_s) / _LINKS * 1e6,
        "resident_mb": _resident_mb(),
    }


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()

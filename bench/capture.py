"""CPU of a crawl that archives, against the same crawl that does not, and against the usual way: see README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench import origin
from bench.table import print_table, verdict

Figures = dict[str, Any]
"""What `crawl.py` prints."""

WAYS = {"bare": "Scrapy's own handler, nothing archived", "capture": "our handler", "warcio": "Response to warcio"}
WORK = {
    "discover": "looks for further pages as our news spider does",
    "follow": "follows every link it finds",
    "links": "finds the links of each page",
    "nothing": "does nothing with a page",
}


def crawl_once(way: str, url: str, pages: int, *, work: str, look_at: tuple[int, ...] = ()) -> Figures:
    """One crawl in a process of its own; its figures."""
    plan = {"way": way, "url": url, "pages": pages, "work": work, "look_at": look_at}
    done = subprocess.run(
        [sys.executable, "-m", "bench.crawl", json.dumps(plan)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        check=True,
        timeout=900,
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def main() -> None:
    """Run the crawls in turn, so that what else the machine does falls on all of them, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with origin.running() as url:
        for work in WORK:
            took: dict[str, list[float]] = {way: [] for way in WAYS}
            for _ in range(options.rounds):
                for way in WAYS:
                    figures = crawl_once(way, f"{url}/page/{{}}", options.pages, work=work)
                    took[way].append(figures["cpu_s"])
            _report(took, options.pages, work)


def _report(took: dict[str, list[float]], pages: int, work: str) -> None:
    per_page_ms = {way: 1000 * median(seconds) / pages for way, seconds in took.items()}
    own, bare, usual = (per_page_ms[way] for way in ("capture", "bare", "warcio"))
    rows = [
        [WAYS[way], f"{ms:.2f}", f"{1000 * min(took[way]) / pages:.2f}", f"{ms / bare:.2f}"]
        for way, ms in per_page_ms.items()
    ]
    title = f"Capture: CPU ms a page of 200 KB, {pages} pages, {len(took['bare'])} rounds; a spider that {WORK[work]}"
    print_table(title, ("way", "median", "least", "x bare"), rows)
    print(f"ours / bare   {own / bare:.3f}: {verdict(own / bare, at_most=1.10)}")
    print(f"ours / warcio {own / usual:.3f}: {verdict(own / usual, at_most=0.80)}")
    print(f"archiving costs {own - bare:.2f} ms a page our way, {usual - bare:.2f} ms the usual way")


if __name__ == "__main__":
    main()

"""Memory of a crawl that archives: its peak over one large body, its growth over many pages. See README.md."""

from __future__ import annotations

import argparse

from bench import origin
from bench.capture import crawl_once
from bench.table import print_table, verdict

_WAYS = ("bare", "capture")


def main() -> None:
    """Crawl, each time in a process of its own, and print peaks and growth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--body-mb", type=int, default=200)
    parser.add_argument("--pages", type=int, default=20_000)
    options = parser.parse_args()
    first = options.pages // 10
    with origin.running() as url:
        large = f"{url}/large/{options.body_mb * 1_000_000}?{{}}"
        peaks = {way: crawl_once(way, large, 1, work="nothing")["peak_bytes"] / 1e6 for way in _WAYS}
        looks = {
            way: crawl_once(way, f"{url}/small/{{}}", options.pages, work="nothing", look_at=(first, options.pages))
            for way in _WAYS
        }
    rows = [[way, f"{peaks[way]:.0f}", f"{peaks[way] / peaks['bare']:.3f}"] for way in _WAYS]
    print_table(f"Memory: peak in MB over one body of {options.body_mb} MB", ("way", "peak MB", "x bare"), rows)
    ratio = peaks["capture"] / peaks["bare"]
    print(f"peak, ours / bare {ratio:.3f}: {verdict(ratio, at_most=1.10)}")
    grown = {}
    rows = []
    for way, figures in looks.items():
        before, after = (figures["resident_bytes"][str(pages)] / 1e6 for pages in (first, options.pages))
        grown[way] = after - before
        rows.append([way, f"{before:.1f}", f"{after:.1f}", f"{grown[way]:+.1f}"])
    header = ("way", f"MB at page {first}", f"MB at page {options.pages}", "growth")
    print_table(f"Memory: resident over {options.pages} pages of 2 KB", header, rows)
    print(f"growth of ours in MB {grown['capture']:.1f}: {verdict(grown['capture'], at_most=30)}")


if __name__ == "__main__":
    main()

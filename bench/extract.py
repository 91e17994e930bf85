"""Quality and cost of extraction on pages whose articles are known. See README.md.

In: JSON lines `{"dataset", "id", "url", "html" (one character a byte), "segments" ([[text, may be left out], …] or
null), "truth_title", "truth_author", "truth_date"}`, plain or as .xz. All pages of a data set are extracted together,
those of one host teaching one another, as in a night's run. They stay where they are: none is copied into this
repository.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import trafilatura

from bench.agreement import Agreement, Truth, agreement, summary
from bench.table import print_table, verdict
from pipelines.extract.learn import learn
from pipelines.extract.profile import EMPTY, Profile
from pipelines.flow import read_page, survey_page
from pipelines.publish.guarded import Crew
from pipelines.publish.offline import NamedPage, extract_pages
from pipelines.values import Page

_CAPTURED_AT = datetime(2026, 11, 27, tzinfo=UTC)
_FIGURES = ("F1", "P", "R", "exact", "title", "date", "authors")
_UNKNOWN_AT_MOST, _KNOWN_AT_MOST = 0.90, 0.30


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page and its truth."""

    dataset: str
    page: NamedPage
    truth: Truth


def main() -> None:
    """Score every data set of a file, and measure what a page costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, help="the data, .jsonl or .jsonl.xz")
    parser.add_argument("--json", action="store_true", help="one JSON object a data set instead of tables")
    options = parser.parse_args()
    rows, costs = [], []
    for name, pages in by_dataset(read_pages(options.pages)).items():
        figures = summary(scores(pages))
        cost = measure(pages)
        if options.json:
            print(json.dumps({"dataset": name, "pages": len(pages), **figures, **cost}), flush=True)
        rows.append([name, str(len(pages)), *(_percent(figures.get(figure)) for figure in _FIGURES)])
        costs.append([name, *(_number(cost.get(figure)) for figure in _COSTS)])
    if not options.json:
        print_table("Agreement with the known articles, in %", ("data set", "pages", *_FIGURES), rows)
        print_table("Cost: CPU ms a page, and in proportion to trafilatura with metadata", ("data set", *_COSTS), costs)
        for way, column, most in (("unknown", 5, _UNKNOWN_AT_MOST), ("known", 6, _KNOWN_AT_MOST)):
            ratios = [float(row[column]) for row in costs if row[column] != "-"]
            if ratios:
                print(f"{way} page, worst of the data sets: {verdict(max(ratios), at_most=most)}")


_COSTS = ("trafilatura", "unknown", "known", "template pages", "unknown / traf.", "known / traf.")


def read_pages(path: Path) -> Iterator[KnownPage]:
    """The pages of a data file."""
    with _open(path) as file:
        for line in file:
            fields = json.loads(line)
            page = Page(fields["url"], fields["html"].encode("latin-1"), _CAPTURED_AT)
            yield KnownPage(fields["dataset"], NamedPage(fields["id"], page), _truth(fields))


def by_dataset(pages: Iterable[KnownPage]) -> dict[str, list[KnownPage]]:
    """The pages, grouped."""
    found: dict[str, list[KnownPage]] = defaultdict(list)
    for each in pages:
        found[each.dataset].append(each)
    return dict(found)


def scores(pages: Sequence[KnownPage]) -> list[Agreement]:
    """How far extraction agrees with each page's truth."""
    with Crew() as crew:
        answers = {answer["id"]: answer for answer in extract_pages([each.page for each in pages], crew)}
    return [agreement(each.truth, answers[each.page.id]) for each in pages]


def measure(pages: Sequence[KnownPage]) -> dict[str, float]:
    """CPU milliseconds a page: trafilatura with metadata; ours with an empty profile; ours with the site's template.

    A page is held to be of a known template where its site's profile, learnt from all pages of the host, reads it so.
    Each page is read by all three in turn, so that the machine's moods fall on all alike.
    """
    profiles = _profiles(pages)
    spent: dict[str, list[float]] = {"trafilatura": [], "unknown": [], "known": [], "beside": []}
    for each in pages:
        page = each.page.page
        yardstick = _cpu_ms(lambda page=page: trafilatura.bare_extraction(page.body, url=page.url, with_metadata=True))
        spent["trafilatura"].append(yardstick)
        spent["unknown"].append(_cpu_ms(lambda page=page: read_page(page, EMPTY, insist=True)))
        profile = profiles[_host(page)]
        reading = read_page(page, profile, insist=True)
        if reading.drafts and reading.drafts[0].extraction_path == "template":
            spent["known"].append(_cpu_ms(lambda page=page, profile=profile: read_page(page, profile, insist=True)))
            spent["beside"].append(yardstick)
    count, known = len(pages), len(spent["known"])
    cost = {
        "trafilatura": sum(spent["trafilatura"]) / count,
        "unknown": sum(spent["unknown"]) / count,
        "template pages": float(known),
        "unknown / traf.": sum(spent["unknown"]) / sum(spent["trafilatura"]),
    }
    if known:
        cost |= {"known": sum(spent["known"]) / known, "known / traf.": sum(spent["known"]) / sum(spent["beside"])}
    return cost


def _profiles(pages: Sequence[KnownPage]) -> Mapping[str, Profile]:
    hosts: dict[str, list[Page]] = defaultdict(list)
    for each in pages:
        hosts[_host(each.page.page)].append(each.page.page)
    return {host: learn(map(survey_page, group)) for host, group in hosts.items()}


def _host(page: Page) -> str:
    return page.url.split("/")[2]


def _cpu_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _truth(fields: Mapping[str, object]) -> Truth:
    segments = fields["segments"]
    author, days = fields["truth_author"], fields["truth_date"]
    return Truth(
        segments=tuple((text, bool(optional)) for text, optional in segments) if isinstance(segments, list) else None,
        title=str(fields["truth_title"]) if fields["truth_title"] else None,
        authors=(author,) if isinstance(author, str) else tuple(map(str, author)) if isinstance(author, list) else (),
        days=tuple(map(str, days)) if isinstance(days, list) else (str(days),) if days else (),
    )


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
        yield file


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()

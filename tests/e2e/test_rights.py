"""Rights as a site states them, in every layer: in each article line, by TDMRep's rules, proven by the records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.demo import serve
from crawler.demo.vices.rights import CONTENT_SIGNAL, LICENCE, POLICY, RIGHTS, TDMREP
from tests.e2e.archive_view import lines, pressarc
from tests.e2e.discovery.visitor import crawl
from tests.origin.plain_reader import read_blocks

SIZE = 24


@dataclass(frozen=True)
class Seen:
    folder: Path
    url: str
    articles: dict[int, dict[str, Any]]
    """By the article's number, which the vices go by."""
    asked: Counter[str]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("rights")
    with serve(size=SIZE, vices=[vice.name for vice in RIGHTS]) as server:
        night = crawl(server, folder)
        by_url = {line["url"]: line for line in night.articles}
        numbers = {server.url + each.path.removeprefix("/"): each.number for each in server.edition.articles}
        yield Seen(
            folder,
            server.url,
            {numbers[url]: line for url, line in by_url.items()},
            Counter(hit.path for hit in server.requests),
        )


def test_each_layer_supersedes_the_one_before_and_silence_takes_nothing_back(seen: Seen) -> None:
    assert len(seen.articles) == SIZE
    for number, article in seen.articles.items():
        expected = number % 2 == 1 or number % 4 == 0
        assert article["rights"]["reserved"] is expected, number


def test_every_statement_is_there_with_its_source(seen: Seen) -> None:
    number, article = next((number, each) for number, each in seen.articles.items() if number % 4 == 0)
    rights = article["rights"]
    signal = CONTENT_SIGNAL.removeprefix("Content-Signal: ")
    wanted = [
        ("robots.txt", "content-signal", signal),
        ("tdmrep.json", "tdm-reservation", "1"),
        ("tdmrep.json", "tdm-policy", f"{seen.url}{POLICY}"),
        ("http", "tdm-reservation", "0"),
        ("http", "content-usage", "train-ai=n"),
        ("http", "x-robots-tag", "noai, noimageai"),
        ("html", "robots", "index, follow, max-image-preview:large"),
        ("html", "robots", "noarchive"),
        ("html", "tdm-reservation", "1"),
        ("html", "license", LICENCE),
    ]
    assert [tuple(each.values()) for each in rights["statements"]] == wanted, number
    assert rights["ai_signals"] == [CONTENT_SIGNAL, "Content-Usage: train-ai=n"]
    assert (rights["licence"], rights["x_robots_tag"]) == (LICENCE, "noai, noimageai")


def test_it_costs_one_request_and_the_records_that_it_rests_on_are_there(seen: Seen) -> None:
    assert seen.asked[TDMREP] == 1
    records = {
        str(block.get("WARC-Record-ID")).strip("<>"): str(block.get("WARC-Target-URI"))
        for path in (seen.folder / "archive").glob("warc/*/*/*.warc.gz")
        for block in read_blocks(path)
    }
    for article in seen.articles.values():
        assert records[article["rights"]["robots_record"]] == f"{seen.url}robots.txt"
        assert records[article["rights"]["tdmrep_record"]] == f"{seen.url}{TDMREP.removeprefix('/')}"
    (outcome,) = [line for line in lines(seen.folder / "archive", "outcomes", "demo") if line["outcome"] == "rights"]
    assert (outcome["url"], outcome["via"]) == (f"{seen.url}{TDMREP.removeprefix('/')}", "rights")


def test_verify_makes_the_rights_again_and_one_line_is_proven_alone(seen: Seen) -> None:
    done = pressarc("verify", "--json", cwd=seen.folder)
    assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])
    one = pressarc("verify", "--article", next(iter(seen.articles.values()))["id"], "--json", cwd=seen.folder)
    assert one.returncode == 0, one.stdout
    assert json.loads(one.stdout)["line"]["made_again"]

"""The whole way, on our own news site: crawl, archive, extract, commit, verify; held against the site's own truth."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.demo import DemoServer, TruthArticle, serve, truth
from tests.e2e.archive_view import PRESSARC, ROOT, environment, lines, manifests, pressarc

POLITE = ("--allow-private", "--delay", "0", "--set", "site.name=demo")
PAGES_ONLY = ("--set", "crawl.requisites=none")
ASKED_AT_EACH_START = ("/robots.txt", "/.well-known/tdmrep.json")


@dataclass(frozen=True)
class Night:
    """A crawled demo site."""

    server: DemoServer
    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive"


def crawl(server: DemoServer, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return pressarc("crawl", server.url, *POLITE, *options, cwd=folder)


def assert_equals_truth(articles: list[dict[str, object]], expected: list[TruthArticle]) -> None:
    """Every article of the truth, once, field by field; and nothing else."""
    by_url = {str(article["url"]): article for article in articles}
    assert Counter(str(article["url"]) for article in articles) == Counter(article.url for article in expected)
    differing = [
        (article.url, name, by_url[article.url][name], wanted)
        for article in expected
        for name, wanted in (
            ("text", article.text),
            ("headline", article.headline),
            ("authors", list(article.authors)),
            ("published_at", article.published_at),
            ("modified_at", article.modified_at),
            ("section", article.section),
            ("keywords", list(article.keywords)),
            ("description", article.description),
            ("language", article.language),
        )
        if by_url[article.url][name] != wanted
    ]
    assert not differing, f"{len(differing)} fields differ, the first of them: {differing[0]}"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("demo")
    with serve() as server:
        done = crawl(server, folder)
        assert done.returncode == 0, done.stderr
        yield Night(server, folder)


def test_every_article_of_the_demo_site_is_archived_exactly_as_its_truth_says(night: Night) -> None:
    articles = lines(night.archive, "articles", "demo")
    assert_equals_truth(articles, truth(1, night.server.url))
    assert not any(article["provenance"]["embedded"] for article in articles)
    assert {article["event"] for article in articles} == {"new"}


def test_the_blocks_of_an_article_are_those_a_reader_sees_each_with_its_place(night: Night) -> None:
    by_url = {article["url"]: article for article in lines(night.archive, "articles", "demo")}
    for expected in truth(1, night.server.url):
        blocks = by_url[expected.url]["blocks"]
        assert [(block["kind"], block["text"]) for block in blocks] == list(expected.blocks)
        assert all(block["path"].startswith("/html/body/") for block in blocks)


def test_the_counts_of_the_manifest_are_those_of_its_lines(night: Night) -> None:
    (manifest,) = manifests(night.archive, "demo")
    outcomes = lines(night.archive, "outcomes", "demo")
    counts = manifest["counts"]
    assert counts["outcomes"] == dict(Counter(line["outcome"] for line in outcomes))
    assert counts["exchanges"] == sum(counts["outcomes"].values()) == len(outcomes)
    assert counts["records"] == sum(line["warc"] is not None for line in outcomes)
    assert counts["articles"] == {"new": 120, "changed": 0, "removed": 0}


def test_robots_txt_is_obeyed_and_archived_and_refusals_are_counted(night: Night) -> None:
    first_night = [hit for hit in night.server.requests if hit.path.startswith(("/private/", "/search"))]
    assert first_night == []
    outcomes = {line["url"]: line for line in lines(night.archive, "outcomes", "demo")}
    assert outcomes[f"{night.server.url}robots.txt"]["outcome"] == "robots"
    assert outcomes[f"{night.server.url}private/desk/"]["reason"] == "robots_disallow"


def test_requests_keep_the_crawl_delay_of_robots_txt(night: Night) -> None:
    times = [hit.at_s for hit in night.server.requests if hit.path != "/robots.txt"]
    # The server's clock is read a moment after each request is made: over 20 of them that no longer matters.
    spans = [later - earlier for earlier, later in zip(times, times[20:], strict=False)]
    assert min(spans) > 20 * 0.02 - 0.05


def test_what_the_pages_need_to_be_shown_is_archived_and_never_comes_before_a_page(night: Night) -> None:
    outcomes = lines(night.archive, "outcomes", "demo")
    needed = [line for line in outcomes if line["via"] == "requisite"]
    assert {line["outcome"] for line in needed} == {"requisite"}
    assert sum(line["url"].endswith(".png") for line in needed) > 300
    assert any(line["url"].endswith(".css") for line in needed)
    pages = [line["at"] for line in outcomes if line["via"] not in ("requisite", None)]
    assert min(line["at"] for line in needed) > sorted(pages)[-2]  # one page may be named by the last listing


def test_no_url_is_requested_twice_in_one_night(night: Night) -> None:
    outcomes = Counter(line["url"] for line in lines(night.archive, "outcomes", "demo"))
    assert outcomes.most_common(1)[0][1] == 1


def test_the_archive_verifies_and_status_shows_it(night: Night) -> None:
    verified = pressarc("verify", "--archive", str(night.archive), "--json", cwd=night.folder)
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout)["findings"] == []
    status = json.loads(pressarc("status", "--archive", str(night.archive), "--json", cwd=night.folder).stdout)
    assert [(site["site"], site["runs"], site["new"]) for site in status["sites"]] == [("demo", 1, 120)]


def flip(path: Path, offset: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset] ^= 0x01
    path.write_bytes(raw)


def first(archive: Path, pattern: str) -> Path:
    return min(archive.glob(pattern))


def change_a_line(archive: Path) -> None:
    path = first(archive, "articles/site=demo/*/*.jsonl.gz")
    text = gzip.decompress(path.read_bytes())
    at = text.index(b'"text":"') + 20
    path.write_bytes(gzip.compress(text[:at] + bytes([text[at] ^ 0x01]) + text[at + 1 :], mtime=0))


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda archive: flip(first(archive, "warc/site=demo/*/*.warc.gz"), 40_000), "file_digest"),
        (change_a_line, "article_differs"),
        (lambda archive: flip(first(archive, "runs/site=demo/*.json"), 700), "manifest"),
        (lambda archive: first(archive, "outcomes/site=demo/*/*.jsonl.gz").unlink(), "file_missing"),
    ],
    ids=["a byte of a WARC file", "a byte of a line", "a byte of a manifest", "a file removed"],
)
def test_damage_is_found_and_named(night: Night, tmp_path: Path, damage, rule: str) -> None:
    copy = tmp_path / "archive"
    shutil.copytree(night.archive, copy)
    damage(copy)
    verified = pressarc("verify", "--archive", str(copy), "--json", cwd=tmp_path)
    assert verified.returncode == 1
    assert rule in {finding["rule"] for finding in json.loads(verified.stdout)["findings"]}


def test_the_second_night_brings_home_what_is_new_and_what_changed_and_nothing_else(
    night: Night, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(night.archive, archive)
    before = {article.url: article for article in truth(1, night.server.url)}
    after = {article.url: article for article in truth(2, night.server.url)}
    night.server.set_day(2)
    try:
        requested = len(night.server.requests)
        done = crawl(night.server, tmp_path, "--json")
    finally:
        night.server.set_day(1)
    assert done.returncode == 0, done.stderr
    images = [hit.path for hit in night.server.requests[requested:] if hit.path.endswith(".png")]
    assert 0 < len(images) < 40  # of the new articles alone; more than 300 were archived the night before
    run = json.loads(done.stdout)[0]["run"]
    written = lines(archive, "articles", "demo", run)
    new = [article for url, article in after.items() if url not in before]
    edited = [article for url, article in after.items() if url in before and before[url] != article]
    assert_equals_truth([line for line in written if line["event"] == "new"], new)
    assert_equals_truth([line for line in written if line["event"] == "changed"], edited)
    changed = [line for line in written if line["event"] == "changed"]
    assert all(line["revision"] == 2 and "text" in line["changes"]["fields"] for line in changed)
    first_manifest, second_manifest = manifests(archive, "demo")
    assert second_manifest["previous"]["number"] == first_manifest["number"] == 1
    assert pressarc("verify", "--archive", str(archive), cwd=tmp_path).returncode == 0


def test_the_same_pages_one_article_each_give_the_same_articles(tmp_path: Path) -> None:
    with serve(loaded=False) as server:
        done = crawl(server, tmp_path, *PAGES_ONLY)
        assert done.returncode == 0, done.stderr
        assert_equals_truth(lines(tmp_path / "archive", "articles", "demo"), truth(1, server.url))


def test_a_killed_crawl_goes_on_where_it_was_and_ends_in_one_run(tmp_path: Path) -> None:
    with serve() as server:
        command = [*PRESSARC, "crawl", server.url, *POLITE, *PAGES_ONLY]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while len(server.requests) < 70 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        asked_before = [hit.path for hit in server.requests if hit.path not in ASKED_AT_EACH_START]
        archive = tmp_path / "archive"
        assert len(asked_before) >= 60
        assert manifests(archive, "demo") == []
        done = crawl(server, tmp_path, *PAGES_ONLY)
        assert done.returncode == 0, done.stderr
        asked = Counter(hit.path for hit in server.requests if hit.path not in ASKED_AT_EACH_START)
        # One request may have been in flight when the process died, and its answer on no disk.
        assert sum(count - 1 for count in asked.values()) <= 1
        assert len(manifests(archive, "demo")) == 1
        assert_equals_truth(lines(archive, "articles", "demo"), truth(1, server.url))
        assert set(asked) == {"/" + line["url"].removeprefix(server.url) for line in answered(archive)}
        assert pressarc("verify", "--archive", str(archive), cwd=tmp_path).returncode == 0


def answered(archive: Path) -> list[dict[str, object]]:
    outcomes = lines(archive, "outcomes", "demo")
    return [line for line in outcomes if line["warc"] is not None and line["outcome"] not in ("robots", "rights")]


def test_scrapy_itself_runs_the_same_crawl(tmp_path: Path) -> None:
    scrapy = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run([*scrapy, "list"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["news"]
    with serve(loaded=False) as server:
        arguments = {
            "url": server.url,
            "archive": str(tmp_path / "archive"),
            "allow_private": "true",
            "delay": "0",
            "max_pages": "30",
            "set": "site.name=demo",
        }
        given = [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
        subprocess.run(
            [*scrapy, "crawl", "news", *given],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            timeout=120,
            check=True,
        )
        (manifest,) = manifests(tmp_path / "archive", "demo")
        expected = {article.url: article for article in truth(1, server.url)}
    assert manifest["counts"]["reasons"]["page_budget"] > 0
    articles = lines(tmp_path / "archive", "articles", "demo")
    assert articles
    assert all(article["headline"] == expected[str(article["url"])].headline for article in articles)

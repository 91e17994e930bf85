"""A page of the demo site, archived with what it needs, is whole in pywb when the site itself is gone."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest

from crawler.demo import serve, truth
from pipelines.index.cdxj import parse_line
from tests.contract.s3_servers import SCRIPTS
from tests.e2e.archive_view import lines, pressarc
from tests.readers.wayback import installed, wayback

pytestmark = pytest.mark.servers


def test_an_archived_page_is_replayed_with_its_pictures_and_its_style(tmp_path: Path) -> None:
    with serve() as server:
        article = truth(1, server.url)[0]
        options = ("--requisites", "--allow-private", "--delay", "0", "--set", "site.name=demo")
        assert pressarc("capture", article.url, *options, cwd=tmp_path).returncode == 0
    outcomes = lines(tmp_path / "archive", "outcomes", "demo")
    shown = [line["url"] for line in outcomes if line["outcome"] in ("article", "requisite")]
    assert {Path(url).suffix for url in shown} >= {"", ".png", ".css"}
    (warc,) = (tmp_path / "archive").glob("warc/site=demo/*/*.warc.gz")
    (index,) = (tmp_path / "archive").glob("index/site=demo/*.cdxj")
    assert places(index.read_bytes()) == places(indexed_by_cdxj_indexer(warc, tmp_path / "archive"))
    with wayback(installed(tmp_path / "cache"), tmp_path, warc) as replay:
        answers = {url: replay.replay(url) for url in shown}
    assert {answer.status for answer in answers.values()} == {200}
    assert all(answer.body.startswith(b"\x89PNG") for url, answer in answers.items() if url.endswith(".png"))
    body = answers[article.url].body
    page = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    assert article.headline in page.decode()


def indexed_by_cdxj_indexer(warc: Path, archive: Path) -> bytes:
    command = [str(SCRIPTS / "cdxj-indexer"), "--sort", "--dir-root", str(archive), str(warc)]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout


def places(index: bytes) -> list[tuple[object, ...]]:
    """What readers find records by, of each line."""
    captures = [parse_line(line, where="index") for line in index.splitlines()]
    return sorted((each.urlkey, each.timestamp, each.filename, each.offset, each.length) for each in captures)

"""The same pages give the same bytes: in another process, with another hash seed and zone, in another order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = 300

SCRIPT = """
import hashlib, sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.demo.edition import Edition
from crawler.demo.routes import answer
from crawler.demo.paper import Paper
from crawler.demo.truth import truth
from pipelines.extract.learn import learn
from pipelines.flow import prepare_page, read_page, survey_prepared
from pipelines.values import Page

base, count, is_reversed = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "reversed"
edition = Edition(base_url=base, day=1, is_loaded=False, paper=Paper(size=count + 20))
urls = sorted(article.url for article in truth(1, base, size=count + 20))[:count]
at = datetime(2026, 11, 23, tzinfo=UTC)
pages = [Page(url, answer(edition, urlsplit(url).path).body, at) for url in urls]
assert len(pages) == count
taught = pages[::-1] if is_reversed else pages
profile = learn([survey_prepared(prepare_page(page)) for page in taught])
read = {page.url: repr(read_page(page, profile)) for page in taught}
print(hashlib.sha256(repr([read[url] for url in urls]).encode()).hexdigest(), profile.sha256)
"""


def digests(seed: str, zone: str, order: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "http://news.example/", str(PAGES), order],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout


def test_extraction_of_300_pages_is_the_same_in_any_process_and_order() -> None:
    assert digests("1", "Asia/Tokyo", "sorted") == digests("77", "America/St_Johns", "reversed")

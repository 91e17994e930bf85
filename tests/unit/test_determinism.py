"""The same pages give the same bytes: in another process, with another hash seed, zone and day, in another order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = 300

SCRIPT = """
import hashlib, sys, time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from crawler.demo.edition import Edition
from crawler.demo.routes import answer
from crawler.demo.paper import Paper
from crawler.demo.truth import truth
from pipelines.extract.learn import learn
from pipelines.flow import prepare_page, read_page, survey_prepared
from pipelines.values import Page
import htmldate.core

base, count, is_reversed, days = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "reversed", int(sys.argv[4])


class Checks(type):
    def __instancecheck__(cls, value):
        return isinstance(value, datetime)


class Skewed(datetime, metaclass=Checks):
    # Whoever asks what time it is hears another one.
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=days)

    @classmethod
    def utcnow(cls):
        return cls.now(UTC).replace(tzinfo=None)

    @classmethod
    def today(cls):
        return cls.now()


clock = time.time
for module in [*sys.modules.values()]:
    if module.__name__.partition(".")[0] in ("pipelines", "trafilatura", "htmldate", "dateutil", "dateparser"):
        for name, value in [*vars(module).items()]:
            if value is datetime:
                setattr(module, name, Skewed)
time.time = lambda: clock() + days * 86400
assert abs((htmldate.core.datetime.now() - datetime.now()).days - days) <= 1
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


def digests(seed: str, zone: str, order: str, days: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "http://news.example/", str(PAGES), order, str(days)],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout


def test_extraction_of_300_pages_is_the_same_in_any_process_and_order() -> None:
    assert digests("1", "Asia/Tokyo", "sorted", -5000) == digests("77", "America/St_Johns", "reversed", 5000)

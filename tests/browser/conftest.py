"""One crawl of two nights and one browser for all tests: the site is gone by the time the browser looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crawler.demo import TruthArticle, serve
from tests.browser.seen import chromium
from tests.e2e.archive_view import lines, pressarc
from tests.readers.wayback import installed

SITE = "demo"
SIZE = 24
OPTIONS = ("--allow-private", "--delay", "0", "--set", f"site.name={SITE}")


@dataclass(frozen=True)
class TwoNights:
    """An archive of a site on two days."""

    folder: Path
    origin: str
    """The site's address; nothing is there any more."""
    edited: str
    """URL of an article whose text is another on the second day."""
    first: TruthArticle
    """That article on the first day."""
    second: TruthArticle

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def captured_at(self, revision: int) -> str:
        """When the edited article's revision was captured, in 14 digits."""
        (at,) = [
            line["captured_at"]
            for line in lines(self.archive, "articles", SITE)
            if (line["url"], line["revision"]) == (self.edited, revision)
        ]
        return "".join(character for character in at if character.isdigit())[:14]

    def own(self, day: int) -> list[str]:
        """Lines of the edited article that only that day's edition has."""
        one, other = (self.first, self.second) if day == 1 else (self.second, self.first)
        known = set(other.text.split("\n\n"))
        return [line for line in one.text.split("\n\n") if line not in known]


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> TwoNights:
    folder = tmp_path_factory.mktemp("two-nights")
    with serve(size=SIZE) as server:
        truths: list[dict[str, TruthArticle]] = []
        for day in (1, 2):
            server.set_day(day)
            done = pressarc("crawl", server.url, *OPTIONS, cwd=folder)
            assert done.returncode == 0, done.stderr
            truths.append({article.url: article for article in server.truth()})
        made = (TwoNights(folder, server.url, url, truths[0][url], truths[1][url]) for url in server.events().edited)
        return next(each for each in made if each.own(1) and each.own(2))


@pytest.fixture(scope="session")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of pywb's environment."""
    return installed(tmp_path_factory.mktemp("pywb")).parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened

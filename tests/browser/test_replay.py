"""Archived pages in Chromium, through pywb over a folder and over S3, when the site itself is gone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.conftest import SITE, TwoNights
from tests.browser.replaying import Replay, replay
from tests.browser.seen import shown_in, tab
from tests.contract.s3_servers import BUCKET, running_rclone

pytestmark = pytest.mark.browser

THEME = Path(__file__).parents[2] / "crawler/demo/theme/tideline.css"


@pytest.fixture(scope="module", params=["folder", "s3"])
def replayed(
    request: pytest.FixtureRequest, nights: TwoNights, pywb: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replay]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "folder":
        with replay(str(nights.archive), pywb, folder) as running:
            yield running
        return
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "testtest"}
    served = folder / "served"
    served.mkdir()
    with running_rclone(served) as (endpoint, _):
        shutil.copytree(nights.archive, served / BUCKET, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".work"))
        with replay(f"s3://{BUCKET}?endpoint={endpoint}&region=us-east-1", pywb, folder, **keys) as running:
            yield running


def paper() -> str:
    """The colour that the theme gives its pages, as browsers write it."""
    found = re.search(r"--paper: #(..)(..)(..);", THEME.read_text(encoding="utf-8"))
    assert found
    return "rgb({}, {}, {})".format(*(int(part, 16) for part in found.groups()))


def framed(page: Page) -> Frame:
    """The frame in which pywb shows the archived page, once it is there."""
    frame = page.wait_for_selector("#replay_iframe").content_frame()
    assert frame is not None
    frame.wait_for_selector("article")
    return frame


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("day", [1, 2])
def test_each_days_page_shows_its_own_text_with_pictures_and_style(
    nights: TwoNights, replayed: Replay, browser: Browser, day: int
) -> None:
    with tab(browser) as opened:
        opened.page.goto(replayed.url(nights.captured_at(day), nights.edited))
        shown = shown_in(framed(opened.page))
    truth = nights.first if day == 1 else nights.second
    text = plain(shown.text)
    assert [line for line in truth.text.split("\n\n") if plain(line.replace(" | ", " ")) not in text] == []
    assert nights.own(3 - day)
    assert [line for line in nights.own(3 - day) if plain(line) in text] == []
    assert shown.pictures
    assert [width for width in shown.pictures if width == 0] == []
    assert shown.background == paper()
    assert opened.hosts() <= replayed.hosts


def test_the_start_page_leads_over_site_and_day_to_the_page_as_it_was(
    nights: TwoNights, replayed: Replay, browser: Browser
) -> None:
    with tab(browser, width=390, height=844) as opened:
        page = opened.page
        page.goto(replayed.start)
        for link in (f"text={SITE}", "li a"):
            with page.expect_navigation():  # a click returns before the next page is there
                page.click(link)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.click(f'a[href*="/{nights.captured_at(1)}/{nights.edited}"]')
        assert plain(nights.own(1)[0]) in plain(shown_in(framed(page)).text)
    assert opened.hosts() <= replayed.hosts

"""A pack in ReplayWeb.page: an article as it was on each of two days, when site and archive are gone."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.conftest import SITE, TwoNights
from tests.browser.seen import PATIENCE_MS, shown_in, tab
from tests.browser.test_replay import paper, plain
from tests.browser.viewer import Viewer, fetched, viewer
from tests.e2e.archive_view import pressarc

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["site", "url"])
def viewed(
    request: pytest.FixtureRequest, nights: TwoNights, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Viewer]:
    scripts = fetched(tmp_path_factory.mktemp("replaywebpage"))
    out = tmp_path_factory.mktemp("pack") / f"{request.param}.wacz"
    target = SITE if request.param == "site" else nights.edited
    done = pressarc("pack", target, "--archive", str(nights.archive), "--out", str(out), cwd=nights.folder)
    assert done.returncode == 0, done.stderr
    with viewer(scripts, out) as served:
        yield served


def replayed(page: Page, url: str) -> Frame:
    """The frame that shows the archived page; it is within the viewer's, and that within the page that embeds it."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        for frame in page.frames:
            if frame.url.endswith(f"mp_/{url}"):
                frame.wait_for_selector("article")
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


@pytest.mark.parametrize("day", [1, 2])
def test_a_pack_shows_each_days_text_with_pictures_and_style_and_asks_nobody_else(
    nights: TwoNights, viewed: Viewer, browser: Browser, day: int
) -> None:
    with tab(browser) as opened:
        opened.page.goto(viewed.address(nights.edited, nights.captured_at(day)))
        shown = shown_in(replayed(opened.page, nights.edited))
    text = plain(shown.text)
    truth = nights.first if day == 1 else nights.second
    assert [line for line in truth.text.split("\n\n") if plain(line.replace(" | ", " ")) not in text] == []
    assert [line for line in nights.own(3 - day) if plain(line) in text] == []
    assert shown.pictures
    assert [width for width in shown.pictures if width == 0] == []
    assert shown.background == paper()
    assert opened.hosts() == {viewed.host}
    assert viewed.ranges  # read by ranges, as a large one has to be

"""What a night did not get again is shown with the body that it had, over all runs; and pywb ends with its command."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.browser.replaying import Replay, replay
from tests.unit.captures.nights import AGAIN, NIGHTS, PICTURE, PICTURE_BYTES, four_nights
from tests.unit.publish.nights import article_page, url_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def replayed(pywb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    folder = tmp_path_factory.mktemp("revisits")
    four_nights(folder / "archive")
    with replay(str(folder / "archive"), pywb, folder) as running:
        yield running


def body_of(replayed: Replay, night: int, url: str) -> bytes:
    """The payload of *url* as of that night, as pywb gives it unchanged."""
    with urllib.request.urlopen(replayed.url(f"{NIGHTS[night]:%Y%m%d%H%M%S}id_", url), timeout=30) as answer:
        body: bytes = answer.read()
    return body


def test_a_page_that_was_not_modified_is_shown_as_it_had_been(replayed: Replay) -> None:
    assert body_of(replayed, 1, url_of("quarry")) == article_page("quarry")


def test_a_page_that_was_changed_later_is_shown_as_it_was_on_each_night(replayed: Replay) -> None:
    assert body_of(replayed, 0, url_of("quarry")) == article_page("quarry")
    assert b"stay open until spring" in body_of(replayed, 2, url_of("quarry"))


@pytest.mark.parametrize("url", [PICTURE, AGAIN])
def test_a_picture_under_two_urls_is_shown_under_both(replayed: Replay, url: str) -> None:
    assert body_of(replayed, 1, url) == PICTURE_BYTES


def test_pywb_ends_with_a_command_that_is_killed(pywb: Path, tmp_path: Path) -> None:
    four_nights(tmp_path / "archive")
    ended = False
    with suppress(AssertionError), replay(str(tmp_path / "archive"), pywb, tmp_path) as running:
        address = running.url("2026id_", PICTURE)
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200
        running.process.kill()
        deadline = time.monotonic() + 30
        while answers(address):
            assert time.monotonic() < deadline, "pywb is still there"
            time.sleep(0.1)
        ended = True
    assert ended


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True

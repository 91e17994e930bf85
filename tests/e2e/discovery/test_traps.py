"""Traps: pages without end cost few requests, and no article for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.demo import Kind, serve
from crawler.demo.visits import kinds
from tests.e2e.discovery.visitor import assert_found, crawl

SIZE = 40
MOST, MOST_OF_AN_ENDLESS_ONE = 10, 50


@pytest.mark.parametrize("vice", ["calendar", "facets"])
@pytest.mark.parametrize("also", [(), ("only_listings",)], ids=["with a sitemap", "listings alone"])
def test_an_endless_trap_ends_within_fifty_requests(tmp_path: Path, vice: str, also: tuple[str, ...]) -> None:
    with serve(size=SIZE, vices=[vice, *also]) as server:
        night = crawl(server, tmp_path)
        assert_found(night.articles, server.truth())
    assert kinds(night.hits)[Kind.TRAP] <= MOST_OF_AN_ENDLESS_ONE


@pytest.mark.parametrize("vice", ["replytocom", "share_links", "endless_path", "print_and_amp"])
@pytest.mark.parametrize("also", [(), ("only_listings",)], ids=["with a sitemap", "listings alone"])
def test_other_traps_take_no_more_than_the_few_requests_that_detection_needs(
    tmp_path: Path, vice: str, also: tuple[str, ...]
) -> None:
    with serve(size=SIZE, vices=[vice, *also]) as server:
        night = crawl(server, tmp_path)
        assert_found(night.articles, server.truth())
    assert kinds(night.hits)[Kind.TRAP] <= MOST


def test_all_traps_together_leave_a_first_night_of_two_hundred_complete_and_cheap(tmp_path: Path) -> None:
    vices = ["calendar", "facets", "replytocom", "share_links", "endless_path", "print_and_amp", "changing_sidebar"]
    with serve(size=200, vices=vices) as server:
        night = crawl(server, tmp_path)
        assert_found(night.articles, server.truth())
    assert kinds(night.hits)[Kind.TRAP] <= MOST
    assert len(night.hits) <= 1.25 * 200

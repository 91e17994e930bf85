"""What the demo site's log says of a visitor."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest

from crawler.demo import DemoServer, serve
from crawler.demo.routes import Kind
from crawler.demo.server import Hit
from crawler.demo.visits import (
    answered_anew,
    asked_twice,
    disallowed,
    kinds,
    shortest_gap_s,
    too_early,
    without_requisites,
)


def get(server: DemoServer, path: str, **fields: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def hits(times: Iterable[float], path: str = "/") -> list[Hit]:
    return [Hit("GET", path, at_s, 200, Kind.LISTING) for at_s in times]


def test_requests_are_counted_by_what_they_asked_for() -> None:
    with serve(size=130, vices=["calendar"]) as server:
        article = urlsplit(server.truth()[0].url).path
        tag = get(server, article).getheader("ETag") or ""
        get(server, article, If_None_Match=tag)
        for path in ("/", "/category/local/page/2/", "/robots.txt", "/sitemap.xml", "/feed/", "/about/", "/nowhere/"):
            get(server, path)
        get(server, "/calendar/2026/10/")
        get(server, "/assets/tideline.css")
        log = server.requests
    assert kinds(log) == {
        Kind.ARTICLE: 2,
        Kind.LISTING: 2,
        Kind.ROBOTS: 1,
        Kind.SITEMAP: 1,
        Kind.FEED: 1,
        Kind.PAGE: 1,
        Kind.MISSING: 1,
        Kind.TRAP: 1,
        Kind.REQUISITE: 1,
    }
    assert len(without_requisites(log)) == len(log) - 1
    assert [hit.status for hit in log if hit not in answered_anew(log)] == [304]
    assert asked_twice(log) == {article: 2}


def test_what_robots_txt_forbids_is_found_in_the_log() -> None:
    with serve(size=20) as server:
        for path in ("/private/desk/", "/search?q=x", "/searching/", "/about/"):
            get(server, path)
        assert [hit.path for hit in disallowed(server.requests)] == ["/private/desk/", "/search?q=x", "/searching/"]


def test_the_shortest_gap_is_that_between_two_requests_or_the_mean_over_some() -> None:
    assert shortest_gap_s(hits([0.0, 1.0, 1.25, 3.0])) == 0.25
    assert shortest_gap_s(hits([0.0, 1.0, 1.25, 3.0]), over=2) == 0.625
    assert shortest_gap_s(hits([0.0])) == float("inf")


def test_requests_during_a_pause_are_breaches() -> None:
    busy = Hit("GET", "/", 10.0, 429, Kind.BUSY, 2.0)
    log = [*hits([9.0]), busy, *hits([11.9]), *hits([12.0])]
    assert [hit.at_s for hit in too_early(log)] == [11.9]


def test_a_busy_server_tells_its_clients_and_its_log() -> None:
    with serve(size=20, vices=["busy_429"]) as server:
        statuses = [get(server, "/about/").status for _ in range(41)]
        waited_for = get(server, "/about/").getheader("Retry-After")
        assert statuses == [200] * 39 + [429, 429]
        assert waited_for in ("1", "2")
        assert [hit.status for hit in too_early(server.requests)] == [429, 429]


def test_a_silent_server_closes_connections_and_logs_them() -> None:
    with serve(size=20, vices=["silent"]) as server:
        with pytest.raises(http.client.RemoteDisconnected):
            get(server, "/")
        assert [(hit.path, hit.status) for hit in server.requests] == [("/", 0)]
        server.set_vices()
        assert get(server, "/").status == 200


def test_a_slow_server_takes_its_time() -> None:
    with serve(size=20, vices=["slow"]) as server:
        started = time.monotonic()
        get(server, "/about/")
        assert time.monotonic() - started >= 0.15


def test_a_server_turns_to_other_days_and_knows_its_truth() -> None:
    with serve(size=30) as server:
        assert len(server.truth()) == 30
        server.set_day(3)
        assert len(server.truth()) == 30 + 15 - 2 + 10 - 1
        assert len(server.events().new) == 10
        assert all(url.startswith(server.url) for url in server.events().new)
        path = urlsplit(server.events().new[0]).path
        assert get(server, path).status == 200


def test_a_wrong_size_or_vice_is_refused_before_the_port_is_taken() -> None:
    with pytest.raises(ValueError, match="no vice"), serve(vices=["kindness"]):
        pass
    with pytest.raises(ValueError, match="20 to 10000"), serve(size=5):
        pass

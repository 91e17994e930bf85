"""The demo site's server: HTTP/1.1 as a client meets it."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.demo import DemoServer, newsroom, serve

ROOT = Path(__file__).parents[3]
ROBOTS, STYLE = "/robots.txt", "/assets/tideline.css"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with serve() as running:
        yield running


def exchange(
    server: DemoServer, path: str, method: str = "GET", **fields: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """One request on a connection of its own; underscores in field names stand for hyphens."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def raw(server: DemoServer, request: bytes) -> bytes:
    """What comes back until the server closes."""
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.sendall(request)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)


def test_one_connection_carries_many_requests_in_both_framings(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    framings = set()
    try:
        connection.connect()
        first_socket = connection.sock
        for article in newsroom(1)[:12]:
            connection.request("GET", article.path)
            response = connection.getresponse()
            body = response.read()
            assert (response.version, response.status) == (11, 200)
            assert body.endswith(b"</html>\n")
            framings.add(response.getheader("Transfer-Encoding") or "length")
            assert connection.sock is first_socket
    finally:
        connection.close()
    assert framings == {"chunked", "length"}


def test_gzip_is_sent_to_those_who_accept_it_and_decodes_to_the_same_page(server: DemoServer) -> None:
    for path in ("/", newsroom(1)[0].path, newsroom(1)[1].path, newsroom(1)[2].path, ROBOTS):
        bare, body = exchange(server, path)
        packed, packed_body = exchange(server, path, Accept_Encoding="gzip")
        assert bare.getheader("Content-Encoding") is None
        assert packed.getheader("Content-Encoding") == "gzip"
        assert gzip.decompress(packed_body) == body
        assert packed.getheader("Vary") == "Accept-Encoding"
        assert packed.getheader("ETag") != bare.getheader("ETag")


def test_images_are_not_compressed_again(server: DemoServer) -> None:
    response, body = exchange(server, "/media/2026/11/x-480x270.png", Accept_Encoding="gzip")
    assert response.getheader("Content-Encoding") is None
    assert response.getheader("Content-Type") == "image/png"
    assert len(body) < 20_000


def test_a_known_tag_gets_304_without_a_body(server: DemoServer) -> None:
    path = newsroom(1)[0].path
    tag = exchange(server, path)[0].getheader("ETag")
    assert tag
    for given in (tag, f'"other", W/{tag}', "*"):
        response, body = exchange(server, path, If_None_Match=given)
        assert (response.status, body) == (304, b"")
        assert response.getheader("ETag") == tag
    assert exchange(server, path, If_None_Match='"other"')[0].status == 200
    assert exchange(server, path, If_None_Match=tag, Accept_Encoding="gzip")[0].status == 200


def test_a_date_at_or_after_the_last_change_gets_304_unless_a_tag_speaks(server: DemoServer) -> None:
    path = newsroom(1)[0].path
    modified = exchange(server, path)[0].getheader("Last-Modified")
    assert modified
    assert exchange(server, path, If_Modified_Since=modified)[0].status == 304
    earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(seconds=1), usegmt=True)
    assert exchange(server, path, If_Modified_Since=earlier)[0].status == 200
    assert exchange(server, path, If_Modified_Since="yesterday")[0].status == 200
    assert exchange(server, path, If_Modified_Since=modified, If_None_Match='"other"')[0].status == 200


def test_a_304_leaves_the_connection_usable(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        for _ in range(2):
            connection.request("GET", STYLE, headers={"If-None-Match": "*"})
            response = connection.getresponse()
            assert (response.status, response.read()) == (304, b"")
    finally:
        connection.close()


def test_head_says_what_get_would_and_sends_no_body(server: DemoServer) -> None:
    for path in ("/", ROBOTS, "/nowhere/"):
        head, nothing = exchange(server, path, "HEAD")
        get, _ = exchange(server, path)
        assert nothing == b""
        assert head.status == get.status
        for name in ("Content-Type", "Content-Length", "Transfer-Encoding", "ETag", "Last-Modified"):
            assert head.getheader(name) == get.getheader(name)


def test_head_leaves_nothing_behind_on_the_wire(server: DemoServer) -> None:
    answer = raw(server, b"HEAD / HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert answer.count(b"\r\n\r\n") == 1


def test_unknown_methods_are_refused(server: DemoServer) -> None:
    assert exchange(server, "/private/subscribe/", "POST", Content_Length="0")[0].status == 501


def test_a_missing_slash_moves_and_an_unknown_path_is_not_found(server: DemoServer) -> None:
    path = newsroom(1)[0].path
    response, body = exchange(server, path.rstrip("/") + "?utm_source=x")
    assert (response.status, body) == (301, b"")
    assert response.getheader("Location") == server.url.rstrip("/") + path + "?utm_source=x"
    response, body = exchange(server, "/nowhere/")
    assert response.status == 404
    assert b"Page not found" in body


def test_turning_to_day_two_brings_new_pages_removes_two_and_leaves_the_rest(server: DemoServer) -> None:
    opinion = next(article for article in newsroom(1) if article.section == "Opinion")
    edited = next(article for article in newsroom(2) if article.topic == "the Tallow Street tunnel")
    tags = {path: exchange(server, path)[0].getheader("ETag") or "" for path in (opinion.path, edited.path)}
    server.set_day(2)
    assert exchange(server, newsroom(2)[0].path)[0].status == 200
    assert exchange(server, "/2026/10/costume-store-lends-its-cloaks-for-the-cold/")[0].status == 410
    assert exchange(server, opinion.path, If_None_Match=tags[opinion.path])[0].status == 304
    response, body = exchange(server, edited.path, If_None_Match=tags[edited.path])
    assert response.status == 200
    assert b"a brick channel, high enough to stand in" in body


def test_a_day_that_is_not_leaves_the_server_as_it_was(server: DemoServer) -> None:
    with pytest.raises(ValueError, match="not 7"):
        server.set_day(7)
    assert exchange(server, "/")[0].status == 200


def test_the_log_holds_every_request_in_order(server: DemoServer) -> None:
    exchange(server, "/search?q=bay")
    exchange(server, "/nowhere/", "HEAD")
    assert [(hit.method, hit.path, hit.status) for hit in server.requests] == [
        ("GET", "/search?q=bay", 200),
        ("HEAD", "/nowhere/", 404),
    ]
    assert server.requests[0].at_s <= server.requests[1].at_s


def test_the_plain_site_carries_one_article_a_page() -> None:
    with serve(loaded=False) as plain:
        body = exchange(plain, newsroom(1)[0].path)[1]
    assert body.count(b"<article ") == 1


def test_closing_ends_open_connections_and_frees_the_port() -> None:
    with serve() as server:
        parts = urlsplit(server.url)
        idle = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
        idle.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: demo\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200 ")
    with idle:
        while idle.recv(65536):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)


def test_the_command_prints_its_address_and_stops_when_interrupted() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "crawler.demo", "--port", "0", "--day", "2", "--plain"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            connection.request("GET", newsroom(2)[0].path)
            body = connection.getresponse().read()
            connection.close()
            assert body.count(b"<article ") == 1
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)
        assert (process.returncode, process.stderr.read()) == (0, "")

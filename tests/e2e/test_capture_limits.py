"""What a hostile or broken site can do to a crawl: each ends in an outcome with its reason, within its limit."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest

from tests.e2e.archive_view import environment, lines, manifests, pressarc
from tests.e2e.raw_site import RawSite, answer, linking, redirect, serving
from tests.origin.certificates import Authority
from tests.origin.plain_reader import Block, read_blocks

OPTIONS = ("--delay", "0", "--set", "site.name=limits", "--set", "crawl.retries=0", "--set", "crawl.timeout_s=3")
REPORT = answer(b"figures of the town, year by year\n" * 200, kind="application/octet-stream")
STORY = answer(b"<article><h1>The same</h1>" + b"<p>It was said on two addresses alike, word for word.</p>" * 40)
ZEROS = 80 * 1024 * 1024


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(200):
        connection.sendall(b".")
        time.sleep(0.1)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"4000\r\n" + b"w" * 0x4000 + b"\r\n")


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"m" * 4000 + b"\r\n")


PAGES = {
    "/drip": drip,
    "/flood": flood,
    "/endless-head": endless_head,
    "/gzip-bomb": answer(gzip.compress(bytes(ZEROS), 9), "Content-Encoding: gzip"),
    "/brotli-bomb": answer(brotli.compress(bytes(ZEROS), quality=1), "Content-Encoding: br"),
    **{f"/chain-{number}": redirect(f"/chain-{number + 1}") for number in range(30)},
    "/loop-a": redirect("/loop-b"),
    "/loop-b": redirect("/loop-a"),
    "/itself": redirect("/itself"),
    "/to-a-file": redirect("file:///etc/passwd"),
    "/to-ftp": redirect("ftp://127.0.0.1/file"),
    "/report-of-spring": REPORT,
    "/report-of-autumn": REPORT,
    "/one-address": STORY,
    "/other-address": STORY,
}


@dataclass(frozen=True)
class Done:
    outcomes: dict[str, list[dict[str, Any]]]
    """Lines by path."""
    archive: Path
    elsewhere: RawSite

    def one(self, path: str) -> dict[str, Any]:
        (line,) = self.outcomes[path]
        return line

    @property
    def blocks(self) -> list[Block]:
        return [block for path in sorted(self.archive.glob("warc/*/*/*.warc.gz")) for block in read_blocks(path)]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("limits")
    with serving({}) as elsewhere:
        away = {"/away": redirect(f"http://127.0.0.1:{elsewhere.port}/target")}
        linked = [path for path in (*PAGES, *away) if not path.startswith(("/chain-", "/loop-"))]
        home = {"/": linking(*linked, "/chain-0", "/loop-a")}
        with serving({**home, **PAGES, **away}) as site:
            url = f"http://127.0.0.1:{site.port}"
            limit = ("--set", "crawl.max_body_bytes=300000")
            crawled = pressarc("crawl", f"{url}/", *OPTIONS, *limit, "--allow-private", cwd=folder)
        assert crawled.returncode == 3, crawled.stderr
        verified = pressarc("verify", cwd=folder)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        outcomes: dict[str, list[dict[str, Any]]] = {}
        for line in lines(folder / "archive", "outcomes", "limits"):
            outcomes.setdefault(line["url"].removeprefix(url), []).append(line)
        yield Done(outcomes, folder / "archive", elsewhere)


@pytest.mark.parametrize(
    ("path", "reason", "words"),
    [
        ("/drip", "timeout", "time"),
        ("/flood", "too_large", "length"),
        ("/endless-head", "too_large", "length"),
        ("/gzip-bomb", "undecodable", "bytes once its codings are undone"),
        ("/brotli-bomb", "undecodable", "bytes once its codings are undone"),
    ],
)
def test_what_has_no_end_ends_at_its_limit_with_its_reason(done: Done, path: str, reason: str, words: str) -> None:
    line = done.one(path)
    assert (line["outcome"], line["reason"]) == ("failed", reason)
    assert words in line["detail"]
    assert line["warc"] is not None


def test_a_chain_of_redirects_ends_after_ten_with_a_reason(done: Done) -> None:
    followed = [done.one(f"/chain-{number}")["outcome"] for number in range(11)]
    assert followed == ["redirect"] * 11
    last = done.one("/chain-11")
    assert (last["outcome"], last["reason"], last["warc"]) == ("refused", "too_many_redirects", None)
    assert last["via"] == "redirect"
    assert "/chain-12" not in done.outcomes


def test_a_loop_of_redirects_is_walked_once(done: Done) -> None:
    assert [done.one(path)["outcome"] for path in ("/loop-a", "/loop-b", "/itself")] == ["redirect"] * 3


def test_a_redirect_off_the_site_is_recorded_and_not_followed(done: Done) -> None:
    line = done.one("/away")
    assert (line["outcome"], line["reason"]) == ("redirect", "redirect_off_site")
    assert line["detail"] == f"http://127.0.0.1:{done.elsewhere.port}/target"
    assert done.elsewhere.connections == 0


@pytest.mark.parametrize("path", ["/to-a-file", "/to-ftp"])
def test_a_redirect_to_what_is_not_http_leads_nowhere(done: Done, path: str) -> None:
    line = done.one(path)
    assert (line["outcome"], line["detail"]) == ("redirect", "it names no URL that can be requested")
    assert not any("file:" in url or "ftp:" in url for url in done.outcomes)


def test_the_same_document_under_two_urls_is_stored_once_and_each_has_its_outcome(done: Done) -> None:
    assert {done.one(path)["outcome"] for path in ("/report-of-spring", "/report-of-autumn")} == {"requisite"}
    of_reports = [block for block in done.blocks if "/report-of" in (block.get("WARC-Target-URI") or "")]
    written = {block.get("WARC-Type"): block for block in of_reports}
    assert written["revisit"].get("WARC-Refers-To") == written["response"].get("WARC-Record-ID")
    named = {done.one(path)["warc"]["record_id"] for path in ("/report-of-spring", "/report-of-autumn")}
    assert named == {str(written[kind].get("WARC-Record-ID")).strip("<>") for kind in ("response", "revisit")}


def test_the_same_page_under_two_urls_is_stored_twice_and_read_twice(done: Done) -> None:
    of_story = [b for b in done.blocks if (b.get("WARC-Target-URI") or "").endswith("-address")]
    assert [b.get("WARC-Type") for b in of_story].count("response") == 2
    assert "unchanged" not in {done.one(path)["outcome"] for path in ("/one-address", "/other-address")}


# ---------------------------------------------------------------- certificates


@pytest.mark.parametrize(
    ("certificate", "outcome"),
    [
        ({}, ("page", "too_short")),
        ({"is_expired": True}, ("failed", "tls_failed")),
        ({"host": "127.0.0.9"}, ("failed", "tls_failed")),
        ({"is_self_signed": True}, ("failed", "tls_failed")),
    ],
    ids=["good", "expired", "wrong name", "self-signed"],
)
def test_certificates_are_verified_and_a_bad_one_is_an_outcome_of_the_run(
    tmp_path: Path, certificate: dict[str, Any], outcome: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    pages = {"/": b"", "/kept-apart": answer(b"<p>Little to say.</p>")}
    with serving(pages, tls=authority.context(**certificate)) as site:
        pages["/"] = linking(f"https://127.0.0.1:{site.port}/kept-apart")
        home = f"http://127.0.0.1:{site.port}/"
        crawled = pressarc("crawl", home, *OPTIONS, "--allow-private", cwd=tmp_path)
    assert crawled.returncode == 3, crawled.stderr
    found = {line["url"]: line for line in lines(tmp_path / "archive", "outcomes", "limits")}
    line = found[f"https://127.0.0.1:{site.port}/kept-apart"]
    assert (line["outcome"], line["reason"]) == outcome
    assert ("/kept-apart" in site.asked) == (outcome[0] == "page")
    assert pressarc("verify", cwd=tmp_path).returncode == 0


# ---------------------------------------------------------------- private addresses

# The command, with names of our own: what a resolver answers is what a publisher writes into the DNS. "a=1+2" means
# that the name a is 1 when it is first asked for and 2 from then on.
RESOLVING = """
import socket
import sys

names = {name: answers.split("+") for name, answers in (pair.split("=") for pair in sys.argv.pop(1).split(","))}
public = sys.argv.pop(1)
real_getaddrinfo = socket.getaddrinfo

def lookup(host, *rest, **more):
    answers = names.get(host, [host])
    return real_getaddrinfo(answers.pop(0) if answers[1:] else answers[0], *rest, **more)

socket.getaddrinfo = lookup  # before Twisted takes it

from crawler import cli, settings
from crawler.capture import guards

real_is_private = guards.is_private
guards.is_private = lambda address: address != public and real_is_private(address)
settings.DNSCACHE_ENABLED = False
cli.main()
"""


def resolving(names: str, *arguments: str, cwd: Path, public: str = "none") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RESOLVING, names, public, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_name_that_resolves_to_a_private_address_is_refused(tmp_path: Path) -> None:
    with serving({"/": linking()}) as site:
        url = f"http://news.example:{site.port}/"
        refused = resolving("news.example=127.0.0.1", "crawl", url, *OPTIONS, cwd=tmp_path)
    assert refused.returncode == 1
    assert "the address 127.0.0.1 is private" in refused.stderr
    assert site.asked == []


def test_a_redirect_to_a_name_that_resolves_to_a_private_address_is_refused(tmp_path: Path) -> None:
    pages = {"/": linking("/moved")}
    with serving(pages) as site, serving({}, host="127.0.0.2", port=site.port) as inner:
        target = f"http://www.news.example:{site.port}/admin"
        pages["/moved"] = redirect(target)
        crawled = resolving(
            "news.example=127.0.0.1,www.news.example=127.0.0.2",
            "crawl",
            f"http://news.example:{site.port}/",
            *OPTIONS,
            cwd=tmp_path,
            public="127.0.0.1",
        )
    assert crawled.returncode == 3, crawled.stderr
    found = {line["url"]: line for line in lines(tmp_path / "archive", "outcomes", "limits")}
    assert found[f"http://news.example:{site.port}/moved"]["outcome"] == "redirect"
    line = found[target]
    assert (line["outcome"], line["reason"], line["warc"]) == ("refused", "address_refused", None)
    assert "127.0.0.2" in line["detail"]
    assert inner.asked == []


def test_a_name_that_changes_its_address_within_a_crawl_is_refused_from_then_on(tmp_path: Path) -> None:
    # The home page closes its connection, so that the name is asked for again.
    home = linking("/inner").replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    with serving({"/": home}) as site, serving({}, host="127.0.0.2", port=site.port) as inner:
        url = f"http://news.example:{site.port}/"
        names = "news.example=127.0.0.1+127.0.0.2"
        crawled = resolving(names, "crawl", url, *OPTIONS, cwd=tmp_path, public="127.0.0.1")
    assert crawled.returncode == 3, crawled.stderr
    found = {line["url"]: line for line in lines(tmp_path / "archive", "outcomes", "limits")}
    assert (found[f"{url}inner"]["outcome"], found[f"{url}inner"]["reason"]) == ("refused", "address_refused")
    assert "127.0.0.2" in found[f"{url}inner"]["detail"]
    assert inner.asked == []


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")
def test_over_ipv6_a_private_address_is_refused_and_an_allowed_one_archived(tmp_path: Path) -> None:
    with serving({"/": linking()}, host="::1") as site:
        url = f"http://[::1]:{site.port}/"
        refused = pressarc("crawl", url, *OPTIONS, cwd=tmp_path)
        assert refused.returncode == 1
        assert "the address ::1 is private" in refused.stderr
        assert site.asked == []
        allowed = pressarc("crawl", url, *OPTIONS, "--allow-private", cwd=tmp_path)
    assert allowed.returncode == 3, allowed.stderr
    (path,) = (tmp_path / "archive").glob("warc/*/*/*.warc.gz")
    assert {block.get("WARC-IP-Address") for block in read_blocks(path)} == {"::1", None}


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")
def test_a_private_address_is_refused_when_it_is_mapped_into_ipv6(tmp_path: Path) -> None:
    with serving({"/": linking()}) as site:
        refused = pressarc("crawl", f"http://[::ffff:127.0.0.1]:{site.port}/", *OPTIONS, cwd=tmp_path)
    assert refused.returncode == 1
    assert "is private" in refused.stderr
    assert site.asked == []


def test_only_http_and_https_are_seeds(tmp_path: Path) -> None:
    for url in ("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/"):
        refused = pressarc("crawl", url, cwd=tmp_path)
        assert refused.returncode == 2
        assert url in refused.stderr
    assert manifests(tmp_path / "archive", "limits") == []

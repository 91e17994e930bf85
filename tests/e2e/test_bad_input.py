"""What goes wrong in the field: each a counted outcome or one clear sentence, and nothing is lost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.e2e.archive_view import lines, manifests, pressarc

OPTIONS = ("--allow-private", "--delay", "0", "--set", "site.name=bad", "--set", "crawl.retries=0")

SENTENCES = " ".join(f"Der Müller fährt am Morgen Nummer {number} über die Brücke zur Mühle." for number in range(12))
ARTICLE = f"""<html><head><title>Die Mühle am Fluss</title><meta property="og:type" content="article"></head>
<body><article><h1>Die Mühle am Fluss</h1><p>{SENTENCES}</p><p>{SENTENCES[::-1]}</p></article></body></html>"""

PAGES = {
    "/": (
        "text/html; charset=utf-8",
        b"".join(
            b'<h2><a href="/%b">A headline of at least five words</a></h2>' % name
            for name in (
                b"huge-page-of-fifty-megabytes",
                b"lying-charset-of-a-page",
                b"deeply-nested-page-of-divs",
                b"says-gzip-but-is-not",
                b"broken-gzip-of-a-page",
                b"nothing-in-it-at-all",
                b"gone-since-last-tuesday",
            )
        ),
    ),
    "/huge-page-of-fifty-megabytes": ("text/html", b"<p>" + b"word " * 10_000_000),
    "/lying-charset-of-a-page": ("text/html; charset=utf-8", ARTICLE.encode("cp1252")),
    "/deeply-nested-page-of-divs": ("text/html", b"<html><body>" + b"<div>" * 100_000 + b"deep"),
    "/says-gzip-but-is-not": ("text/html", ARTICLE.encode()),
    "/broken-gzip-of-a-page": ("text/html", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff\x00" * 400),
    "/nothing-in-it-at-all": ("text/html", b""),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind, body = PAGES.get(self.path, ("text/plain", None))
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        if "gzip" in self.path:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        try:
            self.wfile.write(body or b"")
        except OSError:
            self.close_connection = True  # the crawler had enough of it

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def bad_site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = tmp_path_factory.mktemp("bad")
    with bad_site() as url:
        done = pressarc("crawl", url, *OPTIONS, cwd=folder)
        assert done.returncode == 3, done.stderr
        assert pressarc("verify", cwd=folder).returncode == 0
        found = lines(folder / "archive", "outcomes", "bad")
        articles = {line["url"]: line for line in lines(folder / "archive", "articles", "bad")}
        return {str(line["url"]).removeprefix(url): {**line, "article": articles.get(line["url"])} for line in found}


@pytest.mark.parametrize(
    ("path", "outcome", "reason"),
    [
        ("huge-page-of-fifty-megabytes", "failed", "too_large"),
        ("lying-charset-of-a-page", "article", None),
        ("deeply-nested-page-of-divs", "page", "no_article"),
        ("says-gzip-but-is-not", "article", None),
        ("broken-gzip-of-a-page", "failed", "undecodable"),
        ("nothing-in-it-at-all", "page", "unparsable"),
        ("gone-since-last-tuesday", "http_error", "client_error"),
    ],
)
def test_a_bad_page_is_archived_and_counted_with_its_reason(
    outcomes, path: str, outcome: str, reason: str | None
) -> None:
    line = outcomes[path]
    assert (line["outcome"], line["reason"]) == (outcome, reason)
    assert line["warc"] is not None


def test_a_lying_charset_does_not_spoil_the_text(outcomes) -> None:
    article = outcomes["lying-charset-of-a-page"]["article"]
    assert SENTENCES in article["text"]
    assert "charset_guessed" in article["quality"]["flags"]


def refused(*arguments: str, cwd: Path, code: int) -> str:
    """The one sentence that a command leaves on standard error."""
    done = pressarc(*arguments, cwd=cwd)
    assert done.returncode == code, done.stderr
    sentences = [line for line in done.stderr.splitlines() if not line.endswith(": crawling")]
    assert len(sentences) == 1, done.stderr
    return sentences[0]


def test_an_unreachable_host_is_one_sentence_and_leaves_nothing_behind(tmp_path: Path) -> None:
    sentence = refused("crawl", "http://127.0.0.1:9/", *OPTIONS, cwd=tmp_path, code=1)
    assert "http://127.0.0.1:9/" in sentence
    assert "nothing answered" in sentence
    assert manifests(tmp_path / "archive", "bad") == []
    assert not list((tmp_path / "archive" / ".work" / "bad").glob("2*"))


def test_a_private_address_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    with bad_site() as url:
        sentence = refused("crawl", url, cwd=tmp_path, code=1)
    assert "is private" in sentence
    assert "--allow-private" in sentence


def test_a_url_that_is_no_news_site_is_archived_with_a_warning(tmp_path: Path) -> None:
    with bad_site() as url:
        done = pressarc("crawl", f"{url}nothing-in-it-at-all", *OPTIONS, cwd=tmp_path)
    assert done.returncode == 3
    assert "no article was found" in done.stderr
    assert len(manifests(tmp_path / "archive", "bad")) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("crawl", "nonsense"), ("nonsense", "https://")),
        (("crawl", "ftp://example.org/"), ("ftp://example.org/", "https://")),
        (("crawl", "https://example.org/", "--set", "crawl.delai_s=1"), ("crawl.delai_s", "crawl.delay_s")),
        (("crawl", "https://example.org/", "--config", "no.toml"), ("no.toml", "cannot be read")),
        (("status", "--archive", "nowhere"), ("nowhere", "no archive")),
        (("verify", "--archive", "gopher://x/"), ("gopher", "s3://bucket/prefix")),
        (("extract",), ("--pages",)),
    ],
)
def test_a_wrong_word_is_answered_with_what_where_and_what_to_do(tmp_path: Path, arguments, words) -> None:
    sentence = refused(*arguments, cwd=tmp_path, code=2)
    assert all(word in sentence for word in words), sentence


def test_a_bad_key_in_a_file_names_file_key_and_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "pressarc.toml").write_text("[crawl]\nmax_page = 3\n")
    sentence = refused("crawl", "https://example.org/", cwd=tmp_path, code=2)
    assert all(word in sentence for word in ("pressarc.toml", "crawl.max_page", "crawl.max_pages"))


def test_an_archive_of_another_format_is_left_alone(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    facts = json.dumps({"format": 2, "schema": "pressarc.archive/2"})
    (archive / "archive.json").write_text(facts)
    sentence = refused("crawl", "http://127.0.0.1:9/", *OPTIONS, cwd=tmp_path, code=1)
    assert "format 2" in sentence
    assert (archive / "archive.json").read_text() == facts


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    place = str(blocked / "archive") if os.geteuid() == 0 else "/archive"
    sentence = refused("crawl", "http://127.0.0.1:9/", *OPTIONS, "--archive", place, cwd=tmp_path, code=1)
    assert place.split("/")[-2] in sentence
    assert "cannot be written" in sentence

"""What HTTP says first: the outcome of each kind of answer, the same live and offline."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.extract.profile import EMPTY
from pipelines.publish.exchange import is_html, prepare_exchange, read_exchange, read_record, record_ref
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Exchange, Page, Survey, VisitFacts
from pipelines.warc.pages import CapturedExchange, read_exchanges
from pipelines.warc.reader import WarcRecord
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcWriter
from tests.unit.publish.nights import HOME, SITE, article_page, exchange, url_of

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BROKEN_GZIP = b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 20
INFO = WarcInfo("pressarc", "nobody", "pressarc", "run")


def captured(folder: Path, each: Exchange, facts: VisitFacts | None = None) -> CapturedExchange:
    writer = WarcWriter(folder, key_of=lambda serial: f"{serial}.warc.gz", info=INFO)
    writer.append(each, facts, NOW)
    writer.seal()
    (found,) = read_exchanges(io.BytesIO((folder / "0.warc.gz").read_bytes()))
    return found


def answer(folder: Path, status: int, body: bytes = b"", **facts: object) -> CapturedExchange:
    return captured(folder, exchange(url_of("bakery"), body, at=NOW, status=status, **facts))  # type: ignore[arg-type]


def outcome_of(found: CapturedExchange) -> tuple[Outcome, Reason | None, str | None]:
    read = read_exchange(found, "k", EMPTY)
    assert read is not None
    return read.reading.outcome, read.reading.reason, read.reading.detail


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (204, Outcome.PAGE, Reason.UNPARSABLE),
        (304, Outcome.UNCHANGED, None),
        (401, Outcome.HTTP_ERROR, Reason.CLIENT_ERROR),
        (404, Outcome.HTTP_ERROR, Reason.CLIENT_ERROR),
        (410, Outcome.HTTP_ERROR, Reason.CLIENT_ERROR),
        (429, Outcome.HTTP_ERROR, Reason.CLIENT_ERROR),
        (500, Outcome.HTTP_ERROR, Reason.SERVER_ERROR),
        (503, Outcome.HTTP_ERROR, Reason.SERVER_ERROR),
        (600, Outcome.HTTP_ERROR, Reason.SERVER_ERROR),
        (999, Outcome.HTTP_ERROR, Reason.SERVER_ERROR),
    ],
)
def test_the_status_decides(tmp_path: Path, status: int, outcome: Outcome, reason: Reason | None) -> None:
    assert outcome_of(answer(tmp_path, status))[:2] == (outcome, reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, Reason.CHALLENGE),
        (429, Reason.CHALLENGE),
        (503, Reason.CHALLENGE),
        (404, Reason.CLIENT_ERROR),
        (500, Reason.SERVER_ERROR),
    ],
)
def test_a_challenge_that_comes_as_an_error_is_told_from_one(tmp_path: Path, status: int, reason: Reason) -> None:
    challenge = b"<title>Just a moment...</title><script src='/gate/challenge/1.js'></script>"
    assert outcome_of(answer(tmp_path / "a", status, challenge)) == (Outcome.HTTP_ERROR, reason, f"status {status}")
    plain = b"<title>Error</title><h1>Something went wrong</h1>"
    own = Reason.CLIENT_ERROR if status < 500 else Reason.SERVER_ERROR
    assert outcome_of(answer(tmp_path / "b", status, plain)) == (Outcome.HTTP_ERROR, own, f"status {status}")


def test_a_challenge_is_known_by_its_field_though_its_body_is_broken(tmp_path: Path) -> None:
    fields = (("Content-Encoding", "gzip"), ("CF-Mitigated", "challenge"))
    found = answer(tmp_path, 403, BROKEN_GZIP, fields=fields)
    assert outcome_of(found)[:2] == (Outcome.HTTP_ERROR, Reason.CHALLENGE)


def test_a_wall_under_status_200_is_a_page_without_articles_that_teaches_nothing(tmp_path: Path) -> None:
    found = answer(tmp_path, 200, b"<title>Sign in</title><form><input type=password></form>")
    assert outcome_of(found)[:2] == (Outcome.PAGE, Reason.LOGIN_WALL)
    prepared = prepare_exchange(found, "k", EMPTY)
    assert prepared is not None
    taught = prepared.survey(EMPTY)
    assert taught is not None
    assert taught.parts == ()


@pytest.mark.parametrize(
    ("location", "reason", "detail"),
    [
        ("/elsewhere", None, f"{HOME}elsewhere"),
        (f"http://www.{SITE}/a", None, f"http://www.{SITE}/a"),
        ("https://other.example.org/", Reason.REDIRECT_OFF_SITE, "https://other.example.org/"),
        ("mailto:desk@example.org", None, "it names no URL that can be requested"),
        (None, None, "it names no URL that can be requested"),
    ],
)
def test_a_redirect_names_its_target(tmp_path: Path, location: str | None, reason: Reason | None, detail: str) -> None:
    fields = () if location is None else (("Location", location),)
    assert outcome_of(answer(tmp_path, 301, fields=fields)) == (Outcome.REDIRECT, reason, detail)


@pytest.mark.parametrize(
    ("truncated", "reason"),
    [
        ("length", Reason.TOO_LARGE),
        ("time", Reason.TIMEOUT),
        ("disconnect", Reason.DISCONNECTED),
        ("unspecified", Reason.DISCONNECTED),
    ],
)
def test_a_cut_answer_failed_whatever_its_status(tmp_path: Path, truncated: str, reason: Reason) -> None:
    found = answer(tmp_path, 200, article_page("bakery"), truncated=truncated)
    assert outcome_of(found) == (Outcome.FAILED, reason, f"cut: {truncated}")


@pytest.mark.parametrize("kind", ["image/png", "application/rss+xml", "text/css", "application/pdf", "text/plain"])
def test_what_is_no_page_is_a_requisite(tmp_path: Path, kind: str) -> None:
    assert outcome_of(answer(tmp_path, 200, b"x", content_type=kind))[0] is Outcome.REQUISITE


def test_a_page_is_read(tmp_path: Path) -> None:
    found = answer(tmp_path, 200, article_page("bakery"))
    read = read_exchange(found, "the/key", EMPTY)
    assert read is not None
    assert read.reading.outcome is Outcome.ARTICLE
    assert [draft.url for draft in read.reading.drafts] == [url_of("bakery")]
    assert (read.page.body, read.page.status, read.record.key) == (b"", 200, "the/key")
    assert read.record == record_ref(found.response, "the/key") if found.response else False


def test_a_robots_file_is_known_by_what_led_to_it_or_by_its_address(tmp_path: Path) -> None:
    facts = VisitFacts(Source.ROBOTS, None, 0)
    moved = captured(tmp_path / "a", exchange(f"{HOME}moved.txt", b"User-agent: *", at=NOW), facts)
    foreign = captured(tmp_path / "b", exchange(f"{HOME}robots.txt", b"<html>", at=NOW), None)
    assert outcome_of(moved)[0] is outcome_of(foreign)[0] is Outcome.ROBOTS


def test_a_broken_coding_is_a_failed_answer_with_its_status(tmp_path: Path) -> None:
    found = answer(tmp_path, 200, BROKEN_GZIP, fields=(("Content-Encoding", "gzip"),))
    read = read_exchange(found, "k", EMPTY)
    assert read is not None
    assert (read.reading.outcome, read.reading.reason, read.page.status) == (Outcome.FAILED, Reason.UNDECODABLE, 200)
    assert taught(found) is None


def test_a_broken_coding_does_not_hide_an_error_status(tmp_path: Path) -> None:
    found = answer(tmp_path, 404, BROKEN_GZIP, fields=(("Content-Encoding", "gzip"),))
    assert outcome_of(found)[:2] == (Outcome.HTTP_ERROR, Reason.CLIENT_ERROR)


def record(block: bytes, record_type: str = "response", *headers: tuple[str, str]) -> WarcRecord:
    named = (("WARC-Target-URI", HOME), ("WARC-Date", "2026-11-22T03:00:00Z"), *headers)
    return WarcRecord(record_type, named, block, len(block), "0" * 64, 0, 1)


def test_what_is_not_http_is_a_broken_protocol_without_a_status() -> None:
    page, reading = read_record(record(b"220 smtp.example.org ESMTP\r\n"), None, EMPTY)
    assert (page.status, reading.outcome, reading.reason) == (0, Outcome.FAILED, Reason.PROTOCOL_BROKEN)


def test_a_revisit_means_unchanged() -> None:
    page, reading = read_record(record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit"), None, EMPTY)
    assert (page.status, reading.outcome) == (200, Outcome.UNCHANGED)


def test_a_request_that_nothing_answered_has_no_reading() -> None:
    alone = CapturedExchange(None, record(b"GET / HTTP/1.1\r\n\r\n", "request"), None, None, "disconnected: x")
    assert read_exchange(alone, "k", EMPTY) is None
    assert prepare_exchange(alone, "k", EMPTY) is None


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/html", b"", True),
        ("TEXT/HTML; charset=x", b"", True),
        ("application/xhtml+xml", b"", True),
        ("application/json", b"<html>", False),
        ("text/html", b"<?xml version='1.0'?><!-- by us --><urlset xmlns='x'><url/></urlset>", False),
        ("text/html", b'\n<rss version="2.0"><channel/></rss>', False),
        ("text/html", b'{"html": "<p>More</p>"}\n', False),
        ("text/html", b"<?xml version='1.0'?><!DOCTYPE html><html/>", True),
        ("text/html", b"{placeholder}<html></html>", True),
        (None, b" \n<!DOCTYPE html><p>", True),
        (None, b"<HTML><p>", True),
        (None, b"<?xml version='1.0'?><rss/>", False),
        ("", b"<html>", True),
    ],
)
def test_a_page_is_known_by_its_type_or_else_by_its_beginning(
    content_type: str | None, body: bytes, *, expected: bool
) -> None:
    headers = () if content_type is None else (("Content-Type", content_type),)
    assert is_html(Page(HOME, body, NOW, headers=headers)) is expected


def taught(found: CapturedExchange) -> Survey | None:
    prepared = prepare_exchange(found, "k", EMPTY)
    assert prepared is not None
    return prepared.survey(EMPTY)


@pytest.mark.parametrize("topic", ["bakery", "quarry"])
def test_only_pages_teach(tmp_path: Path, topic: str) -> None:
    found = taught(answer(tmp_path / "page", 200, article_page(topic)))
    assert found is not None
    assert [part.article_url for part in found.parts] == [url_of(topic)]
    assert taught(answer(tmp_path / "error", 404, article_page(topic))) is None
    assert taught(answer(tmp_path / "other", 200, b"x", content_type="text/css")) is None

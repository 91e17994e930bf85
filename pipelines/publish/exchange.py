"""One captured exchange → its reading: what HTTP says first, and the page behind it where there is one.

Everything here is a function of the WARC records and the profile, so that the live crawl, `pressarc extract` and
`pressarc verify` come to the same outcome.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pipelines import flow
from pipelines.errors import ContentError, ProtocolBroken
from pipelines.extract.profile import Profile
from pipelines.http.head import parse_head
from pipelines.http.url import absolute_url, same_site
from pipelines.page.walls import CHALLENGE_STATUSES, wall_of
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import Page, ReadExchange, Reading, RecordRef, Survey, VisitFacts
from pipelines.warc.pages import CapturedExchange, page_from_record, parse_warc_date
from pipelines.warc.reader import WarcRecord

MAX_PAGE_BYTES = 64 * 1024 * 1024
"""A body that is larger once decompressed is not read."""

_HTML = ("text/html", "application/xhtml+xml")
# What many a server sends as HTML: sitemaps, feeds and JSON, known by their first element or by both their ends.
_SOURCE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?:rss|rdf)\b[^>]*>)\s*)*"
    rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex|rss|rdf|feed)[\s>/]",
    re.DOTALL | re.IGNORECASE,
)
_SNIFFED_BYTES = 4096
_JSON_ENDS = ((b"{", b"}"), (b"[", b"]"))
_TRUNCATED = {
    "length": Reason.TOO_LARGE,
    "time": Reason.TIMEOUT,
    "disconnect": Reason.DISCONNECTED,
    "unspecified": Reason.DISCONNECTED,
}


def record_ref(record: WarcRecord, key: str, offset: int | None = None) -> RecordRef:
    """Where *record* lies.

    Args:
        record: As read.
        key: Key of its file.
        offset: Where it lies there, if it was not read from the file's beginning.
    """
    place = record.offset if offset is None else offset
    return RecordRef(key, place, record.length, record.record_id or "", record.get("WARC-Payload-Digest"))


@dataclass(frozen=True, slots=True)
class PreparedExchange:
    """A captured exchange as far as it can be read without knowing its site."""

    page: Page
    """The answer, its body left out."""
    record: RecordRef
    facts: VisitFacts | None
    reading: Reading | None
    """What HTTP alone decides; null for a page."""
    prepared: flow.PreparedPage | None
    """The page, where it is one."""
    is_revisit: bool = False
    """Whether the record is a revisit."""

    def survey(self, known: Profile) -> Survey | None:
        """What it teaches about its site, of which *known* was known when it was prepared; null for what is no page."""
        return None if self.prepared is None else flow.survey_prepared(self.prepared, known)

    def read(self, profile: Profile) -> ReadExchange | None:
        """What extraction makes of it; null where the general extractor has to be asked, see `read_exchange`."""
        reading = self.reading
        if reading is None and self.prepared is not None:
            reading = flow.read_prepared(self.prepared, profile)
        if reading is None:
            return None
        return ReadExchange(self.page, self.record, self.facts, reading, self.is_revisit)


def prepare_exchange(captured: CapturedExchange, key: str, known: Profile) -> PreparedExchange | None:
    """Parse what *captured* holds; null for a request that nothing answered."""
    record = captured.response
    if record is None:
        return None
    page, reading = _page_or_reading(record, captured.facts.via if captured.facts else None)
    prepared = flow.prepare_page(page, known, asks_embedded=False) if reading is None else None
    bare, reference = replace(page, body=b""), record_ref(record, key)
    return PreparedExchange(bare, reference, captured.facts, reading, prepared, record.type == "revisit")


def give_up(captured: CapturedExchange, key: str, reason: Reason) -> PreparedExchange | None:
    """What is said of an exchange whose page could not be read for *reason*; nothing in it is looked at."""
    record = captured.response
    if record is None:
        return None
    reading = Reading(Outcome.PAGE, reason, f"{record.length} bytes as archived")
    return PreparedExchange(_page_without_body(record), record_ref(record, key), captured.facts, reading, None)


def read_exchange(captured: CapturedExchange, key: str, profile: Profile) -> ReadExchange | None:
    """What extraction makes of *captured*; null for a request that nothing answered."""
    record = captured.response
    if record is None:
        return None
    page, reading = read_record(record, captured.facts.via if captured.facts else None, profile)
    is_revisit = record.type == "revisit"
    return ReadExchange(replace(page, body=b""), record_ref(record, key), captured.facts, reading, is_revisit)


def read_record(record: WarcRecord, via: Source | None, profile: Profile) -> tuple[Page, Reading]:
    """The page a response or revisit record holds, and its reading."""
    page, reading = _page_or_reading(record, via)
    return page, reading or flow.read_page(page, profile)


def _page_or_reading(record: WarcRecord, via: Source | None) -> tuple[Page, Reading | None]:
    """The page a record holds, and what HTTP alone says of it; null for a page that has to be read."""
    if record.type == "revisit":
        return _read_revisit(record, via)
    try:
        page = page_from_record(record, max_bytes=MAX_PAGE_BYTES)
    except ContentError as error:
        page = _page_without_body(record)
        reason = Reason.UNDECODABLE if page.status else Reason.PROTOCOL_BROKEN
        return page, _http_reading(page, via) or Reading(Outcome.FAILED, reason, error.message)
    return page, _http_reading(page, via)


def _read_revisit(record: WarcRecord, via: Source | None) -> tuple[Page, Reading]:
    # The record is cut because its body lies elsewhere; the answer itself was whole.
    page = replace(_page_without_body(record), truncated=None)
    decided = _http_reading(page, via)
    if decided is None or (decided.outcome is Outcome.REQUISITE and page.header("content-type") is None):
        return page, Reading(Outcome.UNCHANGED, None, "a revisit of an earlier record")
    return page, decided


def _http_reading(page: Page, via: Source | None) -> Reading | None:
    """The outcome that HTTP alone decides, or null for a page that has to be read."""
    if page.truncated:
        return Reading(Outcome.FAILED, _TRUNCATED.get(page.truncated, Reason.DISCONNECTED), f"cut: {page.truncated}")
    if via is Source.ROBOTS or (via is None and urlsplit(page.url).path == "/robots.txt"):
        return Reading(Outcome.ROBOTS)
    if via is Source.RIGHTS or (via is None and urlsplit(page.url).path == "/.well-known/tdmrep.json"):
        return Reading(Outcome.RIGHTS)
    if page.status == 304:
        return Reading(Outcome.UNCHANGED)
    if 300 <= page.status < 400:
        return _redirect(page, via)
    if page.status and not 200 <= page.status < 300:
        return Reading(Outcome.HTTP_ERROR, _error_reason(page), f"status {page.status}")
    if page.status and (via is Source.REQUISITE or not is_html(page)):
        return Reading(Outcome.REQUISITE)
    return None


def _error_reason(page: Page) -> Reason:
    if page.status in CHALLENGE_STATUSES and wall_of(page) is Reason.CHALLENGE:
        return Reason.CHALLENGE
    return Reason.CLIENT_ERROR if 400 <= page.status < 500 else Reason.SERVER_ERROR


def _redirect(page: Page, via: Source | None) -> Reading:
    location = page.header("location")
    target = absolute_url(page.url, location) if location else None
    if target is None:
        return Reading(Outcome.REDIRECT, None, "it names no URL that can be requested")
    is_followed = via is Source.REQUISITE or same_site(target, page.url)
    return Reading(Outcome.REDIRECT, None if is_followed else Reason.REDIRECT_OFF_SITE, target)


def is_html(page: Page) -> bool:
    """Whether the answer is a page: HTML by its type, or by its beginning where it has no type.

    What is sent as HTML and begins like a sitemap, a feed or JSON is none.
    """
    declared = page.header("content-type")
    if not declared:
        return page.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
    return declared.partition(";")[0].strip().lower() in _HTML and not _is_source(page.body)


def _is_source(body: bytes) -> bool:
    begun, ended = body[:_SNIFFED_BYTES].lstrip()[:1], body[-_SNIFFED_BYTES:].rstrip()[-1:]
    return (begun, ended) in _JSON_ENDS or _SOURCE.match(body[:_SNIFFED_BYTES]) is not None


def _page_without_body(record: WarcRecord) -> Page:
    """What can be said of a record whose body cannot be read; status 0 where even its head cannot."""
    captured_at = parse_warc_date(record.get("WARC-Date") or "")
    try:
        head = parse_head(record.block)
    except ProtocolBroken:
        return Page(record.target_uri or "", b"", captured_at, status=0)
    return Page(record.target_uri or "", b"", captured_at, head.status, head.fields, record.get("WARC-Truncated"))

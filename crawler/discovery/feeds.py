"""Feeds → their entries: RSS 0.9 to 2.0, RDF and Atom by feedparser, JSON Feed 1.0 and 1.1 (jsonfeed.org) of its own.

In: the feed's bytes or value. Out: entries in order, each with its own title. Nothing is fetched: feedparser is handed
a stream, as it would open what is named to it. Document type definitions are cut out before, as it expands entities.
"""

from __future__ import annotations

import html
import io
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

import feedparser
from lxml import etree

from crawler.discovery.instants import instant
from pipelines.http.url import absolute_url
from pipelines.page.text import visible_text

log = logging.getLogger(__name__)

_DEFINITIONS = re.compile(rb"<!DOCTYPE[^>\[]*\[.*?\]\s*>", re.DOTALL | re.IGNORECASE)
_PROLOG_BYTES = 64 * 1024
"""How far into a feed definitions are looked for."""
_MAX_TITLE_CHARS = 2_000
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed."""

    url: str
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    is_part: bool = False
    """Whether its address is a place within a page, as a comment's is: what it says is not said of the page."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed."""

    entries: tuple[FeedEntry, ...]
    next_url: str | None = None
    """The page with older entries (RFC 5005 §3, JSON Feed's `next_url`)."""
    title: str | None = None
    language: str | None = None


def read_xml_feed(body: bytes, url: str, notes: list[str]) -> Feed | None:
    """The feed that *body* is; null where it is none.

    Args:
        body: The feed, unpacked.
        url: Its address, which relative ones are relative to.
        notes: Told what was wrong.
    """
    parsed = _parsed(body, url) or _parsed(_mended(body), url)
    if parsed is None or not (parsed.get("version") or parsed.entries):
        return None
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        notes.append(f"its XML is broken ({parsed.bozo_exception}); it was read as far as it goes")
    is_atom = str(parsed.get("version")).startswith("atom")
    read = (_entry(each, url, is_atom=is_atom) for each in parsed.entries)
    entries = tuple(entry for entry in read if entry is not None)
    if len(entries) < len(parsed.entries):
        notes.append(f"{len(parsed.entries) - len(entries)} of its entries name no URL")
    feed = parsed.feed
    return Feed(
        entries,
        next_url=next(_links(feed, url, "next"), None) or next(_links(feed, url, "prev-archive"), None),
        title=_words(feed, "title"),
        language=_text(feed, "language"),
    )


def _parsed(body: bytes, url: str) -> feedparser.FeedParserDict | None:
    """What feedparser makes of *body*; null where it fails at it."""
    try:
        return feedparser.parse(
            io.BytesIO(_DEFINITIONS.sub(b"", body[:_PROLOG_BYTES]) + body[_PROLOG_BYTES:]),
            response_headers={"content-location": url, "content-type": "application/xml"},
            sanitize_html=False,  # of the markup, nothing is used
            resolve_relative_uris=False,
        )
    except Exception:  # its reader of broken XML raises whatever it is driven to
        log.debug("feedparser cannot read a feed", extra={"url": url}, exc_info=True)
        return None


def _mended(body: bytes) -> bytes:
    """*body* as XML that is well-formed; what follows its worst fault may be missing."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError):
        return b""
    return b"" if root is None else etree.tostring(root, encoding="utf-8")


def is_json_feed(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether *value* is a JSON Feed."""
    version = value.get("version") if isinstance(value, dict) else None
    return isinstance(version, str) and "jsonfeed.org/version/" in version


def read_json_feed(value: Mapping[str, object], url: str, notes: list[str]) -> Feed:
    """The JSON Feed that *value* is; arguments as of `read_xml_feed`."""
    items = value.get("items")
    items = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    entries = tuple(entry for each in items if (entry := _item(each, url)) is not None)
    if len(entries) < len(items):
        notes.append(f"{len(items) - len(entries)} of its entries name no URL")
    return Feed(
        entries,
        next_url=_resolved(url, value.get("next_url")),
        title=_plain(value.get("title")),
        language=language if isinstance(language := value.get("language"), str) else None,
    )


def _entry(entry: feedparser.FeedParserDict, base: str, *, is_atom: bool) -> FeedEntry | None:
    raw = next(_raw_addresses(entry, base), None)
    target = _resolved(base, raw)
    if raw is None or target is None:
        return None
    if "#" in raw:
        return FeedEntry(target, is_part=True)
    published_at, modified_at = instant(_text(entry, "published")), instant(_text(entry, "updated"))
    if published_at is None and not is_atom:
        published_at, modified_at = modified_at, None  # what RSS dates by Dublin Core is its publication
    return FeedEntry(target, _words(entry, "title"), published_at, modified_at)


def _raw_addresses(entry: feedparser.FeedParserDict, base: str) -> Iterator[str]:
    """What may be the entry's address, the most trusted first; what a feed service put in front of it comes later."""
    for name in ("feedburner_origlink", "link"):
        if (value := _text(entry, name)) and _resolved(base, value):
            yield value
    yield from _links(entry, base, "alternate")
    identity = _text(entry, "id")
    if identity and identity.startswith(("http://", "https://")):
        yield identity


def _links(holder: feedparser.FeedParserDict, base: str, rel: str) -> Iterator[str]:
    for link in holder.get("links", ()):
        if rel in str(link.get("rel", "")).lower().split() and (target := _resolved(base, link.get("href"))):
            yield target


def _item(item: Mapping[str, object], base: str) -> FeedEntry | None:
    raw = next((each for name in ("url", "id", "external_url") if (each := item.get(name)) and _is_address(each)), None)
    target = _resolved(base, raw)
    if target is None:
        return None
    return FeedEntry(
        target,
        title=_plain(item.get("title")),
        published_at=instant(item.get("date_published")),
        modified_at=instant(item.get("date_modified")),
    )


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://", "/"))


def _resolved(base: str, value: object) -> str | None:
    return absolute_url(base, value) if isinstance(value, str) and value.strip() else None


def _text(holder: feedparser.FeedParserDict, name: str) -> str | None:
    # `in` knows only what is there; asking for `updated` would be answered with `published`.
    value = holder[name] if name in holder else None  # noqa: SIM401
    return value if isinstance(value, str) else None


def _words(holder: feedparser.FeedParserDict, name: str) -> str | None:
    return _plain(_text(holder, name))


def _plain(value: object) -> str | None:
    """A title as its reader sees it; many are HTML, and escaped once more than they say."""
    if not isinstance(value, str):
        return None
    value = value[:_MAX_TITLE_CHARS]
    return visible_text(html.unescape(_TAG.sub("", value) if "</" in value else value)) or None

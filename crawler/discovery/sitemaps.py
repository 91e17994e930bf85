"""Sitemaps and their indexes (sitemaps.org 0.9), plain text ones, and the news extension (Google, 0.9).

In: the file, in pieces. Out: its entries in order. XML is read as it comes and each entry's elements are dropped at
once, so 50,000 entries cost the memory of their values. Promised: what follows a fault or a limit is missing, what
precedes it is not; an entry is there only if its own end was seen; entities are not expanded and nothing is fetched.

*Why* not by namespace: many sitemaps declare a wrong one or none. What counts is the name, and what it stands in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from crawler.discovery.instants import instant
from pipelines.http.url import absolute_url
from pipelines.page.text import visible_text
from pipelines.page.tree import Element

MAX_URLS = 50_000
"""Of one file (sitemaps.org, "Sitemap file requirements"); further ones are not read."""
MAX_BYTES = 50 * 1024 * 1024
"""Of one file, unpacked."""

_FIELDS = ("loc", "lastmod", "publication_date", "title", "language", "access")
_ACCESS = {name.lower(): name for name in ("Subscription", "Registration")}
_ENDS = tuple(f"{{*}}{name}" for name in ("urlset", "sitemapindex", "url", "sitemap", *_FIELDS))
# What is no reference and no tag stands for itself: addresses are full of ampersands that nobody escaped.
_BARE = re.compile(rb"&(?!#?\w{1,31};)|<(?![A-Za-z_/!?:\x80-\xff])")
_LONGEST_REFERENCE = 34
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_PLAIN_URL = re.compile(r"https?://[\w.-]+(?::\d+)?/[\w./~%?=&;,:@!$'()*+-]*", re.ASCII)
_URL_LINE = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One URL of a sitemap, or one sitemap of an index, as it stands there."""

    url: str
    modified_at: datetime | None = None
    published_at: datetime | None = None
    """The news extension's publication date."""
    title: str | None = None
    """The news extension's title."""
    access: str | None = None
    """The news extension's `access`: `Subscription` or `Registration`; null where one needs neither."""
    is_news: bool = False


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap, or an index of sitemaps."""

    is_index: bool
    entries: tuple[SitemapEntry, ...]
    languages: tuple[str, ...] = ()
    """Of its news entries, each once."""

    @property
    def is_news(self) -> bool:
        """Whether any entry carries the news extension."""
        return any(entry.is_news for entry in self.entries)


def read_xml_sitemap(pieces: Iterable[bytes], url: str, notes: list[str]) -> Sitemap:
    """The sitemap or index that *pieces*, one after the other, are.

    Args:
        pieces: The file's bytes.
        url: Its address, which relative ones are relative to.
        notes: Told what was wrong.
    """
    parser = etree.XMLPullParser(
        events=("end",), tag=_ENDS, recover=True, resolve_entities=False, no_network=True, remove_comments=True
    )
    reading = _Reading(url)
    try:
        for piece in _escaped(pieces):
            parser.feed(piece)
            for _, element in parser.read_events():
                if isinstance(element, Element):
                    reading.take(element)
            if len(reading.entries) > MAX_URLS:
                notes.append(f"it names more than {MAX_URLS:,} URLs; the rest was not read")
                break
    except etree.LxmlError as error:
        notes.append(f"its XML is broken ({error}); it was read as far as it goes")
    else:
        notes.extend(_faults(parser, reading))
    return Sitemap(reading.is_index, tuple(reading.entries[:MAX_URLS]), tuple(reading.languages))


def read_text_sitemap(text: str, notes: list[str]) -> Sitemap | None:
    """The sitemap that *text*, one URL a line, is; null where it is none."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    urls = [url for line in lines if _URL_LINE.fullmatch(line) and (url := absolute_url(line, "")) is not None]
    if not urls or len(urls) * 2 < len(lines):
        return None
    if len(urls) < len(lines):
        notes.append(f"{len(lines) - len(urls)} of its lines are no URLs")
    if len(urls) > MAX_URLS:
        notes.append(f"it names more than {MAX_URLS:,} URLs; the rest was not read")
    return Sitemap(is_index=False, entries=tuple(SitemapEntry(each) for each in urls[:MAX_URLS]))


@dataclass(slots=True)
class _Reading:
    """The state of reading: what was read of the entry at hand, and all entries before it."""

    base: str
    entries: list[SitemapEntry] = field(default_factory=list)
    languages: dict[str, None] = field(default_factory=dict)
    is_index: bool = False
    is_whole: bool = False
    faulty_urls: int = 0
    known: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)

    def take(self, element: Element) -> None:
        """Take in an element whose end was seen."""
        name = _name(element)
        if name in ("urlset", "sitemapindex"):
            self.is_index = self.is_index or name == "sitemapindex"
            self.is_whole = True
        elif name in ("url", "sitemap"):
            self.is_index = self.is_index or name == "sitemap"
            self._finish()
            _drop(element)
        elif (parent := element.getparent()) is not None:
            within = _name(parent)
            if name in ("loc", "lastmod") and within in ("url", "sitemap"):
                if name in self.values:
                    self._finish()  # the entry before has no end of its own
                self.values[name] = element.text or ""
            elif within in ("news", "publication"):
                self.values[f"news:{name}"] = element.text or ""

    def _finish(self) -> None:
        values, self.values = self.values, {}
        raw = values.get("loc", "").strip()
        if not raw:
            return
        url = _url(self.base, raw)
        if url is None:
            self.faulty_urls += 1
            return
        if url in self.known:
            return
        self.known.add(url)
        if language := values.get("news:language", "").strip():
            self.languages[language] = None
        self.entries.append(
            SitemapEntry(
                url,
                modified_at=instant(values.get("lastmod")),
                published_at=instant(values.get("news:publication_date")),
                title=visible_text(html.unescape(values.get("news:title", ""))) or None,
                access=_ACCESS.get(values.get("news:access", "").strip().lower()),
                is_news=any(name.startswith("news:") for name in values),
            )
        )


def _url(base: str, raw: str) -> str | None:
    raw = raw.replace("&amp;", "&")  # escaped twice, or within CDATA
    if _PLAIN_URL.fullmatch(raw):
        return raw
    return absolute_url(base, "".join(raw.split()) if raw.startswith(("http", "/")) else "about:")


def _name(element: Element) -> str:
    """The element's name without its namespace or prefix."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _drop(element: Element) -> None:
    """Free the element and what precedes it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _escaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces with bare ampersands and angle brackets escaped; a reference is never cut in two."""
    held = b""
    is_wide: bool | None = None
    for piece in pieces:
        text = held + piece
        if is_wide is None:
            text = text.lstrip()
            is_wide = text.startswith(_WIDE)
        if is_wide:
            yield text
            continue
        cut = max(text.rfind(b"&", -_LONGEST_REFERENCE), text.rfind(b"<", -2))
        held = text[cut:] if cut >= 0 else b""
        yield _BARE.sub(_escape, text[: len(text) - len(held)])
    if held:
        yield held if is_wide else _BARE.sub(_escape, held)


def _escape(match: re.Match[bytes]) -> bytes:
    return b"&amp;" if match[0] == b"&" else b"&lt;"


def _faults(parser: etree.XMLPullParser, reading: _Reading) -> Iterator[str]:
    if reading.faulty_urls:
        yield f"{reading.faulty_urls} of its entries name no URL"
    fault = next((each for each in parser.feed_error_log if each.domain_name != "NAMESPACE"), None)
    if fault is not None:
        yield f"its XML is broken in line {fault.line} ({fault.message}); it was read as far as it goes"
    elif not reading.is_whole and len(reading.entries) <= MAX_URLS:
        yield "it ends before its last element does; it was read as far as it goes"

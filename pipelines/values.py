"""Every frozen value that crosses a border between stages.

Names carry units: `_bytes`, `_ms`, `_chars`; instants end in `_at` and are aware UTC datetimes; digests end in
`_sha256` and are lowercase hex. Nothing here does anything: values are made by one stage and read by the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO

from pipelines.reasons import Flag, Outcome, Reason, Source

# ---------------------------------------------------------------- discovery → frontier → request


class Target(StrEnum):
    """What is expected at a URL, and so how its answer is read."""

    PAGE = "page"
    SITEMAP = "sitemap"
    FEED = "feed"
    REST = "rest"
    """An answer of a content API: JSON that lists articles."""
    FRAGMENT = "fragment"
    """What a listing loads below itself: HTML, or JSON with HTML or addresses in it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A URL that something said is worth a visit."""

    url: str
    via: Source
    referrer: str | None = None
    """The page that led here; null for seeds."""
    depth: int = 0
    """Links from the seed; pagination of a listing does not count."""
    expects_article: bool = False
    """Whether `via` says that an article is there."""
    is_pagination: bool = False
    """Whether it is a further page of the listing `referrer`."""
    is_navigation: bool = False
    """Whether it stands in the navigation of `referrer`, as sections do."""
    redirects: int = 0
    """How many redirects, one after another, led to it."""
    hops: str = ""
    """The way from the seed, a letter a hop: L link, R redirect, E embedded (a requisite)."""
    anchor: str | None = None
    """What the link that led here says, or the title that a feed or a news sitemap gives."""
    target: Target = Target.PAGE
    published_at: datetime | None = None
    """When the source says that it was published."""
    modified_at: datetime | None = None
    """When the source says that it last changed: a claim, and often a false one."""
    access: str | None = None
    """What a news sitemap says that one needs to read it: `Subscription` or `Registration`."""


# ---------------------------------------------------------------- wire → WARC


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What the handshake agreed on."""

    version: str
    """As in WARC-Protocol: "tls/1.3"."""
    cipher_suite: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back, as bytes of the wire (decrypted, never rebuilt)."""

    url: str
    """The absolute URL requested, without fragment."""
    started_at: datetime
    """When the first byte of the request was written: the WARC-Date of every record of the exchange."""
    fetch_ms: int
    request: bytes
    response: IO[bytes]
    """The final response message; seekable. Empty (0 bytes) where nothing was received."""
    response_bytes: int
    """Length of the message in `response`: bytes after its end are not part of it."""
    head_bytes: int | None
    """Length of status line and fields with the empty line; null when the message was cut before."""
    payload_sha256: str | None
    """Digest of the de-chunked, still content-coded body (WARC/1.1 §5.9); null unless the message's end was seen."""
    truncated: str | None
    """`WARC-Truncated`: length, time, disconnect or unspecified."""
    peer_address: str | None
    tls: TlsFacts | None
    interim: bytes = b""
    """1xx responses that came before the final one."""
    excess_bytes: int = 0
    """Bytes that followed the message's end; they are not kept."""
    error: str | None = None
    """What went wrong, in words, for an exchange that failed."""


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    """A response record that holds a payload already: what a revisit record says of it (WARC/1.1 §6.7)."""

    record_id: str
    """`urn:uuid:…`, without angle brackets."""
    url: str
    at: datetime
    """Its WARC-Date."""
    payload_digest: str | None = None
    """`sha256:<hex>`."""
    transfer_coding: str = ""
    """The codings of its Transfer-Encoding in lower case, joined by ", "."""
    content_coding: str = ""
    """The same of its Content-Encoding."""


@dataclass(frozen=True, slots=True)
class SiteRights:
    """What files of a host said of the rights in one of its URLs, when it was requested."""

    robots_rule: str | None = None
    """The line of robots.txt that allowed it; null where none speaks of it."""
    signals: tuple[str, ...] = ()
    """Lines of robots.txt about the use of what it allows, as they stood."""
    tdmrep: str | None = None
    """The record of the answer for `/.well-known/tdmrep.json`: `urn:uuid:…`."""
    tdm_reservation: str | None = None
    """What its first rule that speaks of the URL says, as it stood."""
    tdm_policy: str | None = None
    """The same."""


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What the crawl knew of an exchange when it made it; kept in the WARC's metadata record."""

    via: Source
    referrer: str | None
    depth: int
    hops: str = ""
    """The way from the seed, as `Candidate.hops`."""
    expects_article: bool = False
    """Whether discovery took it for an article."""
    anchor: str | None = None
    """What the link that led here says."""
    target: Target = Target.PAGE
    """What was expected there."""
    is_pagination: bool = False
    """Whether it is a further page of a listing."""
    revalidates: EarlierRecord | None = None
    """The earlier record of the same URL; the request carries its validators, where it has any."""
    robots: str | None = None
    """The record of the robots.txt that allowed the request: `urn:uuid:…`."""
    rights: SiteRights = SiteRights()
    """What the host's files said of it."""


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Where a record lies: enough to fetch it alone and to prove it."""

    key: str
    """Key of the WARC file in the archive."""
    offset: int
    """Bytes of the compressed file before the record's gzip member."""
    length: int
    """Bytes of that member."""
    record_id: str
    """`urn:uuid:…`, without angle brackets."""
    payload_digest: str | None = None
    """`sha256:<hex>`, as the record's WARC-Payload-Digest has it."""


@dataclass(frozen=True, slots=True)
class FurtherPage:
    """A further page of an article that stands on several."""

    url: str
    """As it was requested."""
    record: RecordRef
    first_block: int
    """Which of the article's blocks is the first from this page, counted from 0; as many as there are where none is."""


# ---------------------------------------------------------------- WARC → flow


@dataclass(frozen=True, slots=True)
class Page:
    """A captured page, its transfer and content codings removed: what extraction is a function of."""

    url: str
    body: bytes
    captured_at: datetime
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """Response fields in order, as received, decoded as latin-1."""
    truncated: str | None = None

    def header(self, name: str) -> str | None:
        """The first field of that name (case-insensitive), or null."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article, as the reader sees it."""

    kind: str
    """paragraph, heading, quote, list_item, table_row, caption or time."""
    text: str
    path: str
    """The node's place in the page: an XPath of element names and positions from the root."""
    url: str | None = None
    """Of a quote: where on another site it is from, where the page says so."""


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str


class Said(StrEnum):
    """Where a statement about rights stands; later ones supersede earlier ones, where one can (TDMRep §6)."""

    ROBOTS_TXT = "robots.txt"
    TDMREP = "tdmrep.json"
    HTTP = "http"
    HTML = "html"
    JSON_LD = "json-ld"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that was stated about the rights in a page, in its own words."""

    source: Said
    name: str
    """Of the field, the element or the property, in lower case."""
    value: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A line that was taken out of an article, and on what evidence."""

    text: str
    rule: str
    """headline, repeated, phrase, …"""
    support: int
    """How many different articles of the site bear the rule out; 1 where the page alone decides."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as one page gives it, before the run knows what the archive already holds."""

    url: str
    """Canonical URL of the article itself."""
    text: str
    blocks: tuple[Block, ...]
    headline: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    published_at: str | None = None
    """RFC 3339 in UTC, or a plain date where the page gives no time."""
    modified_at: str | None = None
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    flags: tuple[Flag, ...] = ()
    removed: tuple[Removal, ...] = ()
    embedded: bool = False
    """Whether it was found inside another article's page."""
    extraction_path: str = "trafilatura"
    """Which way the text was found: see FORMAT.md, `provenance.path`."""
    access_declared: str = "unknown"
    access_measured: str = "unknown"
    access_why: str | None = None
    statements: tuple[Statement, ...] = ()
    """What the page's HTML and JSON-LD state about rights."""
    access_grounds: str | None = None
    """What the declared state rests on: the part of `access_why` that does not depend on the text."""
    access_listed: str | None = None
    """What a news sitemap says, which is no part of the page."""
    promised_words: int = 0
    """How many words the metadata says that the article has; 0 where it does not say."""

    @property
    def id(self) -> str:
        """32 hex digits of the sha256 of the canonical URL: the same for all revisions."""
        return article_id(self.url)


def article_id(url: str) -> str:
    """The id of the article at this canonical URL."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Paging:
    """The place of a page among the pages of one article, as its address and its links have it."""

    first_url: str
    """Canonical address of the first page."""
    number: int
    """1 for the first page."""
    further: tuple[tuple[int, str], ...] = ()
    """Number and canonical address of each further page that it names, in order, but for itself."""
    is_told: bool = True
    """Whether the page itself says so, rather than its address looking like it: then it is no article of its own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What extraction made of one page: articles, or a reason why not."""

    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None
    drafts: tuple[Draft, ...] = ()
    paging: Paging | None = None
    """Null where the lead article stands on this page alone."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one page can teach about its site: the lines of each article's part of it."""

    parts: tuple[SurveyedPart, ...] = field(default=())


@dataclass(frozen=True, slots=True, order=True)
class Vote:
    """What stood at one place of a page."""

    place: str
    """The kind of node, see `extract.passage`."""
    line: str
    """The text there, normalised."""
    words: int
    is_text: bool
    """Whether it was the article's text."""


@dataclass(frozen=True, slots=True)
class SurveyedPart:
    article_url: str
    lines: tuple[str, ...]
    """Normalised text of each block, in order, each once."""
    title: str | None = None
    """The page's title element; the lead's only."""
    organisations: tuple[str, ...] = ()
    """Names that stand as the author's but are the outlet's own."""
    votes: tuple[Vote, ...] = ()
    """What stood where; empty where the general extractor was not asked."""
    bears_out: bool | None = None
    """Whether the template known so far finds the article; null where it was not looked at."""


# ---------------------------------------------------------------- store, verify


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size_bytes: int
    modified_at: datetime | None = field(default=None, compare=False)
    """When the store got it, by its own clock."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something verification found wrong."""

    rule: str
    """Stable name of the check, such as file_digest."""
    where: str
    message: str


# ---------------------------------------------------------------- flow → publish


@dataclass(frozen=True, slots=True)
class ReadExchange:
    """A captured exchange and what extraction made of it."""

    page: Page
    """The answer, its body left out."""
    record: RecordRef
    facts: VisitFacts | None
    """Null for WARC files of other programs."""
    reading: Reading
    is_revisit: bool = False
    """Whether the record is a revisit: an earlier record holds what was received."""


@dataclass(frozen=True, slots=True)
class Unvisited:
    """A URL that was wanted and gave no record: refused before it was requested, or without any answer."""

    url: str
    at: datetime
    outcome: Outcome
    reason: Reason
    detail: str | None
    via: Source


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the crawl knows at its end and the WARC files do not say."""

    complete: bool
    """Whether the crawl came to its own end, rather than being stopped or spending its budget."""
    discovers: bool = True
    """Whether it looked for articles, rather than capturing URLs that were named to it."""
    unvisited: tuple[Unvisited, ...] = ()
    expected_by: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    """Canonical URL → the sources that said an article is there."""
    held: tuple[str, ...] = ()
    """Canonical URLs that were expected, are known, and were not due to be looked at again."""
    warnings: tuple[str, ...] = ()
    wanted: Mapping[str, Candidate] = field(default_factory=dict)
    """Canonical URL → what named it, for each of `unvisited`: what another night needs to go on from here."""
    fruitful: tuple[str, ...] = ()
    """Canonical URLs whose answers named something new."""
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Canonical URL of each sitemap that was read → the canonical URLs in it."""
    dropped: tuple[str, ...] = ()
    """Canonical URLs that were visited because their sitemap lists them no more."""
    claims: Mapping[str, datetime] = field(default_factory=dict)
    """Canonical URL → the last change that a source claimed, of those that were visited."""
    access: Mapping[str, str] = field(default_factory=dict)
    """Canonical URL → what a news sitemap says that one needs to read it."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What was learnt of the site's ways, as JSON values by name; the next night's frontier gets it."""
    crawled_s: float | None = None
    """How long it took, since its last start; null where nobody knows."""

"""One article, one line: the model that every line of `articles/` follows (FORMAT.md, "Articles").

The order of the fields is the order of the keys. Fields are only ever added within `pressarc.article/1`; every key is
always present, null where unknown. A line whose event is `removed` has null content.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.reasons import Event, Flag
from pipelines.values import Said


class Line(BaseModel):
    """The base of every JSON object of the archive: frozen; keys that a later version added are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class WarcPlace(Line):
    """Where a record lies in the archive."""

    key: str = Field(description="Key of the WARC file.")
    offset: int = Field(ge=0, description="Bytes of the compressed file before the record.")
    length: int = Field(ge=1, description="Bytes of the compressed record.")
    record_id: str = Field(description="The record's WARC-Record-ID, without angle brackets.")


class ArticlePlace(WarcPlace):
    payload_digest: str | None = Field(description="The record's WARC-Payload-Digest; null where the body was cut.")


class FurtherPlace(ArticlePlace):
    """Where a further page of an article lies."""

    url: str = Field(description="URL of the page, as it was requested.")
    first_block: int = Field(ge=0, description="The first block from this page, counted from 0.")


class ArticleBlock(Line):
    kind: Literal["paragraph", "heading", "quote", "list_item", "table_row", "caption", "time"]
    text: str
    path: str = Field(description="XPath of the block's node in the page.")
    url: str | None = Field(None, description="Of a quote: where on another site it is from.")


class ArticleImage(Line):
    url: str
    alt: str | None
    caption: str | None
    credit: str | None


class ArticleLink(Line):
    url: str
    text: str


class Access(Line):
    declared: Literal["free", "metered", "paid", "unknown"] = Field(description="What the page says of itself.")
    measured: Literal["free", "metered", "paid", "unknown"] = Field(description="What its text shows.")
    why: str | None = Field(description="What both rest on, in words.")
    listed: Literal["Subscription", "Registration"] | None = Field(None, description="What a news sitemap says.")


class RightsStatement(Line):
    """Something that was stated about rights."""

    source: Said = Field(description="Where it stands.")
    name: str = Field(description="Name of the field, the element or the property, in lower case.")
    value: str = Field(description="What is said there.")


class Rights(Line):
    """What was observed when the page was captured; it says nothing about what the law makes of it."""

    robots: str | None = Field(description="The robots.txt rule that let it be fetched; null where none was kept.")
    x_robots_tag: str | None = Field(description="The X-Robots-Tag field of the answer.")
    tdm_reservation: str | None = Field(description="The tdm-reservation field of the answer.")
    ai_signals: list[str] = Field(description="Statements about AI use, as they stood.")
    licence: str | None = Field(description="The licence the page names.")
    reserved: bool | None = Field(None, description="Whether rights to text and data mining are reserved.")
    statements: list[RightsStatement] = Field(default_factory=list, description="All of it, raw.")
    robots_record: str | None = Field(None, description="Id of the record of robots.txt.")
    tdmrep_record: str | None = Field(None, description="Id of the record of tdmrep.json.")


class RemovedLine(Line):
    text: str
    rule: str = Field(description="The rule that removed it.")
    support: int = Field(description="How many different articles of the site bear the rule out.")


class Quality(Line):
    words: int = Field(description="Words of `text`.")
    flags: list[Flag]
    removed: list[RemovedLine]


class PreviousRevision(Line):
    revision: int
    text_sha256: str
    warc: WarcPlace


class ParagraphChange(Line):
    """Paragraphs of `text`, counted from 0: those before the end of the range, from its beginning."""

    op: Literal["replace", "delete", "insert"]
    previous: tuple[int, int] = Field(description="The paragraphs of the revision before.")
    current: tuple[int, int] = Field(description="The paragraphs of this revision.")


class Changes(Line):
    fields: list[str] = Field(description="The fields that differ from the revision before.")
    previous: PreviousRevision
    paragraphs: list[ParagraphChange] | None = Field(
        description="How the text differs; null where nothing is known of the earlier one's paragraphs."
    )


class Provenance(Line):
    run: str = Field(description="The run that captured it.")
    warc: ArticlePlace
    extractor: str = Field(description="The program that made this line, with its version.")
    versions: dict[str, str] = Field(description="Versions of the libraries the text depends on.")
    profile: str = Field(description="sha256 of the profile that was used.")
    path: str = Field(description="Which way the text was found.")
    embedded: bool = Field(description="Whether it was taken from inside another article's page.")
    further: list[FurtherPlace] = Field(default=[], description="The article's further pages, in order.")


class Article(Line):
    """One revision of one article."""

    schema_: Literal["pressarc.article/1"] = Field("pressarc.article/1", alias="schema")
    id: str = Field(pattern="^[0-9a-f]{32}$", description="32 hex digits of sha256 of the canonical URL.")
    revision: int = Field(ge=1)
    event: Event
    url: str = Field(description="Canonical URL.")
    url_captured: str = Field(description="URL of the page that carried it.")
    site: str
    headline: str | None
    description: str | None
    authors: list[str] | None
    section: str | None
    keywords: list[str] | None
    language: str | None = Field(description="BCP 47 tag.")
    published_at: str | None = Field(description="RFC 3339 in UTC, or a plain date where the page gives no time.")
    modified_at: str | None
    captured_at: datetime
    text: str | None = Field(description="Paragraphs joined by a blank line; no headline, no furniture.")
    blocks: list[ArticleBlock] | None
    images: list[ArticleImage] | None
    links: list[ArticleLink] | None
    access: Access | None
    rights: Rights | None
    quality: Quality | None
    duplicate_of: str | None = Field(description="Id of the article this one repeats.")
    text_sha256: str | None
    simhash: str | None = Field(description="Simhash of `text`, 16 hex digits.")
    changes: Changes | None
    moved_to: str | None = Field(None, description="Of a removed article: the address a redirect gives it now.")
    provenance: Provenance

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @property
    def is_taken_down(self) -> bool:
        """Whether its content was taken out of the archive: of a line that is no `removed` one, there is some."""
        return self.text is None and self.event is not Event.REMOVED

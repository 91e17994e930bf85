"""An article's headline, authors, dates, section and the like.

In: one part of a page, and what the page says of itself. Out: `Claims`, free of the tree; and of the claims, with the
site's profile, the headline and the authors, as only the site's other pages tell what is the outlet's name in them.
Sources in order of trust: the part's JSON-LD item, meta elements (the lead's only), microdata, what the part shows, and
for authors last the general extractor, where it was asked. Page-level statements never reach an embedded article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice, takewhile

from pipelines.extract import dates
from pipelines.extract.authors import byline_names, has_author_label, lone_names, names
from pipelines.extract.breadcrumbs import read_breadcrumb
from pipelines.extract.claims import Claims
from pipelines.extract.engine import page_of
from pipelines.extract.head import Head, read_head
from pipelines.extract.headline import is_site, without_site
from pipelines.extract.microdata import read_properties
from pipelines.extract.part import Part
from pipelines.http.url import absolute_url
from pipelines.page.blocks import TextBlock
from pipelines.page.facts import Facts, is_home
from pipelines.page.jsonld import Item, dicts, first_string, strings
from pipelines.page.text import ends_sentence, line_key, visible_text, word_count

_PUBLISHED_META = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "publishdate",
    "pubdate",
    "publish_date",
    "publish-date",
    "sailthru.date",
    "parsely-pub-date",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.created",
    "dc.date",
    "date",
    "article:published",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "article_date_original",
    "originalpublicationdate",
    "analyticsattributes.articledate",
)
_MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "last-modified",
    "revised",
)
_AUTHOR_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
    "twitter:data1",
)
_SECTION_META = (
    "article:section",
    "og:article:section",
    "parsely-section",
    "section",
    "cxenseparse:section",
    "category",
)
_KEYWORD_META = ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
_TITLE_META = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "title")
_DESCRIPTION_META = ("og:description", "description", "twitter:description", "dc.description")
_TAG = re.compile(r"<[^<>]*>")
_LINE_END = re.compile(r"[\r\n]+|</p\s*>|<br\s*/?>\s*<br\s*/?>", re.IGNORECASE)
_MOST_KICKER_WORDS = 3
_COUNT_DIGITS = 7
_NO_BYLINES = ("quote", "caption", "table_row")
_MOST_BYLINE_WORDS = 20
_BYLINE_ABOVE, _BYLINE_DEPTH = 5, 15
"""How many blocks above and below the headline a byline is looked for."""


def read_claims(part: Part, facts: Facts, captured_at: datetime) -> Claims:
    """What the page says of the article in *part*."""
    source = _Source(part, facts)
    published = dates.choose(source.published(), captured_at)
    if published.date is None:
        published = source.shown_date(captured_at, published)
    if published.date is None and part.is_lead:
        published = dates.guess(page_of(part.element.getroottree().getroot(), ()), part.url, captured_at, published)
    modified = dates.choose(source.modified(), captured_at)
    access, why = source.access()
    return Claims(
        titles=source.titles,
        authors=tuple(source.authors()),
        outlets=facts.site_names,
        body=source.body,
        description=source.description(),
        section=source.section(),
        keywords=source.keywords(),
        language=source.language(),
        published_at=published.date,
        modified_at=modified.date,
        has_later_date=published.is_after_capture or modified.is_after_capture,
        is_date_relative=published.is_relative,
        access_declared=access,
        access_why=why,
        promised_words=source.promised_words(),
    )


class _Source:
    """All that speaks of one article; the last resort is asked only when nothing else answers."""

    def __init__(self, part: Part, facts: Facts) -> None:
        self._part = part
        self._facts = facts
        self._item: Item = part.item or {}
        self._meta: Mapping[str, tuple[str, ...]] = facts.meta if part.is_lead else {}
        self._shown = read_properties(part.element, part.leave_out, part.marks)
        self._headings = [block for block in part.blocks if block.kind == "heading"]
        self.titles = tuple(dict.fromkeys(filter(None, map(visible_text, self._headline_claims()))))

    def _headline_claims(self) -> Iterator[str]:
        outlets = self._facts.site_names
        mains = [block for block in self._headings if block.element.tag == "h1"]
        first = [block.text for block in mains if not is_site(block.text, outlets) and not self._leads_home(block)]
        claims = [*strings(self._item.get("headline")), *self._metas(_TITLE_META)]
        titles = [*claims, *([self._facts.title] if self._part.is_lead and self._facts.title else [])]
        # The heading readers see, where the page's metadata bears it out, is the headline as it was printed.
        spoken = [block.text for block in self._headings if block.words > _MOST_KICKER_WORDS]
        headings = spoken if mains and not first else first  # where the main heading is the site's name
        borne_out = [text for text in headings if any(_says_same(text, title) for title in titles)]
        yield from borne_out[:1]
        yield from claims
        yield from self._shown.get("headline", ())
        yield from first[:1]
        if self._part.is_lead and self._facts.title:
            yield self._facts.title
        if not self._part.is_lead:
            yield from [block.text for block in self._headings if block.words > _MOST_KICKER_WORDS][:1]

    def _leads_home(self, block: TextBlock) -> bool:
        """Whether a heading is a link to the site's front page, as its name often is."""
        urls = (absolute_url(self._facts.base, link.get("href") or "") for link in block.links)
        return block.is_linked and any(is_home(url) for url in urls if url)

    def description(self) -> str | None:
        claims = [
            *strings(self._item.get("description")),
            *self._metas(_DESCRIPTION_META),
            *self._shown.get("description", ()),
        ]
        return next((text for claim in claims if (text := visible_text(claim))), None) or self._head.summary

    def authors(self) -> Iterator[tuple[str, ...]]:
        """The groups of claims; what only looks like names is asked where no group says that it is the authors."""
        found = False
        for group in self._author_claims():
            if group:
                yield tuple(group)
                found = found or bool(names(group, self._facts.site_names))
        for find in (self._bylines, self._names_above_text):
            group = () if found else tuple(find())
            if group:
                yield group
                found = found or bool(names(group, self._facts.site_names))

    def _author_claims(self) -> Iterator[Sequence[str]]:
        yield _people(self._item.get("author")) or _people(self._item.get("creator"))
        for name in _AUTHOR_META:
            yield self._meta.get(name, ())
        yield self._shown.get("author", ())
        yield self._shown.get("rel:author", ())

    def _bylines(self) -> Iterator[str]:
        """The names in the lines around the headline; further below only in lines that say that they are one."""
        blocks, head = self._part.blocks, self._head_place
        start = max(0, head - _BYLINE_ABOVE)
        text = next((at for at, block in enumerate(blocks) if at > head and _is_sentences(block)), len(blocks))
        for place, block in enumerate(blocks[start:], start=start):
            if block.kind in _NO_BYLINES:
                continue
            side_by_side = _names_side_by_side(block) if place < text else ()
            if side_by_side or place < head + _BYLINE_DEPTH or has_author_label(block.text):
                yield from side_by_side or byline_names(block.text)

    @property
    def _head_place(self) -> int:
        """Which block is the headline."""
        return next((place for place, block in enumerate(self._part.blocks) if block.element.tag == "h1"), 0)

    def _lines_around_headline(self) -> Sequence[TextBlock]:
        start = max(0, self._head_place - _BYLINE_ABOVE)
        return self._part.blocks[start : self._head_place + _BYLINE_DEPTH]

    def _names_above_text(self) -> tuple[str, ...]:
        """Names that stand alone in the element of the text, right above its first paragraph."""
        blocks = self._part.blocks
        first = next((place for place, block in enumerate(blocks) if block.is_running), 0)
        if first == 0 or blocks[first - 1].element.getparent() is not blocks[first].element.getparent():
            return ()
        return lone_names(blocks[first - 1].text) if blocks[first - 1].kind == "paragraph" else ()

    @cached_property
    def _head(self) -> Head:
        title = next(iter(self.titles), None)
        return read_head(self._part, without_site(title, self._facts.site_names, ()) if title else None, self._facts)

    def published(self) -> Iterator[str | None]:
        yield from _moments(self._item.get("datePublished"))
        yield from self._metas(_PUBLISHED_META)
        yield from self._shown.get("datePublished", ())
        yield from _moments(self._item.get("dateCreated"))
        yield dates.day_of_url(self._part.url)
        times = self._shown.get("time", ())
        # Of several, the first may be that of the newest entry of a live blog, or of another article.
        above_text = tuple(self._dates_above_text()) if len(times) > 1 else ()
        yield from above_text or times[:1]

    def _dates_above_text(self) -> Iterator[str]:
        """The dates in the lines between the headline and the text, those of time elements first."""
        below = self._part.blocks[self._head_place :]
        lines = list(takewhile(lambda block: not _is_sentences(block), below))
        yield from (block.moment for block in lines if block.moment)
        yield from (claim for block in lines for claim in dates.in_line(block.text))

    def shown_date(self, captured_at: datetime, found: dates.Found) -> dates.Found:
        """The date that the lines around the headline show, after *found*: "By Ana Diaz | 20 November 2026".

        Of several in one line the earliest is that of publication. "3 hours ago" counts where no line shows a date.
        """
        around = self._lines_around_headline()
        lines = [block for block in around if block.kind not in _NO_BYLINES and not _is_sentences(block)]
        for line in lines:
            days = [dates.choose([claim], captured_at).date for claim in dates.in_line(line.text)]
            if any(days):
                return dates.Found(min(filter(None, days)), found.is_after_capture)
        pieces = (piece for line in lines if any(map(str.isdigit, line.text)) for piece in (line.text, *_pieces(line)))
        aged = (day for piece in pieces if (day := dates.ago(piece, captured_at)))
        day = next(aged, None)
        return dates.Found(day, found.is_after_capture, is_relative=day is not None)

    def modified(self) -> Iterator[str]:
        yield from _moments(self._item.get("dateModified"))
        yield from self._metas(_MODIFIED_META)
        yield from self._shown.get("dateModified", ())

    @cached_property
    def body(self) -> tuple[str, ...]:
        text = "\n".join(strings(self._item.get("articleBody")))
        lines = (visible_text(_TAG.sub(" ", line) if "<" in line else line) for line in _LINE_END.split(text))
        return tuple(line for line in lines if line_key(line))

    def section(self) -> str | None:
        claims = [
            *strings(self._item.get("articleSection")),
            *self._metas(_SECTION_META),
            *self._shown.get("articleSection", ()),
        ]
        claims += self._shown.get("rel:category", ())
        said = next((text for claim in claims if (text := visible_text(claim))), None)
        trail = read_breadcrumb(self._part, self._facts) if said is None and self._part.is_lead else None
        return said or trail or self._head.section

    def keywords(self) -> tuple[str, ...]:
        claims = [strings(self._item.get("keywords")), *(self._meta.get(name, ()) for name in _KEYWORD_META)]
        claims += [self._shown.get("keywords", ()), self._shown.get("rel:tag", ())]
        for claim in claims:
            words = [visible_text(word) for text in claim for word in text.split(",")] if claim else []
            found = tuple(dict.fromkeys(filter(None, words)))
            if found:
                return found
        return ()

    def language(self) -> str | None:
        claims = [
            first_string(self._item.get("inLanguage")),
            self._facts.language,
            *self._metas(("og:locale", "content-language")),
        ]
        return next((tag for claim in claims if claim and (tag := _language_tag(claim))), None)

    def access(self) -> tuple[str, str | None]:
        declared = self._item.get("isAccessibleForFree")
        if declared is None:
            parts = [part.get("isAccessibleForFree") for part in dicts(self._item.get("hasPart"))]
            declared = next((part for part in parts if part is not None), None)
        if declared is not None:
            is_free = str(declared).strip().rsplit("/", 1)[-1].lower() in ("true", "yes", "1")
            return ("free" if is_free else "paid"), f"isAccessibleForFree {declared}"
        tier = next(iter(self._metas(("article:content_tier",))), "").lower()
        known = {"free": "free", "metered": "metered", "locked": "paid"}
        return (known[tier], f"article:content_tier {tier}") if tier in known else ("unknown", None)

    def promised_words(self) -> int:
        counts = [str(self._item.get("wordCount") or "").strip(), str(sum(map(word_count, self.body)))]
        return max(
            int(count) if count.isascii() and count.isdigit() and len(count) < _COUNT_DIGITS else 0 for count in counts
        )

    def _metas(self, wanted: Sequence[str]) -> list[str]:
        return [content for name in wanted for content in self._meta.get(name, ())]


def _is_sentences(block: TextBlock) -> bool:
    """Whether a block is text, and not a long line of labels, names and dates."""
    return block.is_running and (ends_sentence(block.text) or block.words > _MOST_BYLINE_WORDS)


def _pieces(block: TextBlock) -> list[str]:
    """The texts of the elements that a line is made of."""
    texts = islice(block.element.itertext(), _MOST_BYLINE_WORDS)
    return [text for piece in texts if (text := visible_text(str(piece)))]


def _names_side_by_side(block: TextBlock) -> tuple[str, ...]:
    """The names in a line of several elements, each a name."""
    if block.words > _MOST_BYLINE_WORDS:
        return ()
    pieces = _pieces(block)
    worded = [piece for piece in pieces if not any(map(str.isdigit, piece))]
    if len(pieces) < 2 or not worded or not all(map(lone_names, worded)):
        return ()
    # What has a number is a date, or counts words or views.
    return tuple(worded) if worded == pieces or any(map(dates.is_date_line, pieces)) else ()


def _people(value: object) -> list[str]:
    listed = [entry for each in dicts(value) for entry in _people(each.get("@list"))]
    return [*strings(value), *(name for person in dicts(value) for name in _names_of(person)), *listed]


def _names_of(person: Item) -> list[str]:
    parts = [first_string(person.get("givenName")), first_string(person.get("familyName"))]
    return strings(person.get("name")) or [" ".join(filter(None, parts))]


def _moments(value: object) -> list[str]:
    """What JSON-LD gives for a moment; a bare number counts milliseconds."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return [str(value)] if is_number else strings(value)


def _says_same(heading: str, title: str) -> bool:
    """Whether a title is the heading, or the heading with something around it."""
    one, other = line_key(heading), line_key(title)
    return bool(one) and (one in other or (len(other) > 20 and other in one))


def _language_tag(claim: str) -> str | None:
    """A BCP 47 tag such as en-US, or null."""
    pieces = claim.strip().replace("_", "-").split("-")
    if not pieces[0].isalpha() or len(pieces[0]) not in (2, 3):
        return None
    rest = [piece.upper() if len(piece) == 2 else piece.title() for piece in pieces[1:] if piece.isalnum()]
    return "-".join([pieces[0].lower(), *rest])

"""Articles that stand on several pages, put together from wherever the pages were read.

In: what a night's pages showed, and what the archive holds. Out: each such article as one draft with the records of all
its pages; and which pages are further pages, so that they are no articles of their own.

A page that was not read tonight is had from the archive: where only the second page of an archived article changed, the
first one is read again as it was captured. A further page whose first page nobody has is kept back: it says itself that
it is a part of something.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.article.build import content_digests, paragraph_digests, text_sha256
from pipelines.article.join import Sheet, join
from pipelines.article.simhash import simhash
from pipelines.http.url import canonical_url
from pipelines.publish.resolve import Harvest, Lookup, Place, SeenPage, Sighting
from pipelines.values import Draft, FurtherPage, Page, RecordRef, VisitFacts, article_id

_MOST_REDIRECTS = 10

ReadAgain = Callable[[RecordRef], SeenPage | None]
"""What tonight's extraction makes of an archived page; null where that cannot be told."""


@dataclass(frozen=True, slots=True)
class WholeArticle:
    """An article of several pages."""

    draft: Draft
    page: Page
    """Its first page."""
    record: RecordRef
    facts: VisitFacts | None
    """What the crawl noted beside that."""
    further: tuple[FurtherPage, ...] = ()


@dataclass(frozen=True, slots=True)
class Joining:
    """The articles of a night that stand on several pages."""

    articles: Mapping[Place, WholeArticle] = field(default_factory=dict)
    """By the place of the draft in whose stead each is written: its first page's, where that was read tonight."""
    further: Mapping[Place, str | None] = field(default_factory=dict)
    """Place of the draft of each further page → id of its article, or null where the first page is not to be had."""

    def seen(self, harvest: Harvest) -> Harvest:
        """*harvest* with whole articles in the place of their pages."""
        return replace(harvest, sightings=tuple(self._sightings(harvest.sightings)))

    def _sightings(self, sightings: Iterable[Sighting]) -> Iterator[Sighting]:
        for each in sightings:
            whole = self.articles.get(each.place)
            if whole is not None:
                yield _whole_sighting(each, whole)
            elif each.place not in self.further:
                yield each


NOTHING_JOINED = Joining()


def join_pages(seen: Harvest, known: Lookup, read_again: ReadAgain, keep: Collection[str] = ()) -> Joining:
    """Put together the articles that stand on several pages.

    Args:
        seen: What the night's pages showed.
        known: The archive's newest revision of an article id, or null.
        read_again: Reads an archived page.
        keep: Rules that remove no line.
    """
    work = _Work(seen, known, read_again, keep)
    for page in seen.pages:
        if page.paging.number == 1 and page.place is not None:
            work.add(page.place, page)
    for page in seen.pages:
        if page.paging.number > 1 and page.place is not None and page.place not in work.further:
            first = work.archived_first(page)
            if first is not None:
                work.add(page.place, first)
            elif page.paging.is_told and not work.has(page.paging.first_url):
                work.further[page.place] = None
    return Joining(work.articles, work.further)


class _Work:
    """What was put together so far."""

    def __init__(self, seen: Harvest, known: Lookup, read_again: ReadAgain, keep: Collection[str]) -> None:
        self.articles: dict[Place, WholeArticle] = {}
        self.further: dict[Place, str | None] = {}
        self._known = known
        self._read_again = read_again
        self._keep = keep
        self._pages = {page.url: page for page in seen.pages}
        self._redirects = dict(seen.redirects)
        self._articles = {each.page_url for each in seen.sightings if not each.embedded}
        self._claiming: dict[str, list[SeenPage]] = {}
        for page in seen.pages:
            if page.paging.number > 1:
                self._claiming.setdefault(page.paging.first_url, []).append(page)

    def has(self, url: str) -> bool:
        """Whether there is an article at this address, tonight or in the archive."""
        return url in self._articles or self._known(article_id(url)) is not None

    def add(self, place: Place, first: SeenPage) -> None:
        """Add the article whose first page is *first*, to be written in the stead of the draft at *place*."""
        archived = self._known(first.draft.id)
        held = {} if archived is None or archived.removed else {canonical_url(one.url): one for one in archived.further}
        pages = {page.paging.number: page for page in self._claiming.get(first.url, ())}
        named = [each for page in (first, *pages.values()) for each in page.paging.further]
        while named:
            number, url = named.pop(0)
            if number in pages:
                continue
            page = self._tonight(url)
            if page is None and url in held:
                page = self._read_again(held[url].record)
            if page is not None and page.paging.number > 1:
                pages[number] = page
                named += page.paging.further
        ordered = [pages[number] for number in sorted(pages)]
        self.articles[place] = whole_article(first, ordered, self._keep)
        self.further.update((page.place, first.draft.id) for page in ordered if page.place is not None)

    def archived_first(self, page: SeenPage) -> SeenPage | None:
        """The archived first page of the article that *page* is of; null where there is none."""
        archived = self._known(article_id(page.paging.first_url))
        if archived is None or archived.removed or archived.embedded:
            return None
        first = self._read_again(archived.record)
        return first if first is not None and first.paging.number == 1 else None

    def _tonight(self, url: str) -> SeenPage | None:
        for _ in range(_MOST_REDIRECTS):
            if url not in self._redirects:
                break
            url = self._redirects[url]
        return self._pages.get(url)


def whole_article(first: SeenPage, further: Sequence[SeenPage], keep: Collection[str] = ()) -> WholeArticle:
    """The article whose pages these are; the rules *keep* remove no line."""
    joined = join(_sheet(first), [_sheet(page) for page in further], keep)
    pages = (
        FurtherPage(page.page.url, page.record, start) for page, start in zip(further, joined.first_blocks, strict=True)
    )
    return WholeArticle(joined.draft, first.page, first.record, first.facts, tuple(pages))


def _sheet(page: SeenPage) -> Sheet:
    return Sheet(page.draft, page.paging)


def _whole_sighting(sighting: Sighting, whole: WholeArticle) -> Sighting:
    draft, url = whole.draft, canonical_url(whole.page.url)
    return replace(
        sighting,
        id=draft.id,
        embedded=False,
        at_own_url=draft.url == url,
        text_sha256=text_sha256(draft),
        content=content_digests(draft),
        payload_digest=whole.record.payload_digest,
        paragraphs=paragraph_digests(draft),
        page_url=url,
        url=draft.url,
        simhash=simhash(draft.text),
        published_at=draft.published_at,
        further=tuple(page.record.payload_digest for page in whole.further),
    )

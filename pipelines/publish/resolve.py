"""Which of the articles that pages gave are written, and as what: pure policy over the readings of a whole run.

One article may be seen many times in a night: on its own page, on a second URL, and inside the pages of others. Its own
page wins; an embedded copy is used only if its own page cannot be had; what the archive already holds is not written
again. One article is never two lines of one revision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from pipelines.article.build import (
    PARAGRAPHS,
    Revision,
    content_digests,
    paragraph_digests,
    redirect_target,
    text_sha256,
)
from pipelines.article.revisions import paragraph_changes
from pipelines.article.schema import Changes, PreviousRevision, WarcPlace
from pipelines.article.simhash import simhash
from pipelines.http.url import canonical_url
from pipelines.memory.site import KnownArticle
from pipelines.memory.urls import KnownUrl
from pipelines.page.facts import is_home
from pipelines.publish.duplicates import Text, find_duplicates
from pipelines.reasons import Event, Outcome, Reason
from pipelines.values import Draft, Page, Paging, ReadExchange, Reading, RecordRef, VisitFacts, article_id

Place = tuple[int, int, int]
"""Where a draft stands in a run: number of the WARC file, of the exchange in it, of the draft in that."""

Lookup = Callable[[str], KnownArticle | None]

Reread = Callable[[KnownArticle], Mapping[str, str] | None]

_PERMANENT = (301, 308)
_MOST_REDIRECTS = 10
_HAD = (Outcome.ARTICLE, Outcome.UNCHANGED)


class Fate(Enum):
    """What becomes of one draft."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    """The archive holds it."""
    SUPERSEDED = "superseded"
    """Another page of the run gave the article."""
    WITHHELD = "withheld"
    """An embedded copy of an article whose own page may still be had."""
    JOINED = "joined"
    """A further page of an article, which is written in another draft's place; or of one that is not to be had."""


@dataclass(frozen=True, slots=True)
class Verdict:
    fate: Fate
    revision: Revision | None = None
    """Given where the fate is WRITTEN."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article seen on one page: what the choice rests on."""

    place: Place
    id: str
    embedded: bool
    at_own_url: bool
    text_sha256: str
    content: Mapping[str, str]
    payload_digest: str | None
    paragraphs: str = ""
    """As `paragraph_digests` has them."""
    page_url: str = ""
    """Canonical URL of the page."""
    url: str = ""
    """Canonical URL of the article."""
    simhash: int = 0
    """Of its text."""
    published_at: str | None = None
    further: tuple[str | None, ...] = ()
    """Payload digests of its further pages, where it stands on several."""


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page of an article that stands on several."""

    url: str
    """Canonical address of the page."""
    page: Page
    """The answer, its body left out."""
    record: RecordRef
    facts: VisitFacts | None
    """What the crawl noted beside the record."""
    draft: Draft
    paging: Paging
    place: Place | None = None
    """Where the draft stands in the run; null for an archived page."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a run saw, as far as its decisions rest on it."""

    sightings: tuple[Sighting, ...] = ()
    redirects: tuple[tuple[str, str], ...] = ()
    """Canonical URL → where it led, canonical, too."""
    pages: tuple[SeenPage, ...] = ()
    """The pages of articles that stand on several."""

    @classmethod
    def joined(cls, parts: Iterable[Harvest]) -> Harvest:
        """All of it, in order."""
        found = list(parts)
        return cls(
            tuple(each for part in found for each in part.sightings),
            tuple(each for part in found for each in part.redirects),
            tuple(each for part in found for each in part.pages),
        )


class Addresses:
    """Which article is at an address, and where a redirect ends: over all pages of a run."""

    def __init__(self, seen: Harvest) -> None:
        self._redirects = dict(seen.redirects)
        self._articles = {each.page_url: each for each in seen.sightings if not each.embedded}
        self._ids = {each.id for each in self._articles.values()}

    def has_article(self, id_: str) -> bool:
        """Whether the article was on a page of its own, whatever that page's address."""
        return id_ in self._ids

    def article_at(self, url: str) -> Sighting | None:
        """The article whose own page was got by asking for *url*, over any redirects; null for none."""
        end = canonical_url(url)
        for _ in range(_MOST_REDIRECTS):
            if end not in self._redirects:
                break
            end = self._redirects[end]
        return self._articles.get(end)


def harvest(file_number: int, exchange_number: int, read: ReadExchange) -> Harvest:
    """What one exchange showed."""
    target = redirect_target(read.page)
    led = ((canonical_url(read.page.url), canonical_url(target)),) if target else ()
    page = seen_page(read.page, read.record, read.reading, read.facts, (file_number, exchange_number, 0))
    return Harvest(tuple(sightings(file_number, exchange_number, read)), led, (page,) if page is not None else ())


def seen_page(
    page: Page, record: RecordRef, reading: Reading, facts: VisitFacts | None, place: Place | None = None
) -> SeenPage | None:
    """The page, where it is one of several that an article stands on; *place* is that of its first draft."""
    lead = next(iter(reading.drafts), None)
    if reading.paging is None or lead is None or lead.embedded:
        return None
    return SeenPage(canonical_url(page.url), page, record, facts, lead, reading.paging, place)


def sightings(file_number: int, exchange_number: int, read: ReadExchange) -> Iterator[Sighting]:
    """The articles seen on one page, in order."""
    own = canonical_url(read.page.url)
    for draft_number, draft in enumerate(read.reading.drafts):
        yield Sighting(
            place=(file_number, exchange_number, draft_number),
            id=draft.id,
            embedded=draft.embedded,
            at_own_url=draft.url == own,
            text_sha256=text_sha256(draft),
            content=content_digests(draft),
            payload_digest=read.record.payload_digest,
            paragraphs=paragraph_digests(draft),
            page_url=own,
            url=draft.url,
            simhash=simhash(draft.text),
            published_at=draft.published_at,
        )


def resolve(
    seen: Iterable[Sighting],
    known: Lookup,
    pending: Collection[str],
    originals: Iterable[tuple[str, int]] = (),
    reread: Reread = lambda _: None,
) -> dict[Place, Verdict]:
    """Decide the fate of every draft of a run.

    Args:
        seen: All sightings of the run.
        known: The archive's newest revision of an article id, or null.
        pending: Ids of articles whose own page was not requested tonight and may be had another night.
        originals: Id and simhash of every article in the archive that repeats no other one.
        reread: What tonight's extraction makes of the archive's newest revision; null where that cannot be told.
    """
    verdicts: dict[Place, Verdict] = {}
    written: list[Sighting] = []
    for id_, copies in _best_first(seen).items():
        verdicts.update((copy.place, Verdict(Fate.SUPERSEDED)) for copy in copies[1:])
        verdicts[copies[0].place] = _judge(copies[0], known(id_), pending, reread)
        if verdicts[copies[0].place].fate is Fate.WRITTEN:
            written.append(copies[0])
    return verdicts | _repeating(written, verdicts, originals)


def doubtful(seen: Iterable[Sighting], known: Lookup) -> Iterator[KnownArticle]:
    """The articles that `resolve` will ask *reread* about: archived, and seen with other content."""
    for id_, copies in _best_first(seen).items():
        archived = known(id_)
        if archived is not None and _is_doubtful(copies[0], archived):
            yield archived


def _best_first(seen: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    """The sightings of each article: on its own page, at its own URL, early ones first."""
    by_id: dict[str, list[Sighting]] = {}
    for each in seen:
        by_id.setdefault(each.id, []).append(each)
    for copies in by_id.values():
        copies.sort(key=lambda each: (each.embedded, not each.at_own_url, each.place))
    return by_id


def _repeating(
    written: Iterable[Sighting], verdicts: Mapping[Place, Verdict], originals: Iterable[tuple[str, int]]
) -> dict[Place, Verdict]:
    """The verdicts on articles that repeat another one, with its id."""
    revisions = [(each, verdicts[each.place].revision) for each in written]
    texts = [
        Text(each.id, each.simhash, revision.number > 1, each.embedded, each.published_at, each.url)
        for each, revision in revisions
        if revision is not None
    ]
    repeats = find_duplicates(texts, originals)
    return {
        each.place: Verdict(Fate.WRITTEN, replace(revision, duplicate_of=repeats[each.id]))
        for each, revision in revisions
        if revision is not None and each.id in repeats
    }


def _judge(best: Sighting, archived: KnownArticle | None, pending: Collection[str], reread: Reread) -> Verdict:
    if best.embedded and archived is not None:
        # Also where it was removed since: a copy elsewhere does not bring it back.
        return Verdict(Fate.UNCHANGED)
    if best.embedded and best.id in pending:
        return Verdict(Fate.WITHHELD)
    if archived is None:
        return Verdict(Fate.WRITTEN, Revision(1, Event.NEW))
    if archived.is_taken_down:
        return Verdict(Fate.UNCHANGED)
    is_held = not archived.removed and not _is_doubtful(best, archived)
    if is_held or (_is_doubtful(best, archived) and reread(archived) == best.content):
        return Verdict(Fate.UNCHANGED)
    before = _content(archived.content)
    fields = [name for name, digest in best.content.items() if before.get(name) != digest]
    return Verdict(
        Fate.WRITTEN, Revision(archived.revision + 1, Event.CHANGED, _changes(fields, archived, best.paragraphs))
    )


def _is_doubtful(best: Sighting, archived: KnownArticle) -> bool:
    """Whether the archived page has to be read again to tell if the article has changed."""
    is_there = not (best.embedded or archived.removed or archived.is_taken_down)
    return is_there and not is_unchanged(best, archived)


def is_unchanged(seen: Sighting, archived: KnownArticle) -> bool:
    """Whether the archive holds this: the same bytes (whatever was learnt since), or the same content."""
    pages = (archived.record, *(page.record for page in archived.further))
    digests = (seen.payload_digest, *seen.further)
    same_bytes = None not in digests and digests == tuple(record.payload_digest for record in pages)
    return (same_bytes and not archived.embedded) or dict(seen.content) == _content(archived.content)


def _content(kept: Mapping[str, str]) -> dict[str, str]:
    """The digests of the content fields that memory keeps, without those of paragraphs."""
    return {name: digest for name, digest in kept.items() if name != PARAGRAPHS}


@dataclass(frozen=True, slots=True)
class Departure:
    """An archived article that is no longer where it was."""

    archived: KnownArticle
    revision: Revision
    is_moved: bool
    """Whether it has another address now."""


def departure(
    read: ReadExchange,
    known: Lookup,
    addresses: Addresses,
    dropped: Collection[str] = (),
    given: Callable[[str], KnownUrl | None] = lambda _: None,
) -> Departure | None:
    """The archived article that this answer shows to be gone or moved, with its last revision; null for none.

    It is gone where the answer is 404 or 410, says so in words (a soft 404), leads to the home page for good, or is a
    page without an article at an address that its sitemap has dropped; it has moved where a permanent redirect leads to
    the page of an article of another address. A redirect is taken for permanent where the sitemap has dropped its
    address. A redirect to anything else, such as a login page, shows nothing.

    Args:
        read: The answer.
        known: The archive's newest revision of an article id, or null.
        addresses: Where the night's redirects ended.
        dropped: Canonical URLs that their sitemap lists no more.
        given: What earlier nights know of a canonical URL, and so which article it gave.
    """
    archived = _archived_at(canonical_url(read.page.url), known, addresses, given)
    if archived is None or archived.removed:
        return None
    is_dropped = canonical_url(read.page.url) in dropped
    target = redirect_target(read.page) if read.page.status in _PERMANENT or is_dropped else None
    there = addresses.article_at(target) if target else None
    is_moved = there is not None and there.id != archived.id
    is_gone = read.page.status in (404, 410) or read.reading.reason is Reason.SOFT_404
    if read.reading.reason in (Reason.NO_ARTICLE, Reason.TOO_SHORT):
        is_gone = is_dropped
    if not (is_moved or is_gone or (target is not None and is_home(target))):
        return None
    return Departure(archived, Revision(archived.revision + 1, Event.REMOVED, _changes([], archived)), is_moved)


def _archived_at(
    url: str, known: Lookup, addresses: Addresses, given: Callable[[str], KnownUrl | None]
) -> KnownArticle | None:
    """The archived article that *url* is the address of, or the only one by which it was ever had.

    A page may name another address as its article's own (`rel=canonical`, with `www.` or a slash more, say) that
    nothing ever links to: when the page is gone, so is the article.
    """
    own = known(article_id(url))
    before = given(url)
    if own is not None or before is None or before.article is None or before.outcome not in _HAD:
        return own
    archived = known(before.article)
    at_own = given(archived.url) if archived is not None else None
    is_elsewhere = addresses.has_article(before.article) or (at_own is not None and at_own.article == before.article)
    return None if is_elsewhere else archived


def _changes(fields: list[str], archived: KnownArticle, paragraphs: str | None = None) -> Changes:
    record, before = archived.record, archived.content.get(PARAGRAPHS)
    return Changes(
        fields=fields,
        paragraphs=None if paragraphs is None or before is None else paragraph_changes(before, paragraphs),
        previous=PreviousRevision(
            revision=archived.revision,
            text_sha256=archived.text_sha256 or "",
            warc=WarcPlace(key=record.key, offset=record.offset, length=record.length, record_id=record.record_id),
        ),
    )

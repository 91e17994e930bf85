"""What the spider makes of a page: the candidates in it that the configuration wants, and what kind of page it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.discovery.answers import read_answer
from crawler.discovery.found import Found, FoundKind, Sheet
from crawler.discovery.learnt import LearntShapes
from crawler.discovery.links import LinkRules
from crawler.discovery.rest import rest_modified_since
from pipelines.options import Config
from pipelines.reasons import Source
from pipelines.values import Candidate, Page, Target

_SHAPES = "shapes"
_REST_READ = "rest_read_at"


@dataclass(frozen=True, slots=True)
class Read:
    """One page, read."""

    candidates: tuple[Candidate, ...]
    is_article: bool
    is_sitemap: bool
    """Whether it is a sitemap that lists all there is, rather than what is newest."""
    canonical: str | None
    """Canonical URL that the page gives itself."""
    goes_on: bool = False
    """Whether it is a page of an article that its further pages go on with."""


class Reading:
    """Reads a site's pages, and learns the shapes of its URLs.

    Args:
        config: The site's configuration.
        facts: What `facts` gave on an earlier night.
    """

    def __init__(self, config: Config, facts: Mapping[str, object]) -> None:
        self._wanted = config.discover
        crawl = config.crawl
        self._rules = LinkRules(
            nofollow_links=crawl.obey_nofollow,
            nofollow_pages=crawl.obey_nofollow,
            nofollow_fields=crawl.obey_x_robots_tag,
        )
        self._learnt = LearntShapes.from_dict(facts.get(_SHAPES))
        self._unclear: list[tuple[str, FoundKind]] = []
        self._texts: dict[str, frozenset[str]] = {}
        """Address of the first page of each article that stands on several → the lines of its text."""
        rest_read_at = facts.get(_REST_READ)
        self._rest_read_at = datetime.fromisoformat(rest_read_at) if isinstance(rest_read_at, str) else None
        self._rest_reading_at = self._rest_read_at

    def read(self, page: Page, origin: Candidate) -> Read:
        """What *page*, the answer for *origin*, names."""
        found = read_answer(page, origin, self._rules, self._learnt)
        seen = ((page.url, found.kind),)
        if found.kind is FoundKind.PAGE:
            # It may be a wall in an article's place: a few of them must not make tonight's other links unlikely.
            self._unclear += seen
        else:
            self._learnt = self._learnt.with_pages(seen)
        candidates = tuple(
            replace(each, hops=f"{origin.hops}L") for each in self._candidates(page, origin, found) if self._wants(each)
        )
        return Read(
            candidates,
            is_article=found.kind is FoundKind.ARTICLE,
            is_sitemap=found.kind is FoundKind.SITEMAP and not found.is_news,
            canonical=found.canonical,
            goes_on=found.sheet is not None and self._goes_on(found.sheet),
        )

    def _goes_on(self, sheet: Sheet) -> bool:
        """Whether a page of an article has other text than its first one; as that of a comments' pager has not."""
        first_url = sheet.paging.first_url
        if sheet.paging.number == 1 or first_url not in self._texts:
            self._texts[first_url] = sheet.text
            return True
        text = self._texts[first_url]
        return len(text & sheet.lines) * 2 <= len(text)

    @property
    def facts(self) -> dict[str, object]:
        """What was learnt, for the next night."""
        rest = self._rest_reading_at.isoformat() if self._rest_reading_at else None
        return {_SHAPES: self._learnt.with_pages(self._unclear).to_dict(), _REST_READ: rest}

    def _candidates(self, page: Page, origin: Candidate, found: Found) -> Iterator[Candidate]:
        yield from found.candidates
        if found.kind is FoundKind.REST and not origin.is_pagination:
            # The newest are in the answer; what was edited since the last night may be further back.
            self._rest_reading_at = page.captured_at
            if self._rest_read_at is not None:
                url = rest_modified_since(page.url, self._rest_read_at)
                yield Candidate(
                    url, Source.REST, page.url, origin.depth, target=Target.REST, modified_at=page.captured_at
                )

    def _wants(self, candidate: Candidate) -> bool:
        wanted = self._wanted
        by_target = {Target.SITEMAP: wanted.sitemaps, Target.FEED: wanted.feeds, Target.REST: wanted.rest}
        if candidate.target in by_target:
            return by_target[candidate.target]
        if candidate.via is Source.LISTING:
            return wanted.listings
        return wanted.links or candidate.is_pagination or candidate.via is not Source.LINK

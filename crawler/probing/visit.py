"""What a look at a site is made of: each thing that is asked, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.discovery.answers import read_answer
from crawler.discovery.found import Found, FoundKind
from pipelines.page.walls import CHALLENGE_STATUSES, wall_of
from pipelines.publish.exchange import is_html
from pipelines.reasons import Reason
from pipelines.values import Candidate, Page

_FEW_ARTICLES = 3
_PAGES = frozenset((FoundKind.ARTICLE, FoundKind.LISTING, FoundKind.PAGE))


class Purpose(StrEnum):
    """Why something is asked for."""

    HOME = "home"
    SITEMAP = "sitemap"
    FEED = "feed"
    REST = "rest"
    CATEGORY = "category"
    FURTHER = "further"
    """A further page of a listing."""
    ARTICLE = "article"
    TDMREP = "tdmrep"
    """The site's file of reservations against text and data mining (TDMRep)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to ask for."""

    purpose: Purpose
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing that was asked for, and what came of it."""

    step: Step
    page: Page | None
    """The answer; null where there was none."""
    found: Found | None = None
    """What an answer with status 200 says of the site."""
    wall: Reason | None = None
    """What stands in its place, if it is a wall."""
    failure: str | None = None
    """Why there is no answer, in words."""

    @property
    def url(self) -> str:
        """What was asked for."""
        return self.step.candidate.url

    @property
    def is_had(self) -> bool:
        """Whether the thing itself was had."""
        return self.page is not None and self.page.status == 200 and self.wall is None

    @property
    def is_page(self) -> bool:
        """Whether what was had is a page."""
        return self.is_had and self.found is not None and self.found.kind in _PAGES

    @property
    def is_redirect(self) -> bool:
        """Whether the answer names another URL."""
        return self.page is not None and 300 <= self.page.status < 400

    @property
    def is_listing(self) -> bool:
        """Whether what was had lists articles, be it only a few."""
        if not self.is_page or self.found is None or self.is_article:
            return False
        named = sum(each.expects_article for each in self.found.candidates)
        return self.found.kind is FoundKind.LISTING or named >= _FEW_ARTICLES

    @property
    def is_article(self) -> bool:
        """Whether what was had is an article's page."""
        return self.is_had and self.found is not None and self.found.kind is FoundKind.ARTICLE


def visited(step: Step, page: Page) -> Visit:
    """What came of *step*, which *page* is the answer for."""
    wall = wall_of(page) if page.status in (200, *CHALLENGE_STATUSES) and is_html(page) else None
    return Visit(step, page, read_answer(page, step.candidate) if page.status == 200 else None, wall)

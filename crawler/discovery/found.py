"""What one answer says about where articles are: the values that discovery hands to the spider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipelines.values import Candidate, Paging


class FoundKind(StrEnum):
    """What an answer turned out to be, by its content."""

    ARTICLE = "article"
    LISTING = "listing"
    PAGE = "page"
    """An HTML page that is neither."""
    SITEMAP_INDEX = "sitemap_index"
    SITEMAP = "sitemap"
    FEED = "feed"
    REST = "rest"
    """Posts of a content API."""
    FRAGMENT = "fragment"
    """What a listing loads below itself: HTML without a head, or JSON that is none of the above."""
    NOTHING = "nothing"
    """Nothing that names a URL; the notes say what was wrong."""


@dataclass(frozen=True, slots=True)
class Signposts:
    """What a page says about its site's machine-readable sources, and about itself."""

    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    rest_root: str | None = None
    """The root of a WordPress REST interface."""
    generator: str | None = None
    """The content system, as the page's `meta[name=generator]` names it."""
    languages: tuple[str, ...] = ()
    """The page's own language, then those of its translations (`hreflang`)."""

    @property
    def is_wordpress(self) -> bool:
        """Whether the page says that WordPress made it."""
        return self.rest_root is not None or "wordpress" in (self.generator or "").lower()


NO_SIGNPOSTS = Signposts()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of an article that stands on several."""

    paging: Paging
    lines: frozenset[str]
    """Every line of the page, normalised."""
    text: frozenset[str]
    """The lines of the element that holds most of the page's running text."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of one answer."""

    kind: FoundKind
    candidates: tuple[Candidate, ...] = ()
    """In the order of the answer; further pages of it (`is_pagination`) come last."""
    is_news: bool = False
    """Whether it is a news sitemap."""
    notes: tuple[str, ...] = ()
    """What was wrong with the answer, in words: it was cut off, its XML is broken."""
    title: str | None = None
    """What a feed calls itself."""
    signposts: Signposts = NO_SIGNPOSTS
    canonical: str | None = None
    """Canonical URL that an HTML page gives itself, its own where it gives none."""
    sheet: Sheet | None = None
    """Which page of an article it is, where that stands on several."""

    @property
    def generator(self) -> str | None:
        """The content system, where the answer names one."""
        return self.signposts.generator

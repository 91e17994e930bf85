"""One state of the site: a day at an address, and how its articles hang together.

In: the day, the site's address, whether article pages carry further articles, and the paper. Out: lists of articles by
section, tag and author, neighbours, and what a page shows beside its article. An edition never changes; the next day is
another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urljoin

from crawler.demo.address import author_path, section_path, tag_path
from crawler.demo.content import pick
from crawler.demo.desks import DESKS
from crawler.demo.nights import Night, most_viewed, night
from crawler.demo.paper import WRITTEN_BY_HAND, Paper
from crawler.demo.site import DemoArticle

LOADED_BELOW = 8
"""How many further whole articles an article's page carries."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of articles with an address of its own."""

    kind: str
    """category, tag or author."""
    title: str
    path: str
    blurb: str
    articles: tuple[DemoArticle, ...]


@dataclass(frozen=True)
class Edition:
    """The site on one day."""

    base_url: str
    """With a slash at the end."""
    day: int = 1
    is_loaded: bool = True
    paper: Paper = WRITTEN_BY_HAND

    def absolute(self, path: str) -> str:
        return urljoin(self.base_url, path)

    @property
    def articles(self) -> tuple[DemoArticle, ...]:
        """All articles, newest first."""
        return self.night.articles

    @cached_property
    def night(self) -> Night:
        """What the paper carries today, and what has become of the rest."""
        return night(self.day, self.paper)

    @cached_property
    def by_path(self) -> dict[str, DemoArticle]:
        return {article.path: article for article in self.articles}

    @cached_property
    def categories(self) -> tuple[Listing, ...]:
        """The sections, in the order of the navigation."""
        return tuple(
            Listing("category", desk.name, section_path(desk.name), desk.blurb, self._in_section(desk.name))
            for desk in DESKS
        )

    @cached_property
    def listings(self) -> dict[str, Listing]:
        """Every category, tag and author by its path."""
        tags = self._grouped("tag", tag_path, lambda article: article.keywords)
        authors = self._grouped("author", author_path, lambda article: article.authors)
        return {listing.path: listing for listing in (*self.categories, *tags, *authors)}

    def loaded_below(self, article: DemoArticle) -> tuple[DemoArticle, ...]:
        """What a reader who scrolls on is shown: the newest of the section, hence nearly always the same."""
        if not self.is_loaded:
            return ()
        return tuple(other for other in self._in_section(article.section) if other != article)[:LOADED_BELOW]

    def newer(self, article: DemoArticle) -> DemoArticle | None:
        return self._neighbour(article, -1)

    def older(self, article: DemoArticle) -> DemoArticle | None:
        return self._neighbour(article, 1)

    def alike(self, article: DemoArticle) -> tuple[DemoArticle, ...]:
        """Four older articles of the section, for "You may like"."""
        others = [other for other in self._in_section(article.section) if other.published_at < article.published_at]
        if self.paper.size is not None:
            return tuple(others[1:5])  # so that a removal changes few other pages
        start = pick(article.topic + "alike", range(max(1, len(others) - 3)))
        return tuple(others[start : start + 4])

    @cached_property
    def most_viewed(self) -> tuple[DemoArticle, ...]:
        """The same five on every day."""
        return most_viewed(self.paper)

    def changed_at(self, section: str | None = None) -> datetime:
        """When the site, or one section of it, last changed."""
        return max(article.changed_at for article in self.articles if section in (None, article.section))

    def _in_section(self, section: str) -> tuple[DemoArticle, ...]:
        return self._sections[section]

    @cached_property
    def _sections(self) -> dict[str, tuple[DemoArticle, ...]]:
        return {desk.name: tuple(one for one in self.articles if one.section == desk.name) for desk in DESKS}

    def _neighbour(self, article: DemoArticle, step: int) -> DemoArticle | None:
        section = self._in_section(article.section)
        place = section.index(article) + step
        return section[place] if 0 <= place < len(section) else None

    def _grouped(
        self, kind: str, path_of: Callable[[str], str], names_of: Callable[[DemoArticle], tuple[str, ...]]
    ) -> list[Listing]:
        groups: dict[str, list[DemoArticle]] = {}
        for article in self.articles:
            for name in names_of(article):
                groups.setdefault(name, []).append(article)
        return [Listing(kind, name, path_of(name), "", tuple(group)) for name, group in sorted(groups.items())]

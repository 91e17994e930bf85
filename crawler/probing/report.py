"""What a look at a site told: the values of the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.probing.rights import Statement


@dataclass(frozen=True, slots=True)
class SourceReport:
    """A file in which the site lists its articles."""

    kind: str
    """sitemap, sitemap index, news sitemap, feed or REST."""
    url: str
    articles: int
    """How many of its entries are taken for articles; of an index, none."""
    entries: int
    newest_at: datetime | None = None
    per_day: float | None = None
    """Articles a day, by its dates."""
    title: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionReport:
    """A page of the site that the home page links to and that may list articles."""

    url: str
    name: str | None
    is_checked: bool = False
    """Whether it was looked at, and does."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An article as the archive would hold it."""

    url: str
    headline: str | None
    published_at: str | None
    authors: tuple[str, ...]
    first_paragraph: str
    words: int
    flags: tuple[str, ...]
    access: str
    """As the page declares it: free, metered, paid or unknown."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What one look at a site told."""

    url: str
    """The home page, after redirects."""
    name: str
    looked_at: datetime
    requests: int
    robots: str
    """What its robots.txt is and asks for, in words."""
    sources: tuple[SourceReport, ...]
    sections: tuple[SectionReport, ...]
    pagination: str | None
    """The further page of a listing that was found, if any."""
    content_system: str | None
    languages: tuple[str, ...]
    statements: tuple[Statement, ...]
    paywall: tuple[str, ...]
    """Signs that articles are not free to read."""
    scripting: str | None
    """The figures behind the verdict about scripts; null where no page could be read."""
    needs_scripts: bool
    per_day: float | None
    per_day_by: str | None
    """What the rate was taken from: the URL of a source, or words."""
    samples: tuple[Sample, ...]
    warnings: tuple[str, ...]

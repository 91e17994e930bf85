"""Every vice of the demo site: a closed list, in the order in which they are put around the site, inmost first."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.demo.paper import Paper, Shape
from crawler.demo.vices.claims import CLAIMS
from crawler.demo.vices.manners import MANNERS
from crawler.demo.vices.more_posts import MORE_POSTS
from crawler.demo.vices.pages import PAGES
from crawler.demo.vices.rest import REST
from crawler.demo.vices.rights import RIGHTS
from crawler.demo.vices.sessions import SESSIONS
from crawler.demo.vices.shown import SHOWN
from crawler.demo.vices.traps import TRAPS
from crawler.demo.vices.variants import VARIANTS
from crawler.demo.vices.vice import Site, Vice, plain_site
from crawler.demo.vices.walls import WALLS

SHAPES = (
    Vice("article_numbers", "Articles have addresses like /a/12345.", shape=Shape.NUMBER),
    Vice("article_queries", "Articles have addresses like /news/article.php?id=12345.", shape=Shape.QUERY),
    Vice("article_days", "Articles have addresses like /2026/nov/21/words.", shape=Shape.DAY),
)

VICES: tuple[Vice, ...] = (
    *SHAPES,
    *PAGES,
    *WALLS,
    *SHOWN,
    *MORE_POSTS,
    *REST,
    *CLAIMS,
    *RIGHTS,
    *TRAPS,
    *VARIANTS,
    *SESSIONS,
    *MANNERS,
)


def vices_named(names: Sequence[str]) -> tuple[Vice, ...]:
    """The vices of these names, in the order of the table.

    Raises:
        ValueError: There is no such vice, or two that cannot be together.
    """
    known = [vice.name for vice in VICES]
    for name in names:
        if name not in known:
            raise ValueError(f"the demo site has no vice {name!r}; it has {', '.join(known)}")
    chosen = tuple(vice for vice in VICES if vice.name in names)
    if sum(vice.shape is not None for vice in chosen) > 1:
        raise ValueError("the articles of a site have addresses of one shape only")
    return chosen


def site_with(vices: Sequence[Vice]) -> Site:
    """A new site with these vices."""
    site: Site = plain_site
    for vice in vices:
        site = vice.around(site)
    return site


def paper_with(size: int | None, vices: Sequence[Vice]) -> Paper:
    """The paper of that size with these vices."""
    shape = next((vice.shape for vice in vices if vice.shape), Shape.MONTH)
    return Paper(size, shape)

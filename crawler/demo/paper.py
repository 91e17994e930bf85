"""Which newspaper is served: how many articles it starts with, and what their addresses look like.

In: a size and a shape. Out: one frozen value that names a whole history, since everything else about the paper follows
from it and the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from urllib.parse import parse_qs

from crawler.demo.address import article_path

_SCRIPT = "/news/article.php"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LEAST, MOST = 20, 10_000
"""How many articles a composed paper may have on its first day."""


class Shape(Enum):
    """What an article's address is made of."""

    MONTH = "/2026/11/words/"
    NUMBER = "/a/12345"
    QUERY = "/news/article.php?id=12345"
    DAY = "/2026/nov/21/words"

    def path(self, number: int, slug: str, published_at: datetime) -> str:
        """The article's path from the root, with its query if it has one."""
        match self:
            case Shape.NUMBER:
                return f"/a/{number}"
            case Shape.QUERY:
                return f"{_SCRIPT}?id={number}"
            case Shape.DAY:
                return f"/{published_at:%Y}/{_MONTHS[published_at.month - 1]}/{published_at:%d}/{slug}"
        return article_path(slug, published_at)


@dataclass(frozen=True, slots=True)
class Paper:
    """A newspaper's whole history."""

    size: int | None = None
    """Articles on the first day; null for the 120 that were written by hand, and their two days."""
    shape: Shape = Shape.MONTH

    def __post_init__(self) -> None:
        if self.size is not None and not LEAST <= self.size <= MOST:
            raise ValueError(f"a demo site has {LEAST} to {MOST} articles, not {self.size}")


WRITTEN_BY_HAND = Paper()


def article_key(path: str, query: str) -> str:
    """The path by which the site knows what is asked for: with that part of the query which names an article."""
    wanted = parse_qs(query).get("id") if path == _SCRIPT else None
    return f"{path}?id={wanted[0]}" if wanted else path

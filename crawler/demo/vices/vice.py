"""What a vice is: something real sites do, put around the plain site's answers.

A site is a function from an edition and what is asked to an answer, and a vice makes one such function of another, so
that vices combine by being put one around the other and the plain site knows of none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.demo.edition import Edition
from crawler.demo.paper import Shape
from crawler.demo.routes import Answer, answer
from crawler.demo.site import DemoArticle


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, as far as the site cares."""

    path: str
    """Percent-decoded."""
    query: str = ""
    number: int = 0
    """How many came before: what is new in each answer derives from it."""
    at_s: float = 0.0
    """Monotonic seconds."""
    at: datetime = datetime(2026, 11, 22, 3, tzinfo=UTC)

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


Site = Callable[[Edition, Ask], Answer]


def plain_site(edition: Edition, ask: Ask) -> Answer:
    """The site without any vice."""
    return answer(edition, ask.path, ask.query)


def unchanged(site: Site) -> Site:
    """Puts nothing around *site*."""
    return site


def _nothing(_: DemoArticle) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Vice:
    """One way of being difficult."""

    name: str
    meaning: str
    """A sentence for whoever chooses it."""
    around: Callable[[Site], Site] = unchanged
    """Called once for each server: what it keeps in mind is that server's."""
    shape: Shape | None = None
    """The shape of the articles' addresses, where the vice is in them."""
    hides: Callable[[DemoArticle], bool] = _nothing
    """Which articles nobody can read, so that they are no part of the truth."""

"""What the tests of discovery share: an answer made by hand, and what is read of it."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.discovery.answers import read_answer
from crawler.discovery.found import Found
from crawler.discovery.learnt import LearntShapes
from crawler.discovery.links import OBEDIENT, LinkRules
from pipelines.reasons import Source
from pipelines.values import Candidate, Page, Target

HOST = "https://news.example.org"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def read(
    body: bytes | str,
    path: str = "/",
    target: Target = Target.PAGE,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    rules: LinkRules = OBEDIENT,
    learnt: LearntShapes | None = None,
    depth: int = 0,
) -> Found:
    """What discovery makes of *body*, the answer at *path*."""
    page = Page(HOST + path, body.encode() if isinstance(body, str) else body, NOW, headers=headers)
    return read_answer(page, Candidate(page.url, Source.SEED, depth=depth, target=target), rules, learnt)


def urls(found: Found) -> list[str]:
    """The addresses of its candidates, without the host where it is ours."""
    return [each.url.removeprefix(HOST) for each in found.candidates]


def further(found: Found) -> list[str]:
    """Those of its further pages."""
    return [each.url.removeprefix(HOST) for each in found.candidates if each.is_pagination]


def expected(found: Found) -> list[str]:
    """Those where an article is expected."""
    return [each.url.removeprefix(HOST) for each in found.candidates if each.expects_article]

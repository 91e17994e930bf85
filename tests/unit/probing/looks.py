"""Looks at small sites without sockets: the plan is followed against pages that are given, as the spider would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from crawler.frontier.robots import Robots
from crawler.probing.plan import MAX_REQUESTS, next_step
from crawler.probing.visit import Visit, visited
from pipelines.values import Page

HOME = "https://paper.example/"
AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
Answers = Mapping[str, "str | Page"] | Callable[[str], "str | Page | None"]
"""Path → HTML, or the whole answer."""


def page(path: str, body: str | bytes, status: int = 200, kind: str = "text/html", **fields: str) -> Page:
    headers = (("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in fields.items()))
    raw = body.encode() if isinstance(body, str) else body
    return Page(HOME.rstrip("/") + path, raw, AT, status, headers)


def look(answers: Answers, robots: Robots | None = None, start: str = HOME) -> list[Visit]:
    """Every visit of a look, in order."""
    visits: list[Visit] = []
    while (step := next_step(start, visits, robots)) is not None:
        path = step.candidate.url.removeprefix(HOME.rstrip("/"))
        found = answers(path) if callable(answers) else answers.get(path)
        if found is None:
            found = page(path, "<title>Error</title>", 404)
        visits.append(visited(step, found if isinstance(found, Page) else page(path, found)))
        assert len(visits) <= MAX_REQUESTS
    return visits


def paths(visits: list[Visit], purpose: str | None = None) -> list[str]:
    return [
        visit.url.removeprefix(HOME.rstrip("/")) for visit in visits if purpose is None or visit.step.purpose == purpose
    ]


TEXT = (
    "The harbour council voted on Tuesday evening to keep the old ferry in service through the winter, after residents "
    "had filled the hall and spoken for three hours about the price of the tickets and the colour of the funnel. "
)


def story_path(number: int) -> str:
    return f"/town/2026/11/story-number-{number}-of-the-day/"


def story(number: int, head: str = "") -> str:
    return (
        f'<html lang="en"><head><title>Story number {number} of the day</title>'
        '<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-11-{20 - number:02}T08:00:00Z">{head}</head><body>'
        f"<h1>Story number {number} of the day</h1><p>{TEXT} {number}</p><p>{TEXT * 2}</p></body></html>"
    )


def teasers(numbers: range) -> str:
    return "".join(f'<h2><a href="{story_path(n)}">Story number {n} of the day</a></h2>' for n in numbers)


def home(head: str = "", more: str = "") -> str:
    return (
        f'<html lang="en"><head><title>Paper</title>{head}</head><body><nav><a href="/imprint/">Imprint</a>'
        f'<a href="/town/">Town</a></nav>{teasers(range(6))}{more}</body></html>'
    )


def sitemap(*paths: str, news: bool = False) -> Page:
    extra = (
        "<news:news><news:publication_date>2026-11-{day:02}T08:00:00Z</news:publication_date></news:news>"
        if news
        else ""
    )
    urls = "".join(
        f"<url><loc>{HOME.rstrip('/')}{path}</loc>{extra.format(day=20 - n)}</url>" for n, path in enumerate(paths)
    )
    space = ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return page("", f"<urlset{space}>{urls}</urlset>", kind="text/xml")


def index(*paths: str) -> Page:
    listed = "".join(f"<sitemap><loc>{HOME.rstrip('/')}{path}</loc></sitemap>" for path in paths)
    return page("", f"<sitemapindex>{listed}</sitemapindex>", kind="text/xml")


STORIES = {story_path(number): story(number) for number in range(6)}

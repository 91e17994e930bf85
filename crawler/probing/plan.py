"""What to ask of a site next, so that few requests tell much.

In: what was asked so far and what came of it. Out: one step, or null where nothing more is worth a request. The order
is that of use: should the requests run out, what is missing matters least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from crawler.discovery.learnt import shape
from crawler.discovery.rest import posts_url
from crawler.frontier.robots import Robots
from crawler.frontier.tdmrep import tdmrep_url
from crawler.probing.visit import Purpose, Step, Visit
from pipelines.http.url import absolute_url, canonical_url, same_site
from pipelines.reasons import Source
from pipelines.values import Candidate, Target

MAX_REQUESTS = 20
"""Of one look at a site, robots.txt, redirects and failures included."""
SAMPLES = 3
"""How many articles are looked for."""

_MOST_REDIRECTS = 3
"""Of the home page; what else redirects is followed once."""
_MOST_SITEMAPS = 4
_MOST_LISTED_SITEMAPS = 3
_MOST_FEEDS = 2
_MOST_ARTICLES = 5
_MOST_CATEGORIES = 3
_CROWD = 3
_NEVER = datetime.min.replace(tzinfo=UTC)


def next_step(home: str, visits: Sequence[Visit], robots: Robots | None = None) -> Step | None:
    """The next thing to ask for.

    Args:
        home: The site's start URL.
        visits: What was asked so far, in order.
        robots: The site's robots.txt, once it is read.
    """
    look = _Look(home, visits, robots)
    if not visits:
        return Step(Purpose.HOME, Candidate(home, Source.SEED))
    moved = look.redirect()
    if moved is not None:
        return moved
    if look.home is None:
        return None  # without its home page there is nothing to go by
    return next((step for stage in _STAGES if (step := stage(look)) is not None), None)


class _Look:
    """What was seen so far."""

    def __init__(self, home: str, visits: Sequence[Visit], robots: Robots | None) -> None:
        self.start = home
        self.visits = visits
        self.robots = robots
        self._asked = {canonical_url(visit.url) for visit in visits}

    @property
    def home(self) -> Visit | None:
        """The home page, if it was had."""
        return next((visit for visit in self.visits if visit.step.purpose is Purpose.HOME and visit.is_page), None)

    def of(self, purpose: Purpose) -> list[Visit]:
        """The visits for this purpose."""
        return [visit for visit in self.visits if visit.step.purpose is purpose]

    def tries(self, purpose: Purpose) -> int:
        """How many things were asked for, wherever they turned out to be."""
        return sum(visit.step.candidate.redirects == 0 for visit in self.of(purpose))

    def is_new(self, url: str) -> bool:
        """Whether *url* is the site's, and was not asked for."""
        return canonical_url(url) not in self._asked and same_site(url, self.start)

    def redirect(self) -> Step | None:
        """Where the last answer says that the thing is."""
        last = self.visits[-1]
        location = last.page.header("location") if last.page is not None and last.is_redirect else None
        target = absolute_url(last.url, location) if location else None
        before = last.step.candidate
        most = _MOST_REDIRECTS if last.step.purpose is Purpose.HOME else 1
        if target is None or not self.is_new(target) or before.redirects >= most:
            return None
        return replace(last.step, candidate=replace(before, url=target, redirects=before.redirects + 1))

    def candidates(self) -> Iterator[Candidate]:
        """All that was named, in the order it was seen."""
        return (each for visit in self.visits if visit.found is not None for each in visit.found.candidates)


def _sitemap(look: _Look) -> Step | None:
    """Those that robots.txt and the page name, then the newest that an index names; news before others."""
    asked = look.of(Purpose.SITEMAP)
    tries = look.tries(Purpose.SITEMAP)
    if tries >= _MOST_SITEMAPS:
        return None
    home = look.home
    named = [
        *(look.robots.sitemaps if look.robots else ()),
        *(home.found.signposts.sitemaps if home and home.found else ()),
    ]
    listed = [
        Candidate(url, Source.ROBOTS, target=Target.SITEMAP) for url in named or (urljoin(look.start, "/sitemap.xml"),)
    ]
    if tries < _MOST_LISTED_SITEMAPS:
        first = next((each for each in sorted(listed, key=_is_not_news) if look.is_new(each.url)), None)
        if first is not None:
            return Step(Purpose.SITEMAP, first)
    if any(map(_lists_all, asked)):
        return None
    inner = [each for each in look.candidates() if each.target is Target.SITEMAP and look.is_new(each.url)]
    inner.sort(key=lambda each: (_is_not_news(each), -(each.modified_at or _NEVER).timestamp()))
    return Step(Purpose.SITEMAP, inner[0]) if inner else None


def _lists_all(visit: Visit) -> bool:
    """Whether it is a sitemap of articles, and not of the newest alone."""
    found = visit.found
    return found is not None and not found.is_news and any(each.expects_article for each in found.candidates)


def _is_not_news(candidate: Candidate) -> bool:
    return "news" not in urlsplit(candidate.url).path.lower()


def _feed(look: _Look) -> Step | None:
    home = look.home
    feeds = home.found.signposts.feeds if home and home.found else ()
    if look.tries(Purpose.FEED) >= _MOST_FEEDS:
        return None
    new = (Candidate(url, Source.FEED, look.start, target=Target.FEED) for url in feeds if look.is_new(url))
    return next((Step(Purpose.FEED, each) for each in new), None)


def _article(look: _Look) -> Step | None:
    """The newest that anything names; what has no date comes in the order of the pages.

    Where nothing is named as an article, and a link that was taken for a section has proved to lead to one, the links
    of its shape are articles, too.
    """
    had = sum(visit.is_article for visit in look.visits)
    if had >= SAMPLES or look.tries(Purpose.ARTICLE) >= _MOST_ARTICLES:
        return None
    named = [each for each in look.candidates() if each.expects_article and look.is_new(each.url)]
    if not named:
        shapes = article_shapes(look.visits)
        named = [each for each in look.candidates() if shape(each.url) in shapes and look.is_new(each.url)]
    named.sort(key=lambda each: each.published_at or each.modified_at or _NEVER, reverse=True)
    return Step(Purpose.ARTICLE, named[0]) if named else None


def article_shapes(visits: Sequence[Visit]) -> set[str]:
    """The shapes of addresses that were taken for sections and proved to be articles."""
    return {shape(visit.url) for visit in visits if visit.step.purpose is Purpose.CATEGORY and visit.is_article}


def _tdmrep(look: _Look) -> Step | None:
    url = tdmrep_url(look.start)
    return Step(Purpose.TDMREP, Candidate(url, Source.SEED, target=Target.REST)) if look.is_new(url) else None


def _category(look: _Look) -> Step | None:
    """A page that lists a part of the site's articles."""
    is_had = any(visit.is_listing for visit in look.of(Purpose.CATEGORY))
    if is_had or look.tries(Purpose.CATEGORY) >= _MOST_CATEGORIES:
        return None
    return next(
        (Step(Purpose.CATEGORY, each) for each in sections(look.start, look.visits) if look.is_new(each.url)), None
    )


def sections(home: str, visits: Sequence[Visit]) -> list[Candidate]:
    """What the home page links to besides articles, likely sections first.

    Likely is what stands beside a section that was looked at, then what articles lie below by their paths, then what
    lies in a folder with others; what lies at the root may be anything.
    """
    page = next((visit for visit in visits if visit.step.purpose is Purpose.HOME and visit.is_page), None)
    if page is None or page.found is None:
        return []
    others: dict[str, Candidate] = {}
    shapes = article_shapes(visits)
    taken = {_path(url) for url in (home, page.url, *page.found.signposts.feeds, *page.found.signposts.sitemaps)}
    for each in page.found.candidates:
        is_other = not (each.expects_article or each.is_pagination) and each.target is Target.PAGE
        if is_other and _path(each.url) not in taken and same_site(each.url, home) and shape(each.url) not in shapes:
            others.setdefault(canonical_url(each.url), each)
    named = [each for visit in visits if visit.found for each in visit.found.candidates if each.expects_article]
    articles = {_path(each.url) for each in named}
    checked = {_folder(visit.url) for visit in visits if visit.step.purpose is Purpose.CATEGORY and visit.is_listing}
    crowd = Counter(_folder(each.url) for each in others.values())

    def likeliness(each: Candidate) -> tuple[bool, int, bool]:
        folder = _folder(each.url)
        below = sum(path.startswith(f"{_path(each.url)}/") for path in articles)
        return bool(folder) and folder in checked, below, bool(folder) and crowd[folder] >= _CROWD

    return sorted(others.values(), key=likeliness, reverse=True)


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


def _folder(url: str) -> str:
    return _path(url).rpartition("/")[0]


def _further(look: _Look) -> Step | None:
    """The next page of the listing that was found, or of the home page."""
    if look.of(Purpose.FURTHER):
        return None
    listings = [visit for visit in look.of(Purpose.CATEGORY) if visit.is_listing] or look.of(Purpose.HOME)
    found = [each for visit in listings if visit.found for each in visit.found.candidates if each.is_pagination]
    return next((Step(Purpose.FURTHER, each) for each in found if look.is_new(each.url)), None)


def _rest(look: _Look) -> Step | None:
    home = look.home
    root = home.found.signposts.rest_root if home and home.found else None
    if root is None or look.of(Purpose.REST):
        return None
    url = posts_url(root)
    return Step(Purpose.REST, Candidate(url, Source.REST, look.start, target=Target.REST)) if look.is_new(url) else None


_STAGES: tuple[Callable[[_Look], Step | None], ...] = (
    _sitemap, _feed, _article, _tdmrep, _category, _further, _rest,
)  # fmt: skip

"""Many pages of one site → what they have in common.

In: surveys of pages of one host, in any order. Out: a `Profile`, and line counts for the crawl's memory. A line is
furniture when it stands in several *different* articles: copies of an article embedded in other pages count once,
and articles that are nearly the same text under several addresses count once, else journalism would look like
furniture.

Promised: the order of the surveys, and how often one is given, change nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import ceil

from pipelines.extract.nodes import count_nodes, is_borne_out, merge_nodes
from pipelines.extract.profile import EMPTY, Profile
from pipelines.page.text import OPEN_NUMBER
from pipelines.values import Survey, SurveyedPart

TITLE_SEPARATORS = (" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", " ‹ ", " › ")
"""What stands between a headline and the site's name in a title."""

_LONG_LINE_WORDS = 6
_LEAST_OPEN = 3
_RARE = 16
"""Lines in more articles than this say nothing about two of them being one."""
_SAME_SHARE = 0.6
"""The share of their long rare lines that makes two articles one."""
_MAX_LINE_CHARS = 1000


def learn(surveys: Iterable[Survey], known: Mapping[str, int] | None = None, previous: Profile = EMPTY) -> Profile:
    """What the pages of a site have in common.

    Args:
        surveys: Of pages of one host.
        known: Support of lines from earlier runs, as `count_lines` gave it. The larger of both counts holds, as
            the articles behind them may be the same.
        previous: What was known before: a night with few pages does not forget it.
    """
    articles = _articles(surveys)
    counts = _count(articles)
    for line, support in (known or {}).items():
        counts[line] = max(counts[line], support)
    seen = max(len(articles), previous.articles)
    least = _least_support(seen)
    furniture = {
        line: support
        for line, support in sorted(counts.items())
        if support >= (_least_open_support(line, seen) if OPEN_NUMBER in line else least)
        and len(line) <= _MAX_LINE_CHARS
    }
    parts = [part for same in articles for part in same[:1]]
    taught = [next((part.votes for part in same if part.votes), ()) for same in articles]
    tonight = count_nodes(taught, furniture)
    holds = is_borne_out([part.bears_out for same in articles for part in same])
    return Profile(
        furniture=furniture,
        title_suffixes=tuple(sorted({*previous.title_suffixes, *_title_suffixes(parts)})),
        organisations=tuple(
            sorted({*previous.organisations, *(name for part in parts for name in part.organisations)})
        ),
        articles=seen,
        nodes=merge_nodes(previous.nodes, tonight) if holds else tonight,
    )


def count_lines(surveys: Iterable[Survey]) -> dict[str, int]:
    """In how many different articles each line stands."""
    return dict(sorted(_count(_articles(surveys)).items()))


def _least_support(articles: int) -> int:
    """How many articles make a line furniture: more where there are many, as reports repeat their background."""
    return 2 if articles < 8 else max(3, -(-articles // 50))


def _least_open_support(line: str, articles: int) -> int:
    """In how many articles a line must stand with its numbers left open: in half of all, and a short one in most.

    Reports that are written anew each day, as of markets, differ in numbers only: half of a site is not made of them.
    """
    share = 0.5 if line.count(" ") >= _LONG_LINE_WORDS else 0.8
    return max(_LEAST_OPEN, ceil(articles * share))


def _count(articles: Iterable[list[SurveyedPart]]) -> Counter[str]:
    return Counter(line for same in articles for line in {line for part in same for line in part.lines})


def _articles(surveys: Iterable[Survey]) -> list[list[SurveyedPart]]:
    """The surveyed parts, grouped by what is one article; groups and their members in a fixed order."""
    by_url: dict[str, set[SurveyedPart]] = defaultdict(set)
    for survey in surveys:
        for part in survey.parts:
            by_url[part.article_url].add(part)
    urls = sorted(by_url)
    own = {url: sorted(by_url[url], key=lambda part: (part.lines, part.title or "", part.votes)) for url in urls}
    leader = _leaders(urls, {url: frozenset(line for part in own[url] for line in part.lines) for url in urls})
    groups: dict[str, list[SurveyedPart]] = defaultdict(list)
    for url in urls:
        groups[leader[url]].extend(own[url])
    return [groups[url] for url in sorted(groups)]


def _leaders(urls: list[str], lines: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """For each URL, the first URL that has nearly the same text."""
    where: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        for line in lines[url]:
            if line.count(" ") >= _LONG_LINE_WORDS - 1:
                where[line].append(url)
    size: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for line, places in where.items():
        if len(places) > _RARE:
            continue
        words = line.count(" ") + 1
        for rank, one in enumerate(places):
            size[one] += words
            for other in places[rank + 1 :]:
                shared[one, other] += words
    leader = {url: url for url in urls}
    for one, other in sorted(shared):
        if shared[one, other] > _SAME_SHARE * min(size[one], size[other]):
            first, second = sorted((_root(leader, one), _root(leader, other)))
            leader[second] = first
    return {url: _root(leader, url) for url in urls}


def _root(leader: Mapping[str, str], url: str) -> str:
    while leader[url] != url:
        url = leader[url]
    return url


def _title_suffixes(parts: Iterable[SurveyedPart]) -> tuple[str, ...]:
    """The endings and beginnings, separator included, that most titles of the site have in common."""
    titles = sorted({part.title for part in parts if part.title})
    found = Counter(piece for title in titles for piece in _ends(title))
    return tuple(sorted(piece for piece, count in found.items() if count >= 3 and count * 2 > len(titles)))


def _ends(title: str) -> set[str]:
    endings = {title[cut:] for separator in TITLE_SEPARATORS if (cut := title.rfind(separator)) > 0}
    beginnings = {
        title[: cut + len(separator)] for separator in (*TITLE_SEPARATORS, ": ") if (cut := title.find(separator)) > 0
    }
    return endings | beginnings

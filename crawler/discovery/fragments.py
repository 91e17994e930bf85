"""What a listing loads below itself: HTML without a head, or JSON with HTML, with addresses, or with both in it.

In: such an answer. Out: the candidates it names, in its order, and the address of what comes next: named by the answer,
or counted on from its own address as long as it brings articles. Interfaces name things as they like, so an object
is an article by what is in it: an address of the right shape, words to go with it, a date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from crawler.discovery.addresses import words_of
from crawler.discovery.answer import Answer, unique
from crawler.discovery.candidates import listed
from crawler.discovery.instants import instant
from crawler.discovery.json_values import clean, walk
from crawler.discovery.links import SeenLink, is_file
from crawler.discovery.paging import is_cursor_name, next_numbered, page_number, with_page_number, with_parameter
from crawler.discovery.rest import rendered
from crawler.discovery.shapes import is_article_link
from pipelines.errors import ContentError
from pipelines.http.url import absolute_url, same_site
from pipelines.page.tree import Element, parse
from pipelines.reasons import Source
from pipelines.values import Candidate, Target

_MAX_HTML = 300
"""Pieces of HTML read of one JSON answer."""
_MAX_URL_CHARS = 2_000
_TITLES = ("title", "headline", "heading", "name")
_PUBLISHED = frozenset(("published", "publish", "pub", "created", "date", "time", "firstpublished"))
_MODIFIED = frozenset(("modified", "updated", "changed", "lastmod"))
_OTHER_PAGES = frozenset(("next", "prev", "previous", "first", "last", "self"))
_PAGES = frozenset(("page", "pages"))
_NEXT_PAGE = frozenset(("next", "page", "url", "link", "href", "cursor"))
_TOTALS = frozenset(("total", "max", "last", "count"))


def read_html_fragment(answer: Answer, root: Element) -> tuple[Candidate, ...]:
    """The candidates of a piece of HTML, whose tree is *root*."""
    found = listed(answer, root)
    articles = sum(each.expects_article for each in found)
    if answer.origin.target is Target.FRAGMENT and articles and not any(each.is_pagination for each in found):
        found += _counted_on(answer, articles)
    return unique(found)


def read_json_fragment(answer: Answer, value: object) -> tuple[Candidate, ...]:
    """The candidates of *value*, a JSON answer."""
    found: list[Candidate] = []
    pieces = 0
    for _, each in walk(value):
        if isinstance(each, dict):
            found += _of_object(answer, each)
        elif isinstance(each, str) and "<a" in each and pieces < _MAX_HTML:
            pieces += 1
            found += _of_markup(answer, each)
    names = [each for each in unique(found) if not each.is_pagination]
    further = [each for each in unique(found) if each.is_pagination]
    further = further or list(_next(answer, value, sum(each.expects_article for each in names)))
    return unique([*names, *further])


def _of_markup(answer: Answer, markup: str) -> Sequence[Candidate]:
    try:
        return listed(answer, parse(clean(markup), where=answer.url))
    except ContentError:
        return ()


def _of_object(answer: Answer, fields: Mapping[str, object]) -> Iterator[Candidate]:
    """The article that an object describes, if it does."""
    for name, text in fields.items():
        url = _page_url(answer.url, text)
        if url is None or words_of(str(name)) & _OTHER_PAGES:
            continue
        title = next((words for name in _TITLES if (words := rendered(fields.get(name)))), None)
        published_at = _date(fields, _PUBLISHED)
        link = SeenLink(url, title or "", frozenset(), is_heading=title is not None)
        if (title and published_at) or is_article_link(link, answer.learnt):
            yield Candidate(
                url,
                Source.LISTING,
                answer.url,
                answer.depth,
                expects_article=True,
                anchor=title,
                published_at=published_at,
                modified_at=_date(fields, _MODIFIED),
            )
            return


def _page_url(base: str, text: object) -> str | None:
    if not isinstance(text, str) or len(text) > _MAX_URL_CHARS or not text.startswith(("http://", "https://", "/")):
        return None
    url = absolute_url(base, clean(text))
    return url if url is not None and " " not in url and not is_file(url) and same_site(url, base) else None


def _date(fields: Mapping[str, object], names: frozenset[str]) -> datetime | None:
    for name, text in fields.items():
        if isinstance(text, str) and words_of(str(name)) & names and (moment := instant(text)):
            return moment
    return None


def _next(answer: Answer, value: object, articles: int) -> Iterator[Candidate]:
    """The next page: by address, by cursor, by number, or counted on where nothing says that this is the last."""
    has_more: bool | None = None
    number = page_number(answer.url)
    for name, each in walk(value):
        words = words_of(name)
        if "next" in words and (url := _next_url(answer.url, name, each)):
            yield _further(answer, url)
            return
        if has_more is None and (
            (isinstance(each, bool) and words & {"more", "next"}) or (each is None and "next" in words <= _NEXT_PAGE)
        ):
            has_more = bool(each)
        elif isinstance(each, int) and number and not number.is_offset and words & _TOTALS and words & _PAGES:
            has_more = number.value < each
    if has_more or (has_more is None and articles):
        yield from _counted_on(answer, articles)


def _next_url(base: str, name: str, value: object) -> str | None:
    """The address of the next page that a value named `next…` gives: itself, a number of a page, or a cursor."""
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    text = clean(str(value))
    if text.startswith(("http://", "https://", "/", "?")):
        return absolute_url(base, text)
    number = page_number(base)
    if text.isdecimal() and len(text) <= 6 and number is not None:
        return with_page_number(base, number, int(text)) if int(text) > number.value else None
    cursor = "_".join(sorted(words_of(name) - {"next"}))
    if cursor and is_cursor_name(cursor) and len(text) <= _MAX_URL_CHARS:
        return with_parameter(base, cursor, text)
    return None


def _counted_on(answer: Answer, articles: int) -> Iterator[Candidate]:
    url = next_numbered(answer.url, articles)
    if url is not None:
        yield _further(answer, url)


def _further(answer: Answer, url: str) -> Candidate:
    return answer.further(url, Source.LISTING, Target.FRAGMENT)

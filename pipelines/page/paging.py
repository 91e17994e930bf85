"""Which page of an article a page is, where the article stands on several; and which further pages it names.

In: a page's tree, what it says of itself, and the address it was captured at. Out: `Paging`; null where neither its
address nor its links speak of several pages. A further page has the first one's address with a number at its end:
`/2/`, `/page/2`, `?page=2`; or a number before the file's ending (`story-2.html`), where links say `rel=next` and
`rel=prev`. In queries some count from nought: there a link called "2" leads to `?page=1`, or one leads to `?page=0`.

*Why* `rel=next` alone says nothing: content systems put it between one article and the next.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipelines.http.url import absolute_url, canonical_url
from pipelines.page.facts import Facts
from pipelines.page.tree import Element, inner_text
from pipelines.values import Paging

_NAMES = (
    r"(?:pages?|paged|paging|page[-_]?(?:num|no|number|index|id)|current[-_]?page|pag(?:ina)?|p|pg|pn|seite|sida|side"
    r"|strana|strona|sivu|sayfa|oldal|parte?|partie|teil)"
)
_NAME = re.compile(_NAMES, re.IGNORECASE)
_NUMBER = re.compile(r"\d|[1-9]\d")
_BELOW = re.compile(rf"/(?:{_NAMES}[/-]?)?([1-9]\d?)", re.IGNORECASE)
_FILE = re.compile(
    rf"(?P<stem>.*?)(?:[-_,.](?:{_NAMES}[-_]?)?(?P<number>[1-9]\d?))?(?P<ending>\.[a-z]{{2,5}}|)", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?<!\d)\d{1,2}(?:/|\.[A-Za-z]{2,5})?(?:[?&#]|$)")
"""What links have that may lead to a further page: the others, nearly all of a page, are not looked at closer."""
_NOTHING: frozenset[str] = frozenset()
_NEAR = frozenset(("next", "prev"))
_MOST_FIRSTS = 6
_LEAST_HYPHENS = 2


def read_paging(root: Element, facts: Facts, url: str) -> Paging | None:
    """The place of the page at *url* among the pages of its article, and the further pages that it names.

    Args:
        root: The page's tree.
        facts: What it says of itself.
        url: As it was requested.
    """
    own = canonical_url(url)
    if absolute_url(own, "") is None:  # whoever hands in a page may call it what they like
        return None
    firsts = list(islice(_first_pages(own, 1), _MOST_FIRSTS))
    names = {_name(each) for each in (own, facts.url, *(first_url for first_url, _ in firsts))}
    links = [(canonical_url(target), rel, link) for link, rel, target in _links(root, facts.base, names)]
    said_next = {target for target, rel, _ in links if "next" in rel}
    bases = [own, facts.url]
    least = 0 if _counts_from_nought(links) else 1
    if least == 0:
        firsts = list(islice(_first_pages(own, least), _MOST_FIRSTS))
        bases += [first_url for first_url, number in firsts if number == 1]
        firsts = [(first_url, number) for first_url, number in firsts if number > 1]
    for first_url, number in firsts:
        is_told = _says_so(own, first_url, root, facts, links, least)
        if is_told or _looks_so(own, first_url, root, facts):
            return Paging(first_url, number, _further(first_url, number, links, said_next, least), is_told)
    for first_url in dict.fromkeys(bases):
        further = _further(first_url, 1, links, said_next, least)
        if further:
            return Paging(own, 1, further)
    return None


def _name(url: str) -> str:
    """The last part of the path, its ending left out, which all pages of an article have in common."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2].partition(".")[0]


_Link = tuple[str, frozenset[str], Element]


def _links(root: Element, base: str, names: Collection[str]) -> Iterator[tuple[Element, frozenset[str], str]]:
    """The links that may lead to another page of the article, each with its relations and its address.

    They have one of *names*, or are relative to the page, and a number; most links are passed over at the first look.
    """
    for link in root.iter("a", "link"):
        href = link.get("href")
        if not href or (href[0] in "/hH#" and not _has_any(href, names)):
            continue
        said = link.get("rel")
        rel = frozenset(said.lower().split()) if said else _NOTHING
        if rel & _NEAR or (link.tag == "a" and _NUMBERED.search(href)):
            target = absolute_url(base, href)
            if target is not None and _has_any(target, names):
                yield link, rel, target


def _has_any(url: str, names: Collection[str]) -> bool:
    for name in names:  # noqa: SIM110 - nearly every link of a page is asked, and `any` takes three times as long
        if name in url:
            return True
    return False


def _counts_from_nought(links: list[_Link]) -> bool:
    """Whether the pages of an article are counted from 0 in their queries."""
    differences: set[int] = set()
    for target, _, link in links:
        for name, value in parse_qsl(urlsplit(target).query):
            if _NAME.fullmatch(name) and _NUMBER.fullmatch(value):
                text = inner_text(link)
                if value == "0":
                    return True
                differences |= {int(text) - int(value)} if _NUMBER.fullmatch(text) else set()
    return differences == {1}


def _further(
    first_url: str, own: int, links: list[_Link], said_next: set[str], least: int
) -> tuple[tuple[int, str], ...]:
    """Number and address of each further page of the article at *first_url* that *links* name, but for page *own*."""
    found: dict[int, str] = {}
    for target, _, _ in links:
        number = _number(target, first_url, least, is_said=target in said_next)
        if number is not None and number not in (1, own):
            found.setdefault(number, target)
    return tuple(sorted(found.items()))


def _number(url: str, first_url: str, least: int = 1, *, is_said: bool) -> int | None:
    """Which page of the article at *first_url* its address makes *url*; null for none. Queries count from *least*."""
    one, base = urlsplit(url), urlsplit(first_url)
    if one.netloc != base.netloc:
        return None
    if one.path == base.path:
        pairs, known = (parse_qsl(each.query, keep_blank_values=True) for each in (one, base))
        added = [pair for pair in pairs if pair not in known]
        if len(added) == 1 and len(pairs) == len(known) + 1 and _NAME.fullmatch(added[0][0]):
            return int(added[0][1]) + 1 - least if _NUMBER.fullmatch(added[0][1]) else None
        return None
    if one.query != base.query:
        return None
    path, first_path = one.path.rstrip("/"), base.path.rstrip("/")
    if path.startswith(f"{first_path}/"):
        below = _BELOW.fullmatch(path[len(first_path) :])
        return int(below[1]) if below else None
    file = _FILE.fullmatch(path)
    if not is_said or file is None or file["number"] is None:
        return None
    stem, ending = file["stem"], file["ending"]
    first = _FILE.fullmatch(first_path)
    is_first = first_path == stem + ending or (first is not None and first.groups() == (stem, "1", ending))
    return int(file["number"]) if is_first else None


def _first_pages(url: str, least: int) -> Iterator[tuple[str, int]]:
    """The addresses of first pages that *url* may be of, and which page of each it is. Queries count from *least*."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for place, (name, value) in enumerate(pairs):
        if _NAME.fullmatch(name) and _NUMBER.fullmatch(value) and int(value) > (1 if least else -1):
            query = urlencode(pairs[:place] + pairs[place + 1 :])
            yield canonical_url(urlunsplit(parts._replace(query=query))), int(value) + 1 - least
    path = parts.path.rstrip("/")
    for start in [match.start() for match in re.finditer("/", path)][-2:]:
        below = _BELOW.fullmatch(path[start:])
        if below and below[1] != "1" and start > 0:
            for ending in ("/", "") if parts.path.endswith("/") else ("", "/"):
                yield canonical_url(urlunsplit(parts._replace(path=path[:start] + ending))), int(below[1])
    file = _FILE.fullmatch(path)
    if file and file["number"] not in (None, "1") and not file["stem"].endswith("/"):
        yield canonical_url(urlunsplit(parts._replace(path=file["stem"] + file["ending"]))), int(file["number"])


def _says_so(own: str, first_url: str, root: Element, facts: Facts, links: list[_Link], least: int) -> bool:
    """Whether the page says what its address looks like: that it is a further page of the one at *first_url*."""
    if facts.url == first_url:
        return True
    is_plain = _number(own, first_url, is_said=False) is not None
    for target, rel, link in links:
        number = _number(target, first_url, least, is_said=True)
        if "prev" in rel and (target == first_url or number is not None):
            return True
        if is_plain and number is not None and target != own and inner_text(link) == str(number):
            is_named = any(_number(each, first_url, least, is_said=False) == 1 for each, _, _ in links)
            return is_named or _is_linked(first_url, root, facts.base)
    return False


def _looks_so(own: str, first_url: str, root: Element, facts: Facts) -> bool:
    """Whether the page links to the one at *first_url*, which has the address of an article."""
    last = urlsplit(first_url).path.rstrip("/").rpartition("/")[2]
    is_wordy = last.count("-") >= _LEAST_HYPHENS or last.endswith((".html", ".htm", ".shtml"))
    return is_wordy and _number(own, first_url, is_said=False) is not None and _is_linked(first_url, root, facts.base)


def _is_linked(url: str, root: Element, base: str) -> bool:
    """Whether the page links to *url*."""
    name = _name(url)
    for link in root.iter("a"):
        href = link.get("href") or ""
        if name in href or href.startswith((".", "?")):
            target = absolute_url(base, href)
            if target is not None and canonical_url(target) == url:
                return True
    return False

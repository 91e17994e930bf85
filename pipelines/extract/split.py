"""One page → the articles it holds, each with the subtree that is its own.

In: the tree, its blocks, and what the page says of itself. Out: `Part`s in document order: the lead, which the
page's URL and metadata speak of, and the embedded articles that have pages of their own. Teasers, comments and
entries of a live blog are parts of nothing: they stay in the article around them, where extraction judges them.

*Why* only structure decides: themes that load the next articles below the first repeat ids and class names for each
of them, so nothing but the enclosing element tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from urllib.parse import urlsplit

from pipelines.extract.part import Part
from pipelines.extract.unmarked import link_by_name, unmarked_articles
from pipelines.http.url import absolute_url, canonical_url, same_site
from pipelines.page.blocks import TextBlock
from pipelines.page.classify import is_article_item
from pipelines.page.facts import Facts, is_home
from pipelines.page.jsonld import Item, dicts, first_string, strings
from pipelines.page.marks import URL_ATTRIBUTES, Marks
from pipelines.page.text import line_key
from pipelines.page.tree import Element, Homes, body_of, inner_text, is_hidden

_WRAPPERS = ("div", "section", "main", "li")
_HEADINGS = ("h1", "h2", "h3")
_LEAST_EMBEDDED_WORDS = 45
"""Less running text than this, without a marked body, is a teaser."""
_LEAST_BODY_WORDS = 15
"""Running text of an element whose markup names an article body."""
_LEAST_UNTITLED_WORDS = 80
"""Less running text than this, with neither address nor main heading, is a teaser."""
_LEAST_LINK_CHARS = 15
"""Shorter links in headings are kickers."""
_LEAST_OUTSIDE_WORDS = 90
_MOST_KICKER_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Candidate:
    element: Element
    url: str | None
    blocks: tuple[TextBlock, ...]
    """Its own, outside of other candidates."""
    has_body: bool

    @property
    def title(self) -> str | None:
        """The key of its main heading."""
        return next((block.key for block in self.blocks if block.element.tag == "h1"), None)

    @property
    def heading(self) -> str | None:
        """The key of its main heading, or else of the first that is no kicker."""
        headings = [block for block in self.blocks if block.kind == "heading"]
        spoken = [block.key for block in headings if block.words > _MOST_KICKER_WORDS]
        return self.title or next(iter(spoken), None) or next((block.key for block in headings), None)

    @property
    def words(self) -> int:
        """How much running text it has."""
        return sum(block.words for block in self.blocks if block.is_running)


def split(root: Element, facts: Facts, blocks: Sequence[TextBlock]) -> tuple[Part, ...]:
    """The articles of a page, in document order; the lead may be missing.

    A page without other articles is one part: its body.
    """
    body = body_of(root)
    marks = Marks(body)
    titles = {line_key(title) for title in _page_titles(facts)}
    candidates = _candidates(marks.within(body), facts, blocks)
    candidates = _with_linked_urls([one for one in candidates if _is_article(one, titles, facts)], body, titles, facts)
    lead = _lead(candidates, titles, facts)
    if not any(_is_other(candidate, lead, facts) for candidate in candidates):
        named = _named_titles(facts)
        unmarked = unmarked_articles(body, blocks, titles, named, lambda href: _article_url(href, facts))
        found = _candidates_in(list(unmarked), marks.within(body), facts, blocks)
        found = [replace(one, url=unmarked[one.element] or one.url) for one in found]
        candidates += [one for one in found if _is_article(one, titles, facts)]
        lead = _lead(candidates, titles, facts)
    embedded = _once_each(candidate for candidate in candidates if _is_other(candidate, lead, facts))
    others = frozenset(
        [one.element for one in candidates if _is_other(one, lead, facts) or _is_stranger(one, lead)]
        + [element for element in marks.within(body) if _is_comment(element)]
    )
    if not others:
        return (_lead_part(body, frozenset(), blocks, lead, facts, marks),)
    homes = Homes(others)
    own_blocks: dict[Element | None, list[TextBlock]] = defaultdict(list)
    for block in blocks:
        own_blocks[homes.of(block.element)].append(block)
    inner: dict[Element | None, set[Element]] = defaultdict(set)
    for other in others:
        inner[homes.of(other.getparent())].add(other)
    parts = [
        _embedded_part(one, frozenset(inner[one.element]), own_blocks[one.element], facts, marks) for one in embedded
    ]
    outside = own_blocks[None]
    if lead is not None or sum(block.words for block in outside if block.is_running) >= _LEAST_OUTSIDE_WORDS:
        own = lead.element if lead is not None else body
        parts.append(_lead_part(own, others, blocks, lead, facts, marks))
    order = {element: place for place, element in enumerate(root.iter())}
    return tuple(sorted(parts, key=lambda part: order[part.element]))


def _lead_part(
    element: Element,
    others: frozenset[Element],
    blocks: Sequence[TextBlock],
    lead: _Candidate | None,
    facts: Facts,
    marks: Marks,
) -> Part:
    heading = lead.heading if lead else next((block.key for block in blocks if block.element.tag == "h1"), None)
    item = _item_of_lead(facts, heading)
    own = _blocks_below(element, others, blocks)
    return Part(element, others, own, facts.url, is_lead=True, item=item, marks=marks)


def _embedded_part(
    candidate: _Candidate, inner: frozenset[Element], own: Sequence[TextBlock], facts: Facts, marks: Marks
) -> Part:
    url = candidate.url or facts.url
    item = _named_item(url, candidate.heading, facts)
    return Part(candidate.element, inner, tuple(own), url, is_lead=False, item=item, marks=marks)


def _blocks_below(
    element: Element, leave_out: Collection[Element], blocks: Sequence[TextBlock]
) -> tuple[TextBlock, ...]:
    if not leave_out and element.tag == "body":
        return tuple(blocks)
    homes = Homes({element, *leave_out})
    return tuple(block for block in blocks if homes.of(block.element) is element)


def _nearest(element: Element, stops: Collection[Element]) -> Element | None:
    """The innermost of *stops* that is *element* or holds it."""
    up: Element | None = element
    while up is not None and up not in stops:
        up = up.getparent()
    return up


def _once_each(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """One candidate for each URL: the one with most text."""
    best: dict[str, _Candidate] = {}
    for candidate in candidates:
        key = _page_key(candidate.url or "")
        if key not in best or candidate.words > best[key].words:
            best[key] = candidate
    return list(best.values())


def _candidates(speaking: Sequence[Element], facts: Facts, blocks: Sequence[TextBlock]) -> list[_Candidate]:
    return _candidates_in([element for element in speaking if _is_marked(element, facts)], speaking, facts, blocks)


def _candidates_in(
    marked: Sequence[Element], speaking: Sequence[Element], facts: Facts, blocks: Sequence[TextBlock]
) -> list[_Candidate]:
    """A candidate for each of the elements *marked*."""
    own: dict[Element, list[TextBlock]] = {element: [] for element in marked}
    inner: dict[Element, list[Element]] = {element: [] for element in marked}
    homes = Homes(own)
    for block in blocks if own else ():
        home = homes.of(block.element)
        if home is not None:
            own[home].append(block)
    for element in speaking if own else ():
        home = homes.of(element)
        if home is not None and home is not element:
            inner[home].append(element)
    return [
        _Candidate(
            element, _own_url(element, inner[element], own, facts), tuple(own[element]), _has_body(inner[element])
        )
        for element in marked
    ]


def _is_marked(element: Element, facts: Facts) -> bool:
    if is_hidden(element) or _is_comment(element):
        return False
    return is_article_item(element) or (
        element.tag in _WRAPPERS and any(_article_url(element.get(name), facts) for name in URL_ATTRIBUTES)
    )


def _is_comment(element: Element) -> bool:
    """Whether markup says that an element is a reader's comment."""
    types = (element.get("itemtype") or "").split()
    return "comment" in (element.get("itemprop") or "").split() or any(name.endswith("/Comment") for name in types)


def _article_url(href: str | None, facts: Facts) -> str | None:
    """The canonical URL that *href* means, if it is a page of the site and not its home."""
    url = absolute_url(facts.base, href) if href else None
    if url is None or is_home(url) or not same_site(url, facts.url):
        return None
    return canonical_url(url)


def _page_key(url: str) -> str:
    """What is left of a URL when forms that never part two articles are levelled."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _has_body(speaking: Iterable[Element]) -> bool:
    return any("articleBody" in (element.get("itemprop") or "") for element in speaking)


def _own_url(element: Element, speaking: Iterable[Element], marked: Collection[Element], facts: Facts) -> str | None:
    """The address an element gives its article, the most explicit statement first."""
    for name in ("itemid", *URL_ATTRIBUTES):
        url = _article_url(element.get(name), facts)
        if url:
            return url
    named: str | None = None
    bookmarked: str | None = None
    for inner in speaking:
        name, is_bookmark = inner.get("itemprop") or "", inner.get("rel") == "bookmark"
        if not is_bookmark and name != "url" and "mainEntityOfPage" not in name:
            continue
        url = _article_url(inner.get("itemid") or inner.get("href") or inner.get("content"), facts)
        if is_bookmark:
            bookmarked = bookmarked or url
        elif "mainEntityOfPage" in name or _is_direct_property(inner, element):
            named = named or url
    return named or _heading_url(element, marked, facts) or bookmarked


def _is_direct_property(inner: Element, item: Element) -> bool:
    """Whether a property is the item's own, and not its author's or publisher's."""
    up = inner.getparent()
    while up is not None and up is not item:
        if "itemscope" in up.attrib:
            return False
        up = up.getparent()
    return up is item


def _heading_url(element: Element, marked: Collection[Element], facts: Facts) -> str | None:
    """The link of the first heading that is one; an h1 without a link has none."""
    for heading in element.iter(*_HEADINGS):
        if _nearest(heading, marked) is not element:
            continue
        for link in heading.iter("a"):
            url = _article_url(link.get("href"), facts)
            if url and (heading.tag == "h1" or len(inner_text(link)) > _LEAST_LINK_CHARS):
                return url
        if heading.tag == "h1":
            return None
    return None


def _with_linked_urls(
    candidates: Sequence[_Candidate], body: Element, titles: Collection[str], facts: Facts
) -> list[_Candidate]:
    """The candidates, those without an address with that of a link on the page that reads like their title."""
    if len(candidates) == 1:
        return list(candidates)
    wanted = {key for one in candidates if one.url is None and (key := _title_of(one)) and key not in titles}
    linked = _named_titles(facts) if wanted else {}
    for link in body.iter("a") if wanted else ():
        # A teaser may be a link as a whole, its headline one of several lines in it.
        for piece in (link, *link.iter(*_HEADINGS)):
            key = line_key(inner_text(piece))
            url = _article_url(link.get("href"), facts) if key in wanted else None
            if url:
                linked.setdefault(key, url)
    found = [one if one.url else replace(one, url=linked.get(_title_of(one) or "")) for one in candidates]
    return [
        replace(one, url=_article_url(link_by_name(one.element, key), facts))
        if one.url is None and (key := _title_of(one)) in wanted and key is not None
        else one
        for one in found
    ]


def _title_of(candidate: _Candidate) -> str | None:
    """The key of what can be nothing but its title: its main heading, or the first one above its text, if no kicker."""
    if candidate.title or candidate.words < _LEAST_UNTITLED_WORDS:
        return candidate.title
    above = takewhile(lambda block: not block.is_running, candidate.blocks)
    return next((block.key for block in above if block.kind == "heading" and block.words > _MOST_KICKER_WORDS), None)


def _named_titles(facts: Facts) -> dict[str, str]:
    """The addresses that the page's JSON-LD gives articles, by their titles as lines are compared."""
    named: dict[str, str] = {}
    for item in facts.articles:
        for url in _item_urls(item, facts)[:1]:
            for title in strings(item.get("headline")):
                named.setdefault(line_key(title), url)
    named.pop("", None)
    return named


def _is_article(candidate: _Candidate, titles: Collection[str], facts: Facts) -> bool:
    """Whether a candidate brings a body of its own."""
    is_named = candidate.url is None and candidate.heading in titles
    if is_named or (candidate.url and _page_key(candidate.url) == _page_key(facts.url)):
        return candidate.words > 0
    return candidate.words >= (_LEAST_BODY_WORDS if candidate.has_body else _LEAST_EMBEDDED_WORDS)


def _lead(candidates: Sequence[_Candidate], titles: Collection[str], facts: Facts) -> _Candidate | None:
    """The candidate the page speaks of: by URL, by headline, or the first without another URL."""
    own = _page_key(facts.url)
    claimed = [candidate for candidate in candidates if candidate.url and _page_key(candidate.url) == own]
    claimed = claimed or [candidate for candidate in candidates if candidate.heading in titles]
    claimed = claimed or [candidate for candidate in candidates if candidate.url is None][:1]
    return max(claimed, key=lambda candidate: candidate.words, default=None)


def _page_titles(facts: Facts) -> Iterator[str]:
    for title in (facts.content("og:title"), facts.content("twitter:title"), facts.title):
        if title:
            yield title
    items = facts.articles
    for item in items:
        named = {_page_key(url) for url in _item_urls(item, facts)}
        if _page_key(facts.url) in named or (not named and len(items) == 1):
            yield from strings(item.get("headline"))


def _is_other(candidate: _Candidate, lead: _Candidate | None, facts: Facts) -> bool:
    """Whether a candidate is another article: with a page of its own, and no wrapper of the lead."""
    if candidate is lead or candidate.url is None or _page_key(candidate.url) == _page_key(facts.url):
        return False
    return lead is None or _nearest(lead.element, {candidate.element}) is None


def _is_stranger(candidate: _Candidate, lead: _Candidate | None) -> bool:
    """Whether a candidate without an address is another article all the same: beside the lead, with a title of its own.

    It cannot be told whose it is, so it is left out of the lead and not given.
    """
    if lead is None or candidate is lead or candidate.url is not None:
        return False
    if not candidate.title or not lead.title or candidate.title == lead.title:
        return False
    return _nearest(lead.element, {candidate.element}) is None and _nearest(candidate.element, {lead.element}) is None


def _item_of_lead(facts: Facts, heading: str | None) -> Item | None:
    """The JSON-LD item of the page's own article: named by URL or headline, or the one that names no other page."""
    named = _named_item(facts.url, heading, facts)
    if named is not None:
        return named
    items = facts.articles
    own = urlsplit(facts.url).path.rstrip("/")
    free = [item for item in items if all(urlsplit(url).path.rstrip("/") == own for url in _item_urls(item, facts))]
    return free[0] if free else items[0] if len(items) == 1 else None


def _named_item(url: str, heading: str | None, facts: Facts) -> Item | None:
    """The JSON-LD item that names this URL or this headline."""
    key = _page_key(url)
    for item in facts.articles:
        if any(_page_key(named) == key for named in _item_urls(item, facts)):
            return item
    for item in facts.articles:
        if heading and line_key(first_string(item.get("headline")) or "") == heading:
            return item
    return None


def _item_urls(item: Item, facts: Facts) -> list[str]:
    named = [*strings(item.get("url")), *strings(item.get("@id")), *strings(item.get("mainEntityOfPage"))]
    for page in dicts(item.get("mainEntityOfPage")):
        named += [*strings(page.get("@id")), *strings(page.get("url"))]
    urls = (absolute_url(facts.base, name) for name in named)
    return [canonical_url(url) for url in urls if url and same_site(url, facts.url) and not is_home(url)]

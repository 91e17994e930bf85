"""Articles in a page that no markup tells of: repeated subtrees of a heading that is a link, a byline and a body.

In: the body of an article's page, its blocks, and what its titles are. Out: the elements that each hold an article, the
page's own among them. Instead of a link, a heading may have a title that the page's JSON-LD gives an address for.

*Why* so much is asked of each: a teaser has heading and link too, and often a line or two of text. A list of teasers
taken for articles would be worse than an article below another that is missed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from pipelines.extract.authors import byline_names
from pipelines.extract.dates import is_date_line
from pipelines.page.blocks import TextBlock
from pipelines.page.text import line_key
from pipelines.page.tree import Element, Homes, inner_text

_HEADINGS = ("h1", "h2", "h3")
_LEAST_LINK_CHARS = 15
"""Shorter links in headings are kickers."""
_LEAST_WORDS = 80
_LEAST_NAMED_WORDS = 45
_LEAST_PARAGRAPHS = 2
_WORD = re.compile(r"[a-z]+")
_QUERY = re.compile(r"[?#]")
_LEAST_SPELT_WORDS = 3
_SPELT_SHARE = 0.75
"""The share of the words in an address that must be in the title."""
_HEAD_BLOCKS = 5
"""So many blocks from the heading on may be the byline."""


def unmarked_articles(
    body: Element,
    blocks: Sequence[TextBlock],
    titles: Collection[str],
    named: Mapping[str, str],
    article_url: Callable[[str | None], str | None],
) -> dict[Element, str | None]:
    """The elements below *body* that hold an article each, with its address where it is not in its heading.

    Args:
        body: Of a page that is an article's.
        blocks: Of the body.
        titles: The page's titles, as lines are compared.
        named: Addresses of articles whose titles the page's metadata gives; the page's own may be among them.
        article_url: The canonical URL of the article that a link may mean; null for none.
    """
    keys = {heading: line_key(inner_text(heading)) for heading in body.iter(*_HEADINGS)}
    keys |= {block.element: block.key for block in blocks if block.key in named}
    links = {heading: _link_of(heading) or named.get(key) or _near(heading, key) for heading, key in keys.items()}
    headings = [heading for heading, link in links.items() if link or keys[heading] in titles]
    if len(headings) < 2:
        return {}
    boxes = list(_boxes(headings, body))
    own = _own_blocks({box for _, box in boxes}, blocks)
    alike: dict[tuple[Element, str, str], dict[Element, Element]] = defaultdict(dict)
    for heading, element in boxes:
        parent = element.getparent()
        if parent is not None:
            alike[parent, str(element.tag), element.get("class") or ""][element] = heading
    found: dict[Element, str | None] = {}
    for group in alike.values():
        for one, heading in group.items():
            href, is_named = links[heading], keys[heading] in named
            if (href is None or article_url(href)) and _is_whole(own[one], is_named=is_named):
                found[one] = article_url(href)
    # One alone may be the page's own.
    return found if len(found) > 1 else {}


def link_by_name(element: Element, title: str) -> str | None:
    """Where the first link below *element* leads whose address spells *title*, given as lines are compared."""
    words = set(_spelt(title))
    if len(words) < _LEAST_SPELT_WORDS:
        return None
    for link in element.iter("a"):
        href = link.get("href") or ""
        slug = _slug_words(href) if href.count("-") >= _LEAST_SPELT_WORDS - 1 else frozenset()
        if len(slug) >= _LEAST_SPELT_WORDS and len(slug & words) >= len(slug) * _SPELT_SHARE:
            return href
    return None


@lru_cache(maxsize=1024)
def _slug_words(href: str) -> frozenset[str]:
    """The words that an address spells; a page's links are asked about for each of its headings."""
    path = _QUERY.split(href, maxsplit=1)[0]
    wordy = [segment for segment in path.split("/") if "-" in segment]
    return frozenset(_spelt(wordy[-1]) if wordy else ())


def _spelt(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _WORD.findall(plain.lower())


def _near(heading: Element, title: str) -> str | None:
    """A permalink of an article whose heading is no link, in the element around it."""
    parent = heading.getparent()
    return link_by_name(parent, title) if parent is not None and heading.tag in ("h1", "h2") else None


def _link_of(heading: Element) -> str | None:
    """Where the heading leads, if it is a link."""
    links = (link.get("href") for link in heading.iter("a") if len(inner_text(link)) > _LEAST_LINK_CHARS)
    return next((href for href in links if href), None)


def _boxes(headings: Sequence[Element], body: Element) -> Iterator[tuple[Element, Element]]:
    """Each heading with the largest element that holds no other one of them."""
    held: Counter[Element] = Counter(up for heading in headings for up in heading.iterancestors())
    for heading in headings:
        box = heading
        for up in heading.iterancestors():
            if up is body or held[up] > 1:
                break
            box = up
        yield heading, box


def _own_blocks(boxes: Collection[Element], blocks: Sequence[TextBlock]) -> Mapping[Element, list[TextBlock]]:
    """The blocks of each of *boxes*, none of which holds another."""
    homes = Homes(boxes)
    own: dict[Element, list[TextBlock]] = defaultdict(list)
    for block in blocks:
        home = homes.of(block.element)
        if home is not None:
            own[home].append(block)
    return own


def _is_whole(own: Sequence[TextBlock], *, is_named: bool) -> bool:
    """Whether an element has a byline or a date below its heading, and a body of several paragraphs.

    Where metadata names the article, less is asked for.
    """
    running = [block for block in own if block.is_running]
    words = sum(block.words for block in running)
    if is_named:
        return words >= _LEAST_NAMED_WORDS
    if len(running) < _LEAST_PARAGRAPHS or words < _LEAST_WORDS:
        return False
    start = next((place for place, block in enumerate(own) if block.kind == "heading"), 0)
    head = own[start + 1 : start + 1 + _HEAD_BLOCKS]
    return any(block.moment is not None or byline_names(block.text) or is_date_line(block.text) for block in head)

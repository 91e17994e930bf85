"""Articles in a page that no markup tells of: repeated subtrees of a heading that is a link, a byline and a body.

In: the body of an article's page, its blocks, and what its titles are. Out: the elements that each hold an article, the
page's own among them where it is built like the others; none where fewer than two are whole.

*Why* so much is asked of each: a teaser has heading and link too, and often a line or two of text. A list of teasers
taken for articles would be worse than an article below another that is missed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

from pipelines.extract.authors import byline_names
from pipelines.page.blocks import TextBlock
from pipelines.page.text import line_key
from pipelines.page.tree import Element, has_words, inner_text

_HEADINGS = ("h1", "h2", "h3")
_LEAST_LINK_CHARS = 15
"""Shorter links in headings are kickers."""
_LEAST_WORDS = 80
_LEAST_PARAGRAPHS = 2
_HEAD_BLOCKS = 5
"""So many blocks from the heading on may be the byline."""


def unmarked_articles(
    body: Element,
    blocks: Sequence[TextBlock],
    titles: Collection[str],
    article_url: Callable[[str | None], str | None],
) -> list[Element]:
    """The elements below *body* that hold an article each.

    Args:
        body: Of a page that is an article's.
        blocks: Of the body.
        titles: The page's titles, as lines are compared.
        article_url: The canonical URL of the article that a link may mean; null for none.
    """
    links = {heading: _link_of(heading) for heading in body.iter(*_HEADINGS)}
    headings = [heading for heading, link in links.items() if link or line_key(inner_text(heading)) in titles]
    if len(headings) < 2:
        return []
    alike: dict[tuple[Element, str, str], dict[Element, str | None]] = defaultdict(dict)
    for heading, element in _boxes(headings, body):
        parent = element.getparent()
        if parent is not None:
            alike[parent, str(element.tag), element.get("class") or ""][element] = links[heading]
    found: list[Element] = []
    for group in alike.values():
        whole = [
            one
            for one, href in (group.items() if len(group) > 1 else ())
            if _is_whole(one, blocks) and (href is None or article_url(href))
        ]
        found += whole if len(whole) > 1 else []
    return found


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


def _is_whole(element: Element, blocks: Sequence[TextBlock]) -> bool:
    """Whether an element has a byline or a date below its heading, and a body of several paragraphs."""
    if has_words(element, at_most=_LEAST_WORDS):
        return False
    own = [block for block in blocks if block.element is element or element in block.element.iterancestors()]
    start = next((place for place, block in enumerate(own) if block.kind == "heading"), 0)
    head = own[start + 1 : start + 1 + _HEAD_BLOCKS]
    is_signed = any(block.moment is not None or byline_names(block.text) for block in head)
    running = [block for block in own if block.is_running]
    words = sum(block.words for block in running)
    return is_signed and len(running) >= _LEAST_PARAGRAPHS and words >= _LEAST_WORDS

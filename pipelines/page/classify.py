"""Article, listing, or neither: what kind of page this is, and on what evidence.

In: the tree, what the page says of itself, and its blocks. Out: a `Verdict`. Structure, URL shape and metadata
decide; no site's class names are known here.

*Why* lean towards article: an article taken for a listing is lost without a sound, a listing taken for an article
still has to bring running text of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from pipelines.http.url import absolute_url, canonical_url, same_site
from pipelines.page.blocks import TextBlock
from pipelines.page.facts import Facts, is_home
from pipelines.page.jsonld import is_article_type, strings, types_of
from pipelines.page.teasers import is_teaser, small_boxes, teaser_boxes
from pipelines.page.text import word_count
from pipelines.page.tree import Element

_LISTING_TYPES = frozenset(("CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage"))
_LISTING_SEGMENT = re.compile(
    r"(?:tags?|topics?|categor(?:y|ies|ie|ia|ias)|kategorie|rubrik|rubriques?|sections?|authors?|autore?s?|auteurs?|autoren"
    r"|search|suche|recherche|archives?|archiv|page|p)",
    re.IGNORECASE,
)
_SEARCH_SEGMENT = re.compile(r"search|suche|recherche|busca|buscar|cerca|zoeken|szukaj", re.IGNORECASE)
_LISTING_WORDS = re.compile(r"(?:^|[?&])(?:s|q|paged?|cat|tag|author|search)=", re.IGNORECASE)
# A slug of four words or more, a number of five digits or more, words below a date, a file: addresses of single pieces.
# What ends with the date itself is the list of a day.
_ARTICLE_URL = re.compile(
    r"(?:[^/-]+-){3,}[^/-]+|\d{5,}|/\d{4}/\d{1,2}/(?:\d{1,2}/[^/]+|[^/]*[^\d/][^/]*)|\.s?html?$|\.php$|\.aspx?$"
)
_LEAST_WORDS = 25
_PLENTY_WORDS = 150
_MANY_TEASERS = 5
_TEASER_WORDS = 60
_LEAST_TITLE_WORDS = 4


class Kind(StrEnum):
    """What kind of page it is."""

    ARTICLE = "article"
    LISTING = "listing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A page's kind, and the words that led to it."""

    kind: Kind
    why: tuple[str, ...]


def classify(root: Element, facts: Facts, blocks: Sequence[TextBlock]) -> Verdict:
    """Say what kind of page this is.

    Args:
        root: The page's tree.
        facts: What the page says of itself.
        blocks: The blocks of the page's body.
    """
    if is_home(facts.url):
        return Verdict(Kind.LISTING, ("home page",))
    words = sum(block.words for block in blocks if block.is_running)
    claims = _claims(facts)
    if claims.says_article and (words >= _LEAST_WORDS or sum(block.words for block in blocks) >= _PLENTY_WORDS):
        return Verdict(Kind.ARTICLE, ("metadata of an article", f"{words} words"))
    if claims.says_article and (told := _told_words(facts)) >= _LEAST_WORDS:
        return Verdict(Kind.ARTICLE, ("metadata of an article with its text", f"{told} words"))
    teasers = count_teasers(root, facts)
    if _is_listing_url(facts.url) and not claims.says_article:
        return Verdict(Kind.LISTING, ("url of a listing", f"{teasers} teasers"))
    if claims.says_listing and not claims.says_article:
        return Verdict(Kind.LISTING, ("metadata of a listing", f"{teasers} teasers"))
    is_shaped = bool(_ARTICLE_URL.search(urlsplit(facts.url).path))
    # Every teaser may bring its excerpt along; an article has more text, and of its own.
    is_mostly_teasers = teasers >= _MANY_TEASERS and words < teasers * _TEASER_WORDS
    if is_mostly_teasers and not (is_shaped and _own_words(root, blocks) >= _PLENTY_WORDS):
        return Verdict(Kind.LISTING, (f"{teasers} teasers", f"{words} words"))
    if not is_shaped and _is_list_of_links(facts, blocks):
        return Verdict(Kind.LISTING, (f"{words} words, all beside links to other pages",))
    is_article = words >= (_LEAST_WORDS if is_shaped else _PLENTY_WORDS)
    return Verdict(Kind.ARTICLE if is_article else Kind.OTHER, (f"{words} words", f"{teasers} teasers"))


def _is_list_of_links(facts: Facts, blocks: Sequence[TextBlock]) -> bool:
    """Whether all running text stands in small boxes with a link that is a title: teasers without headings."""
    boxes: dict[Element, str] = {}
    for block in blocks:
        if block.is_linked and block.words >= _LEAST_TITLE_WORDS:
            href = next((link.get("href") for link in block.links if link.get("href")), None)
            target = absolute_url(facts.base, href) if href else None
            if target and canonical_url(target) != facts.url and same_site(target, facts.url):
                boxes |= dict.fromkeys(small_boxes(block.element), target)
    running = [block for block in blocks if block.is_running]
    beside = [next((boxes[up] for up in block.element.iterancestors() if up in boxes), None) for block in running]
    return None not in beside and len(set(beside)) >= _MANY_TEASERS


def _told_words(facts: Facts) -> int:
    """The words of the text that the metadata gives: pages that scripts make may show none."""
    return max((word_count("\n".join(strings(item.get("articleBody")))) for item in facts.articles), default=0)


def _own_words(root: Element, blocks: Sequence[TextBlock]) -> int:
    """The words of running text that are no summaries of other articles."""
    boxes = teaser_boxes(root)
    return sum(block.words for block in blocks if block.is_running and not is_teaser(block, boxes))


@dataclass(frozen=True, slots=True)
class _Claims:
    says_article: bool
    says_listing: bool


def _claims(facts: Facts) -> _Claims:
    """What the metadata says; a listing's items may be articles, so those that name another page do not count."""
    types = {name for item in facts.items for name in types_of(item)}
    own = any(_is_of_page(facts, item.get("url")) for item in facts.articles)
    says_listing = bool(types & _LISTING_TYPES) or facts.content("og:type") == "profile"
    is_dated = "article:published_time" in facts.meta
    is_typed = (facts.content("og:type") or "").lower() == "article"
    is_collection = bool(types & _LISTING_TYPES)
    return _Claims(
        says_article=(own or (is_typed and (is_dated or not is_collection)))
        and not _is_listing_url(facts.url, strict=True),
        says_listing=says_listing and not own and not is_typed,
    )


def _is_of_page(facts: Facts, url: object) -> bool:
    claimed = absolute_url(facts.base, url) if isinstance(url, str) else None
    return claimed is None or canonical_url(claimed) == facts.url or not same_site(claimed, facts.url)


def _is_listing_url(url: str, *, strict: bool = False) -> bool:
    """Whether the URL's shape is that of a listing; strictly, where nothing else could be meant."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > 1 and segments[-1].isdigit() and segments[-2].lower() == "page":
        return True
    if strict:
        return False
    if segments and _SEARCH_SEGMENT.fullmatch(segments[-1]):
        return True
    if _LISTING_WORDS.search(f"?{parts.query}") and not _ARTICLE_URL.search(parts.path):
        return True
    return (
        any(_LISTING_SEGMENT.fullmatch(segment) for segment in segments[:-1])
        and len(segments) <= 3
        and not re.search(r"\d{5,}|\.s?html?$", segments[-1])
    )


def count_teasers(root: Element, facts: Facts) -> int:
    """How many headings are links to other pages of the site."""
    targets: set[str] = set()
    for heading in root.iter("h1", "h2", "h3", "h4", "h5"):
        link = heading.find(".//a[@href]")
        if link is None:
            link = next((up for up in heading.iterancestors("a") if up.get("href")), None)
        target = absolute_url(facts.base, link.get("href") or "") if link is not None else None
        if target and canonical_url(target) != facts.url and same_site(target, facts.url):
            targets.add(target)
    return len(targets)


def is_article_item(element: Element) -> bool:
    """Whether an element is marked up as an article: by its name, or as a schema.org item."""
    if element.tag == "article":
        return True
    return any(is_article_type(name.rstrip("/").rsplit("/", 1)[-1]) for name in (element.get("itemtype") or "").split())

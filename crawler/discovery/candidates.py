"""The candidates of an HTML page: which URLs it names are worth a visit, and why.

A listing page (home, category) names articles, other listings, its own further pages, and its site's feeds and
sitemaps; an article page names other articles, and the listings it links to (tags, authors) would only name the same
articles again, so they are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crawler.discovery.addresses import seen_addresses
from crawler.discovery.answer import Answer, unique
from crawler.discovery.found import NO_SIGNPOSTS, Found, FoundKind, Sheet, Signposts
from crawler.discovery.links import SeenLink, base_of, page_links
from crawler.discovery.loading import article_links, further_pages, has_more_button, leads_on, next_wordpress_page
from crawler.discovery.rest import posts_url
from crawler.discovery.shapes import is_article_link, pages_of
from crawler.discovery.signposts import read_signposts
from pipelines.http.url import canonical_url
from pipelines.page.blocks import TextBlock, blocks_of
from pipelines.page.classify import Kind, classify
from pipelines.page.facts import is_home, read_facts
from pipelines.page.paging import read_paging
from pipelines.page.tree import Element, body_of
from pipelines.reasons import Source
from pipelines.values import Candidate, Paging, Target

_KINDS = {Kind.ARTICLE: FoundKind.ARTICLE, Kind.LISTING: FoundKind.LISTING, Kind.OTHER: FoundKind.PAGE}

_FIRST = "1"
"""What a pager calls the first page."""


def read_html(answer: Answer, root: Element) -> Found:
    """What an HTML page names.

    Args:
        answer: A whole document.
        root: Its tree.
    """
    page = answer.page
    facts = read_facts(root, page.url)
    blocks = blocks_of(body_of(root))
    kind = classify(root, facts, blocks).kind
    signposts = read_signposts(root, base_of(root, page.url), page)
    if answer.rules.forbid(root, page):
        return Found(
            _KINDS[kind],
            notes=("the page asks that its links not be followed",),
            signposts=signposts,
            canonical=facts.url,
        )
    if kind is not Kind.ARTICLE:
        found = unique(listed(answer, root, signposts), but=(page.url, facts.url))
        return Found(_KINDS[kind], found, signposts=signposts, canonical=facts.url)
    paging = read_paging(root, facts, page.url)
    further = paging.further if paging is not None else ()
    own = (page.url, facts.url, *(url for _, url in further))
    return Found(
        FoundKind.ARTICLE,
        (*unique(_of_article(answer, root), but=own), *_further_pages(answer, further)),
        signposts=signposts,
        canonical=facts.url,
        sheet=None if paging is None else _sheet(paging, blocks),
    )


def listed(answer: Answer, root: Element, signposts: Signposts = NO_SIGNPOSTS) -> list[Candidate]:
    """The candidates of a listing, or of a part of one, in document order; its further pages come last."""
    names: list[Candidate] = []
    further: list[Candidate] = []
    links = page_links(root, answer.url, answer.rules)
    pages = pages_of(links, answer.url)
    for link in links:
        if link.url in pages and link.text == _FIRST:
            continue  # what was read by another address, or will be
        if link.url in pages:
            further.append(answer.further(link.url, Source.LISTING, Target.PAGE, link.text))
        elif is_article_link(link, answer.learnt):
            names.append(_article(answer, link))
        else:
            names.append(_link(answer, link))
    addresses = list(seen_addresses(root))
    base = base_of(root, answer.url)
    names += [_article(answer, link) for link in article_links(addresses, base, answer.url, answer.learnt)]
    sources = list(_signposted(answer, signposts))
    names = list(unique(names, but=(answer.url, *(each.url for each in sources))))
    if not leads_on((each.url for each in further), answer.url):
        entries = sum(each.expects_article for each in names)
        linked = (each.url for each in (*names, *further))
        urls = further_pages(addresses, base, answer.url, entries, linked)
        further += (answer.further(url, Source.LISTING, Target.FRAGMENT) for url in urls)
    if signposts.is_wordpress and not further:
        further += _behind_button(answer, root, names)
    if further and not _is_front(answer):
        # What a section's feed tells, its further pages tell, too; a section without any has only its feed.
        sources = [each for each in sources if each.target is not Target.FEED]
    return [*names, *sources, *further]


def _of_article(answer: Answer, root: Element) -> Iterator[Candidate]:
    """The other articles that an article names, and those that it loads below itself."""
    links = [link for link in page_links(root, answer.url, answer.rules) if is_article_link(link, answer.learnt)]
    links += article_links(seen_addresses(root), base_of(root, answer.url), answer.url, answer.learnt)
    for link in links:
        yield Candidate(link.url, Source.LINK, answer.url, answer.depth, anchor=link.text or None)


def _further_pages(answer: Answer, further: Sequence[tuple[int, str]]) -> Iterator[Candidate]:
    """The further pages of an article that stands on several: they are read one after another, and are part of it."""
    for _, url in further:
        yield answer.further(url, Source.LINK, Target.PAGE)


def _sheet(paging: Paging, blocks: Sequence[TextBlock]) -> Sheet:
    words: Counter[Element | None] = Counter()
    for block in blocks:
        if block.is_running:
            words[block.element.getparent()] += block.words
    most = max(words.values(), default=0)
    main = next((holder for holder, count in words.items() if count == most), None)
    text = (block.key for block in blocks if block.is_running and block.element.getparent() is main)
    return Sheet(paging, frozenset(block.key for block in blocks), frozenset(text))


def _behind_button(answer: Answer, root: Element, names: Sequence[Candidate]) -> Iterator[Candidate]:
    """The next page of a WordPress listing whose button asks a script: the same pages have addresses, too."""
    articles = {canonical_url(each.url) for each in names if each.expects_article}
    url = next_wordpress_page(answer.url)
    if url is not None and has_more_button(root, base_of(root, answer.url), articles):
        yield answer.further(url, Source.LISTING, Target.PAGE)


def _signposted(answer: Answer, signposts: Signposts) -> Iterator[Candidate]:
    """The sources that a page declares."""
    depth = answer.origin.depth
    for url in signposts.feeds:
        yield Candidate(url, Source.LINK, answer.url, depth, target=Target.FEED)
    for url in signposts.sitemaps:
        yield Candidate(url, Source.LINK, answer.url, depth, target=Target.SITEMAP)
    if signposts.rest_root is not None:
        yield Candidate(posts_url(signposts.rest_root), Source.LINK, answer.url, depth, target=Target.REST)


def _is_front(answer: Answer) -> bool:
    return answer.origin.depth == 0 or is_home(answer.url)


def _link(answer: Answer, link: SeenLink) -> Candidate:
    return Candidate(
        link.url, Source.LINK, answer.url, answer.depth, anchor=link.text, is_navigation=link.is_navigation
    )


def _article(answer: Answer, link: SeenLink) -> Candidate:
    return Candidate(link.url, Source.LISTING, answer.url, answer.depth, expects_article=True, anchor=link.text or None)

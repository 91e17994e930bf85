"""One answer → what it is, and the URLs it names: the entry to discovery.

What an answer is, its content says: the root element of XML, the form of JSON, a document's structure. What was
expected of it (`Candidate.target`) decides where the content leaves it open, and an error page in place of a sitemap is
nothing, whatever it links to. Pure: bytes in, candidates out; no answer raises.
"""

from __future__ import annotations

import re
from dataclasses import replace

from w3lib.html import get_meta_refresh

from crawler.discovery.answer import Answer, unique
from crawler.discovery.candidates import read_html
from crawler.discovery.expectation import expected_articles
from crawler.discovery.feeds import Feed, is_json_feed, read_json_feed, read_xml_feed
from crawler.discovery.found import Found, FoundKind, Signposts
from crawler.discovery.fragments import read_html_fragment, read_json_fragment
from crawler.discovery.json_values import read_json
from crawler.discovery.learnt import LearntShapes
from crawler.discovery.links import OBEDIENT, LinkRules
from crawler.discovery.packed import GZIP_MAGIC, beginning, pieces
from crawler.discovery.rest import is_posts, next_posts, posts
from crawler.discovery.sitemaps import MAX_BYTES as MAX_SITEMAP_BYTES
from crawler.discovery.sitemaps import Sitemap, read_text_sitemap, read_xml_sitemap
from pipelines.errors import ContentError
from pipelines.http.url import absolute_url, canonical_url
from pipelines.page.decode import decode
from pipelines.page.tree import MAX_HTML_BYTES, parse
from pipelines.reasons import Source
from pipelines.values import Candidate, Page, Target

_WORDS = {Target.SITEMAP: "sitemap", Target.FEED: "feed", Target.REST: "list of posts"}
_MACHINE = frozenset(_WORDS)
_SITEMAP_ROOTS = frozenset(("urlset", "sitemapindex"))
_FEED_ROOTS = frozenset(("rss", "rdf", "feed", "channel"))
_SNIFFED_BYTES = 16_384
_SOON_S = 10.0
# Before it may come a byte order mark, declarations, comments, and what a server printed by mistake.
_KNOWN_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex|rss|rdf|feed|channel)[\s>/]", re.IGNORECASE)
_ROOT = re.compile(rb"<(?![!?])(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_COMMENT = re.compile(rb"<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>", re.DOTALL | re.IGNORECASE)
_DOCUMENT = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def read_answer(
    page: Page, origin: Candidate, rules: LinkRules = OBEDIENT, learnt: LearntShapes | None = None
) -> Found:
    """What *page* is, and the URLs it names.

    Args:
        page: An answer, the codings of HTTP removed.
        origin: The candidate that it is the answer for.
        rules: Which requests not to follow links are honoured.
        learnt: What pages of the site turned out to be, by the shapes of their URLs.
    """
    head = beginning(page.body, _SNIFFED_BYTES)
    is_wide = b"\x00" in head[:64]  # UTF-16, where only names can be looked for
    root, start = _root(head.replace(b"\x00", b"") if is_wide else head)
    start = 0 if is_wide else start
    notes: list[str] = []
    if root in _SITEMAP_ROOTS:
        sitemap = read_xml_sitemap(pieces(page.body, MAX_SITEMAP_BYTES, notes, start), page.url, notes)
        return _sitemap(Answer(page, origin, rules, learnt), sitemap, notes)
    if page.body.startswith(GZIP_MAGIC):
        page = replace(page, body=b"".join(pieces(page.body, MAX_HTML_BYTES, notes)))
    if root in _FEED_ROOTS:
        page = replace(page, body=page.body[start:])
    if len(page.body) > MAX_HTML_BYTES:
        return _nothing(f"it is larger than {MAX_HTML_BYTES:,} bytes and was not read")
    found = _read(Answer(page, origin, rules, learnt), head, root)
    return replace(found, notes=(*notes, *found.notes)) if notes else found


def _read(answer: Answer, head: bytes, root: str | None) -> Found:
    """What an answer is that is no XML sitemap.

    Args:
        answer: Unpacked.
        head: Its first bytes.
        root: The name of its first element.
    """
    if root in _FEED_ROOTS:
        return _xml_feed(answer)
    try:
        text = decode(answer.page).html
        if (value := read_json(text)) is not None:
            return _json(answer, value)
        if root is None or answer.origin.target is Target.SITEMAP:
            notes: list[str] = []
            if (sitemap := read_text_sitemap(text, notes)) is not None:
                return _sitemap(answer, sitemap, notes)
        return _html(answer, text, head, root)
    except ContentError as error:
        return _nothing(str(error))


def _html(answer: Answer, text: str, head: bytes, root: str | None) -> Found:
    is_document = bool(_DOCUMENT.search(head))
    if answer.origin.target in _MACHINE:
        what = "an HTML page" if is_document else "something else"
        return _nothing(f"a {_WORDS[answer.origin.target]} was expected here, and it is {what}")
    if root is None or (head.lstrip()[:5] == b"<?xml" and not is_document):
        return _nothing("it is neither HTML nor anything else that names pages")
    tree = parse(text, where=answer.url)
    if is_document or answer.origin.target is Target.PAGE:
        found = read_html(answer, tree)
        leads = () if answer.rules.forbid(tree, answer.page) else _leads(answer, text, found)
        return replace(found, candidates=leads) if leads else found
    return Found(FoundKind.FRAGMENT, read_html_fragment(answer, tree))


def _leads(answer: Answer, text: str, found: Found) -> tuple[Candidate, ...]:
    """Where a page that names no article leads by itself, before it could be read (HTML §4.2.5.3, `refresh`)."""
    if found.kind is FoundKind.ARTICLE or any(each.expects_article for each in found.candidates):
        return ()
    wait_s, named = get_meta_refresh(text, answer.url, max_scan=_SNIFFED_BYTES)
    url = absolute_url(answer.url, named) if named and wait_s is not None and wait_s <= _SOON_S else None
    if url is None or canonical_url(url) == canonical_url(answer.url):
        return ()
    origin = answer.origin
    return (
        Candidate(
            url,
            Source.REDIRECT,
            answer.url,
            origin.depth,
            expects_article=origin.expects_article,
            redirects=origin.redirects + 1,
        ),
    )


def _sitemap(answer: Answer, sitemap: Sitemap, notes: list[str]) -> Found:
    if sitemap.is_index:
        children = tuple(
            Candidate(
                each.url,
                Source.SITEMAP,
                answer.url,
                answer.depth,
                target=Target.SITEMAP,
                modified_at=each.modified_at,
            )
            for each in sitemap.entries
        )
        return Found(FoundKind.SITEMAP_INDEX, children, notes=tuple(notes))
    expected = expected_articles(sitemap.entries, answer.url, answer.learnt)
    candidates = tuple(
        Candidate(
            each.url,
            Source.NEWS_SITEMAP if each.is_news else Source.SITEMAP,
            answer.url,
            answer.depth,
            expects_article=is_expected,
            anchor=each.title,
            published_at=each.published_at,
            modified_at=each.modified_at,
            access=each.access,
        )
        for each, is_expected in zip(sitemap.entries, expected, strict=True)
    )
    return Found(
        FoundKind.SITEMAP,
        candidates,
        is_news=sitemap.is_news,
        notes=tuple(notes),
        signposts=Signposts(languages=sitemap.languages),
    )


def _xml_feed(answer: Answer) -> Found:
    notes: list[str] = []
    feed = read_xml_feed(answer.page.body, answer.url, notes)
    return _feed(answer, feed, notes) if feed else _nothing("it is no feed, though it begins like one", *notes)


def _feed(answer: Answer, feed: Feed, notes: list[str]) -> Found:
    candidates = [
        Candidate(
            each.url,
            Source.FEED,
            answer.url,
            answer.depth,
            expects_article=not each.is_part,
            anchor=each.title,
            published_at=each.published_at,
            modified_at=each.modified_at,
        )
        for each in feed.entries
    ]
    if feed.next_url is not None and feed.next_url != answer.url:
        candidates.append(answer.further(feed.next_url, Source.FEED, Target.FEED))
    languages = (feed.language.lower(),) if feed.language else ()
    return Found(
        FoundKind.FEED,
        unique(candidates),
        notes=tuple(notes),
        title=feed.title,
        signposts=Signposts(languages=languages),
    )


def _json(answer: Answer, value: object) -> Found:
    target = answer.origin.target
    if is_json_feed(value):
        notes: list[str] = []
        return _feed(answer, read_json_feed(value, answer.url, notes), notes)
    if is_posts(value) or (value == [] and target is Target.REST):
        return _posts(answer, value)
    if target in _MACHINE:
        said = value.get("message") if isinstance(value, dict) else None
        words = f", which says: {said}" if isinstance(said, str) else ""
        return _nothing(f"a {_WORDS[target]} was expected here, and it is other JSON{words}")
    candidates = read_json_fragment(answer, value)
    if not candidates and target is not Target.FRAGMENT:
        return _nothing("it is JSON that names no pages")
    return Found(FoundKind.FRAGMENT, candidates)


def _posts(answer: Answer, value: object) -> Found:
    candidates = [
        Candidate(
            post.url,
            Source.REST,
            answer.url,
            answer.depth,
            expects_article=True,
            anchor=post.title,
            published_at=post.published_at,
            modified_at=post.modified_at,
        )
        for post in posts(value, answer.url)
    ]
    if (url := next_posts(answer.page, len(candidates))) is not None:
        candidates.append(answer.further(url, Source.REST, Target.REST))
    return Found(FoundKind.REST, unique(candidates))


def _nothing(*notes: str) -> Found:
    return Found(FoundKind.NOTHING, notes=notes)


def _root(head: bytes) -> tuple[str | None, int]:
    """The name of the first element, in lower case and without its prefix, and where its file begins.

    Of the files that we know, what a server printed before them by mistake is passed over. Null where there is no
    element.
    """
    known = None if _DOCUMENT.search(head) else _KNOWN_ROOT.search(head)
    if known:
        declaration = head.rfind(b"<?xml", 0, known.start())
        return known[1].decode("ascii").lower(), declaration if declaration >= 0 else known.start()
    match = _ROOT.search(_COMMENT.sub(b"", head))
    return (match[1].decode("ascii").lower() if match else None), 0

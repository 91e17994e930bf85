"""Pages that stand in an article's place: "not found" under status 200, challenges, consent and sign-in walls.

In: a captured page, its tree, what it says of itself, its blocks. Out: what kind of wall it is and on what evidence,
or null. HTTP fields and structure come first: what a wall shows besides itself is next to nothing, while an article
that speaks of such pages, or has a cookie banner or a sign-in form beside it, brings text, metadata and links of its
own. Words (wall_phrases.py) are believed only where the structure agrees.

*Why* lean towards no wall: a wall that passes for a page still has to read like an article to become one; an article
taken for a wall is lost. So teasers of paywalled articles are no walls: what is readable is the article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from pipelines.errors import ContentError
from pipelines.http.url import absolute_url
from pipelines.page.blocks import TextBlock, blocks_of
from pipelines.page.classify import is_article_item
from pipelines.page.decode import decode
from pipelines.page.facts import Facts, is_home, read_facts
from pipelines.page.teasers import is_teaser, teaser_boxes
from pipelines.page.text import line_key
from pipelines.page.tree import ASIDE, MAX_HTML_BYTES, Element, body_of, inner_text, is_hidden, parse
from pipelines.page.wall_phrases import CONSENT_WORDS, PHRASES, SPARE_WORDS
from pipelines.reasons import Reason
from pipelines.values import Page

CHALLENGE_STATUSES = frozenset((403, 429, 503))
"""Statuses that challenges come with."""

# Set by the protecting service itself, on nothing but challenges.
_CHALLENGE_FIELDS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
_CHALLENGE_ADDRESS = re.compile(r"captcha|challenge|turnstile|incapsula", re.IGNORECASE)
_SETS_COOKIE = re.compile(r"document\s*\.\s*cookie\s*=")
_LOADS_AGAIN = re.compile(r"location\s*\.\s*(?:reload|replace|assign)\s*\(|location(?:\s*\.\s*href)?\s*=[^=]")
_CONSENT_HOST = re.compile(r"(?:^|\.)(?:cookie-?)?consents?\.", re.IGNORECASE)
_MISSING_ADDRESS = re.compile(r"/(?:404|(?:page-?)?not-?found|errors?)(?:[/.]|$)", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[|\-–—·•»«›‹/]+\s+|\s*(?:::|｜)\s*")
# What may stand around a wall's name without making a headline of it.
_FILLERS = frozenset(
    ("404", "403", "410", "error", "http", "sorry", "oops", "fehler", "erreur", "errore", "erro", "ошибка")
)
_REFRESH_S = re.compile(r"\s*(\d+)")

_ARTICLE_WORDS = 25
"""Less running text than this is no article."""
_MOST_WORDS = {Reason.SOFT_404: 120, Reason.CHALLENGE: 90, Reason.CONSENT_WALL: 450, Reason.LOGIN_WALL: 120}
"""Pages with more running text than this are no such walls."""
_FEW_LINKS = 12
"""A wall that shows nothing else has hardly more links than this: terms, help, languages."""
_BESIDE = ASIDE | {"header", "dialog"}
_POPUPS = frozenset(("dialog", "alertdialog"))
_BESIDE_ROLES = _POPUPS | {"banner", "complementary", "contentinfo", "navigation", "search"}
_SOON_S = 30
_MOST_PARAGRAPHS = 2
_MOST_INLINE_CHARS = 20_000
"""Scripts of challenges are short; long ones are applications, whose texts may hold any word."""


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands in an article's place."""

    reason: Reason
    why: str
    """The evidence, in words."""


def wall_of(page: Page, root: Element | None = None) -> Reason | None:
    """Why *page* holds nothing to read, if it is a wall.

    Args:
        page: As captured, codings removed.
        root: Its tree, where the caller has parsed it already; left unchanged.
    """
    if _field(page) is not None:
        return Reason.CHALLENGE
    if len(page.body) > MAX_HTML_BYTES:
        return None
    try:
        tree = parse(decode(page).markup, where=page.url) if root is None else root
    except ContentError:
        return None
    wall = find_wall(page, tree, read_facts(tree, page.url), blocks_of(body_of(tree)))
    return wall.reason if wall else None


def find_wall(page: Page, root: Element, facts: Facts, blocks: Sequence[TextBlock]) -> Wall | None:
    """The wall that *page* is, or null.

    Args:
        page: As captured.
        root: Its tree.
        facts: What the page says of itself.
        blocks: The blocks of its body.
    """
    field = _field(page)
    if field is not None:
        return Wall(Reason.CHALLENGE, field)
    seen = _Seen(page, root, facts, blocks)
    if seen.is_dated_article or seen.words > max(_MOST_WORDS.values()):
        return None
    return _challenge(seen) or _consent_wall(seen) or _login_wall(seen) or _soft_404(seen)


def _field(page: Page) -> str | None:
    """The HTTP field that says by itself that this is a challenge."""
    for name, values in _CHALLENGE_FIELDS.items():
        value = (page.header(name) or "").strip().lower()
        if value in values:
            return f"{name}: {value}"
    return None


class _Seen:
    """What of a page the kinds of walls are told by; each looked for once, and only when it is asked for."""

    def __init__(self, page: Page, root: Element, facts: Facts, blocks: Sequence[TextBlock]) -> None:
        self.page = page
        self.root = root
        self.facts = facts
        self.blocks = blocks

    @cached_property
    def running(self) -> tuple[TextBlock, ...]:
        """The paragraphs of its own: not those of articles that it teases, nor of a cookie banner."""
        running = [block for block in self.blocks if block.is_running and not _is_within(block.element, _POPUPS)]
        boxes = teaser_boxes(self.root) if running else frozenset()
        return tuple(block for block in running if not is_teaser(block, boxes))

    @cached_property
    def words(self) -> int:
        """How many words those have."""
        return sum(block.words for block in self.running)

    @cached_property
    def is_dated_article(self) -> bool:
        """Whether metadata or markup says that this is an article, and says more of it than that."""
        facts = self.facts
        if any(item.get("datePublished") or item.get("articleBody") for item in facts.articles):
            return True
        if facts.content("article:published_time"):
            return True
        bodies = (each for each in self.root.iterdescendants() if "articleBody" in (each.get("itemprop") or ""))
        return any(is_article_item(up) for body in bodies for up in body.iterancestors())

    @cached_property
    def is_doubtful(self) -> bool:
        """Whether something speaks for an article: then the page has to be named a wall to the letter."""
        is_typed = (self.facts.content("og:type") or "").lower() == "article"
        return self.words >= _ARTICLE_WORDS or is_typed or bool(self.facts.articles)

    @cached_property
    def is_noindex(self) -> bool:
        """Whether it asks search engines to pass it over."""
        said = (self.facts.content("robots") or "", self.page.header("x-robots-tag") or "")
        return any("noindex" in text.lower() or text.strip().lower() == "none" for text in said)

    @cached_property
    def links(self) -> int:
        """How many links of its own it has."""
        return sum(1 for each in _own_elements(self.root) if each.tag == "a" and (each.get("href") or "#")[:1] != "#")

    @cached_property
    def headings(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The keys of the title's parts, and of the main headings; names of the site are left out of both."""
        names = {line_key(name).removeprefix("www ") for name in self.facts.site_names}
        parts = [line_key(part) for part in _TITLE_PARTS.split(self.facts.title or "")]
        tag = "h1" if any(inner_text(each) for each in self.root.iter("h1")) else "h2"
        mains = [line_key(inner_text(each)) for each in self.root.iter(tag)]
        kept = ([key for key in keys if key and key.removeprefix("www ") not in names] for keys in (parts, mains[:3]))
        title, main = kept
        return tuple(title), tuple(main)

    def says(self, reason: Reason) -> str | None:
        """What the page calls itself, where that is the name of such a wall.

        Where something speaks for an article, title and main heading have to agree, and say nothing else.
        """
        title, main = self.headings
        spare = 0 if self.is_doubtful and not self.is_noindex else SPARE_WORDS
        in_title = next((key for key in title if _is_named(key, reason, spare)), None)
        in_main = next((key for key in main if _is_named(key, reason, spare)), None)
        if self.is_doubtful and ((title and not in_title) or (main and not in_main)):
            return None
        said = in_title or in_main
        return f'it is called "{said}"' if said else None

    def forms(self) -> Iterator[Element]:
        """The forms of its own, not those beside it."""
        return (each for each in _own_elements(self.root) if each.tag == "form")

    @cached_property
    def asks_password(self) -> bool:
        """Whether a form in its middle asks for a password."""
        fields = (each for each in _own_elements(self.root) if each.tag == "input")
        return any((field.get("type") or "").lower() == "password" for field in fields)

    @property
    def about(self) -> str:
        """The figures that every kind of wall rests on."""
        return f"{self.words} running words, {self.links} links"


def _is_named(key: str, reason: Reason, spare: int) -> bool:
    """Whether a heading is the name of such a wall, give or take *spare* words."""
    words = key.split()
    kept = [word for word in words if word not in _FILLERS]
    if reason is Reason.SOFT_404 and not kept:
        return "404" in words
    padded = f" {' '.join(kept)} "
    return any(f" {phrase} " in padded and len(kept) - 1 - phrase.count(" ") <= spare for phrase in PHRASES[reason])


def _own_elements(root: Element) -> Iterator[Element]:
    """The elements that are neither hidden nor stand beside the page's own content, in no order."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting.extend(child for child in element if not _is_beside(child))


def _is_beside(element: Element) -> bool:
    return element.tag in _BESIDE or (element.get("role") or "").lower() in _BESIDE_ROLES or is_hidden(element)


def _is_within(element: Element, roles: frozenset[str]) -> bool:
    return any((up.get("role") or "").lower() in roles for up in (element, *element.iterancestors()))


def _challenge(seen: _Seen) -> Wall | None:
    """A page for programs: scripts or a puzzle, and neither text nor links."""
    if seen.words > _MOST_WORDS[Reason.CHALLENGE] or seen.links > _FEW_LINKS:
        return None
    named = seen.says(Reason.CHALLENGE)
    tested, alone = _tests(seen.root)
    if tested and (named or seen.page.status in CHALLENGE_STATUSES or (alone and seen.words < _ARTICLE_WORDS)):
        return Wall(Reason.CHALLENGE, f"a script or form of a challenge, {seen.about}")
    if named and not _has_paragraphs(seen):
        return Wall(Reason.CHALLENGE, f"{named}, {seen.about}")
    if not seen.words and not seen.links and (_reloads(seen.root) or _refreshes(seen)):
        return Wall(Reason.CHALLENGE, "nothing but a script or a refresh that loads the page again")
    return None


def _tests(root: Element) -> tuple[bool, bool]:
    """Whether scripts, frames or forms lead to a challenge; and whether no other script is loaded."""
    scripts = list(root.iter("script"))
    loaded = [address for script in scripts if (address := script.get("src"))]
    shown = [each.get("src") or each.get("action") or "" for each in root.iter("iframe", "form")]
    inline = [script.text or "" for script in scripts if not script.get("src") and _is_code(script)]
    tested = any(_CHALLENGE_ADDRESS.search(address) for address in (*loaded, *shown))
    if not tested and sum(map(len, inline)) <= _MOST_INLINE_CHARS:
        tested = any(_CHALLENGE_ADDRESS.search(text) for text in inline)
    return tested, all(_CHALLENGE_ADDRESS.search(address) for address in loaded)


def _is_code(script: Element) -> bool:
    return "json" not in (script.get("type") or "").lower()


def _has_paragraphs(seen: _Seen) -> bool:
    """Whether there is text as an article has it: several paragraphs that run."""
    return len(seen.running) > _MOST_PARAGRAPHS


def _reloads(root: Element) -> bool:
    """Whether a script sets a cookie and loads the page again."""
    scripts = (script.text or "" for script in root.iter("script"))
    return any(_SETS_COOKIE.search(text) and _LOADS_AGAIN.search(text) for text in scripts)


def _refreshes(seen: _Seen) -> bool:
    """Whether the page loads itself again soon, rather than leading elsewhere."""
    for element in seen.root.iter("meta"):
        if (element.get("http-equiv") or "").lower() != "refresh":
            continue
        content = element.get("content") or ""
        delay = _REFRESH_S.match(content)
        if delay and int(delay[1][:6]) <= _SOON_S and "url" not in content.lower():
            return True
    return False


def _consent_wall(seen: _Seen) -> Wall | None:
    """A page that speaks of consent and asks for it."""
    if seen.words > _MOST_WORDS[Reason.CONSENT_WALL] or seen.links > _FEW_LINKS * 2:
        return None
    is_host = bool(_CONSENT_HOST.search(urlsplit(seen.page.url).hostname or ""))
    named = seen.says(Reason.CONSENT_WALL)
    asks = any(True for _ in seen.root.iter("button")) or any(True for _ in seen.forms())
    spoken = sum(block.words for block in seen.blocks if any(word in block.key for word in CONSENT_WORDS))
    other = sum(block.words for block in seen.running if not any(word in block.key for word in CONSENT_WORDS))
    if not named and not other:  # all of its text is about consent, whatever its title
        named = next(
            (f'it is headed "{key}"' for key in seen.headings[1] if _is_named(key, Reason.CONSENT_WALL, 1)), None
        )
    if not asks or not (named or is_host) or not spoken or other >= _ARTICLE_WORDS:
        return None
    return Wall(
        Reason.CONSENT_WALL, f"{named or 'a host for consent'}, {spoken} words speak of consent, {other} do not"
    )


def _login_wall(seen: _Seen) -> Wall | None:
    """A page that is a form to sign in."""
    if seen.words > _MOST_WORDS[Reason.LOGIN_WALL]:
        return None
    named = seen.says(Reason.LOGIN_WALL)
    if seen.asks_password and seen.words < _ARTICLE_WORDS and (named or seen.links <= _FEW_LINKS):
        return Wall(Reason.LOGIN_WALL, f"{named or 'a form for a password'}, {seen.about}")
    if named and not _has_paragraphs(seen) and (seen.asks_password or any(map(_has_fields, seen.forms()))):
        return Wall(Reason.LOGIN_WALL, f"{named}, {seen.about}")
    return None


def _has_fields(form: Element) -> bool:
    """Whether a form asks who one is: for a name or a mail address."""
    kinds = {(field.get("type") or "text").lower() for field in form.iter("input")}
    return bool(kinds & {"text", "email", "tel"})


def _soft_404(seen: _Seen) -> Wall | None:
    """A page that says there is nothing at its address."""
    if is_home(seen.page.url) or seen.words > _MOST_WORDS[Reason.SOFT_404]:
        return None
    named = seen.says(Reason.SOFT_404)
    if named and (seen.words < _ARTICLE_WORDS or seen.is_noindex or not _has_paragraphs(seen)):
        return Wall(Reason.SOFT_404, f"{named}, {seen.about}")
    moved = _claims_other(seen)
    if moved and seen.words < _ARTICLE_WORDS:
        return Wall(Reason.SOFT_404, f"it calls itself {moved}, {seen.about}")
    return None


def _claims_other(seen: _Seen) -> str | None:
    """The address of an error page, where the page claims to be that."""
    links = (
        link.get("href") for link in seen.root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    )
    here = urlsplit(seen.page.url).path
    for claim in (*links, *seen.facts.meta.get("og:url", ())):
        target = absolute_url(seen.facts.base, claim or "")
        path = urlsplit(target or "").path
        if path != here and _MISSING_ADDRESS.search(path):
            return target
    return None

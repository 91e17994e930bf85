"""WordPress's REST interface (developer.wordpress.org/rest-api/reference/posts): its posts → candidates.

In: the address of its root, or an answer of it. Out: addresses to ask, and entries. Only what a crawl needs is asked
for: address, dates and title.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from crawler.discovery.instants import instant
from crawler.discovery.paging import with_parameter
from pipelines.http.url import absolute_url
from pipelines.page.text import visible_text
from pipelines.values import Page

API = "https://api.w.org/"
"""The relation by which a page names the interface's root."""
PER_PAGE = 100
"""Posts of one answer: the most that is given."""

_ROUTE = "wp/v2/posts"
_ASKED = f"per_page={PER_PAGE}&_fields=link,date_gmt,modified_gmt,title"
_MAX_TITLE_CHARS = 2_000
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r'<([^<>]*)>\s*((?:;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s;,]+)\s*)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Post:
    """One post, as the interface describes it."""

    url: str
    title: str | None
    published_at: datetime | None
    modified_at: datetime | None


def posts_url(root: str) -> str:
    """The address of the newest posts, of the interface whose root is *root*."""
    if "?" in root:  # without pretty addresses the route is a parameter, its own parameters follow
        return f"{root.rstrip('/')}/{_ROUTE}&{_ASKED}"
    return f"{root.rstrip('/')}/{_ROUTE}?{_ASKED}"


def rest_modified_since(url: str, since: datetime) -> str:
    """The address of the posts that were changed after *since*, the latest change first.

    Args:
        url: The interface's root, or the address of its posts.
        since: An aware instant.
    """
    asked = url if _ROUTE in url else posts_url(url)
    for key, value in (
        ("orderby", "modified"),
        ("modified_after", since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
    ):
        asked = with_parameter(asked, key, value)
    return asked


def is_posts(value: object) -> bool:
    """Whether *value* is a list of posts: objects with an address, and a date or a title as WordPress writes them."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(each, dict)
            and isinstance(each.get("link"), str)
            and ("date_gmt" in each or _is_rendered(each.get("title")))
            for each in value
        )
    )


def posts(value: object, base: str) -> Iterator[Post]:
    """The posts of such a list, in its order."""
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict) and isinstance(each.get("link"), str) and (url := absolute_url(base, each["link"])):
            yield Post(
                url, rendered(each.get("title")), instant(each.get("date_gmt")), instant(each.get("modified_gmt"))
            )


def next_posts(page: Page, count: int) -> str | None:
    """The address of the next page of posts, by the answer's fields, else by whether this one is full.

    Args:
        page: The answer.
        count: How many posts it has.
    """
    if (named := link_target(page, "next")) is not None:
        return named
    query = dict(parse_qsl(urlsplit(page.url).query))
    number = _number(query.get("page"), 1)
    total = page.header("x-wp-totalpages")
    has_more = number < _number(total, 0) if total else count >= _number(query.get("per_page"), 10)
    return with_parameter(page.url, "page", str(number + 1)) if has_more and count else None


def link_target(page: Page, relation: str) -> str | None:
    """The target of the first `Link` field of *page* with that relation (RFC 8288 §3)."""
    for name, value in page.headers:
        if name.lower() != "link":
            continue
        for target, parameters in _LINK.findall(value):
            relations = [quoted or bare for quoted, bare in _REL.findall(parameters)]
            if any(relation in each.lower().split() for each in relations):
                return absolute_url(page.url, target)
    return None


def rendered(title: object) -> str | None:
    """The words of a title, which is an object with HTML in it, or a string."""
    text = title.get("rendered") if isinstance(title, dict) else title
    if not isinstance(text, str):
        return None
    return visible_text(html.unescape(_TAG.sub("", text[:_MAX_TITLE_CHARS]))) or None


def _is_rendered(title: object) -> bool:
    return isinstance(title, dict) and isinstance(title.get("rendered"), str)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else default

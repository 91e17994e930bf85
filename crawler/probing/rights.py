"""What a site states about text and data mining and about machines that read it: as observed, never interpreted.

In: robots.txt and captured answers. Out: each statement with its place, in the words of the site (TDMRep §3 to §5:
`/.well-known/tdmrep.json`, HTTP fields, meta elements; robots.txt Content-Usage and Content-Signal; X-Robots-Tag and
meta robots beyond index and follow).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.frontier.robots import Robots
from pipelines.errors import ContentError
from pipelines.page.decode import decode
from pipelines.page.facts import read_facts
from pipelines.page.rights import HTTP_FIELDS, ROBOTS_METAS, TDM_POLICY, TDM_RESERVATION
from pipelines.page.tree import MAX_HTML_BYTES, parse
from pipelines.values import Page

_METAS = (TDM_RESERVATION, TDM_POLICY, *ROBOTS_METAS)
_OF_ROBOTS = (*ROBOTS_METAS, "x-robots-tag")
# What says no more than that a page is public.
_PLAIN = re.compile(r"(?:all|index|follow|max-[a-z-]+\s*:\s*[\w-]+)", re.IGNORECASE)
_MOST_LOCATIONS = 20


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that a site states."""

    where: str
    """The place: a file, an HTTP field, a meta element."""
    said: str
    """As it stands there."""


def statements(robots: Robots | None, tdmrep: Page | None, pages: Iterable[Page]) -> tuple[Statement, ...]:
    """What is stated, each once.

    Args:
        robots: The site's robots.txt.
        tdmrep: The answer for `/.well-known/tdmrep.json`.
        pages: Pages of the site.
    """
    found = [Statement("robots.txt", line) for line in (robots.signals if robots else ())]
    found += _of_file(tdmrep) if tdmrep is not None and tdmrep.status == 200 else ()
    for page in pages:
        found += _of_page(page)
    return tuple(dict.fromkeys(found))


def _of_file(page: Page) -> Iterator[Statement]:
    try:
        rules = json.loads(page.body)
    except (ValueError, RecursionError):
        return  # sites answer with their home page for whatever is asked
    for rule in rules[:_MOST_LOCATIONS] if isinstance(rules, list) else ():
        if isinstance(rule, dict) and "tdm-reservation" in rule:
            said = ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in rule.items())
            yield Statement("tdmrep.json", said)


def _of_page(page: Page) -> Iterator[Statement]:
    for name, value in page.headers:
        if name.lower() in HTTP_FIELDS and _says_something(name.lower(), value):
            yield Statement(f"HTTP field {name.lower()}", value)
    if len(page.body) > MAX_HTML_BYTES:
        return
    try:
        facts = read_facts(parse(decode(page).markup, where=page.url), page.url)
    except ContentError:
        return
    for name in _METAS:
        for content in facts.meta.get(name, ()):
            if _says_something(name, content):
                yield Statement(f"meta {name}", content)


def _says_something(name: str, value: str) -> bool:
    if name not in _OF_ROBOTS:
        return True
    return any(part.strip() and not _PLAIN.fullmatch(part.strip()) for part in value.split(","))

"""What an answer and its page state about rights: as observed, never interpreted.

In: the fields of an answer; the tree and facts of a page. Out: statements, each with where it stands and in its own
words: `X-Robots-Tag` and meta robots, `tdm-reservation` and `tdm-policy` (TDM Reservation Protocol §5.2, §5.3),
`Content-Usage` and `Content-Signal`, and the licence that a page names (schema.org, `rel=license`, Dublin Core).

*Why* no more than `MOST` of each source: a page may say a thing a million times, and a line is read by people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from pipelines.http.url import absolute_url
from pipelines.page.facts import Facts
from pipelines.page.jsonld import dicts, strings
from pipelines.page.tree import Element
from pipelines.values import Said, Statement

TDM_RESERVATION, TDM_POLICY, LICENCE = "tdm-reservation", "tdm-policy", "license"
AI_SIGNALS = ("content-usage", "content-signal")

HTTP_FIELDS = ("x-robots-tag", TDM_RESERVATION, TDM_POLICY, *AI_SIGNALS)
ROBOTS_METAS = ("robots", "googlebot", "pressarc")
METAS = (
    *ROBOTS_METAS,
    *(TDM_RESERVATION, TDM_POLICY, *AI_SIGNALS),
    *("dcterms.license", "dc.license", "dcterms.rights", "dc.rights", "copyright"),
)
_PROPERTIES = (LICENCE, "usageInfo", "acquireLicensePage", "copyrightNotice")

MOST = 20
"""Statements of one source that are kept."""
MOST_CHARS = 500
"""Characters of a statement that are kept."""


def http_statements(fields: Iterable[tuple[str, str]]) -> tuple[Statement, ...]:
    """What the fields of an answer state, in their order; of `Link` fields, those that name a licence."""
    named = ((name.lower(), value) for name, value in fields)
    return _kept(
        Said.HTTP,
        ((name, value) for name, value in named if name in HTTP_FIELDS or (name == "link" and _names_licence(value))),
    )


def page_statements(root: Element, facts: Facts) -> tuple[Statement, ...]:
    """What a page states: its meta elements and links, then the JSON-LD of its articles."""
    metas = ((name, content) for name in METAS for content in facts.meta.get(name, ()))
    links = ((LICENCE, address) for address in _licence_links(root, facts.base))
    return _kept(Said.HTML, chain(metas, links)) + _kept(Said.JSON_LD, _json_ld(facts))


def _kept(source: Said, said: Iterable[tuple[str, str]]) -> tuple[Statement, ...]:
    statements = (Statement(source, name.lower(), _line(value)) for name, value in islice(said, 50 * MOST))
    return tuple(islice(dict.fromkeys(each for each in statements if each.value), MOST))


def _line(value: str) -> str:
    return " ".join(value.encode("utf-8", "replace").decode().split())[:MOST_CHARS]


def _names_licence(link: str) -> bool:
    return "license" in link.lower().replace('"', "").partition("rel=")[2].partition(";")[0].split()


def _licence_links(root: Element, base: str) -> Iterator[str]:
    """The addresses of the page's licence; a licence in a figure is that of a picture."""
    for element in root.iter("link", "a"):
        rel = element.get("rel")
        if rel is None or "license" not in rel.lower().split():
            continue
        address = absolute_url(base, element.get("href") or "")
        if address is not None and next(element.iterancestors("figure"), None) is None:
            yield address


def _json_ld(facts: Facts) -> Iterator[tuple[str, str]]:
    for item in facts.articles:
        for name in _PROPERTIES:
            value = item.get(name)
            yield from ((name, text) for text in strings(value))
            for entry in dicts(value):
                yield from ((name, text) for key in ("@id", "url", "name") for text in strings(entry.get(key))[:1])

"""What a site states about the use of its pages, in each of the places for it.

The layers of the TDM Reservation Protocol speak of different articles, so that each can be seen to supersede the one
before: the file reserves everything, the HTTP field gives back articles of even number, the meta element reserves those
again whose number can be divided by four.
"""

from __future__ import annotations

import json
from dataclasses import replace

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.vices.rewrite import in_the_head, is_page, rewritten
from crawler.demo.vices.vice import Ask, Site, Vice

TDMREP = "/.well-known/tdmrep.json"
POLICY = "policies/mining.json"
LICENCE = "https://creativecommons.org/licenses/by-nd/4.0/"
CONTENT_SIGNAL = "Content-Signal: search=yes, ai-train=no"
CONTENT_USAGE = "train-ai=n"


def with_tdm_file(site: Site) -> Site:
    """tdmrep.json reserves all but what lies below /about/."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        if ask.path != TDMREP:
            return site(edition, ask)
        rules = [
            {"location": "/about/", "tdm-reservation": 0},
            {"location": "/*", "tdm-reservation": 1, "tdm-policy": edition.absolute(f"/{POLICY}")},
        ]
        return Answer(200, json.dumps(rules).encode(), "application/json", kind=Kind.ROBOTS)

    return answer


def with_tdm_field(site: Site) -> Site:
    """An HTTP field says of articles of even number that nothing is reserved."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.article is None or found.article.number % 2:
            return found
        return replace(found, fields=(*found.fields, ("TDM-Reservation", "0")))

    return answer


def with_tdm_meta(site: Site) -> Site:
    """A meta element reserves the articles whose number can be divided by four."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.article is None or found.article.number % 4:
            return found
        return rewritten(found, lambda html: in_the_head(html, '<meta name="tdm-reservation" content="1">'))

    return answer


def with_ai_signals(site: Site) -> Site:
    """robots.txt has a Content-Signal line, and every page a Content-Usage field."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is Kind.ROBOTS and ask.path == "/robots.txt":
            return replace(found, body=found.body.replace(b"User-agent: *\n", _ROBOTS_LINES, 1))
        if not is_page(found):
            return found
        return replace(found, fields=(*found.fields, ("Content-Usage", CONTENT_USAGE)))

    return answer


_ROBOTS_LINES = f"User-agent: *\n{CONTENT_SIGNAL}\n".encode()


def with_noai(site: Site) -> Site:
    """Every page is answered with X-Robots-Tag: noai, noimageai, and asks for no archive in its head."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if not is_page(found):
            return found
        told = replace(found, fields=(*found.fields, ("X-Robots-Tag", "noai, noimageai")))
        return rewritten(told, lambda html: in_the_head(html, '<meta name="robots" content="noarchive">'))

    return answer


def with_licence(site: Site) -> Site:
    """Every page links to its licence."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        return rewritten(site(edition, ask), lambda html: in_the_head(html, f'<link rel="license" href="{LICENCE}">'))

    return answer


RIGHTS = (
    Vice("tdm_file", "tdmrep.json reserves text and data mining for the whole site.", with_tdm_file),
    Vice("tdm_field", "An HTTP field takes this back for articles of even number.", with_tdm_field),
    Vice("tdm_meta", "A meta element reserves those again whose number can be divided by four.", with_tdm_meta),
    Vice("ai_signals", "robots.txt and an HTTP field say that no machine is to learn from it.", with_ai_signals),
    Vice("noai", "Every page says noai in an HTTP field, and noarchive in its head.", with_noai),
    Vice("licence", "Every page links to its licence.", with_licence),
)

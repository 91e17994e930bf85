"""One article under many addresses: print and AMP pages, and links written in ways that all mean the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.vices.rewrite import in_the_head, own_target, relinked, rewritten, with_links
from crawler.demo.vices.vice import Ask, Site, Vice


def with_print_and_amp(site: Site) -> Site:
    """Article pages link to a print and an AMP page, whose canonical link names the article's own."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        query = [pair for pair in parse_qsl(ask.query) if pair not in (("print", "1"), ("amp", "1"))]
        asked = replace(ask, path=ask.path.removesuffix("amp/"), query=urlencode(query))
        found = site(edition, asked)
        if found.kind is not Kind.ARTICLE:
            return site(edition, ask)
        if asked.path != ask.path and not asked.path.endswith("/"):
            return site(edition, ask)
        printed = f"{asked.path}?{urlencode([*query, ('print', '1')])}"
        amp = f"{asked.path}amp/" if asked.path.endswith("/") else f"{asked.path}?{urlencode([*query, ('amp', '1')])}"
        link = f'<link rel="amphtml" href="{edition.absolute(amp)}">'
        links = [(printed, "Print this story"), (amp, "Read on a phone")]
        if asked.target != ask.target:
            found = replace(found, kind=Kind.TRAP)
        return rewritten(found, lambda html: with_links(in_the_head(html, link), "Formats", links))

    return answer


_WAYS: tuple[Callable[[Edition, str], str], ...] = (
    lambda _, target: target,
    lambda edition, target: edition.absolute(target).replace("http://", "HTTP://") + "#content",
    lambda _, target: f"{target}{'&' if '?' in target else '?'}utm_source=front&utm_medium=teaser&fbclid=IwAR0",
    lambda edition, target: edition.base_url + target.lstrip("/").replace("/", "//"),
    lambda edition, target: f"{edition.base_url}.{target}",
    lambda _, target: f"{target}#comments",
)


def with_case_and_slashes(site: Site) -> Site:
    """The same address is written differently from link to link; listings also in another case."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        parts = [part for part in ask.path.split("/") if part not in ("", ".")]
        path = "/".join(("", *parts, "")) if ask.path.endswith("/") else "/".join(("", *parts))
        if path.lower() in edition.listings:
            path = path.lower()
        found = site(edition, replace(ask, path=path))
        return rewritten(found, lambda html: relinked(html, lambda href: _written(edition, ask, href)))

    return answer


def _written(edition: Edition, ask: Ask, href: str) -> str:
    target = own_target(edition, ask, href)
    if target is None or href.startswith("#"):
        return href
    chance = hashlib.sha256(f"{ask.path} {target}".encode()).digest()[0]
    if target in edition.listings and chance % 2:
        return target.title()
    return _WAYS[chance % len(_WAYS)](edition, target).replace("&", "&amp;")


VARIANTS = (
    Vice("print_and_amp", "Each article has a print and an AMP page besides its own.", with_print_and_amp),
    Vice(
        "case_and_slashes",
        "Links to one page differ in case, slashes, dots, fragments and tracking parameters.",
        with_case_and_slashes,
    ),
)

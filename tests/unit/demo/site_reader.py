"""Reads a demo site without a socket, as far as links lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.vices.table import paper_with, site_with, vices_named
from crawler.demo.vices.vice import Ask

BASE = "http://127.0.0.1:8000/"


@dataclass(frozen=True)
class Seen:
    """A page and its links, absolute."""

    url: str
    answer: Answer
    links: tuple[str, ...]


class Reader:
    """A site with some vices, and what was asked of it."""

    def __init__(self, *vices: str, size: int | None = 60, day: int = 1) -> None:
        chosen = vices_named(vices)
        self.edition = Edition(BASE, day, is_loaded=False, paper=paper_with(size, chosen))
        self._site = site_with(chosen)
        self._numbers = count()

    def get(self, url: str, at_s: float = 0.0) -> Answer:
        parts = urlsplit(urljoin(BASE, url))
        return self._site(self.edition, Ask(unquote(parts.path), parts.query, next(self._numbers), at_s))

    def see(self, url: str) -> Seen:
        found = self.get(url)
        return Seen(url, found, tuple(self._links(url, found)))

    def _links(self, url: str, found: Answer) -> Iterator[str]:
        if found.location:
            yield urljoin(url, found.location)
        if not found.content_type.startswith("text/html") or not found.body:
            return
        for anchor in html.fromstring(found.body.decode()).iter("a"):
            target = urljoin(url, anchor.get("href") or "")
            if target.lower().startswith(BASE):
                yield BASE + target[len(BASE) :].partition("#")[0]

    def walk(self, start: str = BASE, limit: int = 2000) -> Iterator[Seen]:
        """Every page that links lead to, in breadth, up to the limit."""
        known, waiting = {start}, [start]
        for url in waiting:
            if limit <= 0:
                return
            limit -= 1
            seen = self.see(url)
            yield seen
            new = [link for link in seen.links if link not in known and "/search" not in link]
            known.update(new)
            waiting += new

    def articles(self, start: str = BASE, limit: int = 2000) -> set[str]:
        """The paths of the articles that links lead to."""
        return {seen.answer.article.path for seen in self.walk(start, limit) if seen.answer.article}

    @property
    def all_articles(self) -> set[str]:
        return {article.path for article in self.edition.articles}


def kinds(reader: Reader, limit: int = 2000) -> set[Kind]:
    return {seen.answer.kind for seen in reader.walk(limit=limit)}

"""A small news site of our own, served on loopback: the origin of `make demo` and of the tests.

In: nothing but a day. Out: 120 articles of the invented *Marlhaven Courier* in a theme as content management systems
write them, with feeds and sitemaps, over HTTP/1.1; and the truth about every article, to compare with. A size makes it
a larger or smaller paper with many days; vices (`vices.table`) make it as difficult as real sites are. The same day,
size and address give the same bytes, always, but for vices that consist in giving others.
"""

from __future__ import annotations

from crawler.demo.routes import Kind
from crawler.demo.server import DemoServer, Hit, serve
from crawler.demo.site import DemoArticle, newsroom
from crawler.demo.truth import Events, TruthArticle, events, truth
from crawler.demo.vices.table import VICES

__all__ = [
    "VICES",
    "DemoArticle",
    "DemoServer",
    "Events",
    "Hit",
    "Kind",
    "TruthArticle",
    "events",
    "newsroom",
    "serve",
    "truth",
]

"""A small news site of our own, served on loopback: the origin of `make demo` and of the tests.

In: nothing but a day (1 or 2). Out: 120 articles of the invented *Marlhaven Courier* in a theme as content management
systems write them, with feeds and sitemaps, over HTTP/1.1; and the truth about every article, to compare with. The same
day and address give the same bytes, always.
"""

from __future__ import annotations

from crawler.demo.server import DemoServer, serve
from crawler.demo.site import DemoArticle, newsroom
from crawler.demo.truth import TruthArticle, truth

__all__ = ["DemoArticle", "DemoServer", "TruthArticle", "newsroom", "serve", "truth"]

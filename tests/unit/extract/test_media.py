from __future__ import annotations

from pipelines.extract.media import read_pictures
from pipelines.extract.passage import links_of, passages_of
from pipelines.extract.split import split
from pipelines.page.blocks import blocks_of
from pipelines.page.facts import read_facts
from pipelines.page.tree import Paths, body_of, parse
from pipelines.values import Image, Link
from tests.unit.extract.pages import AT

URL = "https://paper.example/2026/ferry/"
HTML = """<html><head><meta property="og:image" content="/img/lead.jpg"></head><body><article>
<figure><img src="/img/lead.jpg" alt="A ferry">
<figcaption>The ferry at dusk. Photo: Ana Diaz</figcaption></figure>
<p>Text with <a href="/2026/mill/">a link</a>, <a href="/2026/mill/">the same again</a> and
<a href="#note">a note</a>.</p>
<img data-src="late.jpg" src="data:image/gif;base64,R0"><img src="/icon.png" width="16" height="16">
<aside><img src="/advert.jpg"></aside></article><img src="/elsewhere.jpg"></body></html>"""


def test_images_are_the_articles_own_with_caption_and_credit() -> None:
    root = parse(HTML)
    facts = read_facts(root, URL)
    (part,) = split(root, facts, blocks_of(body_of(root)))
    assert read_pictures(part, facts, Paths()).of_article("/html/body/article", URL) == (
        Image("https://paper.example/img/lead.jpg", "A ferry", "The ferry at dusk.", "Ana Diaz"),
        Image("https://paper.example/2026/ferry/late.jpg"),
    )


def test_links_are_those_in_the_text_each_once() -> None:
    root = parse(HTML)
    body = body_of(root)
    (text,) = [one for one in passages_of(blocks_of(body), body, Paths(), AT) if one.kind == "paragraph"]
    assert links_of([text], URL) == (Link("https://paper.example/2026/mill/", "a link"),)

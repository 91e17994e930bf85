from __future__ import annotations

from pipelines.extract.media import read_images, read_links
from pipelines.extract.split import split
from pipelines.page.blocks import blocks_of
from pipelines.page.facts import read_facts
from pipelines.page.tree import body_of, parse
from pipelines.values import Image, Link

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
    assert read_images(part, next(root.iter("article")), facts) == (
        Image("https://paper.example/img/lead.jpg", "A ferry", "The ferry at dusk.", "Ana Diaz"),
        Image("https://paper.example/2026/ferry/late.jpg"),
    )


def test_links_are_those_in_the_text_each_once() -> None:
    root = parse(HTML)
    blocks = [block for block in blocks_of(body_of(root)) if block.kind == "paragraph"]
    assert read_links(blocks, read_facts(root, URL)) == (Link("https://paper.example/2026/mill/", "a link"),)

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.requisites import Wanted, requisites, srcset_urls
from pipelines.values import Page

BASE = "https://news.example.org/2026/story/"


def page(body: str, kind: str = "text/html; charset=utf-8") -> Page:
    return Page(BASE, body.encode(), datetime(2026, 11, 22, tzinfo=UTC), headers=(("Content-Type", kind),))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="/a.jpg">', ["/a.jpg"]),
        ('<img src="a.jpg">', ["/2026/story/a.jpg"]),
        ('<base href="/deep/"><img src="a.jpg">', ["/deep/a.jpg"]),
        ('<img src="data:image/gif;base64,R0" data-src="/lazy.webp">', ["/lazy.webp"]),
        ('<img src="/s.gif" data-lazy-srcset="/l-1.jpg 1x, /l-2.jpg 2x">', ["/s.gif", "/l-1.jpg", "/l-2.jpg"]),
        ('<img srcset="/a.jpg 320w, /b.jpg 640w" src="/c.jpg">', ["/c.jpg", "/a.jpg", "/b.jpg"]),
        ('<picture><source srcset="/p.avif"><img src="/p.jpg"></picture>', ["/p.avif", "/p.jpg"]),
        ('<video poster="/p.jpg"><source src="/film.mp4"></video>', ["/p.jpg"]),
        ('<link rel="stylesheet" href="/s.css">', ["/s.css"]),
        ('<link rel="shortcut icon" href="/f.ico">', ["/f.ico"]),
        ('<link rel="alternate" href="/feed/"><link rel="canonical" href="/x">', []),
        ('<script src="/a.js"></script><script>var a = "/b.js"</script>', ["/a.js"]),
        ("<style>@import '/i.css'; b { background: url(/b.png) }</style>", ["/i.css", "/b.png"]),
        ("""<div style="background-image: url('/bg.jpg')">x</div>""", ["/bg.jpg"]),
        ('<div data-bg="/hero.jpg" data-settings=\'{"a": "/no.jpg"}\'>x</div>', ["/hero.jpg"]),
        ('<svg><use href="#icon"></use><image href="/in.svg"/></svg>', ["/in.svg"]),
        ('<img src="/a.jpg"><img src="/a.jpg#again">', ["/a.jpg"]),
        ('<img src="ftp://x/y.png"><img src="http://[broken/">', []),
    ],
)
def test_everything_a_page_needs_to_be_shown_is_found_once(html: str, expected: list[str]) -> None:
    found = requisites(page(f"<html><body>{html}</body></html>"), Wanted.ALL)
    assert [url.removeprefix("https://news.example.org") for url in found] == expected


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ('@import "a.css";', ["/2026/story/a.css"]),
        ("@import url(a.css) screen;", ["/2026/story/a.css"]),
        ("@import url('/b.css');", ["/b.css"]),
        (
            "@font-face { src: url(/f.woff2) format('woff2'), url('/f.ttf') }",
            ["/f.woff2", "/f.ttf"],
        ),
        ("@media print { p { background: URL( /deep.png ) } }", ["/deep.png"]),
        ("a { background: image-set(url('/1.png') 1x, url('/2.png') 2x) }", ["/1.png", "/2.png"]),
        ("a { content: 'not/an/url.png' } /* url(/comment.png) */", []),
        ("a { background: url(data:image/png;base64,AA) }", []),
        ("a { background: url(", []),
    ],
)
def test_a_style_sheet_names_what_it_imports_and_refers_to(css: str, expected: list[str]) -> None:
    found = requisites(page(css, "text/css"), Wanted.ALL)
    assert [url.removeprefix("https://news.example.org") for url in found] == expected


def test_images_alone_leave_scripts_and_styles_out() -> None:
    html = "<link rel=stylesheet href=/s.css><link rel=icon href=/f.ico><script src=/a.js></script><img src=/i.png>"
    found = requisites(page(html), Wanted.IMAGES)
    assert [url.rpartition("/")[2] for url in found] == ["f.ico", "i.png"]
    assert requisites(page("@import 'a.css'", "text/css"), Wanted.IMAGES) == []


def test_nothing_is_wanted_where_nothing_is_wanted() -> None:
    assert requisites(page('<img src="/a.jpg">'), Wanted.NONE) == []


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("a.jpg", ["a.jpg"]),
        ("a.jpg 1x, b.jpg 2x", ["a.jpg", "b.jpg"]),
        ("a.jpg,\n  b.jpg 2x", ["a.jpg", "b.jpg"]),
        ("a.jpg 100w,b.jpg 200w", ["a.jpg", "b.jpg"]),
        ("/i/w_300,h_200/a.jpg 1x, /i/w_600,h_400/a.jpg 2x", ["/i/w_300,h_200/a.jpg", "/i/w_600,h_400/a.jpg"]),
        (", ,a.jpg 1x,", ["a.jpg"]),
        ("", []),
    ],
)
def test_a_srcset_is_read_as_the_standard_reads_it(srcset: str, expected: list[str]) -> None:
    assert srcset_urls(srcset) == expected


@given(st.text(max_size=200))
def test_no_style_sheet_and_no_page_makes_it_fail(text: str) -> None:
    requisites(page(text, "text/css"), Wanted.ALL)
    requisites(page(f"<p>{text}"), Wanted.ALL)

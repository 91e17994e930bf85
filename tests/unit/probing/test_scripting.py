"""Whether a page needs a browser."""

from __future__ import annotations

import pytest

from crawler.probing.scripting import scripting_of
from tests.unit.probing.looks import home, page, story

NOTICE = "<noscript>You need to enable JavaScript to run this app.</noscript>"
BUNDLE = '<script src="/bundle.js"></script>'


@pytest.mark.parametrize(
    ("html", "is_needed"),
    [
        (f'<body><div id="root"></div>{BUNDLE}', True),
        (f"<body><app-shell></app-shell>{BUNDLE}", True),
        (f"<body><p>Loading …</p>{NOTICE}{BUNDLE}", True),
        (f"<body><p>Loading</p><script>window.state = {'x' * 6000!r}</script>{BUNDLE}", True),
        ('<body><div id="root"></div>', False),
        (f"<body><p>A short page of no application.</p>{BUNDLE}", False),
        (f'{home()}<div id="ad"></div>{NOTICE}{BUNDLE}', False),
        (f'{story(1)}<div id="comments"></div>{NOTICE}{BUNDLE}', False),
        (f'<body><noscript><img src="/count.gif"></noscript><p>Hello.</p>{BUNDLE}', False),
    ],
    ids=[
        "empty root", "custom element", "notice", "state in the page", "no script", "short page", "listing", "article",
        "counting picture",
    ],
)  # fmt: skip
def test_a_page_needs_scripts_where_there_is_nothing_without_them(html: str, *, is_needed: bool) -> None:
    found = scripting_of(page("/", html))
    assert found is not None
    assert found.is_needed is is_needed


def test_words_and_links_are_counted_wherever_they_stand_but_in_scripts() -> None:
    html = "<body><nav><a href=/a>One two</a></nav><p>three <b>four</b> five<script>six seven</script> eight</p>"
    found = scripting_of(page("/", f"{html}<footer>nine</footer><style>ten</style>"))
    assert found is not None
    assert (found.words, found.links, found.script_files, found.script_chars) == (7, 1, 0, 9)


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"<p>" + b"x" * 10_000_001])
def test_what_cannot_be_read_says_nothing(body: bytes) -> None:
    assert scripting_of(page("/", body)) is None

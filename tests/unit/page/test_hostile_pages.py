"""Pages made to hurt whoever parses them: each is answered in little time, with a tree or a reason."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.discovery.answers import read_answer
from crawler.discovery.links import MAX_LINKS, page_links
from pipelines.errors import UnparsableHtml
from pipelines.page.text import tokens
from pipelines.page.tree import parse
from pipelines.reasons import Source
from pipelines.values import Candidate, Page

PARSE_S = 2.0
READ_S = 5.0
"""On a busy machine; alone it takes a third of that."""
URL = "https://e.org/2026/11/a-story-of-the-day"


def numbered(count: int, form: str = "a{}=1") -> str:
    return " ".join(form.format(number) for number in range(count))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(numbered(1_000_000), id="a million"),
        pytest.param(numbered(200_000, 'a{}=">"'), id="angle brackets within quotes"),
        pytest.param(numbered(200_000, "a{}='<'"), id="the other bracket and quote"),
        pytest.param(numbered(200_000, "a{}"), id="without values"),
        pytest.param(numbered(200_000, "a{}='1'").replace(" ", ""), id="without spaces"),
        pytest.param(numbered(200_000, "a{}").replace(" ", "/"), id="parted by slashes"),
        pytest.param(f"x <{numbered(200_000)}", id="a bracket amid them"),
        pytest.param(f"y='1' = z='>' {numbered(200_000)}", id="an equals sign by itself"),
        pytest.param(f"y=z/y='><p {numbered(200_000)}>'", id="behind a quote in a bare value"),
        pytest.param(f"x><script>'<i y=\"</SCRIPT><p {numbered(200_000)}", id="behind a script"),
        pytest.param(f"x></i y='><i z=\"'><p {numbered(200_000)}>\"", id="behind an end tag with a quote"),
        pytest.param(f"x><title><i y='</title><p {numbered(200_000)}>'", id="behind a title"),
        pytest.param(f"x><title></title-x><i y='</title><p {numbered(200_000)}>'", id="behind no end of a title"),
        pytest.param(f"x><style y='</style>' {numbered(200_000)}></style><p", id="of a style sheet itself"),
        pytest.param(f"x><script/><p {numbered(200_000)}></script><p", id="behind a script that closes itself"),
        pytest.param(f"x><script y=z/><i y='</script><p {numbered(200_000)}>'", id="behind one that does not"),
        pytest.param(f"x><script-x><p {numbered(200_000)}></script><p", id="behind no script"),
        pytest.param(f"x><!-- --!><p {numbered(200_000)}> --><p", id="behind a comment with an odd end"),
        pytest.param(f"x><!-- --><script <b><p {numbered(200_000)}", id="after a script that is never closed"),
    ],
)
def test_a_page_with_attributes_past_counting_is_not_parsed(attributes: str) -> None:
    begun = time.process_time()
    with pytest.raises(UnparsableHtml, match="attributes"):
        parse(f"<html><body><p>Words.<div {attributes}>x</div></body></html>")
    assert time.process_time() - begun < PARSE_S


def test_an_element_may_be_long_and_have_many_attributes() -> None:
    image = f'<img alt="a = b > c" src="data:image/png;base64,{"QUJD" * 50_000}" style="{"a: b; " * 5_000}">'
    tree = parse(f"<html><body><div {numbered(900)}>{image}</div>{'<p>Words.</p>' * 100}</body></html>")
    assert len(next(tree.iter("div")).attrib) == 900
    assert next(tree.iter("img")).get("alt") == "a = b > c"


def test_a_word_of_millions_of_letters_is_one_token() -> None:
    assert [len(token) for token in tokens("w" * 3_000_000 + " नगर 市議")] == [3_000_000, 3, 1, 1]


def test_of_a_page_of_links_so_many_are_read() -> None:
    tree = parse("".join(f"<a href='/story-{number}'>Story</a>" for number in range(MAX_LINKS + 10)))
    assert len(page_links(tree, URL)) == MAX_LINKS


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<div>" * 100_000 + "x", id="depth"),
        pytest.param("<p>" + "word " * 4_000_000, id="20 MB in a line"),
        pytest.param("<p>" + "w" * 5_000_000, id="one word"),
        pytest.param("<p>a\0b\0" + "\0" * 2_000_000, id="nulls"),
        pytest.param("<!--" * 500_000, id="comments that never end"),
        pytest.param("<" * 1_000_000, id="nothing but brackets"),
        pytest.param("<b><i><a href=x>" * 30_000 + "</b></i></a>" * 30_000, id="crossed tags"),
        pytest.param("".join(f"<li><a href='/s/{n}'>Item {n}</a>" for n in range(100_000)), id="links"),
        pytest.param(f"<div {numbered(500_000)}>", id="attributes"),
    ],
)
def test_the_crawl_is_not_held_up_by_a_page(body: str) -> None:
    page = Page(
        URL, f"<html><body>{body}".encode(), datetime(2026, 11, 27, tzinfo=UTC), 200, (("Content-Type", "text/html"),)
    )
    begun = time.process_time()
    read_answer(page, Candidate(URL, Source.LISTING))
    assert time.process_time() - begun < READ_S

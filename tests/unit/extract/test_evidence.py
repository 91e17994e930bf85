from __future__ import annotations

import json

import pytest

from pipelines.extract.choose import Choice, choose
from pipelines.extract.profile import EMPTY
from pipelines.flow import prepare_page
from pipelines.values import Page
from tests.unit.extract.pages import AT, BODY, URL, paragraphs


def choice(body: str, head: str = "") -> Choice:
    html = f"<html><head><title>The ferry stays</title>{head}</head><body><h1>The ferry stays</h1>{body}</body></html>"
    (part,) = prepare_page(Page(URL, html.encode(), AT), insist=True).parts
    found = choose(part, EMPTY)
    assert found is not None
    texts = [part.passages[index].text for index in found.kept]
    assert [text for text in texts if text in BODY] == [text for text in BODY if text in texts], "in reading order"
    return Choice(found.kept, found.removed, found.way, found.authors, tuple(texts))


def kept(body: str, head: str = "") -> list[str]:
    return list(choice(body, head).own_lines)


LINK_LIST = (
    '<ul><li>Mill: <a href="/x">The mill on the hill is sold again to its old owner</a></li>'
    '<li>Town: <a href="/y">The town hall clock is an hour late for winter</a></li></ul>'
)
ITEMS = ["The ferry runs until spring, and longer if it must", "The fare stays as it is"]
AUTHOR = '<meta name="author" content="Ana Diaz">'


@pytest.mark.parametrize(
    ("rule", "extra", "head"),
    [
        ("link", '<p><a href="/x">The mill on the hill is sold again, and its buyers have a plan for it</a></p>', ""),
        (
            "link_list",
            LINK_LIST,
            "",
        ),
        (
            "bio",
            "<p>Ana Diaz writes about rivers and what is on them, and has done so since the last flood.</p>",
            AUTHOR,
        ),
    ],
)
def test_what_the_page_itself_speaks_against_goes_and_is_told(rule: str, extra: str, head: str) -> None:
    first, rest = paragraphs(BODY[:3]), paragraphs(BODY[3:])
    found = choice(f"<article>{first}{rest}{extra}</article>", head)
    assert list(found.own_lines) == BODY
    assert {removal.rule for removal in found.removed} <= {rule, "headline"}


def test_text_in_a_small_box_with_a_form_goes_and_the_form_around_a_page_does_not_count() -> None:
    box = (
        "<h3>Morning tide</h3><p>Sign up here, and get the best of the harbour in your inbox every single morning.</p>"
    )
    form = "<form><input type=email><button>Sign up</button></form>"
    body = f"{paragraphs(BODY[:3])}<div>{box}{form}</div>{paragraphs(BODY[3:])}"
    assert kept(f"<article>{body}</article>") == BODY
    assert kept(f"<form method=post><article>{paragraphs(BODY)}</article></form>") == BODY


def test_the_label_of_a_list_of_links_goes_with_it() -> None:
    assert kept(f"<article>{paragraphs(BODY)}<p>Topics</p>{LINK_LIST}</article>") == BODY


def test_a_list_above_the_text_is_its_summary_and_one_within_it_is_text() -> None:
    items = f"<ul>{''.join(f'<li>{item}</li>' for item in ITEMS)}</ul>"
    above = kept(f"<article>{items}{paragraphs(BODY)}</article>")
    within = kept(f"<article>{paragraphs(BODY[:2])}{items}{paragraphs(BODY[2:])}</article>")
    assert above == BODY
    assert within == [
        *BODY[:2],
        "The ferry runs until spring, and longer if it must",
        "The fare stays as it is",
        *BODY[2:],
    ]


def test_headings_and_short_lines_amid_the_text_are_text() -> None:
    middle = "<h2>What the captain says</h2><p>He is glad.</p>"
    html = f"<article>{paragraphs(BODY[:3])}{middle}{paragraphs(BODY[3:])}</article>"
    assert kept(html) == [*BODY[:3], "What the captain says", "He is glad.", *BODY[3:]]


def test_a_caption_is_no_text() -> None:
    picture = '<figure><img src="/a.jpg"><div>The ferry at dusk, seen from the mill</div></figure>'
    assert kept(f"<article>{paragraphs(BODY[:3])}{picture}{paragraphs(BODY[3:])}</article>") == BODY


def test_where_the_page_shows_little_the_text_of_its_metadata_is_taken() -> None:
    item = json.dumps({"@type": "NewsArticle", "articleBody": "\n".join(BODY)})
    found = choice(f"<p>{BODY[0]}</p>", f'<script type="application/ld+json">{item}</script>')
    assert found.way == "articleBody"

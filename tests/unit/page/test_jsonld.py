from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.jsonld import is_article, read_json_ld, strings
from pipelines.page.tree import parse


def headlines(*scripts: str) -> list[object]:
    html = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return [
        item.get("headline") for item in read_json_ld(parse(f"<html><body>{html}</body></html>")) if is_article(item)
    ]


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "H"}',
        '[{"@type": "WebSite"}, {"@type": ["Article", "NewsArticle"], "headline": "H"}]',
        '{"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "BlogPosting", "headline": "H"}}]}',
        '{"@type": "NewsArticle", "headline": "H", "keywords": ["a", "b",], }',
        '{"@type": "http://schema.org/ReportageNewsArticle", "headline": "H", "articleBody": "one\ntwo\tthree"}',
        '<!-- {"@type": "NewsArticle", "headline": "H"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "H"}\n//]]>',
        '{"@type": "WebSite"}\n{"@type": "NewsArticle", "headline": "H"};',
        '{"@type": "NewsArticle", "headline": "H"} and then rubbish',
    ],
)
def test_an_article_is_found_however_the_json_is_written(script: str) -> None:
    assert headlines(script) == ["H"]


def test_several_scripts_are_read_and_a_broken_one_spoils_no_other() -> None:
    article = '{"@type": "NewsArticle", "headline": "%s"}'
    assert headlines(article % "A", "{nonsense", article % "B") == ["A", "B"]


def test_a_reference_is_resolved_within_the_page() -> None:
    script = '[{"@type":"Person","@id":"#p","name":"Ana"},{"@type":"NewsArticle","author":[{"@id":"#p"}]}]'
    html = f'<script type="application/ld+json">{script}</script>'
    article = next(item for item in read_json_ld(parse(html)) if is_article(item))
    assert article["author"] == [{"@type": "Person", "@id": "#p", "name": "Ana"}]


def test_a_comma_within_a_string_is_no_trailing_comma() -> None:
    assert headlines('{"@type": "NewsArticle", "headline": "one, ] two",}') == ["one, ] two"]


def test_json_nested_without_end_is_left_out() -> None:
    assert headlines('{"@graph":[' * 100_000) == []


def test_entities_in_strings_are_characters() -> None:
    assert strings(["Caf&eacute; ", "", 3]) == ["Café"]


@given(st.text(max_size=200))
def test_no_script_makes_the_reader_fail(script: str) -> None:
    headlines(script.replace("<", ""))


@pytest.mark.parametrize(
    ("spelt", "read"), [(r"x \ud83d y", "x \ufffd y"), (r"\ud83d\ude00", "\U0001f600"), (r"\ude00", "\ufffd")]
)
def test_half_a_character_that_json_can_spell_becomes_a_sign_that_text_can_hold(spelt: str, read: str) -> None:
    assert headlines(f'{{"@type": "NewsArticle", "headline": "{spelt}"}}') == [read]

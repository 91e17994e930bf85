"""Sentences are found in the bytes of a page, whatever stands between their letters."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.text import visible_text
from pipelines.values import Page
from pipelines.verify.positions import PagePositions, Span, sentences

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
WORDS = st.text(st.characters(categories=("L", "N", "P"), include_characters=" &<>"), min_size=1, max_size=60)


def positions(body: bytes) -> PagePositions:
    return PagePositions(Page("https://example.org/", body, AT))


def seen(body: bytes, sentence: str, charset: str = "utf-8") -> str:
    span = positions(body).find(sentence)
    assert span is not None
    return body[span.start : span.end].decode(charset)


def test_a_sentence_is_found_over_tags_entities_and_line_ends() -> None:
    body = "<p>The <b>caf\u00e9</b> &amp; the\n  bakery&nbsp;&#8212; both &mdash; are open.</p>".encode()
    found = seen(body, "The caf\u00e9 & the bakery \u2014 both \u2014 are open.")
    assert found == "The <b>caf\u00e9</b> &amp; the\n  bakery&nbsp;&#8212; both &mdash; are open."


@pytest.mark.parametrize("charset", ["latin-1", "utf-8", "cp1252"])
def test_offsets_are_bytes_of_the_body_in_its_own_charset(charset: str) -> None:
    body = f'<meta charset="{charset}"><p>\u00e9\u00e9\u00e9 vorher.</p><p>Der B\u00e4cker \u00f6ffnet.</p>'.encode(
        charset
    )
    assert seen(body, "Der B\u00e4cker \u00f6ffnet.", charset) == "Der B\u00e4cker \u00f6ffnet."


def test_what_was_escaped_twice_is_found_as_it_stands_there() -> None:
    body = b"<p>Marsh &amp;amp; Daughters&amp;#8217; rope is sold.</p><p>Nobody wept.</p>"
    assert seen(body, "Marsh & Daughters\u2019 rope is sold.") == "Marsh &amp;amp; Daughters&amp;#8217; rope is sold."
    assert seen(body, "Nobody wept.") == "Nobody wept."


def test_a_byte_order_mark_moves_nothing() -> None:
    assert seen(b"\xef\xbb\xbf<p>Plain \xc3\xa9 words.</p>", "Plain \u00e9 words.") == "Plain \u00e9 words."


def test_letters_that_the_page_spells_with_combining_marks_are_found() -> None:
    body = "<p>Der Ba\u0308cker o\u0308ffnet.</p>".encode()
    assert visible_text(seen(body, "Der B\u00e4cker \u00f6ffnet.")) == "Der B\u00e4cker \u00f6ffnet."


def test_what_stands_in_scripts_and_comments_is_no_text_of_the_page() -> None:
    body = b"<!-- The ferry sails. --><script>x = 'The ferry sails.'</script><p>The ferry <i>sails</i>.</p>"
    assert seen(body, "The ferry sails.") == "The ferry <i>sails</i>."


def test_text_that_only_a_script_has_is_found_as_json_spells_it() -> None:
    sentence = 'She said "caf\u00e9" twice.'
    for spelt in (json.dumps(sentence), json.dumps(sentence, ensure_ascii=False)):
        body = f'<script type="application/ld+json">{{"articleBody": {spelt}}}</script>'.encode()
        assert seen(body, sentence) == spelt[1:-1]


def test_a_sentence_that_stands_twice_is_found_behind_the_one_before_it() -> None:
    body = b"<p>Yes.</p><p>Why?</p><p>Yes.</p>"
    why = positions(body).find("Why?")
    assert why is not None
    assert positions(body).find("Yes.") == Span(3, 7)
    assert positions(body).find("Yes.", after=why) == Span(25, 29)


def test_what_does_not_stand_there_is_not_found() -> None:
    for body in (b"<p>The ferry sails.</p>", b"", b"\x00\xff\xfe\x80" * 50):
        assert positions(body).find("The ferry sinks.") is None
    assert positions(b"<p>x</p>").find("  ") is None


@given(WORDS, WORDS, WORDS)
def test_every_text_of_a_page_is_found_where_it_stands(before: str, text: str, behind: str) -> None:
    body = f"<p>{html.escape(before)}</p><p>{html.escape(text)}</p><p>{html.escape(behind)}</p>".encode()
    wanted = visible_text(text)
    span = positions(body).find(wanted)
    if not wanted.replace(" ", ""):
        assert span is None
        return
    assert span is not None
    found = html.unescape(body[span.start : span.end].decode().replace("</p><p>", " "))
    assert "".join(visible_text(found).split()) == "".join(wanted.split())


def test_text_is_cut_into_sentences() -> None:
    english = ["It opens.", "\u201cDoes it?\u201d", "she asked!"]
    hindi = ["\u0935\u0939 \u0917\u092f\u093e\u0964", "End"]
    assert list(sentences(" ".join([*english, *hindi]))) == [*english, *hindi]
    japanese = ["\u4eca\u65e5\u3002", "\u660e\u65e5\uff01", "\u306f"]
    assert list(sentences("".join(japanese))) == japanese
    assert list(sentences("")) == []


@given(st.text(max_size=200))
def test_sentences_lose_nothing(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())

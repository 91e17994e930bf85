from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.text import line_key, tokens, visible_text, word_count

TYPOGRAPHY = st.sampled_from("\u00a0«»·“”„‘’‚–—…•‹›\u2009\u202f")


@given(st.text(st.characters(max_codepoint=127) | TYPOGRAPHY | st.characters(exclude_categories=["Cs"])))
def test_the_short_ways_to_compare_lines_and_to_count_words_are_the_long_ones(text: str) -> None:
    assert line_key(text) == " ".join(tokens(unicodedata.normalize("NFKC", text).casefold()))
    assert word_count(text) == len(tokens(text))


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (" a\n\tb  c ", "a b c"),
        ("a\u00a0b\u2003c", "a b c"),
        ("so\u00adft \u200b hy\u2060phen\ufeff", "soft hyphen"),
        ("e\u0301lan", "\u00e9lan"),
        (
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("bell\x07 and null\x00", "bell and null"),
        ("Marsh &amp; Daughters&#8217; rope", "Marsh & Daughters\u2019 rope"),
        ("a &lt;b&gt; and R&D; and AT&T", "a &lt;b&gt; and R&D; and AT&T"),
        ("", ""),
    ],
)
def test_text_is_as_the_reader_sees_it(raw: str, seen: str) -> None:
    assert visible_text(raw) == seen


@given(st.text())
def test_visible_text_is_composed_and_singly_spaced_and_the_same_when_seen_again(text: str) -> None:
    seen = visible_text(text)
    assert seen == unicodedata.normalize("NFC", seen) == visible_text(seen)
    assert "  " not in seen
    assert seen == seen.strip()

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.revisions import paragraph_changes, text_diff

DIGESTS = st.lists(st.sampled_from(["aa", "bb", "cc", "dd"]), max_size=8)


def test_the_changes_of_a_text_are_ranges_of_its_paragraphs() -> None:
    found = paragraph_changes("aa bb cc", "aa xx cc dd")
    assert [(each.op, each.previous, each.current) for each in found] == [
        ("replace", (1, 2), (1, 2)),
        ("insert", (3, 3), (3, 4)),
    ]


@given(DIGESTS, DIGESTS)
def test_the_changes_make_the_one_text_of_the_other(before: list[str], after: list[str]) -> None:
    made = list(before)
    for each in reversed(paragraph_changes(" ".join(before), " ".join(after))):
        made[slice(*each.previous)] = after[slice(*each.current)]
    assert made == after


def words_of(before: str | None, after: str | None) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(change.op, [(each.op, each.text) for each in words]) for change, words in text_diff(before, after)]


def test_a_diff_names_the_words_that_went_and_came() -> None:
    assert words_of("One.\n\nThe old ferry sails.", "One.\n\nThe ferry sails on Sunday.") == [
        (
            "replace",
            [
                ("equal", "The "),
                ("delete", "old "),
                ("equal", "ferry sails"),
                ("insert", " on Sunday"),
                ("equal", "."),
            ],
        )
    ]


def test_in_scripts_without_spaces_each_character_is_compared() -> None:
    assert words_of("工事は春に始まる", "工事は秋に始まる") == [
        ("replace", [("equal", "工事は"), ("delete", "春"), ("insert", "秋"), ("equal", "に始まる")])
    ]


def test_where_there_is_no_text_all_of_the_other_is_new_or_gone() -> None:
    assert words_of(None, "One.") == [("insert", [("insert", "One.")])]
    assert words_of("One.", None) == [("delete", [("delete", "One.")])]
    assert words_of(None, None) == []


@given(st.text("ab \n春", max_size=30), st.text("ab \n春", max_size=30))
def test_the_words_of_a_diff_make_both_texts(before: str, after: str) -> None:
    for change, words in text_diff(before, after):
        old = "\n\n".join(before.split("\n\n")[slice(*change.previous)]) if before else ""
        new = "\n\n".join(after.split("\n\n")[slice(*change.current)]) if after else ""
        assert "".join(each.text for each in words if each.op != "insert") == old
        assert "".join(each.text for each in words if each.op != "delete") == new


def test_what_would_take_long_to_compare_differs_as_a_whole() -> None:
    before, after = (" ".join(f"{number % prime:04x}" for number in range(50_000)) for prime in (7, 11))
    begun = time.process_time()
    (change,) = paragraph_changes(f"head {before} tail", f"head {after} tail")
    assert time.process_time() - begun < 2
    assert (change.op, change.previous[0] >= 1, change.previous[1] <= 50_001) == ("replace", True, True)

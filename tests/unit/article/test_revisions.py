from __future__ import annotations

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


def test_a_diff_has_a_line_for_each_paragraph() -> None:
    lines = list(text_diff("One.\n\nTwo.", "One.\n\nThree.", ("before", "after")))
    assert lines == ["--- before", "+++ after", "@@ -1,2 +1,2 @@", " One.", "-Two.", "+Three."]


def test_where_there_is_no_text_all_of_the_other_is_new_or_gone() -> None:
    assert list(text_diff(None, "One.", ("a", "b")))[-1] == "+One."
    assert list(text_diff("One.", None, ("a", "b")))[-1] == "-One."

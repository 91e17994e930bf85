from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.learn import count_lines, learn
from pipelines.page.text import line_key, pattern_of
from pipelines.values import Survey, SurveyedPart

BOX = "get the morning tide our free newsletter in your inbox"


def own(name: str, count: int = 8) -> tuple[str, ...]:
    return tuple(
        f"{name} sentence number {n} says what no other article of the {name} paper says" for n in range(count)
    )


def part(url: str, *lines: str, title: str | None = None) -> SurveyedPart:
    return SurveyedPart(f"https://paper.example/{url}", lines, title)


def site(count: int) -> list[Survey]:
    return [Survey((part(f"{n}", *own(f"story{n}"), BOX, title=f"Story {n} - The Paper"),)) for n in range(count)]


def test_a_line_of_several_articles_is_furniture_and_their_own_lines_are_not() -> None:
    assert learn(site(5)).furniture == {BOX: 5}


def test_one_page_proves_nothing() -> None:
    assert learn(site(1)).furniture == {}


def test_copies_of_an_article_embedded_in_other_pages_count_once() -> None:
    embedded = part("0", *own("story0"))
    pages = [Survey((*survey.parts, embedded)) for survey in site(6)]
    assert learn(pages).furniture == {BOX: 6}


def test_an_article_under_two_addresses_counts_once() -> None:
    print_version = Survey((part("0?print=1", *own("story0"), BOX),))
    profile = learn([*site(3), print_version])
    assert (profile.furniture, profile.articles) == ({BOX: 3}, 3)


def test_short_articles_that_share_furniture_are_not_taken_for_one() -> None:
    surveys = [Survey((part(f"{n}", *own(f"note{n}", 2), BOX, "most viewed"),)) for n in range(3)]
    assert learn(surveys).articles == 3


def test_where_there_are_many_articles_two_that_share_a_line_are_not_enough() -> None:
    background = "the bridge was closed in the spring after divers found a crack in the middle pillar"
    surveys = site(20)
    surveys[0] = Survey((part("0", *own("story0"), BOX, background),))
    surveys[1] = Survey((part("1", *own("story1"), BOX, background),))
    assert learn(surveys).furniture == {BOX: 20}


def test_what_earlier_runs_knew_counts_and_is_not_added_to() -> None:
    new = Survey((part("new", *own("new"), BOX, "an old line"),))
    profile = learn([new], known={BOX: 40, "an old line": 1})
    assert profile.furniture == {BOX: 40}


def test_the_sites_ending_of_titles_is_learnt() -> None:
    assert learn(site(4)).title_suffixes == (" - The Paper",)


def test_lines_are_counted_for_the_memory() -> None:
    counts = count_lines(site(3))
    assert counts[BOX] == 3
    assert set(counts.values()) == {1, 3}


@given(st.permutations(range(6)), st.integers(1, 2))
def test_neither_order_nor_repetition_changes_what_is_learnt(order: list[int], times: int) -> None:
    surveys = [*site(5), Survey((part("0?amp", *own("story0"), BOX),))]
    shuffled = [surveys[place] for place in order] * times
    assert learn(shuffled).to_json() == learn(surveys).to_json()


def test_what_the_titles_begin_with_is_known_as_what_they_end_with() -> None:
    surveys = [Survey((part(f"{n}", *own(f"story{n}"), title=f"The Paper: Story {n}"),)) for n in range(3)]
    assert learn(surveys).title_suffixes == ("The Paper: ",)


def test_a_line_with_its_numbers_left_open_is_furniture_in_half_of_all_articles_only() -> None:
    box = pattern_of(line_key("Already 1,204 readers have joined the circle of our friends."))
    report = pattern_of(line_key("The index of the fish market closed 12 points higher."))
    lines = [(box, report) if n < 4 else (box,) for n in range(10)]
    surveys = [Survey((part(f"{n}", *own(f"story{n}"), *some),)) for n, some in enumerate(lines)]
    assert learn(surveys).furniture == {box: 10}


def test_a_short_line_with_its_numbers_left_open_must_stand_in_most() -> None:
    surveys = [
        Survey((part(f"{n}", *own(f"story{n}"), "views #", *(["goals #"] if n < 7 else [])),)) for n in range(10)
    ]
    assert learn(surveys).furniture == {"views #": 10}

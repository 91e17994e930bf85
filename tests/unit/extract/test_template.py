from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.nodes import count_nodes, is_borne_out, merge_nodes
from pipelines.extract.passage import Passage
from pipelines.extract.template import LEAST_ARTICLES, Node, Template, parts_of, with_parts
from pipelines.page.text import line_key
from pipelines.values import Vote

BODY, PROMO, MENU = "p<div.body<article<main<body", "p<div.promo<article<main<body", "li<ul<nav2<div<body"
LINE = "The council met on Tuesday evening and spoke about the ferry until the lamps went out over the river."


def passage(place: str, text: str = LINE, path: str = "/html/body/main/article/div/p") -> Passage:
    return Passage("paragraph", text, key=line_key(text), path=path, place=place)


def votes(number: int) -> list[Vote]:
    return [
        *(Vote(BODY, f"line {number} {place}", 20, is_text=True) for place in range(4)),
        Vote(PROMO, "get our news on your phone", 20, is_text=True),
        Vote(MENU, "home", 1, is_text=False),
    ]


def learnt(articles: int) -> Template:
    return Template(count_nodes([votes(number) for number in range(articles)], {"get our news on your phone"}))


def test_text_is_where_text_was_and_repeated_lines_speak_against_their_place() -> None:
    page = [passage(MENU), *[passage(BODY)] * 4, passage(PROMO)]
    assert learnt(4).read(page) == (1, 2, 3, 4)


def test_fewer_articles_than_three_make_no_template() -> None:
    page = [passage(BODY)] * 4
    assert learnt(LEAST_ARTICLES - 1).read(page) is None
    assert learnt(LEAST_ARTICLES).read(page) == (0, 1, 2, 3)
    assert Template({}).read(page) is None


def test_a_page_with_much_text_at_unknown_places_is_of_no_known_template() -> None:
    strange = passage("p<section.new<div.new<body", path="/html/body/div/section/p")
    assert learnt(4).read([*[passage(BODY)] * 8, strange]) == tuple(range(8))
    assert learnt(4).read([*[passage(BODY)] * 4, *[strange] * 2]) is None


def test_a_page_on_which_the_template_finds_next_to_nothing_is_refused() -> None:
    assert learnt(4).read([passage(BODY)]) is None


def test_a_place_that_was_never_seen_is_judged_by_the_longest_part_that_was() -> None:
    below = passage("p<div.body<article<section.late<body")
    assert learnt(4).read([below] * 4) == (0, 1, 2, 3)


PLACES = st.lists(st.sampled_from(["p", "div", "div.a", "li", "section"]), min_size=1, max_size=6).map("<".join)
VOTES = st.lists(st.builds(Vote, PLACES, st.just("line"), st.integers(1, 30), st.booleans()), max_size=12)


@given(st.lists(VOTES, max_size=5))
def test_parts_that_are_left_out_are_found_again(articles: list[list[Vote]]) -> None:
    found = with_parts(count_nodes(articles, ()))
    for place in {vote.place for article in articles for vote in article}:
        for part in parts_of(place):
            of_it = [vote for article in articles for vote in article if part in parts_of(vote.place)]
            words = sum(vote.words for vote in of_it if vote.is_text)
            others = sum(vote.words for vote in of_it if not vote.is_text)
            seen = sum(any(part in parts_of(vote.place) for vote in article) for article in articles)
            assert found[part] == Node(words, others, seen)


@given(st.lists(VOTES, max_size=4), st.lists(VOTES, max_size=4))
def test_two_nights_are_what_one_night_with_both_would_be(one: list[list[Vote]], other: list[list[Vote]]) -> None:
    assert merge_nodes(count_nodes(one, ()), count_nodes(other, ())) == count_nodes([*one, *other], ())


@pytest.mark.parametrize(
    ("findings", "holds"),
    [([], True), ([None] * 9, True), ([False, False], True), ([False] * 3, False), ([False] * 3 + [True] * 5, True)],
)
def test_a_template_is_retired_when_most_of_what_was_read_both_ways_speaks_against_it(
    findings: list[bool | None], *, holds: bool
) -> None:
    assert is_borne_out(findings) is holds

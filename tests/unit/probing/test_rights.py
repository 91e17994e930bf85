"""Statements to machines: all of them, in the site's own words, and nothing that says nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.robots import Robots
from crawler.probing.rights import Statement, statements
from tests.unit.probing.looks import page


def test_every_place_is_looked_at_and_each_statement_given_once() -> None:
    robots = Robots(None, signals=("Content-Signal: search=yes, ai-train=no",))
    rules = page("/.well-known/tdmrep.json", '[{"location": "/", "tdm-reservation": 0}, {"location": "/x"}, 7]')
    html = '<meta name="TDM-Reservation" content="1"><meta name="robots" content="noarchive, max-snippet:20"><p>x'
    answer = page("/", html, TDM_Policy="https://a.example/p", X_Robots_Tag="noai", Content_Usage="train-ai=n")
    assert statements(robots, rules, [answer, answer]) == (
        Statement("robots.txt", "Content-Signal: search=yes, ai-train=no"),
        Statement("tdmrep.json", 'location "/", tdm-reservation 0'),
        Statement("HTTP field tdm-policy", "https://a.example/p"),
        Statement("HTTP field x-robots-tag", "noai"),
        Statement("HTTP field content-usage", "train-ai=n"),
        Statement("meta tdm-reservation", "1"),
        Statement("meta robots", "noarchive, max-snippet:20"),
    )


@pytest.mark.parametrize("said", ["index, follow", "all", "INDEX,FOLLOW", "max-image-preview:large, index", "", " , "])
def test_what_says_no_more_than_that_a_page_is_public_is_no_statement(said: str) -> None:
    answer = page("/", f'<meta name="robots" content="{said}"><p>x', X_Robots_Tag=said)
    assert statements(None, None, [answer]) == ()


@pytest.mark.parametrize("body", ["", "<html>Not found", "{}", '{"location": "/"}', "[" * 100_000, "[[1]]"])
def test_an_answer_that_is_no_tdmrep_file_states_nothing(body: str) -> None:
    assert statements(None, page("/.well-known/tdmrep.json", body), []) == ()
    assert statements(None, page("/.well-known/tdmrep.json", '[{"tdm-reservation": 1}]', 404), []) == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["location", "tdm-reservation", "tdm-policy", "x"]), inner)
        ),
    )
)
def test_no_tdmrep_file_makes_it_fail(value: object) -> None:
    found = statements(None, page("/.well-known/tdmrep.json", json.dumps(value)), [])
    assert all(each.where == "tdmrep.json" and "tdm-reservation" in each.said for each in found)

"""Spellings of one URL, and session ids in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.identity import identity
from crawler.frontier.sessions import SessionIds

HOME = "https://news.example.org/"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example.org/sport/the-cup",
        "https://www.news.example.org/sport/the-cup/",
        "https://news.example.org:443/sport//the-cup#top",
        "https://news.example.org/Sport/The-Cup",
        "https://news.example.org/sport/the-cup/index.html",
        "https://news.example.org/sport/the-cup?utm_source=mail",
    ],
)
def test_spellings_of_one_url_are_one(spelling: str) -> None:
    assert identity(spelling) == identity("https://news.example.org/sport/the-cup")


@pytest.mark.parametrize(
    ("one", "other"), [("a/aB3x", "a/ab3x"), ("a?p=1", "a?p=2"), ("a", "b"), ("sport", "sport/page/2")]
)
def test_what_may_be_another_page_stays_another(one: str, other: str) -> None:
    assert identity(HOME + one) != identity(HOME + other)


@given(st.text(max_size=40))
def test_any_text_has_an_identity(text: str) -> None:
    assert identity(HOME + text) == identity(HOME + text)


def links(form: str, session: str, number: int = 8) -> list[str]:
    return [HOME + form.format(path=f"story-{each}", session=session) for each in range(number)]


def test_a_parameter_that_all_links_share_is_left_out() -> None:
    sessions = SessionIds()
    sessions.observe(links("{path}?visit={session}&page=2", "8f3ab2c1"))
    assert sessions.strip(f"{HOME}other?visit=00ffaa11&page=2") == f"{HOME}other?page=2"


def test_a_path_parameter_is_left_out() -> None:
    sessions = SessionIds()
    sessions.observe(links("{path};jsessionid={session}", "8F3AB2C1D0"))
    assert sessions.strip(f"{HOME}other;jsessionid=AA00BB11CC?x=1") == f"{HOME}other?x=1"


@pytest.mark.parametrize("form", ["s-{}", "(S({}))"])
def test_a_segment_is_a_session_once_two_pages_disagree_and_gets_its_first_value(form: str) -> None:
    sessions = SessionIds()
    one, other = form.format("8f3ab2"), form.format("00ffaa")
    sessions.observe(links(f"{one}/{{path}}", ""))
    assert sessions.strip(f"{HOME}{other}/x") == f"{HOME}{other}/x"
    sessions.observe(links(f"{other}/{{path}}", "", number=3))
    assert sessions.strip(f"{HOME}{other}/x") == f"{HOME}{one}/x"
    assert sessions.strip(f"{HOME}about/us") == f"{HOME}about/us"


@pytest.mark.parametrize(
    "form", ["{path}?lang=en", "{path}?edition=2026", "en/{path}", "2026/11/{path}", "{path}?id={path}123456"]
)
def test_what_names_a_page_is_no_session(form: str) -> None:
    sessions = SessionIds()
    for _ in range(2):
        sessions.observe(links(form, ""))
    url = links(form, "")[3]
    assert sessions.strip(url) == url


def test_a_few_links_prove_nothing() -> None:
    sessions = SessionIds()
    sessions.observe(links("{path}?visit={session}", "8f3ab2c1", number=3))
    assert sessions.learnt == {}


def test_what_was_learnt_is_a_plain_table() -> None:
    sessions = SessionIds()
    sessions.observe(links("{path}?visit={session}", "8f3ab2c1"))
    again = SessionIds(sessions.learnt)
    assert again.strip(f"{HOME}x?visit=1") == f"{HOME}x"
    assert again.learnt == sessions.learnt

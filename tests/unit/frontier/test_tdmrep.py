"""tdmrep.json: the first rule that matches speaks, and what is no such file says nothing."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.tdmrep import ReservationRule, read_reservations, tdmrep_url

HOST = "https://news.example.org"


def file(*rules: object) -> bytes:
    return json.dumps(list(rules)).encode()


def reserved(location: str, url: str) -> bool:
    found = read_reservations(200, file({"location": location, "tdm-reservation": 1}))
    return found.rule_for(url) is not None


@pytest.mark.parametrize(
    ("location", "path", "is_meant"),
    [
        ("/", "/a", True),
        ("/", "", True),
        ("/*", "/a/b", True),
        ("*", "/a/b", True),
        ("/news/", "/news/a", True),
        ("/news/", "/newspaper/", False),
        ("/news", "/newspaper/", True),
        ("/a/*.html", "/a/b/c.html?x=1", True),
        ("/a/*.html$", "/a/b/c.html?x=1", False),
        ("/a/*.html$", "/a/b/c.html", True),
        ("/a$", "/a", True),
        ("/a$", "/a/", False),
        ("*/a*/b", "/c/aa/b/d", True),
        ("*/a*/b$", "/c/aa/b/d", False),
        ("/a*a$", "/a", False),
        ("/caf%C3%A9/", "/café/x", True),
        ("/café/", "/caf%c3%a9/x", True),
        (f"{HOST}/news/", "/news/a", True),
        ("https://other.example.org/news/", "/news/a", False),
    ],
)
def test_a_location_is_a_pattern_of_paths(location: str, path: str, *, is_meant: bool) -> None:
    assert reserved(location, HOST + path) == is_meant


@given(st.text("/a*", min_size=1, max_size=12), st.text("/a", max_size=20), st.sampled_from(["", "$"]))
def test_a_pattern_matches_what_the_regular_expression_for_it_does(pattern: str, path: str, end: str) -> None:
    expression = "".join(".*" if each == "*" else re.escape(each) for each in pattern) + end
    meant = re.match(expression, f"/{path}") is not None
    assert reserved(pattern + end, f"{HOST}/{path}") == meant


def test_the_first_rule_that_matches_speaks_with_its_policy_as_it_stands() -> None:
    rules = read_reservations(
        200,
        file(
            {"location": "/open/", "tdm-reservation": 0},
            {"location": "/", "tdm-reservation": 1, "tdm-policy": "/policies/a.json"},
            {"location": "/late/", "tdm-reservation": 0},
        ),
        "urn:uuid:1",
    )
    assert rules.rule_for(f"{HOST}/open/a") == ReservationRule("/open/", "0")
    assert rules.rule_for(f"{HOST}/late/a") == ReservationRule("/", "1", "/policies/a.json")
    assert rules.record_id == "urn:uuid:1"


@pytest.mark.parametrize(("value", "said"), [(1, "1"), ("1", "1"), (True, "true"), ("yes\n", "yes"), (2, "2")])
def test_a_reservation_is_kept_as_it_stands(value: object, said: str) -> None:
    (rule,) = read_reservations(200, file({"location": "/", "tdm-reservation": value})).rules
    assert rule.reservation == said


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><p>Our home page",
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'["a", 1, null, {"location": 1, "tdm-reservation": 1}, {"location": "/"}]',
        b'{"location": "", "tdm-reservation": 1}',
        file({"location": "https://[", "tdm-reservation": 1}),
    ],
)
def test_what_is_no_such_file_reserves_nothing(body: bytes) -> None:
    assert read_reservations(200, body).rule_for(f"{HOST}/a") is None


def test_an_answer_that_is_an_error_reserves_nothing() -> None:
    body = file({"location": "/", "tdm-reservation": 1})
    assert read_reservations(404, body, "urn:uuid:1").rule_for(f"{HOST}/a") is None
    assert read_reservations(404, body, "urn:uuid:1").record_id == "urn:uuid:1"


@given(st.binary(max_size=200))
def test_whatever_is_answered_nothing_is_raised(body: bytes) -> None:
    read_reservations(200, body).rule_for(f"{HOST}/a?b")


def test_the_file_is_at_the_root_of_the_origin() -> None:
    assert tdmrep_url("http://news.example.org:8080/a/b?c") == "http://news.example.org:8080/.well-known/tdmrep.json"

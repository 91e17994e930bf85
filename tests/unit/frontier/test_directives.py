"""X-Robots-Tag and meta robots: which directives are meant for us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.directives import NOFOLLOW, robots_directives


@pytest.mark.parametrize(
    ("fields", "directives"),
    [
        ([], set()),
        (["nofollow"], {"nofollow"}),
        (["NoIndex ,  NOFOLLOW"], {"noindex", "nofollow"}),
        (["noindex", "nofollow"], {"noindex", "nofollow"}),
        (["none"], {"noindex", "nofollow"}),
        (["all"], {"all"}),
        # a robot that is named, and the list that follows its name
        (["pressarc: nofollow"], {"nofollow"}),
        (["PressArc:noindex, nofollow"], {"noindex", "nofollow"}),
        (["otherbot: noindex, nofollow"], set()),
        (["otherbot: noindex, pressarc: nofollow"], {"nofollow"}),
        (["pressarc: nofollow, otherbot: noindex, noarchive"], {"nofollow"}),
        (["otherbot: noindex", "nofollow"], {"nofollow"}),
        (["press: nofollow"], set()),
        (["*: nofollow"], {"nofollow"}),
        # directives with values, whose colons name no robot
        (["max-snippet:20, nofollow"], {"max-snippet", "nofollow"}),
        (["unavailable_after: 25 Jun 2026 15:00:00 PST"], {"unavailable_after"}),
        (["unavailable_after: Friday, 25-Jun-26 15:00:00 PST, nofollow"], {"unavailable_after", "nofollow"}),
        (["otherbot: unavailable_after: 25 Jun 2026 15:00:00 PST"], set()),
        (["", ",", ":", " : nofollow"], set()),
    ],
)
def test_header_fields(fields: list[str], directives: set[str]) -> None:
    assert robots_directives(fields) == directives


@pytest.mark.parametrize(
    ("elements", "directives"),
    [
        ([("robots", "index, nofollow")], {"index", "nofollow"}),
        ([("ROBOTS", "NOFOLLOW")], {"nofollow"}),
        ([("pressarc", "none")], {"noindex", "nofollow"}),
        ([("googlebot", "nofollow"), ("viewport", "nofollow"), ("description", "none")], set()),
        ([("robots", "follow"), ("pressarc", "nofollow")], {"follow", "nofollow"}),
        ([("robots", "max-image-preview:large, max-snippet:-1")], {"max-image-preview", "max-snippet"}),
    ],
)
def test_meta_elements(elements: list[tuple[str, str]], directives: set[str]) -> None:
    assert robots_directives(meta=elements) == directives


@given(st.lists(st.text()), st.lists(st.tuples(st.text(), st.text())))
def test_whatever_else_is_said_nofollow_for_all_holds(fields: list[str], elements: list[tuple[str, str]]) -> None:
    assert NOFOLLOW in robots_directives([*fields, "nofollow"], elements)
    assert NOFOLLOW in robots_directives(fields, [*elements, ("robots", "nofollow")])

"""Counts: each is the sum of lines, and the sums agree."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.article.jsonl import to_line
from pipelines.article.schema import WarcPlace
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.tally import Tally, count
from pipelines.reasons import Outcome, Reason, Source

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PLACE = WarcPlace(key="k", offset=0, length=1, record_id="urn:uuid:1")


def line(
    outcome: Outcome = Outcome.ARTICLE,
    reason: Reason | None = None,
    warc: WarcPlace | None = PLACE,
    via: Source = Source.LINK,
) -> OutcomeLine:
    return OutcomeLine(
        url="https://e.org/",
        at=NOW,
        outcome=outcome,
        reason=reason,
        detail=None,
        status=200,
        warc=warc,
        articles=[],
        via=via,
        expected_by=[],
    )


lines = st.lists(
    st.builds(line, st.sampled_from(Outcome), st.sampled_from([None, *Reason]), st.sampled_from([None, PLACE])),
    max_size=30,
)


@given(lines)
def test_counts_add_up(some: list[OutcomeLine]) -> None:
    counts = count(some, [])
    assert counts.exchanges == len(some) == sum(counts.outcomes.values())
    assert counts.records == sum(each.warc is not None for each in some)
    assert sum(counts.reasons.values()) == sum(each.reason is not None for each in some)


@given(lines, st.integers(0, 30))
def test_the_order_of_lines_and_of_files_does_not_change_the_counts(some: list[OutcomeLine], cut: int) -> None:
    tally = Tally()
    for each in (*some[cut:], *some[:cut]):
        tally.add_outcome(each)
    assert tally.counts().model_dump_json() == count(some, []).model_dump_json()


def test_an_outcome_line_has_every_key_and_its_order() -> None:
    assert list(line().model_dump(by_alias=True)) == [
        "schema",
        "url",
        "at",
        "outcome",
        "reason",
        "detail",
        "status",
        "warc",
        "articles",
        "via",
        "expected_by",
    ]
    assert b'"reason":null' in to_line(line())
    assert OutcomeLine.model_validate_json(to_line(line())) == line()


def test_an_outcome_that_is_not_on_the_list_is_refused() -> None:
    raw = to_line(line()).replace(b'"outcome":"article"', b'"outcome":"lost"')
    with pytest.raises(ValidationError):
        OutcomeLine.model_validate_json(raw)


@pytest.mark.parametrize(("field", "value"), [("offset", -1), ("length", 0)])
def test_a_place_before_or_without_bytes_is_refused(field: str, value: int) -> None:
    with pytest.raises(ValidationError):
        WarcPlace.model_validate({**PLACE.model_dump(), field: value})


def test_what_pages_need_to_be_shown_is_no_lost_page() -> None:
    tally = Tally()
    for via in (Source.LISTING, Source.REQUISITE):
        tally.add_outcome(line(Outcome.FAILED, Reason.TIMEOUT, via=via))
        tally.add_outcome(line(Outcome.REFUSED, Reason.ROBOTS_DISALLOW, via=via))
    assert tally.lost_pages == {Reason.TIMEOUT: 1, Reason.ROBOTS_DISALLOW: 1}
    assert tally.counts().reasons == {"robots_disallow": 2, "timeout": 2}


def expected(url: str, outcome: Outcome, *sources: Source, **facts: object) -> OutcomeLine:
    plain = line(outcome).model_copy(update={"url": url, "expected_by": list(sources)})
    return plain.model_copy(update=facts)


def test_coverage_says_of_each_source_how_much_of_what_it_named_was_had() -> None:
    lines_ = [
        expected("a", Outcome.ARTICLE, Source.FEED, Source.SITEMAP, articles=["1"]),
        expected("b", Outcome.HELD, Source.SITEMAP, articles=["2"], warc=None),
        expected("c", Outcome.HELD, Source.SITEMAP, warc=None),
        expected("d", Outcome.REMOVED, Source.SITEMAP),
        expected("e", Outcome.PAGE, Source.SITEMAP),
        expected("f", Outcome.REFUSED, Source.SITEMAP, warc=None),
        line(Outcome.ARTICLE),
    ]
    coverage = count(lines_, []).coverage
    assert {source: tuple(each.model_dump().values()) for source, each in coverage.items()} == {
        "feed": (1, 1, 1),
        "sitemap": (6, 5, 3),
    }


def test_a_url_that_was_tried_again_is_covered_by_the_best_of_its_lines() -> None:
    tries = [
        expected("a", Outcome.HTTP_ERROR, Source.FEED),
        expected("a", Outcome.ARTICLE, Source.FEED, articles=["1"]),
        expected("a", Outcome.FAILED, Source.FEED, warc=None),
    ]
    coverage = count(tries, []).coverage["feed"]
    assert (coverage.expected, coverage.captured, coverage.extracted) == (1, 1, 1)


def test_a_redirect_that_was_followed_is_covered_where_it_leads() -> None:
    followed = [
        expected("a", Outcome.REDIRECT, Source.FEED),
        expected("b", Outcome.ARTICLE, Source.FEED, Source.REDIRECT, articles=["1"]),
    ]
    assert count(followed, []).coverage["feed"].expected == 1
    left = expected("a", Outcome.REDIRECT, Source.FEED, reason=Reason.REDIRECT_OFF_SITE)
    assert count([left], []).coverage["feed"].expected == 1

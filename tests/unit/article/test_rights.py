"""The rights of a line: later layers supersede, silence takes nothing back, and all of it is there raw."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.rights import is_reserved, rights_of
from pipelines.reasons import Source
from pipelines.values import Page, Said, SiteRights, Statement, VisitFacts

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
LAYERS = (Said.TDMREP, Said.HTTP, Said.HTML)


def facts(**rights: object) -> VisitFacts:
    return VisitFacts(Source.SEED, None, 0, robots="urn:uuid:r", rights=SiteRights(**rights))  # type: ignore[arg-type]


def reserved(file: str | None, field: str | None, meta: str | None) -> bool | None:
    page = Page("https://e.org/a", b"", AT, headers=(("TDM-Reservation", field),) if field is not None else ())
    stated = [Statement(Said.HTML, "tdm-reservation", meta)] if meta is not None else []
    return rights_of(page, stated, facts(tdmrep="urn:uuid:t", tdm_reservation=file)).reserved


@pytest.mark.parametrize(
    ("file", "field", "meta", "expected"),
    [
        (None, None, None, None),
        ("1", None, None, True),
        ("0", None, None, False),
        ("1", "0", None, False),
        ("1", None, "0", False),
        ("0", "0", "1", True),
        ("1", "0", "1", True),
        ("1", "yes", "", True),
        ("true", None, None, None),
    ],
)
def test_a_later_layer_supersedes_and_silence_takes_nothing_back(
    file: str | None, field: str | None, meta: str | None, *, expected: bool | None
) -> None:
    assert reserved(file, field, meta) is expected


@given(st.lists(st.sampled_from([None, "0", "1", "2", ""]), min_size=3, max_size=3))
def test_the_last_layer_that_says_something_valid_decides(values: list[str | None]) -> None:
    stated = [
        Statement(layer, "tdm-reservation", value)
        for layer, value in zip(LAYERS, values, strict=True)
        if value is not None
    ]
    valid = [value for value in values if value in ("0", "1")]
    assert is_reserved(stated) is (valid[-1] == "1" if valid else None)


def test_everything_is_there_raw_with_its_source_and_the_records_that_show_it() -> None:
    page = Page("https://e.org/a", b"", AT, headers=(("Content-Usage", "train-ai=n"), ("X-Robots-Tag", "noai")))
    stated = [Statement(Said.HTML, "license", "https://e.org/cc"), Statement(Said.JSON_LD, "license", "Ours alone")]
    noted = facts(
        robots_rule="Allow: /a",
        signals=("content-signal :ai-train=no", "License: https://e.org/rsl.xml"),
        tdmrep="urn:uuid:t",
        tdm_reservation="1",
        tdm_policy="/p.json",
    )
    assert rights_of(page, stated, noted).model_dump(mode="json") == {
        "robots": "Allow: /a",
        "x_robots_tag": "noai",
        "tdm_reservation": None,
        "ai_signals": ["Content-Signal: ai-train=no", "Content-Usage: train-ai=n"],
        "licence": "Ours alone",
        "reserved": True,
        "statements": [
            {"source": "robots.txt", "name": "content-signal", "value": "ai-train=no"},
            {"source": "robots.txt", "name": "license", "value": "https://e.org/rsl.xml"},
            {"source": "tdmrep.json", "name": "tdm-reservation", "value": "1"},
            {"source": "tdmrep.json", "name": "tdm-policy", "value": "/p.json"},
            {"source": "http", "name": "content-usage", "value": "train-ai=n"},
            {"source": "http", "name": "x-robots-tag", "value": "noai"},
            {"source": "html", "name": "license", "value": "https://e.org/cc"},
            {"source": "json-ld", "name": "license", "value": "Ours alone"},
        ],
        "robots_record": "urn:uuid:r",
        "tdmrep_record": "urn:uuid:t",
    }


def test_of_a_capture_by_another_program_there_is_what_its_page_says() -> None:
    rights = rights_of(Page("https://e.org/a", b"", AT), [], None)
    assert (rights.robots, rights.robots_record, rights.tdmrep_record, rights.reserved) == (None, None, None, None)

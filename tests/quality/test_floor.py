"""How good extraction is on pages of our own: never worse than floor.json, which follows when it gets better.

The corpus is the demo newspaper's hand-written articles, in both of the forms in which a site may show them, read as on
a first night (nothing is known of the site) and as on a later one; and the golden pages. The measure is that of
`make bench-extract`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.agreement import Agreement, Truth, agreement, summary
from crawler.demo.edition import Edition
from crawler.demo.routes import answer
from crawler.demo.truth import truth
from pipelines.extract.learn import learn
from pipelines.extract.profile import EMPTY
from pipelines.flow import prepare_page, read_page, survey_prepared
from pipelines.values import Draft, Page
from tests.golden import test_golden as golden

HERE = Path(__file__).parent
FLOOR = json.loads((HERE / "floor.json").read_text(encoding="utf-8"))
BASE = "http://news.example/"
AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
EVERY = 6
SLACK = 0.5
"""How far a floor may lie below what is measured, in points."""


def answer_of(draft: Draft | None) -> dict[str, object]:
    if draft is None:
        return {}
    return {"text": draft.text, "title": draft.headline, "author": list(draft.authors), "date": draft.published_at}


def demo(*, is_loaded: bool, is_known: bool) -> Iterator[Agreement]:
    edition = Edition(base_url=BASE, day=1, is_loaded=is_loaded)
    articles = sorted(truth(1, BASE), key=lambda article: article.url)
    pages = {each.url: Page(each.url, answer(edition, urlsplit(each.url).path).body, AT) for each in articles}
    surveys = (survey_prepared(prepare_page(page, asks_embedded=False)) for page in pages.values())
    profile = learn(surveys) if is_known else EMPTY
    for each in articles[::EVERY]:
        reading = read_page(pages[each.url], profile)
        text = [(line, False) for kind, line in each.blocks if line and kind != "caption"]
        known = Truth(tuple(text), each.headline, each.authors, (each.published_at[:10],))
        yield agreement(known, answer_of(reading.drafts[0] if reading.drafts else None))


def golden_pages() -> Iterator[Agreement]:
    for name in golden.NAMES:
        drafts = golden.expected(name)["drafts"]
        assert isinstance(drafts, list)
        for place, each in enumerate(drafts):
            text = tuple((line, False) for line in each["text"]) if "text" in each else None
            day = (each["published_at"][:10],) if each.get("published_at") else ()
            known = Truth(text, each.get("headline"), tuple(each.get("authors") or ()), day)
            found = golden.reading(name).drafts
            yield agreement(known, answer_of(found[place] if place < len(found) else None))


@cache
def measured(corpus: str) -> dict[str, float]:
    match corpus:
        case "golden":
            found = list(golden_pages())
        case _:
            form, night = corpus.split(", ")
            found = list(demo(is_loaded=form == "articles below", is_known=night == "a later night"))
    return {name: round(100 * figure, 2) for name, figure in summary(found).items()}


@pytest.mark.parametrize("corpus", sorted(FLOOR))
def test_no_figure_falls_below_its_floor_and_the_floor_rises_with_it(corpus: str) -> None:
    figures = measured(corpus)
    assert set(figures) == set(FLOOR[corpus])
    fallen = {name: figure for name, figure in figures.items() if figure < FLOOR[corpus][name]}
    assert not fallen, f"worse than tests/quality/floor.json says: {fallen}"
    risen = {name: figure for name, figure in figures.items() if figure > FLOOR[corpus][name] + SLACK}
    assert not risen, f"better than tests/quality/floor.json says, so raise it: {risen}"

"""Reports of nights: what stands out, and pages that say the manifests' numbers and ask for nothing."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.publish.manifest import Manifest, read_link
from pipelines.publish.outcomes import Coverage
from pipelines.report.alarms import alarms_of_night, alarms_of_run
from pipelines.report.figures import Figures, RunFigures, State, figures_of, together
from pipelines.report.night import Night, SiteNight, nights_before, nights_of_archive, write_night
from pipelines.report.page import night_page, run_page
from pipelines.report.words import bytes_words, seconds_words
from pipelines.store.open import open_store
from tests.unit.publish.nights import FIRST_NIGHT, SITE, in_this_process, night, pages_of

USUAL = Figures(
    new=10,
    changed=2,
    exchanges=60,
    requests={"page": {"200": 40, "304": 15, "404": 1}, "robots": {"200": 1}},
    coverage={
        "feed": Coverage(expected=10, captured=10, extracted=10),
        "redirect": Coverage(expected=2, captured=2, extracted=2),
        "sitemap": Coverage(expected=100, captured=99, extracted=98),
    },
    words={"200": 8, "400": 4},
    ways={"template": 12},
    bytes={"warc": 900_000, "articles": 40_000},
    removed_lines={"furniture": 30},
    stages_s={"crawling": 60.0, "learning": 3.0},
)


MANY = USUAL.model_copy(update={"new": 4000})


def run_of(figures: Figures, day: int, state: State = State.COMPLETE, site: str = SITE) -> RunFigures:
    at = FIRST_NIGHT + timedelta(days=day)
    return RunFigures(
        site=site,
        run=f"{at:%Y%m%dT%H%M%SZ}-00000{day % 10}",
        number=day + 1,
        started_at=at,
        ended_at=at + timedelta(minutes=9),
        state=state,
        crawled=True,
        warnings=(),
        figures=figures,
    )


BEFORE = [run_of(USUAL, day) for day in range(9)]


def alarms(**changed: object) -> list[str]:
    return alarms_of_run(run_of(USUAL.model_copy(update=changed), 9), BEFORE)


def test_an_ordinary_night_has_no_alarm() -> None:
    assert alarms() == []
    assert alarms(new=1, changed=0, words={"200": 1}, ways={"template": 1}) == []


def test_sources_that_say_they_are_what_they_were_name_nothing_and_are_no_alarm() -> None:
    (sentence,) = alarms(new=0, changed=0, coverage={}, words={}, ways={}, requests={"page": {"304": 9}})
    assert "no new or changed article" in sentence


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"new": 0, "changed": 0, "words": {}, "ways": {}}, "no new or changed article"),
        (
            {"coverage": {**USUAL.coverage, "sitemap": Coverage(expected=100, captured=40, extracted=30)}},
            r"source sitemap dropped to 30% \(30 of 100\)",
        ),
        ({"coverage": {}}, "^sources feed, sitemap name no article any more"),
        ({"coverage": {"feed": Coverage(expected=9, captured=9, extracted=9)}}, "^source sitemap names no article"),
        ({"ways": {"trafilatura-not-template": 11, "template": 1}}, "template is retired"),
        ({"requests": {"page": {"200": 10, "503": 40}}}, "80% of the requests"),
        ({"words": {"0": 9, "50": 3}}, "no more than about 0 words; before, 200"),
    ],
)
def test_what_stands_out_is_said_in_a_sentence(changed: dict[str, object], words: str) -> None:
    (sentence,) = alarms(**changed)
    assert re.search(words, sentence)


def test_a_site_without_a_history_raises_no_alarm_but_that_it_is_down() -> None:
    nothing = Figures()
    assert alarms_of_run(run_of(nothing, 2), BEFORE[:2]) == []
    (sentence,) = alarms_of_run(run_of(nothing, 2, State.FAILED), BEFORE[:2])
    assert "no page was received" in sentence


def test_an_outage_among_the_nights_before_is_not_what_is_usual() -> None:
    before = [*BEFORE[:5], *(run_of(Figures(), day, State.FAILED) for day in range(5, 9))]
    assert "no new or changed article" in alarms_of_run(run_of(Figures(), 9), before)[0]


tables = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 9), max_size=3)


@given(st.lists(st.tuples(tables, st.dictionaries(st.sampled_from(["page", "robots"]), tables, max_size=2))))
def test_together_is_the_sum_of_all(each: list[tuple[dict[str, int], dict[str, dict[str, int]]]]) -> None:
    whole = together(Figures(new=1, outcomes=flat, requests=nested) for flat, nested in each)
    assert whole.new == len(each)
    assert sum(whole.outcomes.values()) == sum(sum(flat.values()) for flat, _ in each)
    assert whole.requested == sum(sum(sum(inner.values()) for inner in nested.values()) for _, nested in each)


def a_night(day: int = 9) -> Night:
    at = FIRST_NIGHT + timedelta(days=day)
    return Night.model_validate(
        {
            "started_at": at,
            "ended_at": at + timedelta(minutes=10),
            "sites": (
                SiteNight(site=SITE, status="complete", said=(), runs=(run_of(USUAL, day),)),
                SiteNight(site="<b>&.example", status="failed", said=("<script>alert(1)</script> & so on",)),
                SiteNight(site="weekly.example", status="skipped", said=("it is not due",)),
            ),
        }
    )


class Outline(HTMLParser):
    """What a page is made of; and that everything which is opened is closed."""

    VOID = frozenset({"meta", "br", "img", "input", "link", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def assert_self_contained(page: str) -> Outline:
    outline = Outline(page)
    assert outline.tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "use", "image", "a", "base"})
    assert outline.attributes.isdisjoint({"src", "href", "xlink:href", "srcset", "action", "onload", "background"})
    assert not re.search(r"url\(|@import|http-equiv", page)
    return outline


def test_the_page_of_a_night_asks_for_nothing_and_says_its_numbers() -> None:
    page = night_page(a_night(), [a_night(day) for day in range(9)])
    outline = assert_self_contained(page)
    text = " ".join(outline.text)
    for words in (
        "10",
        "new articles",
        "usually 10",
        "940 kB",
        "98%",
        "98 of 100",
        "30",
        "1 min 00 s",
        "it is not due",
    ):
        assert words in text
    assert page.count('class="plot"') > 5
    assert len(page) < 200_000


def test_the_first_night_of_an_empty_archive_has_a_page_too() -> None:
    empty = Night(started_at=FIRST_NIGHT, ended_at=FIRST_NIGHT, sites=())
    assert "nothing to show" in "".join(assert_self_contained(night_page(empty, [])).text)


def test_the_page_of_a_run_shows_the_runs_before_it() -> None:
    page = run_page(run_of(USUAL, 9), BEFORE)
    assert_self_contained(page)
    assert "22 Nov, new: 10 articles" in page
    assert "30 Nov, new: 10 articles" in page


def test_of_many_nights_a_page_shows_thirty_and_stays_light() -> None:
    page = night_page(a_night(99), [a_night(day) for day in range(99)])
    assert len(re.findall(r", new: 10 articles", page)) == 31
    assert len(page) < 400_000


def test_a_night_that_towers_above_the_others_is_cut_off_and_said_so() -> None:
    first = a_night(0).model_copy(
        update={"sites": (SiteNight(site=SITE, status="complete", said=(), runs=(run_of(MANY, 0),)),)}
    )
    page = night_page(a_night(), [first, *(a_night(day) for day in range(1, 9))])
    assert "21 Nov: 4,002 (cut off)" in page
    assert "21 Nov, new: 4,000 articles" in page
    heights = [float(each) for each in re.findall(r'<rect [^>]*height="([\d.]+)"', page)]
    assert sorted(heights)[-9] > 20  # what the others had left is seen
    assert "cut off" not in night_page(a_night(), [first])


def test_what_failed_stands_at_the_top() -> None:
    assert alarms_of_night(a_night(), [a_night(day) for day in range(9)]) == [
        "<b>&.example: failed: <script>alert(1)</script> & so on"
    ]


def test_nights_are_kept_and_found_the_newest_first(tmp_path: Path) -> None:
    for day in (3, 1, 2):
        write_night(tmp_path, a_night(day))
    (tmp_path / "nights/20990101T000000Z.json").write_text("{", encoding="utf-8")
    assert list(nights_before(tmp_path)) == [a_night(3), a_night(2), a_night(1)]
    assert list(nights_before(tmp_path, a_night(3).started_at)) == [a_night(2), a_night(1)]


# ---------------------------------------------------------------- from an archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reports") / "archive"
    with in_this_process():
        night(place, pages_of("bakery", "quarry", "tramway"))
        night(place, pages_of("bakery", "quarry", "tramway", "orchestra"), at=FIRST_NIGHT + timedelta(days=1))
    return place


def manifest_of(archive: Path, number: int) -> Manifest:
    return read_link(open_store(str(archive)), SITE, number).manifest


def test_figures_are_those_of_the_manifest(archive: Path) -> None:
    manifest = manifest_of(archive, 2)
    run = figures_of(manifest)
    assert manifest.stats is not None
    assert (run.state, run.crawled, run.figures.new) == (State.COMPLETE, True, 1)
    assert run.figures.requests == manifest.stats.requests
    assert run.figures.coverage == manifest.counts.coverage
    assert sum(run.figures.bytes.values()) == sum(file.bytes for file in manifest.files)


def test_a_manifest_without_stats_has_figures_too(archive: Path) -> None:
    old = manifest_of(archive, 2).model_copy(update={"stats": None})
    assert figures_of(old).crawled
    assert_self_contained(run_page(figures_of(old), []))


def test_the_nights_of_an_archive_are_its_days(archive: Path) -> None:
    first, second = nights_of_archive(open_store(str(archive)), [SITE], date(2026, 11, 22), 5)
    assert (first.figures.new, second.figures.new) == (3, 1)
    assert nights_of_archive(open_store(str(archive)), [SITE], date(2026, 11, 21), 5) == [first]


def report(archive: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["report", *arguments, "--archive", str(archive)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_a_report_is_had_as_text_json_and_html(archive: Path, tmp_path: Path) -> None:
    assert "articles: 1 new, 0 changed, 0 removed" in report(archive, SITE)
    assert "articles: 3 new, 0 changed, 0 removed" in report(archive, "--night", "2026-11-21")
    told = json.loads(report(archive, "--format", "json"))
    assert (told["alarms"], told["night"]["figures"]["new"]) == ([], 1)
    run = manifest_of(archive, 1).run
    assert json.loads(report(archive, SITE, "--run", run, "--format", "json"))["run"]["run"] == run
    out = tmp_path / "page.html"
    assert report(archive, "--format", "html", "--out", str(out)) == ""
    assert_self_contained(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (250_000, "250 kB"), (3.2e9, "3.2 GB")]
)
def test_bytes_are_said_in_the_largest_unit_that_fits(count: float, words: str) -> None:
    assert bytes_words(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.25, "0.2 s"), (42, "42 s"), (61, "1 min 01 s"), (3600 * 3 + 65, "3 h 01 min")]
)
def test_seconds_are_said_as_a_person_says_them(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words

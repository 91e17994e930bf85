"""The site file, the lines for a person, and the JSON: whatever a site says, they hold."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.probing.analyse import analyse
from crawler.probing.report import Sample, SiteReport, SourceReport
from crawler.probing.rights import Statement
from crawler.probing.site_file import rounded, site_file
from crawler.probing.words import as_json, lines
from pipelines.config import load_config
from pipelines.publish.guarded import Crew
from tests.unit.probing.looks import HOME, STORIES, home, look, sitemap
from tests.unit.publish.nights import in_this_process


def report() -> SiteReport:
    seen = look({"/": home(), "/sitemap.xml": sitemap(*STORIES), **STORIES})
    with in_this_process():
        found = analyse("paper.example", seen, None, 12, Crew(1))
    assert found is not None
    return found


def test_the_site_file_sets_the_url_and_leaves_every_option_at_its_default(tmp_path: Path) -> None:
    path = tmp_path / "paper.example.toml"
    path.write_text(site_file(report()), encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"url": HOME, "crawl": {}}
    assert load_config(str(path)) == load_config(HOME)


def test_the_options_it_shows_are_there_and_may_be_set(tmp_path: Path) -> None:
    text = site_file(report()).replace("# max_pages", "max_pages").replace("# delay_s", "delay_s")
    path = tmp_path / "paper.example.toml"
    path.write_text(text, encoding="utf-8")
    assert load_config(str(path)).crawl == load_config(HOME).crawl
    assert set(tomllib.loads(text)["crawl"]) == {"max_pages", "delay_s"}


def test_a_large_site_is_told_how_many_pages_would_take_it() -> None:
    index = SourceReport("sitemap index", f"{HOME}s.xml", 0, 40)
    inner = SourceReport("sitemap", f"{HOME}s-1.xml", 1000, 1000)
    text = site_file(replace(report(), sources=(index, inner)))
    assert "# Its sitemaps name about 40000 articles; 50000 would take them all in one run.\n" in text
    assert "would take them" not in site_file(report())


@pytest.mark.parametrize(("rate", "said"), [(0.123, "0.1"), (2.96, "3.0"), (3.2, "3"), (41.7, "42")])
def test_a_rate_is_told_without_figures_that_it_does_not_have(rate: float, said: str) -> None:
    assert rounded(rate) == said


# Whatever UTF-8 can hold: control characters, terminal escapes, line ends of every kind.
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["\x1b[2J", 'a"\nurl = "b', "]\n[archive]\n", "\r", "\x85\u2028", "\x7f", "\\u0000"]
)


@st.composite
def reports(draw: st.DrawFn) -> SiteReport:
    some = st.lists(WORDS, max_size=3).map(tuple)
    return replace(
        report_once(),
        url=HOME + draw(st.text("abc\x7f\"'\\é", max_size=5)),
        robots=draw(WORDS),
        sources=(SourceReport("feed", draw(WORDS), 3, 4, title=draw(WORDS), notes=draw(some)),),
        content_system=draw(st.none() | WORDS),
        languages=draw(some),
        statements=(Statement(draw(WORDS), draw(WORDS)),),
        paywall=draw(some),
        samples=(Sample(draw(WORDS), draw(WORDS), None, draw(some), draw(WORDS), 3, (), "unknown"),),
        warnings=draw(some),
    )


_REPORT = report()


def report_once() -> SiteReport:
    return _REPORT


@settings(max_examples=150, deadline=None)
@given(reports())
def test_nothing_that_a_site_says_becomes_an_option_a_line_or_a_command_to_the_terminal(found: SiteReport) -> None:
    text = site_file(found)
    assert tomllib.loads(text) == {"url": found.url, "crawl": {}}
    assert all(line.startswith(("#", "url = ", "[crawl]")) or not line for line in text.split("\n"))
    for line in lines(found):
        assert len(line.splitlines()) <= 1
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
    assert json.loads(json.dumps(as_json(found)))["url"] == found.url


def test_the_lines_show_three_samples_with_what_matters_of_each() -> None:
    shown = "\n".join(lines(report()))
    assert shown.count("\nsample ") == 3
    assert "sample 1: Story number 0 of the day\n  2026-11-20T08:00:00Z\n" in shown
    assert shown.count("words; flags: no_author, fallback; access: unknown") == 3
    assert "The harbour council voted" in shown


def test_json_has_instants_in_utc() -> None:
    value = as_json(report())
    assert value["looked_at"] == "2026-11-22T03:00:00Z"
    assert value["samples"]

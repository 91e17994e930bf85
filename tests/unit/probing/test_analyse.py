"""From what was seen to the report."""

from __future__ import annotations

import pytest

from crawler.frontier.robots import Robots, read_robots
from crawler.probing.analyse import analyse, why_nothing
from crawler.probing.report import SiteReport
from pipelines.publish.guarded import Crew
from tests.unit.probing.looks import (
    AT,
    HOME,
    STORIES,
    Answers,
    home,
    index,
    look,
    page,
    sitemap,
    story,
    story_path,
)


def report(answers: Answers, robots: Robots | None = None) -> SiteReport:
    found = analyse("paper.example", look(answers, robots), robots, 9, Crew(1))
    assert found is not None
    return found


def test_samples_are_read_as_a_run_reads_them() -> None:
    found = report({"/": home(), **STORIES})
    assert [sample.url for sample in found.samples] == [HOME.rstrip("/") + story_path(n) for n in range(3)]
    first = found.samples[0]
    assert (first.headline, first.published_at) == ("Story number 0 of the day", "2026-11-20T08:00:00Z")
    assert first.first_paragraph.startswith("The harbour council voted")
    assert first.words > 80
    assert "no_author" in first.flags
    assert (found.name, found.url, found.looked_at, found.requests) == ("paper.example", HOME, AT, 9)
    assert found.warnings == ()


def test_sources_tell_how_much_they_list_and_how_new_it_is() -> None:
    answers = {
        "/": home(),
        "/sitemap.xml": index("/news.xml", "/posts.xml"),
        "/news.xml": sitemap(*STORIES, news=True),
        "/posts.xml": sitemap(*STORIES, "/imprint/"),
        **STORIES,
    }
    found = report(answers)
    told = {source.kind: (source.articles, source.entries) for source in found.sources}
    assert told == {"sitemap index": (0, 2), "news sitemap": (6, 6), "sitemap": (6, 7)}
    news = next(source for source in found.sources if source.kind == "news sitemap")
    assert f"{news.newest_at:%Y-%m-%d}" == "2026-11-20"
    assert (found.per_day, found.per_day_by) == (pytest.approx(1.0), f"{HOME}news.xml")


def test_without_dated_sources_the_samples_tell_the_rate() -> None:
    found = report({"/": home(), **STORIES})
    assert (found.per_day, found.per_day_by) == (pytest.approx(1.0), "the samples alone")


def test_a_quiet_site_is_warned_of() -> None:
    old = sitemap(*STORIES, news=True)
    answers = {
        "/": home(),
        "/sitemap.xml": page("", old.body.replace(b"2026-11", b"2024-03"), kind="text/xml"),
        **STORIES,
    }
    assert "its sources name nothing newer than 2024-03-20" in report(answers).warnings


@pytest.mark.parametrize(("declared", "access"), [("false", "paid"), ("true", None)])
def test_what_samples_declare_about_access_is_a_sign(declared: str, access: str | None) -> None:
    item = f'{{"@type": "NewsArticle", "datePublished": "2026-11-20", "isAccessibleForFree": {declared}}}'
    stories = {story_path(n): story(n, f'<script type="application/ld+json">{item}</script>') for n in range(6)}
    signs = report({"/": home(), **stories}).paywall
    assert signs == ((f"3 of 3 samples declare themselves {access}",) if access else ())


def test_a_sign_in_wall_is_a_sign_and_a_warning() -> None:
    wall = "<title>Sign in</title><form><input type=password></form>"
    found = report({"/": home(), **STORIES, story_path(0): wall})
    assert found.paywall == (f"asked to sign in at 1 article, such as {HOME.rstrip('/')}{story_path(0)}",)
    assert any("one answer was a wall" in warning for warning in found.warnings)
    assert len(found.samples) == 3


def test_a_site_whose_articles_are_all_drawn_by_scripts_needs_them() -> None:
    shell = (
        '<body><div id="root"></div><script src="/b.js"></script><noscript>Please enable JavaScript here.</noscript>'
    )
    found = report({"/": shell})
    assert found.needs_scripts
    assert not report({"/": home(), **STORIES}).needs_scripts
    assert found.warnings[0].startswith("its pages are drawn by scripts")
    assert found.warnings[1] == "no article was found to look at"


def test_robots_txt_is_told_in_words() -> None:
    rules = read_robots(
        200, b"User-agent: *\nCrawl-delay: 7\nSitemap: https://paper.example/s.xml", address=f"{HOME}robots.txt"
    )
    assert report({"/": home()}, rules).robots == "0 rules, Crawl-delay 7 s, 1 sitemap"
    assert report({"/": home()}, read_robots(404, b"")).robots == "no rules"


def test_content_system_and_languages_are_those_that_pages_name() -> None:
    head = '<meta name="generator" content="Tideline 3"><link rel="alternate" hreflang="fr" href="/fr/">'
    found = report({"/": home(head)})
    assert (found.content_system, found.languages) == ("Tideline 3", ("en", "fr"))
    assert report({"/": home('<link rel="https://api.w.org/" href="/wp-json/">')}).content_system == "WordPress"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "the home page answered 404; check the address in a browser"),
        ({"/": page("/", "", 301, Location="https://b.example/")}, "look at https://b.example/ instead"),
        ({"/": page("/", "", 301)}, "it redirects to no URL"),
        ({"/": "<title>Just a moment...</title>"}, "there is a wall in place of the home page: the page wants proof"),
        ({"/": page("/", "<title>Just a moment...</title>", 503)}, "there is a wall in place of the home page"),
        ({"/": sitemap("/a")}, "this is no page of a site, but a sitemap; name the home page"),
    ],
)
def test_why_there_is_no_report_is_a_sentence(answers: Answers, said: str) -> None:
    visits = look(answers)
    assert analyse("paper.example", visits, None, 1, Crew(1)) is None
    assert said in why_nothing(visits)

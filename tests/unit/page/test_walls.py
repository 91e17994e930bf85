"""Walls: what each kind is told by, and what keeps an article from being taken for one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.demo.edition import Edition
from crawler.demo.routes import Kind
from crawler.demo.vices.table import paper_with, site_with, vices_named
from crawler.demo.vices.vice import Ask
from pipelines.extract.profile import EMPTY
from pipelines.flow import read_page, survey_page
from pipelines.page.text import line_key
from pipelines.page.tree import parse
from pipelines.page.wall_phrases import PHRASES
from pipelines.page.walls import wall_of
from pipelines.reasons import Outcome, Reason
from pipelines.values import Page

AT = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://paper.example/2026/11/20/the-ferry-stays/"
GOLDEN = Path(__file__).parents[2] / "golden"
TEXT = (
    "The harbour council voted on Tuesday evening to keep the old ferry in service through the winter, "
    "after residents had filled the hall and spoken for three hours."
)
LINKS = "".join(f'<a href="/section-{n}/">Section {n}</a> ' for n in range(20))
PASSWORD = '<form action="/in"><input name="who"><input type="password" name="word"><button>Go</button></form>'


def page(html: str, status: int = 200, *, url: str = URL, **fields: str) -> Page:
    headers = (("Content-Type", "text/html; charset=utf-8"), *((k.replace("_", "-"), v) for k, v in fields.items()))
    return Page(url, html.encode(), AT, status=status, headers=headers)


def paper(title: str, body: str, head: str = "") -> str:
    return f'<html><head><title>{title}</title><meta property="og:site_name" content="Paper">{head}</head><body>{body}'


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("Page not found", Reason.SOFT_404),
        ("Seite nicht gefunden", Reason.SOFT_404),
        ("Sidan hittades inte", Reason.SOFT_404),
        ("Страница не найдена", Reason.SOFT_404),
        ("पृष्ठ नहीं मिला", Reason.SOFT_404),
        ("找不到页面", Reason.SOFT_404),
        ("404", Reason.SOFT_404),
        ("Error 404", Reason.SOFT_404),
        ("Checking your browser", Reason.CHALLENGE),
        ("Nur einen Moment…", Reason.CHALLENGE),
        ("Un instant…", Reason.CHALLENGE),
        ("Access denied", Reason.CHALLENGE),
    ],
)
def test_a_page_with_a_name_and_nothing_else_is_what_it_is_called(phrase: str, reason: Reason) -> None:
    assert wall_of(page(paper(f"{phrase} | Paper", f"<h1>{phrase}</h1>"))) is reason
    assert wall_of(page(paper("Paper", f"<h1>{phrase}</h1>"))) is reason
    assert wall_of(page(paper(f"Paper - {phrase}", "<p>Paper</p>"))) is reason


@pytest.mark.parametrize("reason", list(PHRASES))
def test_phrases_stand_in_the_form_that_they_are_compared_in(reason: Reason) -> None:
    assert all(phrase and line_key(phrase) == phrase for phrase in PHRASES[reason])
    assert len(set(PHRASES[reason])) == len(PHRASES[reason])


@pytest.mark.parametrize("headline", ["Missing man not found", "Page not found, says mayor", "The robot that said no"])
def test_a_short_report_whose_headline_holds_such_words_is_no_wall(headline: str) -> None:
    html = paper(f"{headline} | Paper", f"<h1>{headline}</h1><p>{TEXT}</p>")
    assert wall_of(page(html)) is None
    assert read_page(page(html), EMPTY).outcome is Outcome.ARTICLE


def test_where_there_is_text_title_and_heading_have_to_agree() -> None:
    body = f"<p>{TEXT}</p>"
    assert wall_of(page(paper("Page not found", f"<h1>Page not found</h1>{body}"))) is Reason.SOFT_404
    assert wall_of(page(paper("Page not found", f"<h1>The ferry stays</h1>{body}"))) is None
    assert wall_of(page(paper("The ferry stays", f"<h1>Page not found</h1>{body}"))) is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2026-11-20T08:00:00Z">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-20"}</script>',
    ],
)
def test_what_is_declared_an_article_with_its_date_is_no_wall_whatever_it_is_called(head: str) -> None:
    html = paper("Page not found", f"<h1>Page not found</h1><p>{TEXT}</p>", head)
    assert wall_of(page(html)) is None


def test_a_template_that_calls_every_page_an_article_makes_none_of_a_missing_page() -> None:
    head = '<meta property="og:type" content="article">'
    assert wall_of(page(paper("Page not found", "<h1>Page not found</h1>", head))) is Reason.SOFT_404
    assert wall_of(page(paper("Page not found, says mayor", "<h1>Page not found, says mayor</h1>", head))) is None


@pytest.mark.parametrize("target", ["/404", "/404.html", "https://paper.example/error/", "/page-not-found/"])
def test_a_page_that_says_it_is_the_error_page_is_missing(target: str) -> None:
    html = paper("Paper", "<p>Sorry.</p>", f'<link rel="canonical" href="{target}">')
    assert wall_of(page(html)) is Reason.SOFT_404
    assert wall_of(page(html, url="https://paper.example/404")) is (None if target == "/404" else Reason.SOFT_404)
    assert wall_of(page(paper("Paper", f"<p>{TEXT}</p>", f'<link rel="canonical" href="{target}">'))) is None


def test_the_home_page_is_never_missing() -> None:
    assert wall_of(page(paper("Page not found", "<h1>Page not found</h1>"), url="https://paper.example/")) is None


@pytest.mark.parametrize("fields", [{"cf_mitigated": "challenge"}, {"x_amzn_waf_action": "captcha"}])
def test_a_field_of_the_protecting_service_is_enough(fields: dict[str, str]) -> None:
    assert wall_of(page("", 403, **fields)) is Reason.CHALLENGE
    assert wall_of(page(paper("The ferry stays", f"<p>{TEXT}</p>" * 9), 200, **fields)) is Reason.CHALLENGE


@pytest.mark.parametrize(
    ("body", "status", "is_challenge"),
    [
        ('<script src="/gate/challenge.js"></script>', 200, True),
        ('<script src="/gate/challenge.js"></script><script src="/app.js"></script>', 200, False),
        ('<script src="/gate/challenge.js"></script><script src="/app.js"></script>', 403, True),
        ('<iframe src="https://puzzle.example/captcha/"></iframe>', 200, True),
        (f'{LINKS}<iframe src="https://puzzle.example/captcha/"></iframe>', 200, False),
        (f"{f'<p>{TEXT}</p>' * 4}<script src='/gate/challenge.js'></script>", 403, False),
        (
            '<script type="application/json">{"topic": "the challenge"}</script><script src="/a.js"></script>',
            200,
            False,
        ),
    ],
    ids=["alone", "beside an application", "beside it, with 403", "frame", "among links", "with text", "in content"],
)
def test_a_script_of_a_challenge_counts_where_there_is_nothing_else(
    body: str, status: int, *, is_challenge: bool
) -> None:
    assert (wall_of(page(paper("Paper", body), status)) is Reason.CHALLENGE) is is_challenge


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<script>document.cookie = "a=1"; location.reload()</script>', Reason.CHALLENGE),
        ('<script>document.cookie="a=1";window.location.href="/x?b"</script>', Reason.CHALLENGE),
        ('<script>document.cookie = "a=1"</script>', None),
        ('<script>location.replace("/en/")</script>', None),
        ('<meta http-equiv="refresh" content="5">', Reason.CHALLENGE),
        ('<meta http-equiv="refresh" content="900">', None),
        ('<meta http-equiv="refresh" content="0; url=/new/">', None),
        ('<div id="app"></div><script src="/bundle.js"></script>', None),
    ],
)
def test_an_empty_page_that_loads_itself_again_is_a_challenge(html: str, expected: Reason | None) -> None:
    assert wall_of(page(f"<html><body>{html}")) is expected
    assert wall_of(page(f"<html><body>{html}<p>{TEXT}</p>")) is None


def test_a_form_for_a_password_is_a_wall_where_it_stands_alone() -> None:
    assert wall_of(page(paper("Paper", PASSWORD))) is Reason.LOGIN_WALL
    assert wall_of(page(paper("Paper", f"{PASSWORD}{LINKS}"))) is None
    assert wall_of(page(paper("Log in", f"{PASSWORD}{LINKS}"))) is Reason.LOGIN_WALL
    assert wall_of(page(paper("Paper", f"{PASSWORD}<h1>The ferry stays</h1><p>{TEXT}</p>"))) is None


@pytest.mark.parametrize("around", ["header", "nav", "aside", "footer", "dialog", 'div style="display:none"'])
def test_a_form_beside_the_page_is_no_wall(around: str) -> None:
    assert wall_of(page(paper("Paper", f"<{around}>{PASSWORD}</{around.partition(' ')[0]}><p>Rain.</p>"))) is None


def test_a_page_about_consent_needs_more_than_words_to_be_a_wall() -> None:
    spoken = "<p>We and our partners use cookies and personal data to show you advertising, with your consent.</p>" * 4
    title = "We value your privacy"
    assert wall_of(page(paper(title, f"<h1>{title}</h1>{spoken}<button>Agree</button>"))) is Reason.CONSENT_WALL
    assert wall_of(page(paper(title, f"<h1>{title}</h1>{spoken}"))) is None
    assert wall_of(page(paper("The ferry", f"<h1>The ferry</h1>{spoken}<button>Agree</button>"))) is None
    assert wall_of(page(paper(title, f"<h1>{title}</h1>{spoken}<button>Agree</button><p>{TEXT}</p>"))) is None


def test_a_wall_is_a_page_with_a_reason_and_teaches_nothing() -> None:
    wall = page(paper("Page not found | Paper", f"<h1>Page not found</h1><p>{TEXT}</p>"))
    found = read_page(wall, EMPTY)
    assert (found.outcome, found.reason, found.drafts) == (Outcome.PAGE, Reason.SOFT_404, ())
    assert found.detail == 'it is called "page not found", 28 running words, 0 links'
    assert survey_page(wall).parts == ()
    assert read_page(wall, EMPTY, insist=True).outcome is Outcome.ARTICLE


def test_the_callers_tree_gives_the_same_answer_and_is_left_as_it_was() -> None:
    for folder in sorted(GOLDEN.glob("*/page.html")):
        expected = json.loads((folder.parent / "expected.json").read_text(encoding="utf-8"))
        found = Page(expected["page"]["url"], folder.read_bytes(), AT, headers=(("Content-Type", "text/html"),))
        root = parse(folder.read_text(encoding="utf-8", errors="replace"))
        before = [(each.tag, each.text, dict(each.attrib)) for each in root.iter()]
        assert wall_of(found, root) is wall_of(found), folder
        assert [(each.tag, each.text, dict(each.attrib)) for each in root.iter()] == before


PIECES = [
    "<title>Page not found", "</title>", "<h1>404", "</h1>", "<form action=\x00>", "<input type=password>", "</form>",
    "<p>", TEXT, "<meta http-equiv=refresh content=99999999999999999>", "<script src=/captcha>", "</script>",
    "<header>", "&#xD800;",
    "<meta name=robots content=none>", "<link rel=canonical href='http://[/404'>", "<button>", "\x00", "é",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from([200, 403, 503]), st.binary(max_size=20))
def test_no_answer_makes_it_fail(pieces: list[str], status: int, rest: bytes) -> None:
    answer = page("".join(pieces), status)
    wall_of(answer)
    wall_of(Page(URL, answer.body + rest, AT, status=status))


@pytest.mark.parametrize(
    ("vice", "reason", "walls"),
    [
        ("login_wall", Reason.LOGIN_WALL, 7),
        ("consent_wall", Reason.CONSENT_WALL, 7),
        ("challenge", Reason.CHALLENGE, 6),
        ("soft_404", Reason.SOFT_404, 2),
    ],
)
def test_on_the_demo_site_exactly_the_walls_are_walls(vice: str, reason: Reason, walls: int) -> None:
    chosen = vices_named([vice])
    edition = Edition("https://courier.example/", 1, is_loaded=False, paper=paper_with(60, chosen))
    site = site_with(chosen)
    paths = [*edition.by_path, "/", "/category/local/", "/about/", "/not-there/", "/category/local/page/99/"]
    found = {}
    for path in paths:
        answer = site(edition, Ask(path))
        headers = (("Content-Type", answer.content_type), *answer.fields)
        wall = wall_of(Page(edition.absolute(path), answer.body, AT, answer.status, headers))
        assert (wall is not None) is (answer.kind in (Kind.WALL, Kind.MISSING)), path
        if wall is not None and (answer.kind is Kind.WALL or answer.status == 200):
            found[path] = wall
    assert set(found.values()) == {reason}
    assert len(found) == walls

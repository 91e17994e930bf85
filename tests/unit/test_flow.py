"""The heart, from a page's bytes to its articles, on pages of our own and on the demo site."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.demo.edition import Edition
from crawler.demo.routes import answer
from crawler.demo.truth import TruthArticle, truth
from pipelines import flow
from pipelines.extract.learn import learn
from pipelines.extract.profile import EMPTY, Profile
from pipelines.flow import prepare_page, read_page, survey_page, survey_prepared
from pipelines.reasons import Flag, Outcome, Reason
from pipelines.values import Page, Reading

AT = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://paper.example/2026/11/20/the-ferry-stays-in-service/"
PARAGRAPH = (
    "<p>The harbour council voted on Tuesday evening to keep the old ferry in service through the winter, "
    "after residents had filled the hall and spoken for three hours.</p>"
)
BASE = "http://127.0.0.1:8000/"
IN_TEXT = ("paragraph", "heading", "quote", "list_item", "table_row")


def page(body: str | bytes, url: str = URL, truncated: str | None = None) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(url, raw, AT, headers=(("Content-Type", "text/html; charset=utf-8"),), truncated=truncated)


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        (b"", Outcome.PAGE, Reason.UNPARSABLE),
        (b"<!-- nothing -->", Outcome.PAGE, Reason.UNPARSABLE),
        (b"<html><body><img src=x></body></html>", Outcome.PAGE, Reason.NO_ARTICLE),
        (
            b"<html><body><p>Eleven words are here, and there is no more to say.</p></body></html>",
            Outcome.PAGE,
            Reason.TOO_SHORT,
        ),
        (bytes(range(256)) * 50, Outcome.PAGE, Reason.UNDECODABLE),
        (b"<p>" + b"x" * 10_000_001, Outcome.PAGE, Reason.PAGE_TOO_LARGE),
        (b"<h2>Words.</h2><p>More of them.</p>" * 60_000, Outcome.PAGE, Reason.PAGE_TOO_LARGE),
        (b"<div>" * 100_000, Outcome.PAGE, Reason.NO_ARTICLE),
    ],
    ids=["empty", "comment", "picture", "short", "binary", "large", "many elements", "deep"],
)
def test_a_page_without_an_article_has_a_reason(body: bytes, outcome: Outcome, reason: Reason) -> None:
    found = read_page(page(body), EMPTY)
    assert (found.outcome, found.reason, found.drafts) == (outcome, reason, ())
    assert survey_page(page(body)).parts == ()


def test_a_page_of_embedded_articles_only_says_so_and_gives_them() -> None:
    body = "".join(
        f'<article><h2><a href="/2026/11/story-{n}/">Story number {n} of the day</a></h2>'
        f"{PARAGRAPH}<p>Story {n} goes on with more words, so that nobody could take it for the teaser of another.</p>"
        "</article>"
        for n in range(2)
    )
    found = read_page(page(body), EMPTY)
    assert (found.outcome, found.reason) == (Outcome.PAGE, Reason.EMBEDDED_ONLY)
    assert [draft.embedded for draft in found.drafts] == [True, True]


def test_insisting_makes_an_article_of_a_listing() -> None:
    home = page(f"<h1>Town</h1>{PARAGRAPH * 3}", "https://paper.example/")
    assert read_page(home, EMPTY).outcome is Outcome.LISTING
    assert read_page(home, EMPTY, insist=True).outcome is Outcome.ARTICLE


def test_a_cut_capture_is_flagged() -> None:
    draft = read_page(page(PARAGRAPH * 4, truncated="length"), EMPTY).drafts[0]
    assert Flag.TRUNCATED in draft.flags


def test_text_that_a_page_hides_until_its_scripts_run_is_read() -> None:
    found = read_page(page(f'<div id="app"></div><div hidden><h1>The ferry stays</h1>{PARAGRAPH * 4}</div>'), EMPTY)
    assert found.outcome is Outcome.ARTICLE
    assert "harbour council" in found.drafts[0].text


def test_an_error_inside_ends_as_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(flow, "split", broken)
    found = read_page(page(PARAGRAPH * 4), EMPTY)
    assert (found.reason, found.detail) == (Reason.EXTRACTION_FAILED, "RuntimeError: a bug")


PIECES = [
    "<article>", "</article>", "<p>", "<br>", "<a href='/x-y-z-w'>", "</a>", "<h1>", "</h1>", "<table><tr><td>", "<li>",
    PARAGRAPH, "\x00", "&#xD800;", "é", "<div data-url='/2026/a-b-c-d/'>", "</div>", "<time datetime='2099-01-01'>",
    "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",</script>",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_page_makes_it_fail(pieces: list[str]) -> None:
    found = read_page(page("".join(pieces)), EMPTY)
    assert found.reason is not Reason.EXTRACTION_FAILED
    survey_page(page("".join(pieces)))


@pytest.mark.parametrize("seed", ["1", "77"])
def test_another_process_with_another_hash_seed_reads_the_same(seed: str) -> None:
    golden = Path(__file__).parents[1] / "golden"
    script = (
        "import sys, hashlib\nfrom datetime import datetime, UTC\nfrom pathlib import Path\n"
        "from pipelines.flow import read_page, survey_page\n"
        "from pipelines.extract.learn import learn\n"
        "from pipelines.values import Page\n"
        "at = datetime(2026, 11, 23, tzinfo=UTC)\n"
        "files = sorted(Path(sys.argv[1]).glob('*/page.html'))\n"
        "pages = [Page('https://paper.example/2026/' + p.parent.name, p.read_bytes(), at) for p in files]\n"
        "profile = learn(map(survey_page, pages))\n"
        "told = repr([read_page(page, profile, insist=True) for page in pages]) + profile.sha256\n"
        "print(hashlib.sha256(told.encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(golden)],
            env={**os.environ, "PYTHONHASHSEED": one, "TZ": zone, "PYTHONPATH": str(golden.parents[1])},
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
        for one, zone in ((seed, "Asia/Tokyo"), ("0", "UTC"))
    }
    assert len(digests) == 1


# ------------------------------------------------------------------ the demo site


@cache
def demo(*, is_loaded: bool) -> tuple[dict[str, TruthArticle], dict[str, Reading], Profile]:
    """The truth, and what is read from every tenth article's page with what all pages teach."""
    edition = Edition(base_url=BASE, day=1, is_loaded=is_loaded)
    truths = {article.url: article for article in truth(1, BASE)}
    pages = [
        Page(url, answer(edition, urlsplit(url).path).body, AT, headers=(("Content-Type", "text/html; charset=UTF-8"),))
        for url in truths
    ]
    profile = learn(survey_prepared(prepare_page(found, asks_embedded=False)) for found in pages)
    return truths, {found.url: read_page(found, profile) for found in pages[::10]}, profile


@pytest.mark.parametrize("is_loaded", [True, False], ids=["with articles below", "plain"])
def test_the_demos_articles_come_out_exactly(*, is_loaded: bool) -> None:
    truths, readings, _ = demo(is_loaded=is_loaded)
    for url, found in readings.items():
        assert found.outcome is Outcome.ARTICLE
        assert found.drafts[0].url == url
        assert len(found.drafts) == (9 if is_loaded else 1)
        for draft in found.drafts:
            true = truths[draft.url]
            assert draft.text.split("\n\n") == [text for kind, text in true.blocks if text and kind in IN_TEXT]
            assert tuple((block.kind, block.text) for block in draft.blocks) == true.blocks
            assert (draft.headline, draft.authors) == (true.headline, true.authors)
            assert (draft.published_at, draft.modified_at) == (true.published_at, true.modified_at)
            assert (draft.section, draft.keywords, draft.language) == (true.section, true.keywords, true.language)
            assert (draft.images, draft.links) == (true.images, true.links)


@pytest.mark.parametrize("is_loaded", [True, False], ids=["with articles below", "plain"])
def test_no_line_of_the_demos_journalism_is_learnt_as_furniture(*, is_loaded: bool) -> None:
    from pipelines.page.text import line_key

    truths, _, profile = demo(is_loaded=is_loaded)
    assert not {line_key(text) for true in truths.values() for _, text in true.blocks} & set(profile.furniture)
    assert profile.articles == len(truths)


def test_the_demos_listings_are_no_articles() -> None:
    edition = Edition(base_url=BASE, day=1)
    paths = ["/", "/search", *(path for listing in edition.listings.values() for path in (listing.path,))]
    for path in paths:
        found = read_page(Page(BASE.rstrip("/") + path, answer(edition, path, "q=ferry").body, AT), EMPTY)
        assert found.outcome is Outcome.LISTING, path

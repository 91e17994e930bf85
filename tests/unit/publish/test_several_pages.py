"""Articles on several pages, over nights: what one night did not read, the archive has."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.http.url import canonical_url
from pipelines.memory.site import SiteMemory
from pipelines.publish.guarded import Crew
from pipelines.publish.offline import extract_warcs
from pipelines.publish.rebuild import rebuild
from pipelines.publish.whereabouts import find
from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    article_page,
    capture,
    commit,
    config_for,
    home_page,
    in_this_process,
    lines_of,
    night,
    start,
    story,
    url_of,
    visits,
)

URL = url_of("lighthouse")
SECOND = f"{URL}/2"


def first_page(*, nonce: str = "") -> bytes:
    return article_page("lighthouse", nonce=nonce).replace(
        b"</article>", f'</article><a href="{SECOND}">2</a>'.encode()
    )


def second_page(*, ending: str = "") -> bytes:
    body = "".join(f"<p>{line}</p>" for line in story("tramway", ending=ending))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The lighthouse opens its doors again</title>'
        f'<link rel="prev" href="{URL}"><meta property="og:type" content="article"></head>'
        f"<body><main><article><h1>The lighthouse opens its doors again</h1>{body}"
        f'<a href="{URL}">1</a></article></main></body></html>'
    ).encode()


HOME_PAGE = (HOME, home_page(["lighthouse"]), 200)
FIRST = (URL, first_page(), 200)


def articles(archive: Path, *pages: tuple[str, bytes, int], days: int = 0) -> list[dict[str, object]]:
    at = FIRST_NIGHT + timedelta(days=days)
    run = start(config_for(archive), at)
    # Each night has a robots.txt of its own, and a line names that of its first page's night.
    robots = f"urn:uuid:00000000-0000-4000-8000-{days:012}"
    capture(run, [(each, replace(facts, robots=robots)) for each, facts in visits([HOME_PAGE, *pages], at=at)])
    manifest = commit(run)
    store = LocalStore(archive)
    assert verify(store, Scope((SITE,)), lambda *_: None).findings == []
    return lines_of(store, manifest, "articles")


@pytest.fixture(autouse=True)
def _here() -> object:
    with in_this_process():
        yield


def text(line: dict[str, object]) -> list[str]:
    return str(line["text"]).split("\n\n")


def test_a_night_with_all_pages_gives_one_article(tmp_path: Path) -> None:
    (line,) = articles(tmp_path, FIRST, (SECOND, second_page(), 200))
    assert text(line) == [*story("lighthouse"), *story("tramway")]
    assert [page["url"] for page in line["provenance"]["further"]] == [SECOND]  # type: ignore[index]


def test_a_second_page_that_comes_a_night_later_is_the_next_revision(tmp_path: Path) -> None:
    (line,) = articles(tmp_path, FIRST)
    assert "pages_missing" in line["quality"]["flags"]  # type: ignore[index]
    (later,) = articles(tmp_path, (SECOND, second_page(), 200), days=1)
    assert (later["url"], later["revision"], later["changes"]["fields"]) == (URL, 2, ["text"])  # type: ignore[index]
    assert text(later) == [*story("lighthouse"), *story("tramway")]
    assert later["provenance"]["warc"] == line["provenance"]["warc"]  # type: ignore[index]
    assert "pages_missing" not in later["quality"]["flags"]  # type: ignore[index]


def test_a_night_that_reads_the_first_page_alone_loses_nothing_of_the_second(tmp_path: Path) -> None:
    articles(tmp_path, FIRST, (SECOND, second_page(), 200))
    assert articles(tmp_path, (URL, first_page(nonce="another advertisement"), 200), days=1) == []


def test_a_change_of_the_second_page_alone_is_a_revision_and_none_of_it_is_none(tmp_path: Path) -> None:
    articles(tmp_path, FIRST, (SECOND, second_page(), 200))
    assert articles(tmp_path, (SECOND, second_page(), 200), days=1) == []
    ending = (
        "The tramway has changed its mind, and the lighthouse waits for it with a lamp in every one of its windows."
    )
    (changed,) = articles(tmp_path, (SECOND, second_page(ending=ending), 200), days=2)
    assert (changed["url"], changed["revision"]) == (URL, 2)
    assert text(changed)[-1] == ending


def test_a_further_page_whose_first_one_was_not_had_is_no_article(tmp_path: Path) -> None:
    manifest = night(tmp_path, [HOME_PAGE, (SECOND, second_page(), 200), (URL, b"", 503)])
    store = LocalStore(tmp_path)
    assert lines_of(store, manifest, "articles") == []
    reasons = {line["url"]: line["reason"] for line in lines_of(store, manifest, "outcomes")}
    assert reasons[SECOND] == "first_page_missing"


def test_memory_that_is_made_again_knows_the_further_pages(tmp_path: Path) -> None:
    (line,) = articles(tmp_path / "archive", FIRST, (SECOND, second_page(), 200))
    made = tmp_path / "memory.sqlite"
    rebuild(LocalStore(tmp_path / "archive"), SITE, made, Crew(1), lambda *_: None)
    with SiteMemory(made) as memory:
        known = memory.article(str(line["id"]))
        page = memory.url(canonical_url(SECOND))
    assert known is not None
    assert [(each.url, each.record.record_id) for each in known.further] == [
        (page["url"], page["record_id"])
        for page in line["provenance"]["further"]  # type: ignore[index]
    ]
    assert page is not None
    assert page.article == line["id"]


def test_a_take_down_takes_the_records_of_all_pages(tmp_path: Path) -> None:
    (line,) = articles(tmp_path, FIRST, (SECOND, second_page(), 200))
    found = find(LocalStore(tmp_path), SITE, URL)
    records = {record for ids in found.records.values() for record in ids}
    assert records == {line["provenance"]["warc"]["record_id"], line["provenance"]["further"][0]["record_id"]}  # type: ignore[index]


def test_extraction_without_a_crawl_joins_the_pages_of_a_warc_file(tmp_path: Path) -> None:
    articles(tmp_path, FIRST, (SECOND, second_page(), 200))
    (file,) = extract_warcs(list(tmp_path.glob("warc/**/*.warc.gz")), crew=Crew(1), progress=lambda *_: None)
    (line,) = file.articles
    assert line.text == "\n\n".join([*story("lighthouse"), *story("tramway")])
    assert len(line.provenance.further) == 1

"""Extraction without a crawl: WARC files of any program, and single pages."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import ContentError, WarcError
from pipelines.publish.guarded import Crew
from pipelines.publish.offline import OFFLINE_RUN, NamedPage, extract_pages, extract_warcs, parse_page_line
from pipelines.reasons import Outcome
from pipelines.values import Page
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcWriter
from tests.unit.publish.nights import HOME, SITE, article_page, no_progress, pages_of, story, url_of, visits

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def warc_of(folder: Path, name: str, pages: list[tuple[str, bytes, int]]) -> Path:
    info = WarcInfo("pressarc", "nobody", "pressarc", "run")
    writer = WarcWriter(folder, key_of=lambda _: name, info=info)
    for each, _ in visits(pages, at=NOW):
        writer.append(each, None, NOW)
    writer.seal()
    return folder / name


def test_a_warc_file_gives_articles_and_an_outcome_for_each_answer(tmp_path: Path) -> None:
    path = warc_of(tmp_path, "some.warc.gz", [*pages_of("bakery", "quarry"), (f"{HOME}x", b"", 404)])
    (lines,) = extract_warcs([path], crew=Crew(1), progress=no_progress)
    assert lines.name == "some.warc.gz"
    assert [article.text for article in lines.articles] == ["\n\n".join(story(topic)) for topic in ("bakery", "quarry")]
    assert [line.outcome for line in lines.outcomes] == [
        Outcome.LISTING,
        Outcome.ARTICLE,
        Outcome.ARTICLE,
        Outcome.HTTP_ERROR,
    ]
    article = lines.articles[0]
    assert (article.site, article.provenance.run, article.provenance.warc.key) == (SITE, OFFLINE_RUN, "some.warc.gz")
    assert article.captured_at == NOW.replace(second=1)


def test_an_article_in_two_files_is_one_article(tmp_path: Path) -> None:
    paths = [warc_of(tmp_path, f"{number}.warc.gz", pages_of("bakery")) for number in (1, 2)]
    one, two = extract_warcs(paths, crew=Crew(1), progress=no_progress)
    assert (len(one.articles), len(two.articles)) == (1, 0)
    assert two.outcomes[1].outcome is Outcome.PAGE


def test_a_plain_warc_file_gives_what_its_gzipped_one_gives(tmp_path: Path) -> None:
    packed = warc_of(tmp_path, "some.warc.gz", pages_of("bakery"))
    plain = tmp_path / "some.warc"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    (one,) = extract_warcs([packed], crew=Crew(1), progress=no_progress)
    (two,) = extract_warcs([plain], crew=Crew(1), progress=no_progress)
    assert one.articles[0].text == two.articles[0].text


@pytest.mark.parametrize("content", [b"", b"<html>", b"PK\x03\x04"])
def test_what_is_no_warc_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(content)
    with pytest.raises(WarcError, match=r"page[.]html"):
        list(extract_warcs([path], crew=Crew(1), progress=no_progress))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WarcError, match=r"none\.warc"):
        list(extract_warcs([tmp_path / "none.warc"], crew=Crew(1), progress=no_progress))


def page_line(**changes: object) -> str:
    fields = {"id": "a", "url": HOME, "html_b64": base64.b64encode(b"<p>x").decode()}
    return json.dumps({**fields, **changes})


def test_a_page_line_is_a_page() -> None:
    named = parse_page_line(page_line(), captured_at=NOW, where="x")
    assert named == NamedPage("a", Page(HOME, b"<p>x", NOW))


@pytest.mark.parametrize("line", ["", "3", "[]", "{}", "null", page_line(html_b64="%"), page_line(html_b64=3), "{"])
def test_what_is_no_page_line_is_named(line: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_page_line(line, captured_at=NOW, where="pages.jsonl:7")
    assert caught.value.where == "pages.jsonl:7"


def test_each_page_has_its_answer_in_order_and_a_bad_one_harms_none() -> None:
    pages = [
        NamedPage("1", Page(url_of("bakery"), article_page("bakery"), NOW)),
        NamedPage("2", Page("https://other.example.org/", b"", NOW)),
        NamedPage("3", Page("http://[broken", b"\x00\xff<", NOW)),
        NamedPage("4", Page(url_of("quarry"), article_page("quarry"), NOW)),
    ]
    answers = list(extract_pages(pages, Crew(1)))
    assert [answer["id"] for answer in answers] == ["1", "2", "3", "4"]
    assert answers[0] == {
        "id": "1",
        "text": "\n\n".join(story("bakery")),
        "title": "The bakery opens its doors again",
        "author": ["Ada Quill"],
        "date": "2026-11-20T08:30:00Z",
        "reason": None,
    }
    assert answers[3]["text"] == "\n\n".join(story("quarry"))
    assert answers[1]["text"] is None

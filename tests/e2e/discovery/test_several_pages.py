"""Articles that stand on several pages, from the crawl to the proof of a sentence of the second page."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.demo import DemoServer, serve
from crawler.demo.truth import events
from tests.e2e.archive_view import pressarc
from tests.e2e.discovery.visitor import Night, crawl
from tests.e2e.test_demo_site import assert_equals_truth

SIZE = 30


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoServer, Path, Night]]:
    folder = tmp_path_factory.mktemp("pages")
    with serve(size=SIZE, vices=["several_pages"]) as server:
        yield server, folder, crawl(server, folder)


def test_articles_of_several_pages_are_archived_whole_and_their_pages_are_none(
    first_night: tuple[DemoServer, Path, Night],
) -> None:
    server, folder, night = first_night
    assert_equals_truth(night.articles, server.truth())
    by_url = {line["url"]: line for line in night.articles}
    for expected in server.truth():
        blocks = by_url[expected.url]["blocks"]
        assert [(block["kind"], block["text"]) for block in blocks] == list(expected.blocks)
        assert {image.url for image in expected.images} == {image["url"] for image in by_url[expected.url]["images"]}
    further = [page["url"] for line in night.articles for page in line["provenance"]["further"]]
    assert any("?page=2" in url for url in further)
    assert any(url.endswith("/2/") for url in further)
    reasons = night.reasons()
    assert {reasons[url] for url in further} == {"further_page"}
    assert Counter(reasons.values())["further_page"] == len(further)
    assert night.manifest["counts"]["reasons"]["further_page"] == len(further)
    verified = pressarc("verify", "--archive", str(folder / "archive"), cwd=folder)
    assert verified.returncode == 0, verified.stdout


def test_a_sentence_of_the_second_page_is_proven_by_the_record_of_that_page(
    first_night: tuple[DemoServer, Path, Night],
) -> None:
    _, folder, night = first_night
    line = next(line for line in night.articles if line["provenance"]["further"])
    done = pressarc("verify", "--archive", str(folder / "archive"), "--article", line["id"], "--json", cwd=folder)
    proof = json.loads(done.stdout)
    assert proof["line"]["made_again"]
    assert proof["findings"] == []
    assert [page["record_id"] for page in proof["further"]] == [
        page["record_id"] for page in line["provenance"]["further"]
    ]
    second = [each for each in proof["sentences"] if each["page"] == 2]
    assert second
    assert all(each["span"] is not None for each in second)


def test_a_second_night_makes_revisions_of_what_was_edited_and_of_nothing_else(
    first_night: tuple[DemoServer, Path, Night], tmp_path: Path
) -> None:
    server, folder, first = first_night
    shutil.copytree(folder / "archive", tmp_path / "archive")
    whole = {line["url"]: len(line["provenance"]["further"]) for line in first.articles}
    server.set_day(2)
    try:
        night = crawl(server, tmp_path)
        expected = server.truth()
        happened = events(2, server.url, SIZE, ["several_pages"])
    finally:
        server.set_day(1)
    assert night.written("new") == sorted((*happened.new, *(there for _, there in happened.moved)))
    assert night.written("changed") == sorted(happened.edited)
    written = [line for line in night.articles if line["event"] != "removed"]
    truth = {each.url: each.text for each in expected}
    assert [line["text"] for line in written] == [truth[line["url"]] for line in written]
    changed = [line for line in written if line["event"] == "changed"]
    assert all(len(line["provenance"]["further"]) == whole[line["url"]] for line in changed)
    assert pressarc("verify", "--archive", str(tmp_path / "archive"), cwd=tmp_path).returncode == 0

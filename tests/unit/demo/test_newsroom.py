"""What the demo newspaper has to be, for tests that rely on it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.demo.site import DemoArticle, newsroom, withdrawn_paths
from crawler.demo.theme.shell import FURNITURE
from crawler.demo.truth import TruthArticle, truth

BASE = "http://127.0.0.1:8000/"
ROOT = Path(__file__).parents[3]


def every_truth() -> list[TruthArticle]:
    """All 126 articles, each once, as first published."""
    first = truth(1, BASE)
    known = {article.url for article in first}
    return first + [article for article in truth(2, BASE) if article.url not in known]


def by_path(day: int) -> dict[str, DemoArticle]:
    return {article.path: article for article in newsroom(day)}


def test_day_one_has_a_hundred_and_twenty_articles_with_addresses_of_their_own() -> None:
    articles = newsroom(1)
    assert len(articles) == 120
    for attribute in ("path", "slug", "headline", "number", "topic", "description"):
        assert len({getattr(article, attribute) for article in articles}) == 120, attribute


def test_articles_come_newest_first_and_before_the_twenty_second_of_november() -> None:
    for day in (1, 2):
        times = [article.published_at for article in newsroom(day)]
        assert times == sorted(times, reverse=True)
        assert all(article.changed_at < datetime(2026, 11, 22, tzinfo=UTC) for article in newsroom(day))


def test_no_block_of_text_is_shared_between_articles() -> None:
    blocks = Counter(
        text
        for article in every_truth()
        for text in {text for kind, text in article.blocks if text and kind != "table_row"}
    )
    assert len(every_truth()) == 126
    assert [text for text, count in blocks.items() if count > 1] == []


def test_no_block_of_text_is_a_line_of_furniture() -> None:
    headings = {heading for article in newsroom(2) for heading in (article.headline, article.description)}
    texts = {text for article in every_truth() for _, text in article.blocks}
    assert texts.isdisjoint(headings | set(FURNITURE))


def test_no_two_articles_read_alike() -> None:
    shingles = []
    for article in every_truth():
        words = article.text.split()
        shingles.append({tuple(words[start : start + 4]) for start in range(len(words) - 3)})
    assert max(len(one & other) / len(one | other) for one, other in itertools.combinations(shingles, 2)) < 0.3


def test_articles_have_between_five_and_twelve_paragraphs_but_for_two_short_ones() -> None:
    paragraphs = [sum(kind == "paragraph" for kind, _ in article.blocks) for article in every_truth()]
    assert sorted(paragraphs)[:3] == [4, 4, 6]
    assert max(paragraphs) <= 12
    words = sorted(len(article.text.split()) for article in truth(1, BASE))
    assert all(80 <= count < 100 for count in words[:2])
    assert words[2] > 150


def test_every_kind_of_block_occurs() -> None:
    kinds = Counter(kind for article in truth(1, BASE) for kind, _ in article.blocks)
    assert set(kinds) == {"paragraph", "heading", "quote", "list_item", "table_row", "caption"}
    assert any(passage.kind == "embed" for article in newsroom(1) for passage in article.passages)


def test_text_holds_no_slot_and_no_markup() -> None:
    for article in truth(2, BASE):
        assert not set("{}*[]\u00a0\t") & set(article.text), article.url
        assert "  " not in article.text


def test_there_are_names_beyond_ascii_and_articles_by_two_authors() -> None:
    authors = [article.authors for article in newsroom(1)]
    assert any(not name.isascii() for names in authors for name in names)
    assert 3 < sum(len(names) == 2 for names in authors) < 40
    assert all(len(set(names)) == len(names) for names in authors)


def test_some_dates_differ_between_the_city_and_utc_and_both_offsets_occur() -> None:
    articles = newsroom(1)
    assert {article.published_at.strftime("%z") for article in articles} == {"+0200", "+0300"}
    assert any(article.published_at.date() != article.published_at.astimezone(UTC).date() for article in articles)


def test_truth_gives_times_in_utc_and_addresses_on_the_site() -> None:
    article = next(article for article in newsroom(1) if article.topic == "the night ferry")
    told = next(told for told in truth(1, BASE) if told.headline == article.headline)
    assert article.published_at.isoformat() == "2026-11-20T20:41:00+02:00"
    assert told.published_at == "2026-11-20T18:41:00Z"
    assert told.url == "http://127.0.0.1:8000/2026/11/night-ferry-returns-to-gull-point-after-nine-years/"
    assert all(image.url.startswith(BASE) for image in told.images)


def test_captions_are_blocks_but_not_text() -> None:
    for article in truth(1, BASE):
        captions = {text for kind, text in article.blocks if kind == "caption"}
        assert captions.isdisjoint(article.text.split("\n\n"))
        assert article.text.split("\n\n") == [text for kind, text in article.blocks if text and kind != "caption"]


def test_an_edited_article_says_when_and_never_before_it_was_published() -> None:
    edited = [article for article in newsroom(1) if article.modified_at]
    assert 10 < len(edited) < 40
    assert all(article.modified_at and article.modified_at > article.published_at for article in edited)


def test_day_two_brings_six_edits_three_and_withdraws_two() -> None:
    one, two = by_path(1), by_path(2)
    assert len(two.keys() - one.keys()) == 6
    assert one.keys() - two.keys() == withdrawn_paths(2)
    assert len(withdrawn_paths(2)) == 2
    assert withdrawn_paths(1) == frozenset()
    edited = [path for path in one.keys() & two.keys() if one[path] != two[path]]
    assert len(edited) == 3
    for path in edited:
        before, after = one[path], two[path]
        assert after.modified_at is not None
        assert after.modified_at > max(article.changed_at for article in one.values())
        fresh = set(after.passages) - set(before.passages)
        assert [passage.kind for passage in fresh] == ["paragraph"]
    assert {len(two[path].passages) - len(one[path].passages) for path in edited} == {0, 1}


def test_there_is_no_third_day() -> None:
    with pytest.raises(ValueError, match="days 1 and 2"):
        newsroom(3)


def test_another_process_with_another_hash_seed_writes_the_same_newspaper() -> None:
    script = "from crawler.demo.truth import truth; print(truth(2, 'http://127.0.0.1:8000/'))"
    printed = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout.decode()
    assert printed.strip() == str(truth(2, BASE))

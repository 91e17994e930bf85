"""The demo newspaper in any size, on any night, and what its truth says of that."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.demo.agency import STORIES, agency_story
from crawler.demo.desks import DESKS
from crawler.demo.edition import Edition
from crawler.demo.nights import night
from crawler.demo.paper import Paper, Shape
from crawler.demo.routes import answer
from crawler.demo.site import newsroom
from crawler.demo.truth import events, truth

BASE = "http://127.0.0.1:8000/"
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("size", [20, 119, 120, 121, 200, 1000])
def test_a_paper_has_as_many_articles_as_it_is_said_to_each_with_words_and_an_address_of_its_own(size: int) -> None:
    articles = night(1, Paper(size)).articles
    assert len(articles) == len(truth(1, BASE, size)) == size
    for attribute in ("path", "slug", "headline", "number", "topic", "description"):
        assert len({getattr(article, attribute) for article in articles}) == size, attribute
    times = [article.published_at for article in articles]
    assert times == sorted(times, reverse=True)


def test_the_newest_articles_of_a_larger_paper_are_those_written_by_hand() -> None:
    written = [article.headline for article in newsroom(1)]
    assert [article.headline for article in night(1, Paper(200)).articles][:120] == written
    assert [article.headline for article in night(1, Paper(20)).articles] == written[:20]


def test_no_block_of_a_composed_paper_is_shared_between_articles() -> None:
    told = truth(7, BASE, 400)
    blocks = Counter(
        text for article in told for text in {text for kind, text in article.blocks if text and kind != "table_row"}
    )
    assert [text for text, count in blocks.items() if count > 1] == []
    assert not any(set("{}*[]\u00a0\t") & set(article.text) for article in told)


def test_no_two_articles_of_a_composed_paper_read_alike() -> None:
    shingles = []
    for article in truth(1, BASE, 400):
        words = article.text.split()
        shingles.append({tuple(words[start : start + 4]) for start in range(len(words) - 3)})
    assert max(len(one & other) / len(one | other) for one, other in itertools.combinations(shingles, 2)) < 0.4


def test_every_agency_story_has_a_topic_of_its_own() -> None:
    composed = {agency_story(number)[0].topic for number in range(STORIES)}
    by_hand = {story.topic for desk in DESKS for story in (*desk.stories, *desk.arrivals)}
    assert len(composed) == STORIES
    assert composed.isdisjoint(by_hand)
    for number in (-1, STORIES):
        with pytest.raises(IndexError):
            agency_story(number)


def test_the_second_day_of_a_paper_brings_fifteen_edits_three_removes_two_and_moves_one() -> None:
    told = events(2, BASE, 200)
    assert [len(told.new), len(told.edited), len(told.removed), len(told.moved)] == [15, 3, 2, 1]
    before = {article.url: article for article in truth(1, BASE, 200)}
    after = {article.url: article for article in truth(2, BASE, 200)}
    ((old, new),) = told.moved
    assert after.keys() - before.keys() == {*told.new, new}
    assert before.keys() - after.keys() == {*told.removed, old}
    assert after[new].text == before[old].text
    assert {url for url in before.keys() & after.keys() if before[url] != after[url]} == set(told.edited)
    for url in told.edited:
        assert before[url].text != after[url].text
        assert (after[url].modified_at or "") > max(article.published_at for article in before.values())


def test_every_later_day_brings_ten_edits_two_removes_one_and_moves_one_and_nothing_meets_an_article_twice() -> None:
    touched: list[str] = []
    for day in range(3, 8):
        told = events(day, BASE, 200)
        assert [len(told.new), len(told.edited), len(told.removed), len(told.moved)] == [10, 2, 1, 1]
        touched += [*told.edited, *told.removed, *(old for old, _ in told.moved)]
        newest = truth(day, BASE, 200)[0]
        assert newest.published_at > truth(day - 1, BASE, 200)[0].published_at
    assert len(set(touched)) == len(touched)


def test_the_paper_written_by_hand_has_events_too() -> None:
    told = events(2, BASE)
    assert [len(told.new), len(told.edited), len(told.removed), len(told.moved)] == [6, 3, 2, 0]
    with pytest.raises(ValueError, match="days 1 and 2, not 0"):
        events(1, BASE)


def test_what_was_removed_answers_410_or_404_and_what_was_moved_redirects_on_every_later_day() -> None:
    told = events(2, BASE, 200)
    for day in (2, 5):
        edition = Edition(BASE, day, is_loaded=False, paper=Paper(200))
        assert {answer(edition, urlsplit(url).path).status for url in told.removed} == {404, 410}
        for old, new in told.moved:
            found = answer(edition, urlsplit(old).path)
            assert (found.status, found.location) == (301, new)
            assert answer(edition, urlsplit(new).path).status == 200


def test_most_pages_stay_as_they_were_overnight_to_the_byte() -> None:
    one, two = (Edition(BASE, day, is_loaded=False, paper=Paper(200)) for day in (1, 2))
    same = sum(answer(one, path).body == answer(two, path).body for path in one.by_path)
    assert 150 < same < 195


@pytest.mark.parametrize("shape", Shape)
def test_articles_are_found_at_addresses_of_every_shape(shape: Shape) -> None:
    edition = Edition(BASE, 2, is_loaded=False, paper=Paper(60, shape))
    for article in edition.articles:
        path, _, query = article.path.partition("?")
        assert answer(edition, path, query).article == article
        assert answer(edition, path, f"{query}&utm_source=x".lstrip("&")).article == article
    ((old, new),) = edition.night.moved.items()
    path, _, query = old.partition("?")
    assert answer(edition, path, query).location == BASE.rstrip("/") + new


def test_sitemaps_hold_every_article_of_a_larger_paper() -> None:
    edition = Edition(BASE, 1, is_loaded=False, paper=Paper(500))
    index = answer(edition, "/sitemap.xml").body.decode()
    assert index.count("<sitemap>") == 7 + 1
    assert answer(edition, "/sitemap-posts-7.xml").body.count(b"<url>") == 20
    assert answer(edition, "/sitemap-posts-6.xml.gz").status == 200
    for path in ("/sitemap-posts-6.xml", "/sitemap-posts-8.xml.gz", "/sitemap-posts-9.xml"):
        assert answer(edition, path).status == 404


def test_sizes_and_days_that_are_not_are_refused_in_a_sentence() -> None:
    for size in (0, 19, 10_001):
        with pytest.raises(ValueError, match=f"20 to 10000 articles, not {size}"):
            truth(1, BASE, size)
    for day in (0, 201):
        with pytest.raises(ValueError, match=f"days 1 to 200, not {day}"):
            truth(day, BASE, 20)


def test_a_thousand_articles_take_less_than_two_seconds() -> None:
    started = time.process_time()
    night.__wrapped__(1, Paper(1000))
    assert time.process_time() - started < 2


def test_another_process_with_another_hash_seed_composes_the_same_paper() -> None:
    script = "from crawler.demo.truth import truth; print(truth(3, 'http://127.0.0.1:8000/', 150))"
    printed = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert printed.strip() == str(truth(3, BASE, 150))

"""What listings load: pieces of HTML, JSON of many forms, and WordPress's posts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.discovery.found import FoundKind
from crawler.discovery.rest import posts_url, rest_modified_since
from pipelines.reasons import Source
from pipelines.values import Target
from tests.unit.discovery.answers import HOST, expected, further, read, urls

TEASERS = "".join(
    f'<li><h3><a href="/news/{slug}">x</a></h3></li>'
    for slug in ("council-votes-on-bridge", "bakery-opens-its-doors", "quarry-falls-silent-again")
)
PATHS = ["/news/council-votes-on-bridge", "/news/bakery-opens-its-doors", "/news/quarry-falls-silent-again"]


def test_a_piece_of_html_is_read_like_the_listing_it_belongs_to() -> None:
    found = read(TEASERS, "/ajax/politics?page=2", Target.FRAGMENT)
    assert (found.kind, expected(found)) == (FoundKind.FRAGMENT, PATHS)
    assert {each.via for each in found.candidates} == {Source.LISTING}


def test_pages_that_bring_articles_are_counted_on() -> None:
    assert further(read(TEASERS, "/ajax/politics?page=2", Target.FRAGMENT)) == ["/ajax/politics?page=3"]
    assert further(read(TEASERS, "/politics/page/2/", Target.FRAGMENT)) == ["/politics/page/3/"]
    assert further(read(TEASERS, "/load/politics/2.html", Target.FRAGMENT)) == ["/load/politics/3.html"]
    assert further(read(TEASERS, "/ajax?offset=10", Target.FRAGMENT)) == ["/ajax?offset=13"]
    assert further(read(TEASERS, "/ajax?offset=10&limit=10", Target.FRAGMENT)) == ["/ajax?offset=20&limit=10"]


def test_a_piece_without_articles_is_the_last() -> None:
    assert further(read("<p>No more posts.</p>", "/ajax/politics?page=9", Target.FRAGMENT)) == []
    assert further(read("", "/ajax/politics?page=9", Target.FRAGMENT)) == []


def test_what_a_piece_itself_names_as_next_is_preferred() -> None:
    more = '<button hx-get="/ajax/politics?after=abc&page=3" hx-trigger="revealed">x</button>'
    assert further(read(TEASERS + more, "/ajax/politics?page=2", Target.FRAGMENT)) == [
        "/ajax/politics?after=abc&page=3"
    ]


def items(*paths: str) -> list[dict[str, object]]:
    return [{"url": path, "title": "A headline", "date": "2026-11-20T10:00:00Z"} for path in paths]


@pytest.mark.parametrize(
    "value",
    [
        {"html": TEASERS},
        {"success": True, "data": {"markup": TEASERS, "page": 2}},
        {"items": [f"<div>{each}</div>" for each in TEASERS.split("</li>")]},
        {"items": items(*PATHS)},
        items(*(HOST + path for path in PATHS)),
        {"data": {"stories": [{"permalink": path, "headline": "One two three"} for path in PATHS]}},
        {"edges": [{"node": {"slug": "x", "canonical_url": HOST + path, "image": "/i.jpg"}} for path in PATHS]},
        {"posts": [{"link": path, "title": {"rendered": "A"}, "author": {"url": "/author/ada"}} for path in PATHS]},
    ],
)
def test_articles_are_found_in_json_of_any_form(value: object) -> None:
    found = read(json.dumps(value), "/api/list", Target.FRAGMENT)
    assert (found.kind, expected(found)) == (FoundKind.FRAGMENT, PATHS)


def test_an_object_gives_title_and_dates() -> None:
    value = [{"title": "A &amp; B", "publishedAt": "2026-11-20T10:00:00Z", "updated_at": "2026-11-21", "path": "/x/1"}]
    (found,) = read(json.dumps(value), "/api/list", Target.FRAGMENT).candidates
    assert (found.url, found.anchor) == (f"{HOST}/x/1", "A & B")
    assert found.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert found.modified_at == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "next_page"),
    [
        ({"next": "/api/list?page=3"}, "/api/list?page=3"),
        ({"links": {"next": f"{HOST}/api/list?page=3", "prev": "/api/list?page=1"}}, "/api/list?page=3"),
        ({"_links": {"next": {"href": "/api/list?page=3"}}}, "/api/list?page=3"),
        ({"next_page_url": "?page=3"}, "/api/list?page=3"),
        ({"nextPage": 3}, "/api/list?page=3"),
        ({"next_cursor": "Zm9v"}, "/api/list?page=2&cursor=Zm9v"),
        ({"hasMore": True}, "/api/list?page=3"),
        ({"total_pages": 5}, "/api/list?page=3"),
        ({}, "/api/list?page=3"),
        ({"hasMore": False}, None),
        ({"has_next_page": False}, None),
        ({"max_page": 2}, None),
        ({"next": None}, None),
        ({"more_info": None, "next_article": None}, "/api/list?page=3"),
        ({"nextPage": None, "has_more": False}, None),
    ],
)
def test_what_comes_next_is_told_in_many_ways(more: dict[str, object], next_page: str | None) -> None:
    found = read(json.dumps({"items": items(*PATHS), **more}), "/api/list?page=2", Target.FRAGMENT)
    assert further(found) == ([next_page] if next_page else [])
    assert expected(found) == PATHS


@pytest.mark.parametrize("wrapped", [")]}}',\n{}", "cb({});", "/* */ cb({})", "\ufeff{}", "while(1);{}"])
def test_guards_before_json_are_taken_off(wrapped: str) -> None:
    body = wrapped.replace("{}", json.dumps(items(*PATHS))).replace("}}'", "}'").removeprefix("/* */ ")
    assert expected(read(body, "/api/list", Target.FRAGMENT)) == PATHS


def test_json_that_names_no_pages_is_nothing_unless_it_was_asked_for() -> None:
    assert read('{"temperature": 7}', "/weather").kind is FoundKind.NOTHING
    assert read('{"items": []}', "/api?page=9", Target.FRAGMENT).kind is FoundKind.FRAGMENT


def test_a_whole_page_in_a_fragments_place_is_read_as_a_page() -> None:
    found = read(f"<!DOCTYPE html><html><body><ul>{TEASERS}</ul></body></html>", "/", Target.FRAGMENT)
    assert (found.kind, expected(found)) == (FoundKind.LISTING, PATHS)


def test_half_characters_and_depth_stop_nothing() -> None:
    assert read('{"url": "/a-b-c-d\\ud83d", "html": "<a href=\'/x\\udc00\'>"}', "/api", Target.FRAGMENT)
    assert read("[" * 100_000, "/api", Target.FRAGMENT).kind is not FoundKind.ARTICLE
    assert read("[" * 900 + "]" * 900, "/api", Target.FRAGMENT).kind is FoundKind.FRAGMENT


# ---------------------------------------------------------------- WordPress REST


def post(number: int) -> dict[str, object]:
    return {
        "link": f"{HOST}/{number}/",
        "date_gmt": "2026-11-20T10:00:00",
        "modified_gmt": "2026-11-21T10:00:00",
        "title": {"rendered": "Bread &#038; <em>butter</em>"},
    }


def test_posts_give_addresses_titles_and_dates_in_utc() -> None:
    found = read(json.dumps([post(1), post(2)]), "/wp-json/wp/v2/posts?per_page=100", Target.REST)
    assert (found.kind, urls(found)) == (FoundKind.REST, ["/1/", "/2/"])
    first = found.candidates[0]
    assert (first.via, first.expects_article, first.anchor) == (Source.REST, True, "Bread & butter")
    assert first.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert first.modified_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


NEXT = "/wp-json/wp/v2/posts?per_page=2&page=2"


@pytest.mark.parametrize(
    ("path", "headers", "next_page"),
    [
        ("/wp-json/wp/v2/posts?per_page=2", (("X-WP-TotalPages", "3"),), NEXT),
        ("/wp-json/wp/v2/posts?per_page=2&page=3", (("X-WP-TotalPages", "3"),), None),
        ("/wp-json/wp/v2/posts?per_page=2", (("Link", f'<{HOST}/x>; rel="prev", <{HOST}{NEXT}>; rel="next"'),), NEXT),
        ("/wp-json/wp/v2/posts?per_page=2", (("link", f"<{NEXT}>; rel=next"),), NEXT),
        ("/wp-json/wp/v2/posts?per_page=2", (), NEXT),
        ("/wp-json/wp/v2/posts?per_page=100", (), None),
        ("/wp-json/wp/v2/posts?per_page=2", (("X-WP-TotalPages", "1"),), None),
    ],
)
def test_further_pages_of_posts_are_told_by_the_fields_of_the_answer(
    path: str, headers: tuple[tuple[str, str], ...], next_page: str | None
) -> None:
    found = read(json.dumps([post(1), post(2)]), path, Target.REST, headers=headers)
    assert further(found) == ([next_page] if next_page else [])
    if next_page:
        assert found.candidates[-1].target is Target.REST


def test_an_interface_without_posts_names_none() -> None:
    found = read("[]", "/wp-json/wp/v2/posts", Target.REST, headers=(("X-WP-TotalPages", "0"),))
    assert (found.kind, found.candidates) == (FoundKind.REST, ())


def test_what_an_interface_says_instead_is_noted() -> None:
    found = read('{"code": "rest_forbidden", "message": "Sorry."}', "/wp-json/wp/v2/posts", Target.REST)
    assert found.kind is FoundKind.NOTHING
    assert found.notes == ("a list of posts was expected here, and it is other JSON, which says: Sorry.",)


@pytest.mark.parametrize("root", [f"{HOST}/wp-json/", f"{HOST}/wp-json", f"{HOST}/?rest_route=/"])
def test_posts_changed_since_an_instant_can_be_asked_for(root: str) -> None:
    since = datetime(2026, 11, 20, 10, tzinfo=UTC)
    asked = rest_modified_since(root, since)
    assert "orderby=modified" in asked
    assert "modified_after=2026-11-20T10%3A00%3A00Z" in asked
    assert "/wp/v2/posts" in asked
    assert rest_modified_since(posts_url(root), since) == asked

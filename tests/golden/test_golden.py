"""Pages of our own, and what must come out of them: one test a field, so a wrong byline does not hide a wrong date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from pipelines.extract.profile import EMPTY
from pipelines.flow import read_page
from pipelines.values import Draft, Page, Reading

HERE = Path(__file__).parent
NAMES = sorted(folder.name for folder in HERE.iterdir() if (folder / "expected.json").exists())


@cache
def expected(name: str) -> dict[str, object]:
    content = json.loads((HERE / name / "expected.json").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


@cache
def page(name: str) -> Page:
    given = expected(name)["page"]
    assert isinstance(given, dict)
    return Page(
        url=given["url"],
        body=(HERE / name / "page.html").read_bytes(),
        captured_at=datetime.fromisoformat(given["captured_at"]),
        headers=(("Content-Type", given["content_type"]), *map(tuple, given.get("headers", []))),
    )


@cache
def reading(name: str) -> Reading:
    return read_page(page(name), EMPTY)


def value(draft: Draft, field: str) -> object:
    """A draft's field in the form that JSON has."""
    match field:
        case "text":
            return draft.text.split("\n\n")
        case "kinds":
            return [block.kind for block in draft.blocks]
        case "times" | "captions":
            return [block.text for block in draft.blocks if f"{block.kind}s" == field]
        case "sources":
            return [block.url for block in draft.blocks if block.url is not None]
        case "paths":
            return [block.path for block in draft.blocks]
        case "images":
            return [[image.url, image.alt, image.caption, image.credit] for image in draft.images]
        case "links":
            return [[link.url, link.text] for link in draft.links]
    found = getattr(draft, field)
    return [str(entry) for entry in found] if isinstance(found, tuple) else found


def further(name: str) -> list[object] | None:
    """Which page of its article a page is: its number, the address of the first one, those of the others it names."""
    paging = reading(name).paging
    return None if paging is None else [paging.number, paging.first_url, [url for _, url in paging.further]]


def fields() -> Iterator[tuple[str, int, str]]:
    for name in NAMES:
        drafts = expected(name)["drafts"]
        assert isinstance(drafts, list)
        for place, draft in enumerate(drafts):
            yield from ((name, place, field) for field in draft)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_page_ends_as_it_must(name: str) -> None:
    drafts = expected(name)["drafts"]
    assert isinstance(drafts, list)
    found = reading(name)
    assert (found.outcome, found.reason, len(found.drafts)) == (
        expected(name)["outcome"],
        expected(name)["reason"],
        len(drafts),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_page_knows_which_page_of_its_article_it_is(name: str) -> None:
    assert further(name) == expected(name).get("paging")


@pytest.mark.parametrize(("name", "place", "field"), list(fields()))
def test_a_golden_field_is_as_it_must_be(name: str, place: int, field: str) -> None:
    drafts = expected(name)["drafts"]
    assert isinstance(drafts, list)
    assert value(reading(name).drafts[place], field) == drafts[place][field]

"""From a draft to its line: every key, sound text, and digests that show what changed."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.article.build import (
    CONTENT_FIELDS,
    Origin,
    Revision,
    build,
    build_removed,
    content_digests,
    kept_content,
    text_sha256,
)
from pipelines.article.jsonl import canonical_json, file_sha256, read_lines, to_line, write_part
from pipelines.article.schema import Article
from pipelines.publish.rebuild import content_of
from pipelines.reasons import Event, Flag
from pipelines.values import Block, Draft, Image, Link, Page, RecordRef, Removal

URL = "https://news.example.org/a"
NOW = datetime(2026, 11, 22, 3, 0, 1, 250000, tzinfo=UTC)
PAGE = Page(URL, b"", NOW, headers=(("X-Robots-Tag", "noarchive"), ("tdm-reservation", "1")))
RECORD = RecordRef("warc/x", 10, 20, "urn:uuid:1", "sha256:d")
ORIGIN = Origin("news.example.org", "20261122T030000Z-00000a", "pressarc 0", {"lxml": "6"}, "f" * 64)
NEW = Revision(1, Event.NEW)
DRAFT = Draft(
    url=URL,
    text="One paragraph.\n\nAnother — with ünïcode.",
    blocks=(Block("paragraph", "One paragraph.", "/html/body/p[1]"),),
    headline="A headline",
    authors=("Ada Quill", "Ben Reed"),
    published_at="2026-11-20",
    images=(Image("https://e.org/i.png", alt="An image"),),
    links=(Link("https://e.org/", "there"),),
    flags=(Flag.SHORT,),
    removed=(Removal("Continue Reading", "repeated", 7),),
)

KEYS = [
    "schema",
    "id",
    "revision",
    "event",
    "url",
    "url_captured",
    "site",
    "headline",
    "description",
    "authors",
    "section",
    "keywords",
    "language",
    "published_at",
    "modified_at",
    "captured_at",
    "text",
    "blocks",
    "images",
    "links",
    "access",
    "rights",
    "quality",
    "duplicate_of",
    "text_sha256",
    "simhash",
    "changes",
    "moved_to",
    "provenance",
]


def test_every_key_is_present_and_in_the_order_of_the_format() -> None:
    line = json.loads(to_line(build(DRAFT, PAGE, RECORD, ORIGIN, NEW)))
    assert list(line) == KEYS
    assert line["schema"] == "pressarc.article/1"
    assert line["captured_at"] == "2026-11-22T03:00:01.250000Z"
    assert line["quality"] == {
        "words": 5,
        "flags": ["short"],
        "removed": [{"text": "Continue Reading", "rule": "repeated", "support": 7}],
    }
    assert line["images"] == [{"url": "https://e.org/i.png", "alt": "An image", "caption": None, "credit": None}]
    assert line["provenance"] == {
        "run": ORIGIN.run,
        "warc": {"key": "warc/x", "offset": 10, "length": 20, "record_id": "urn:uuid:1", "payload_digest": "sha256:d"},
        "extractor": "pressarc 0",
        "versions": {"lxml": "6"},
        "profile": "f" * 64,
        "path": "trafilatura",
        "embedded": False,
        "further": [],
    }
    assert (line["rights"]["x_robots_tag"], line["rights"]["tdm_reservation"]) == ("noarchive", "1")


def test_the_id_is_a_digest_of_the_canonical_url() -> None:
    assert build(DRAFT, PAGE, RECORD, ORIGIN, NEW).id == hashlib.sha256(URL.encode()).hexdigest()[:32]


def test_a_removed_article_has_no_content_but_every_key() -> None:
    line = json.loads(to_line(build_removed(URL, DRAFT.id, PAGE, RECORD, ORIGIN, Revision(2, Event.REMOVED))))
    assert list(line) == KEYS
    kept = {"schema", "id", "revision", "event", "url", "url_captured", "site", "captured_at", "provenance"}
    assert {key for key, value in line.items() if value is not None} == kept


@given(st.text(alphabet=st.characters(codec=None), max_size=30))
def test_whatever_a_page_spells_the_line_is_sound_utf8(text: str) -> None:
    odd = replace(
        DRAFT,
        text=text,
        headline=text,
        description=text,
        authors=(text,),
        keywords=(text,),
        section=text,
        language=text,
        access_why=text,
        blocks=(Block("paragraph", text, "/p"),),
        images=(Image(URL, alt=text, caption=text, credit=text),),
        links=(Link(URL, text),),
        removed=(Removal(text, "repeated", 1),),
    )
    article = build(odd, PAGE, RECORD, ORIGIN, NEW)
    line = to_line(article)
    assert line.count(b"\n") == 1
    assert Article.model_validate_json(line) == article
    assert article.text_sha256 == text_sha256(odd) == hashlib.sha256((article.text or "").encode()).hexdigest()


@pytest.mark.parametrize("field", CONTENT_FIELDS)
def test_a_change_of_a_content_field_shows_in_its_digest_alone(field: str) -> None:
    value = ("Eve",) if field == "authors" else "something else"
    before, after = content_digests(DRAFT), content_digests(replace(DRAFT, **{field: value}))  # type: ignore[arg-type]
    assert [name for name in before if before[name] != after[name]] == [field]


def test_what_surrounds_an_article_is_not_its_content() -> None:
    other = replace(
        DRAFT,
        images=(),
        links=(),
        keywords=("x",),
        flags=(),
        removed=(),
        extraction_path="other",
        modified_at="2026-11-21",
    )
    assert content_digests(other) == content_digests(DRAFT)


def test_null_and_empty_are_not_the_same() -> None:
    assert content_digests(replace(DRAFT, headline=None)) != content_digests(replace(DRAFT, headline=""))


def test_a_line_without_one_of_the_keys_is_refused_and_a_later_versions_key_is_passed_over() -> None:
    article = build(DRAFT, PAGE, RECORD, ORIGIN, NEW)
    line = to_line(article)
    assert Article.model_validate_json(line.replace(b'"simhash"', b'"mood":1,"simhash"')) == article
    with pytest.raises(ValidationError):
        Article.model_validate_json(re.sub(rb'"simhash":"\w+",', b"", line))


# ---------------------------------------------------------------- parts


@given(st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"") + b"\n"), max_size=10))
def test_a_part_gives_its_lines_back_and_the_same_lines_the_same_bytes(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = write_part(Path(folder) / "deep" / "one.jsonl.gz", lines)
        two = write_part(Path(folder) / "two.jsonl.gz", iter(lines))
        assert one.sha256 == two.sha256 == file_sha256(one.path)
        assert (one.lines, one.size_bytes) == (len(lines), one.path.stat().st_size)
        with one.path.open("rb") as stream:
            assert list(read_lines(stream, where="")) == lines


def test_a_part_that_fails_has_no_name(tmp_path: Path) -> None:
    def lines() -> object:
        yield b"one\n"
        raise KeyError

    with pytest.raises(KeyError):
        write_part(tmp_path / "part.jsonl.gz", lines())  # type: ignore[arg-type]
    assert not (tmp_path / "part.jsonl.gz").exists()


def test_canonical_json_is_sorted_and_has_no_nan() -> None:
    assert canonical_json({"b": 1, "a": ["ü"]}) == b'{\n "a": [\n  "\xc3\xbc"\n ],\n "b": 1\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": float("nan")})


def test_a_date_counted_back_from_the_capture_makes_no_revision() -> None:
    aged = replace(DRAFT, published_at="2026-11-21", flags=(Flag.DATE_RELATIVE,))

    assert content_digests(aged) == content_digests(replace(aged, published_at="2026-11-22"))
    assert content_of(build(aged, PAGE, RECORD, ORIGIN, NEW)) == kept_content(aged), (
        "as memory that is made again has it"
    )

"""The memory of a site: what is put in comes out, and a file that is none is named."""

from __future__ import annotations

import errno
import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ArchiveError
from pipelines.memory.site import KnownArticle, SiteMemory, read_snapshot, write_snapshot
from pipelines.memory.tables import disk_errors
from pipelines.memory.urls import KnownUrl
from pipelines.values import EarlierRecord, RecordRef

NOW = datetime(2026, 11, 22, 3, 0, 1, 250000, tzinfo=UTC)
RECORD = RecordRef("warc/site=e.org/x", 10, 20, "urn:uuid:1", "sha256:d")
ARTICLE = KnownArticle(
    id="a" * 32,
    url="https://e.org/ä",
    revision=3,
    removed=False,
    embedded=True,
    text_sha256="t",
    content={"text": "1", "headline": "2"},
    captured_at=NOW,
    record=RECORD,
)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[SiteMemory]:
    with SiteMemory(tmp_path / "memory.sqlite") as opened:
        yield opened


def test_an_article_comes_out_as_it_went_in(memory: SiteMemory) -> None:
    assert memory.article(ARTICLE.id) is None
    gone = replace(ARTICLE, id="b" * 32, removed=True, embedded=False, text_sha256=None, content={})
    no_digest = replace(ARTICLE, id="c" * 32, record=replace(RECORD, payload_digest=None))
    memory.remember_articles([no_digest, gone, ARTICLE])
    assert list(memory.articles()) == [ARTICLE, gone, no_digest]
    assert memory.article("b" * 32) == gone


def test_the_newest_revision_takes_the_place_of_the_one_before(memory: SiteMemory) -> None:
    memory.remember_articles([ARTICLE])
    memory.remember_articles([replace(ARTICLE, revision=4)])
    assert [each.revision for each in memory.articles()] == [4]


SEEN = KnownUrl(
    "https://e.org/",
    NOW,
    "article",
    200,
    etag='"e"',
    last_modified="Sun, 22 Nov 2026 03:00:00 GMT",
    payload_digest="sha256:d",
    target="feed",
    depth=2,
    expects_article=True,
    article="a" * 32,
    published_at=NOW - timedelta(days=3),
    changed_at=NOW - timedelta(days=2),
    modified_at=NOW - timedelta(days=1),
    idle=4,
    failures=5,
    due_at=NOW + timedelta(hours=6),
    record=EarlierRecord("urn:uuid:1", "https://e.org/?x", NOW, "sha256:d", "chunked", "gzip"),
)


def test_what_is_known_of_a_url_comes_out_as_it_went_in_and_its_first_sight_stays(
    memory: SiteMemory, tmp_path: Path
) -> None:
    memory.remember_urls([(NOW, SEEN)])
    assert memory.url("https://e.org/") == SEEN
    gone = KnownUrl("https://e.org/", NOW + timedelta(days=1), "removed", 410, spelling="https://E.org")
    memory.remember_urls([(NOW + timedelta(days=1), gone)])
    assert memory.url("https://e.org/") == gone
    with closing(sqlite3.connect(tmp_path / "memory.sqlite")) as database:
        rows = database.execute("SELECT first_seen_at, outcome FROM urls").fetchall()
    assert rows == [(NOW.isoformat(timespec="microseconds"), "removed")]


def known(path: str, **facts: object) -> KnownUrl:
    return replace(KnownUrl(f"https://e.org/{path}", NOW - timedelta(days=1), "article"), **facts)  # type: ignore[arg-type]


def test_what_is_due_comes_newest_first_sources_and_articles_apart(memory: SiteMemory) -> None:
    rows = [
        known("old", due_at=NOW, published_at=NOW - timedelta(days=9)),
        known("new", due_at=NOW - timedelta(hours=1), published_at=NOW - timedelta(days=1)),
        known("not-yet", due_at=NOW + timedelta(seconds=1)),
        known("never", due_at=None),
        known("feed", due_at=NOW, outcome="requisite", target="feed"),
        known("sport", due_at=NOW, outcome="listing"),
        known("left", due_at=NOW, outcome="refused", at=None),
    ]
    memory.remember_urls((NOW, row) for row in rows)
    paths = [each.url.rpartition("/")[2] for each in memory.due_articles(NOW, 10)]
    assert paths == ["new", "old"]
    assert [each.url for each in memory.due_articles(NOW, 1)] == ["https://e.org/new"]
    assert {each.url.rpartition("/")[2] for each in memory.due_sources(NOW, 10)} == {"feed", "sport", "left"}


def test_instants_of_any_zone_and_precision_are_due_in_their_order(memory: SiteMemory) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    memory.remember_urls([(NOW, known("east", due_at=east)), (NOW, known("whole", due_at=NOW.replace(microsecond=0)))])
    assert {each.url.rpartition("/")[2] for each in memory.due_articles(NOW, 9)} == {"east", "whole"}
    assert [each.url for each in memory.due_articles(NOW.replace(microsecond=0), 9)] == ["https://e.org/whole"]


def test_a_sitemap_is_known_by_what_it_listed_last(memory: SiteMemory) -> None:
    memory.remember_urls((NOW, known(path)) for path in "abc")
    memory.note_listed("https://e.org/1.xml", ["https://e.org/a", "https://e.org/b", "https://e.org/unknown"])
    memory.note_listed("https://e.org/2.xml", ["https://e.org/b", "https://e.org/c"])
    assert list(memory.listed_by(["https://e.org/1.xml"])) == ["https://e.org/a"]
    memory.note_dropped(["https://e.org/c"])
    assert list(memory.listed_by(["https://e.org/1.xml", "https://e.org/2.xml", "https://e.org/3.xml"])) == [
        "https://e.org/a",
        "https://e.org/b",
    ]


def test_what_is_known_again_stays_listed(memory: SiteMemory) -> None:
    memory.remember_urls([(NOW, known("a"))])
    memory.note_listed("https://e.org/1.xml", ["https://e.org/a"])
    memory.remember_urls([(NOW, known("a", idle=1))])
    assert list(memory.listed_by(["https://e.org/1.xml"])) == ["https://e.org/a"]


def test_facts_are_json_values_by_name(memory: SiteMemory) -> None:
    assert memory.fact("frontier") is None
    memory.learn_facts({"frontier": {"sessions": {"query:sid": "a1"}}, "other": [1, None]})
    memory.learn_facts({"other": "new"})
    assert memory.fact("frontier") == {"sessions": {"query:sid": "a1"}}
    assert memory.fact("other") == "new"


def test_a_memory_that_is_only_read_cannot_be_written(memory: SiteMemory, tmp_path: Path) -> None:
    memory.close()
    with SiteMemory(tmp_path / "memory.sqlite", read_only=True) as opened, pytest.raises(sqlite3.OperationalError):
        opened.remember_urls([(NOW, SEEN)])


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=20), st.integers(1, 5), max_size=8), max_size=5))
def test_support_is_the_sum_over_nights_and_repeated_lines_are_named(nights: list[dict[str, int]]) -> None:
    path = Path(":memory:")
    memory = SiteMemory(path)
    try:
        total: dict[str, int] = {}
        for night in nights:
            memory.add_lines(night)
            for line, support in night.items():
                total[line] = total.get(line, 0) + support
        assert memory.line_support([*total, "never seen \x00"]) == total
        assert memory.repeated_lines() == {line: support for line, support in total.items() if support > 1}
    finally:
        memory.close()


def test_what_fails_halfway_is_not_remembered_at_all(memory: SiteMemory) -> None:
    def rows() -> Iterator[KnownArticle]:
        yield ARTICLE
        raise KeyError

    with pytest.raises(KeyError):
        memory.remember_articles(rows())
    assert list(memory.articles()) == []
    memory.remember_articles([ARTICLE])
    assert memory.article(ARTICLE.id) == ARTICLE


def test_a_memory_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with SiteMemory(tmp_path / "m") as memory:
        memory.remember_articles([ARTICLE])
    with SiteMemory(tmp_path / "m") as memory:
        assert memory.article(ARTICLE.id) == ARTICLE
        memory.close()


@pytest.mark.parametrize("content", [b"not a database, though as long as a database's header would be" * 20, b""])
def test_a_file_that_is_no_memory_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ArchiveError) as caught:
        SiteMemory(tmp_path / "m")
    assert caught.value.where == str(tmp_path / "m")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no readable site memory"):
        SiteMemory(tmp_path / "none" / "m")


def test_a_memory_of_another_version_is_left_alone(tmp_path: Path) -> None:
    with SiteMemory(tmp_path / "m"):
        pass
    database = sqlite3.connect(tmp_path / "m")
    database.execute("PRAGMA user_version = 4")
    database.close()
    with pytest.raises(ArchiveError, match="version 4"):
        SiteMemory(tmp_path / "m")


def test_a_snapshot_is_the_memory_and_has_one_digest(tmp_path: Path) -> None:
    with SiteMemory(tmp_path / "m") as memory:
        memory.remember_articles([ARTICLE])
    write_snapshot(tmp_path / "m", tmp_path / "one.gz")
    write_snapshot(tmp_path / "m", tmp_path / "two.gz")
    packed = (tmp_path / "one.gz").read_bytes()
    assert packed == (tmp_path / "two.gz").read_bytes()
    read_snapshot(packed, tmp_path / "back", where="k")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "m").read_bytes()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"x",
        b"\x1f\x8b",
        gzip.compress(b"some bytes", mtime=0)[:-3],
        gzip.compress(b"some", mtime=0)[:10] + b"\xff" * 20,
    ],
)
def test_what_is_no_snapshot_is_named_and_nothing_is_written(tmp_path: Path, packed: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        read_snapshot(packed, tmp_path / "m", where="memory/k")
    assert caught.value.where == "memory/k"
    assert list(tmp_path.iterdir()) == []


def test_the_originals_are_the_articles_that_repeat_no_other_one(memory: SiteMemory) -> None:
    original = replace(ARTICLE, id="b" * 32, simhash=2**64 - 1)
    gone = replace(ARTICLE, id="c" * 32, simhash=7, removed=True)
    copy = replace(ARTICLE, id="d" * 32, simhash=6, duplicate_of=gone.id)
    memory.remember_articles([ARTICLE, original, gone, copy])
    assert dict(memory.originals()) == {original.id: 2**64 - 1, gone.id: 7}
    assert memory.article(copy.id) == copy


def test_of_a_forgotten_article_no_digest_is_left(memory: SiteMemory) -> None:
    memory.remember_articles([replace(ARTICLE, simhash=5, duplicate_of="d" * 32)])
    memory.forget(ARTICLE.id, ARTICLE.url, [])
    left = memory.article(ARTICLE.id)
    assert left is not None
    assert left.is_taken_down
    assert (left.simhash, left.duplicate_of, left.content) == (None, None, {})
    assert list(memory.originals()) == []


def test_a_full_disk_is_an_error_of_the_disk_and_the_memory_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with SiteMemory(path) as memory:
        memory.remember_articles([ARTICLE])
    with closing(sqlite3.connect(path)) as database, pytest.raises(OSError, match="disk is full") as caught:  # noqa: PT012
        database.execute("PRAGMA max_page_count = 1")
        with disk_errors(path):
            database.executemany("INSERT INTO facts VALUES (?, ?)", ((str(n), "x" * 4096) for n in range(9)))
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))
    with SiteMemory(path) as memory:
        assert list(memory.articles()) == [ARTICLE]

"""A reader that was written from FORMAT.md alone reads an archive, and sees what is wrong with it."""

from __future__ import annotations

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from pipelines.article import simhash
from pipelines.page.text import word_count
from pipelines.publish.takedown import take_down
from pipelines.publish.whereabouts import find
from pipelines.publish.work import SiteFolder
from pipelines.store.local import LocalStore
from tests.damage import format_reader
from tests.damage.museum import Museum
from tests.unit.publish.nights import FIRST_NIGHT, SITE, id_of, suffixes, url_of


def test_it_reads_every_line_and_follows_each_to_its_record(museum: Museum) -> None:
    lines, wrong = format_reader.read(museum.folder)
    assert wrong == []
    assert sorted((line["id"], line["revision"]) for line in lines) == sorted(
        [(id_of("bakery"), 1), (id_of("quarry"), 1), (id_of("quarry"), 2), (id_of("bakery"), 2)]
    )


def test_it_reads_an_archive_that_an_article_was_taken_out_of(museum: Museum) -> None:
    store = LocalStore(museum.folder)
    with closing(SiteFolder(museum.folder / ".work", SITE)) as folder:
        found = find(store, SITE, url_of("quarry"))
        take_down(store, folder, found, reason="x", now=FIRST_NIGHT, new_suffix=suffixes(0x77))
    lines, wrong = format_reader.read(museum.folder)
    assert wrong == []
    assert [line["text"] for line in lines if line["id"] == id_of("quarry")] == [None, None]


def test_it_sees_a_word_that_was_changed_though_all_digests_are_right(museum: Museum) -> None:
    museum.change_lines(
        museum.key(1, "articles"), lambda lines: [lines[0].replace(b"on Friday", b"on Monday"), *lines[1:]]
    )
    museum.set_right(1)
    assert format_reader.read(museum.folder)[1] == [f"{url_of('bakery')}, revision 1"]


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("aß ﬁ…'-_ Ⅷ9\u0301ก中かकि\u200d\xa0"))
def test_words_and_simhashes_are_what_the_format_says(text: str) -> None:
    assert format_reader.simhash(text) == simhash.to_hex(simhash.simhash(text))
    assert len(format_reader.words(text)) == word_count(text)

"""What makes a revision and what does not: the article's words do, and nothing around them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.build import content_digests
from pipelines.extract.profile import EMPTY
from pipelines.publish.guarded import Crew
from pipelines.publish.reread import reread
from pipelines.publish.resolve import Fate, resolve
from pipelines.store.local import LocalStore
from pipelines.values import Block, Draft
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.unit.publish.nights import FIRST_NIGHT, SITE, article_page, lines_of, night, url_of
from tests.unit.publish.test_resolve import CONTENT, archived, seen

SECOND_NIGHT = FIRST_NIGHT + timedelta(days=1)
THIRD_NIGHT = FIRST_NIGHT + timedelta(days=2)


def visited(topic: str, *, views: int, ago: str, most_read: str, token: str, also: str = "") -> bytes:
    """The topic's page as one visitor gets it: counters and clocks in and around the article, a sidebar, a token."""
    page = article_page(topic, nonce=token).decode()
    inside = f"<p>{ago}</p><p>{views:,} views</p>"
    aside = f"<aside><h2>Most read</h2><ol><li><a href='/x'>{most_read}</a></li></ol><p>{views + 3} readers</p></aside>"
    page = page.replace('<div itemprop="articleBody">', f'<div itemprop="articleBody">{inside}')
    return page.replace("</div></article>", f"{also}</div></article>").replace("</main>", f"</main>{aside}").encode()


def events(archive: Path, pages: list[tuple[str, bytes, int]], at_night: int) -> list[tuple[str, str]]:
    manifest = night(archive, pages, at=FIRST_NIGHT + timedelta(days=at_night))
    lines = lines_of(LocalStore(archive), manifest, "articles")
    return [(str(line["url"]), str(line["event"])) for line in lines]


def test_sidebars_counters_and_clocks_make_no_revision(tmp_path: Path) -> None:
    views = [
        visited("bakery", views=12, ago="3 hours ago", most_read="The quarry floods", token="t1"),
        visited("bakery", views=14_921, ago="27 hours ago", most_read="The mayor resigns today", token="t2"),
        visited("bakery", views=1_000_402, ago="21 November, 09:40", most_read="Snow is expected", token="t3"),
    ]
    url = url_of("bakery")
    assert [events(tmp_path, [(url, page, 200)], number) for number, page in enumerate(views)] == [
        [(url, "new")],
        [],
        [],
    ]


def test_what_is_learnt_later_makes_no_revision(tmp_path: Path) -> None:
    also = "<p>You will find more stories about our town and its people in the weekend edition of this newspaper.</p>"

    def page(topic: str, token: str) -> tuple[str, bytes, int]:
        return url_of(topic), visited(topic, views=7, ago="now", most_read="Snow", token=token, also=also), 200

    first = night(tmp_path, [page("bakery", "t1")])
    (line,) = lines_of(LocalStore(tmp_path), first, "articles")
    assert "weekend edition" in str(line["text"])  # one page alone cannot tell that it is none of the article
    others = ["quarry", "tramway", "orchestra", "vineyard", "observatory"]
    night(tmp_path, [page(topic, "t2") for topic in others], at=SECOND_NIGHT)
    assert events(tmp_path, [page("bakery", "t3"), page("shipyard", "t3")], 2) == [(url_of("shipyard"), "new")]


def test_a_word_of_the_article_makes_a_revision_that_names_its_paragraph(tmp_path: Path) -> None:
    page = visited("bakery", views=12, ago="3 hours ago", most_read="The quarry floods", token="t1")
    night(tmp_path, [(url_of("bakery"), page, 200)])
    corrected = page.replace(b"has kept the", b"had kept the", 1).replace(b"12 views", b"13 views")
    second = night(tmp_path, [(url_of("bakery"), corrected, 200)], at=SECOND_NIGHT)
    (line,) = lines_of(LocalStore(tmp_path), second, "articles")
    changes = line["changes"]
    assert isinstance(changes, dict)
    assert changes["fields"] == ["text"]
    paragraphs = str(line["text"]).split("\n\n")
    (number,) = [place for place, paragraph in enumerate(paragraphs) if "had kept the" in paragraph]
    assert any(change["current"][0] <= number < change["current"][1] for change in changes["paragraphs"])
    assert verify(LocalStore(tmp_path), Scope((SITE,)), lambda *_: None).findings == []


passing = st.sampled_from(["3 hours ago", "1,204 views", "Updated 12:40", "vor 5 Minuten", "3 時間前", "१२ मिनट पहले"])
WORDS = "The ferry sails again from Sunday, the harbour office said."


@given(st.lists(st.tuples(passing, st.integers(0, 2)), max_size=4))
def test_a_draft_is_the_same_with_any_counters_and_clocks_between_its_paragraphs(
    noise: list[tuple[str, int]],
) -> None:
    plain = [WORDS, "12 people were on board.", "Nobody was hurt"]
    noisy = list(plain)
    for text, place in noise:
        noisy.insert(place, text)
    assert content_digests(draft_of(noisy)) == content_digests(draft_of(plain))


@pytest.mark.parametrize("words", ["an hour ago", "il y a deux heures", "час назад", "godzinę temu", "一小时前"])
def test_a_time_in_words_makes_no_difference_in_any_language(words: str) -> None:
    plain = draft_of([WORDS, "12 people were on board.", "Nobody was hurt."])
    for place in range(4):
        paragraphs = plain.text.split("\n\n")
        assert content_digests(draft_of([*paragraphs[:place], words, *paragraphs[place:]])) == content_digests(plain)


def test_lines_of_an_article_that_is_made_of_short_ones_count() -> None:
    one, other = (draft_of(["The ferry", line, "Home again"]) for line in ("Over the river", "Under the bridge"))
    assert content_digests(one) != content_digests(other)


@pytest.mark.parametrize("kind", ["heading", "list_item", "table_row", "quote"])
def test_a_number_in_a_list_a_table_or_a_heading_counts(kind: str) -> None:
    before, after = (Draft("u", f"{WORDS}\n\n{dead}", (Block(kind, dead, "/p"),)) for dead in ("Dead: 12", "Dead: 15"))
    assert content_digests(before) != content_digests(after)


def test_a_score_amid_the_text_counts_and_a_date_there_does_not() -> None:
    lines = ("Thornby 3 Eastfield 1", "Thornby 3 Eastfield 2", "20 Nov 2026, 9:30", "21 Nov 2026, 9:45")
    one, other, dated, again = (content_digests(draft_of([WORDS, line, WORDS])) for line in lines)
    assert one != other
    assert dated == again


def draft_of(paragraphs: list[str]) -> Draft:
    return Draft("u", "\n\n".join(paragraphs), tuple(Block("paragraph", text, "/p") for text in paragraphs))


def test_an_article_whose_earlier_page_reads_the_same_tonight_is_unchanged() -> None:
    known = archived(content={**CONTENT, "text": "as it was read then"})
    (verdict,) = resolve([seen()], lambda _: known, (), reread=lambda _: CONTENT).values()
    assert verdict.fate is Fate.UNCHANGED
    (verdict,) = resolve([seen()], lambda _: known, (), reread=lambda _: {**CONTENT, "text": "else"}).values()
    assert verdict.fate is Fate.WRITTEN


def test_a_record_that_is_gone_or_damaged_tells_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert reread([archived()], store, EMPTY, Crew(1)) == {}
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc" / "k").write_bytes(b"no record at all, and longer than where it would lie")
    assert reread([archived()], store, EMPTY, Crew(1)) == {}

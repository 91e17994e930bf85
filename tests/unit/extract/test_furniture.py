from __future__ import annotations

from pipelines.extract.furniture import Cleaned, clean
from pipelines.extract.profile import EMPTY, Profile
from pipelines.page.blocks import blocks_of
from pipelines.page.text import line_key, pattern_of
from pipelines.page.tree import body_of, parse

BODY = "<p>The council met on Tuesday evening and spoke about the ferry until the lamps went out over the river.</p>"
TEXT = "The council met on Tuesday evening and spoke about the ferry until the lamps went out over the river."


def cleaned(html: str, profile: Profile = EMPTY, *, description: str | None = None) -> Cleaned:
    blocks = blocks_of(body_of(parse(html)))
    return clean(blocks, range(len(blocks)), ["The ferry stays"], ["Ana Diaz"], description, profile)


def removed(html: str, profile: Profile = EMPTY) -> list[tuple[str, str, int]]:
    return [(removal.text, removal.rule, removal.support) for removal in cleaned(html, profile).removed]


def knows(*lines: str) -> Profile:
    return Profile(furniture={line_key(line): 7 for line in lines}, articles=20)


def test_the_headline_is_no_part_of_the_body() -> None:
    assert removed(f"<h2>The Ferry Stays!</h2>{BODY}") == [("The Ferry Stays!", "headline", 1)]


def test_a_short_line_above_the_headline_goes_with_it() -> None:
    html = f"<h2>Harbour dispute</h2><h1>The ferry stays</h1>{BODY}"
    assert [text for text, *_ in removed(html)] == ["Harbour dispute", "The ferry stays"]


def test_a_line_known_from_other_articles_goes_and_its_support_is_told() -> None:
    line = "Our standards: we check what we print."
    assert removed(f"{BODY}<p>{line}</p>", knows(line)) == [(line, "repeated", 7)]


def test_repeated_lines_that_are_most_of_an_article_stay() -> None:
    assert removed(f"{BODY}<p>Short.</p>", knows(TEXT)) == []


def test_lines_of_nearly_all_articles_go_from_a_short_one_too() -> None:
    notes = [f"This note number {word} stands below each article and is rather long." for word in ("one", "two")]
    html = f"{BODY}{''.join(f'<p>{note}</p>' for note in notes)}"
    known = {line_key(note): 19 for note in notes}
    assert [text for text, *_ in removed(html, Profile(furniture=known, articles=20))] == notes
    assert removed(html, Profile(furniture=known, articles=60)) == []


def test_a_line_that_sums_up_the_article_stays_however_often_others_tease_with_it() -> None:
    html = f"<p>The ferry stays in service.</p>{BODY}"
    found = cleaned(html, knows("The ferry stays in service."), description="The ferry stays in service. More inside.")
    assert found.removed == ()


def test_a_phrase_goes_only_where_it_is_a_whole_block() -> None:
    html = f"{BODY}<p>Advertisement</p><p>The advertisement was seen by nobody at all in the town.</p>"
    assert removed(html) == [("Advertisement", "phrase", 1)]


def test_a_link_to_more_goes_and_a_sentence_that_begins_alike_stays() -> None:
    html = (
        f'{BODY}<p>Read more: <a href="/x">The mill is sold again</a></p><p>Read more of this and you will see it.</p>'
    )
    assert removed(html) == [("Read more: The mill is sold again", "phrase", 1)]


def test_links_below_the_last_of_the_text_go_and_links_within_it_stay() -> None:
    html = f'<p><a href="/a">A linked line</a></p>{BODY}<h4><a href="/x">Another story</a></h4>'
    assert removed(html) == [("Another story", "teaser", 1)]


def test_a_byline_and_a_date_at_the_top_go() -> None:
    html = f"<p>By Ana Diaz</p><p>November 20, 2026</p>{BODY}"
    assert [rule for _, rule, _ in removed(html)] == ["byline", "date"]


def test_a_time_in_words_goes_in_any_language_and_a_sentence_with_a_time_in_it_stays() -> None:
    line = '<p><time datetime="2026-11-20T10:00:00Z">{}</time></p>'
    html = (
        f"{BODY}{line.format('il y a deux heures')}{BODY}<p>It sank on <time datetime='2026-11-20'>Friday</time>.</p>"
    )
    assert removed(html) == [("il y a deux heures", "date", 1)]


def test_nothing_goes_from_a_plain_article() -> None:
    assert cleaned(BODY * 3).removed == ()


def test_a_long_line_that_counts_something_anew_on_each_page_goes() -> None:
    profile = Profile(furniture={pattern_of(line_key("Already 1,204 readers have joined our circle of friends.")): 7})
    line = "Already 1,377 readers have joined our circle of friends."
    assert removed(f"{BODY}<p>{line}</p>", profile) == [(line, "repeated", 7)]
    assert removed(f"{BODY}<p>3 eggs.</p>", Profile(furniture={"2 eggs": 7})) == []


def test_an_agencys_byline_goes_though_it_names_nobody() -> None:
    assert removed(f"<p>By Reuters</p>{BODY}<p>By noon</p>") == [("By Reuters", "byline", 1)]


def test_a_clock_time_by_itself_goes() -> None:
    assert removed(f"<p>17:45</p>{BODY}<p>9.30 am</p>{BODY}") == [("17:45", "date", 1), ("9.30 am", "date", 1)]

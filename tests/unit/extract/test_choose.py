from __future__ import annotations

from pipelines.extract.choose import agreement, choose
from pipelines.extract.prepare import CHECKED_EVERY, PreparedPart, is_checked
from pipelines.extract.profile import EMPTY, Profile
from pipelines.extract.template import Node
from pipelines.flow import prepare_page, read_page, read_prepared, survey_prepared
from pipelines.values import Page
from tests.unit.extract.pages import AT, BODY, URL, paragraphs

NOTES = [
    "Twelve photographs of the ferry in all weathers hang in the town library, where they may be seen for nothing.",
    "The ferry was built in 1911 at the yard beyond the bend and has had four engines and one piano since that time.",
    "Whoever has found a grey glove with a hole in its thumb is asked to leave it with the harbour office on the pier.",
]
HTML = f'<article><h1>The ferry stays</h1><div class="body">{paragraphs(BODY)}</div></article>'
WITH_NOTES = f'{HTML}<div class="notes">{paragraphs(NOTES)}</div>'
TEXT, NOTE = "p<div.body<article<body<html", "p<div.notes<body<html"


def urls(*, checked: bool) -> str:
    return next(url for number in range(9999) if is_checked(url := f"{URL}-{number}") is checked)


def part(url: str, known: Profile, html: str = HTML) -> PreparedPart:
    (found,) = prepare_page(Page(url, html.encode(), AT), known, insist=True).parts
    return found


def profile(text: str, other: str) -> Profile:
    return Profile(nodes={text: Node(900, 0, 9), other: Node(0, 900, 9)})


RIGHT, WRONG = profile(TEXT, NOTE), profile(NOTE, TEXT)


def test_a_known_template_spares_the_general_extractor() -> None:
    found = part(urls(checked=False), RIGHT)
    assert found.taught is None
    choice = choose(found, RIGHT)
    assert choice is not None
    assert (choice.way, [found.passages[index].text for index in choice.kept]) == ("template", BODY)


def test_where_a_template_that_seemed_to_spare_the_extractor_is_gone_it_has_to_be_asked() -> None:
    page = Page(urls(checked=False), HTML.encode(), AT)
    prepared = prepare_page(page, RIGHT)
    assert read_prepared(prepared, EMPTY) is None
    assert read_page(page, EMPTY).drafts[0].text.split("\n\n") == BODY


def test_an_article_of_the_checked_share_is_read_both_ways_and_the_extractor_is_believed() -> None:
    found = part(urls(checked=True), WRONG, WITH_NOTES)
    choice = choose(found, WRONG)
    assert choice is not None
    assert choice.way == "trafilatura-not-template"
    assert [found.passages[index].text for index in choice.kept][: len(BODY)] == BODY
    agreed = choose(part(urls(checked=True), RIGHT), RIGHT)
    assert agreed is not None
    assert agreed.way == "template"


def test_checked_articles_say_whether_the_template_still_holds() -> None:
    def says(url: str, known: Profile) -> bool | None:
        return survey_prepared(prepare_page(Page(url, WITH_NOTES.encode(), AT), known), known).parts[0].bears_out

    assert says(urls(checked=True), RIGHT) is True
    assert says(urls(checked=True), WRONG) is False
    assert says(urls(checked=False), RIGHT) is None
    assert says(urls(checked=True), EMPTY) is None


def test_what_is_known_while_a_page_is_prepared_changes_nothing_in_what_is_read() -> None:
    for url in (urls(checked=True), urls(checked=False)):
        page = Page(url, WITH_NOTES.encode(), AT)
        for known in (EMPTY, RIGHT, WRONG):
            again = read_prepared(prepare_page(page, known), RIGHT)
            assert again in (None, read_page(page, RIGHT))


def test_about_one_article_in_so_many_is_checked() -> None:
    count = sum(is_checked(f"{URL}-{number}") for number in range(CHECKED_EVERY * 100))
    assert 50 < count < 200


def test_agreement_is_the_share_of_words_that_both_chose() -> None:
    passages = part(URL, EMPTY).passages
    assert agreement(passages, (), ()) == 1.0
    assert agreement(passages, (0, 1), (0, 1)) == 1.0
    assert agreement(passages, (1,), (2,)) == 0.0

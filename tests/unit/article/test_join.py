"""The pages of one article, joined."""

from __future__ import annotations

from pipelines.article.join import Sheet, join
from pipelines.reasons import Flag
from pipelines.values import Block, Draft, Image, Link, Paging

URL = "https://paper.example/the-ferry-stays"
LINES = [
    "The ferry between the two halves of the town will run until the spring, the council decided on Tuesday evening.",
    "It had been meant to stop in December, when the new bridge was to open, but the bridge has no railing so far.",
    "The captain, who has crossed the river eleven thousand times by his own count, said he had packed for nothing.",
    "Commuters were told by loudspeaker while they stood on deck, and the ones in front began to clap their gloves.",
    "A season ticket costs what it did last year, the harbour office said, and dogs may still travel without one.",
]


def sheet(number: int, *lines: str, names: tuple[int, ...] = (), **changes: object) -> Sheet:
    blocks = tuple(Block("paragraph", line, f"/p[{place}]") for place, line in enumerate(lines, 1))
    draft = Draft(URL, "\n\n".join(lines), blocks, headline="The ferry stays", **changes)  # type: ignore[arg-type]
    return Sheet(draft, Paging(URL, number, tuple((each, f"{URL}/{each}") for each in names)))


def test_the_text_of_all_pages_stands_in_order_and_the_rest_is_the_first_pages() -> None:
    first = sheet(1, *LINES[:2], names=(2, 3), authors=("Ada Quill",), flags=(Flag.SHORT,))
    joined = join(first, [sheet(2, LINES[2]), sheet(3, *LINES[3:], authors=("Somebody",))])
    assert joined.draft.text == "\n\n".join(LINES)
    assert joined.first_blocks == (2, 3)
    assert joined.draft.authors == ("Ada Quill",)
    assert joined.draft.flags == ()


def test_what_a_further_page_says_again_is_removed_and_told() -> None:
    joined = join(sheet(1, *LINES[:2], names=(2,)), [sheet(2, "The ferry stays", LINES[0], *LINES[2:])])
    assert joined.draft.text == "\n\n".join(LINES)
    assert [(each.rule, each.text) for each in joined.draft.removed] == [
        ("page", "The ferry stays"),
        ("page", LINES[0]),
    ]


def test_the_pager_is_no_text() -> None:
    pages = [
        sheet(1, *LINES[:2], "Page 1 of 2", names=(2,)),
        sheet(2, *LINES[2:], "Page 2 of 2"),
    ]
    assert join(pages[0], pages[1:]).draft.text == "\n\n".join(LINES)


def test_a_page_that_is_named_and_was_not_had_is_told() -> None:
    assert Flag.PAGES_MISSING in join(sheet(1, *LINES[:2], names=(2,)), []).draft.flags
    gap = join(sheet(1, *LINES[:2], names=(2, 3)), [sheet(3, *LINES[3:])]).draft
    assert Flag.PAGES_MISSING in gap.flags
    assert gap.text.endswith(LINES[-1])
    named_last = join(sheet(1, *LINES[:2], names=(2,)), [sheet(2, *LINES[2:], names=(3,))]).draft
    assert Flag.PAGES_MISSING in named_last.flags


def test_a_page_that_repeats_the_first_ends_the_article_and_nothing_is_missing() -> None:
    again = sheet(2, *LINES, "A comment that stands on the second page only, as readers wrote it there.", names=(3, 4))
    joined = join(sheet(1, *LINES, names=(2, 3, 4)), [again])
    assert joined.draft.text == "\n\n".join(LINES)
    assert Flag.PAGES_MISSING not in joined.draft.flags
    assert joined.first_blocks == (5,)


def test_pictures_and_links_of_all_pages_are_kept_each_once() -> None:
    pictures = [Image("https://paper.example/one.png"), Image("https://paper.example/two.png")]
    links = [Link("https://a.example/", "a"), Link("https://b.example/", "b")]
    first = sheet(1, *LINES[:2], names=(2,), images=(pictures[0],), links=(links[0],))
    joined = join(first, [sheet(2, *LINES[2:], images=tuple(pictures), links=(links[1], links[0]))])
    assert joined.draft.images == tuple(pictures)
    assert joined.draft.links == tuple(links)


def test_a_promise_of_words_is_kept_by_all_pages_together() -> None:
    first = sheet(1, *LINES[:2], names=(2,), promised_words=100, flags=(Flag.CUT_SHORT,), access_declared="free")
    joined = join(first, [sheet(2, *LINES[2:])]).draft
    assert joined.access_measured == "free"
    assert Flag.CUT_SHORT not in joined.flags

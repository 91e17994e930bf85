from __future__ import annotations

from pipelines.extract.part import Part
from pipelines.extract.split import split
from pipelines.page.blocks import blocks_of
from pipelines.page.facts import read_facts
from pipelines.page.tree import body_of, parse

URL = "https://paper.example/2026/11/lead-story-of-the-day/"


def text(word: str, paragraphs: int = 3) -> str:
    return "".join(
        f"<p>The {word} of the town was opened on Tuesday by the mayor, who spoke for {n} minutes and then went home "
        f"to plant the last of her tulips before the frost.</p>"
        for n in range(2, 2 + paragraphs)
    )


def parts(body: str, head: str = "", url: str = URL) -> list[Part]:
    root = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    return list(split(root, read_facts(root, url), blocks_of(body_of(root))))


def urls(found: list[Part]) -> list[tuple[str, bool]]:
    return [(part.url.removeprefix("https://paper.example"), part.is_lead) for part in found]


LEAD = f"<article><h1>Lead story of the day</h1>{text('bridge')}</article>"
LEAD_PATH = "/2026/11/lead-story-of-the-day/"


def test_a_page_of_one_article_is_one_part() -> None:
    (part,) = parts(f"<div>{LEAD}</div><p>Footer words</p>")
    assert (part.url, part.is_lead, part.is_whole_page) == (URL, True, True)


def test_sibling_articles_with_links_of_their_own_are_parts() -> None:
    other = f'<article><h1><a href="/2026/11/another-story/">Another story</a></h1>{text("mill")}</article>'
    found = parts(LEAD + other)
    assert urls(found) == [(LEAD_PATH, True), ("/2026/11/another-story/", False)]
    assert not {block.text for block in found[0].blocks} & {block.text for block in found[1].blocks}


def test_the_lead_is_the_one_the_url_speaks_of_wherever_it_stands() -> None:
    other = f'<article itemid="/2026/11/another-story/">{text("mill")}</article>'
    lead = f'<article itemid="http://www.paper.example{LEAD_PATH}">{text("bridge")}</article>'
    assert urls(parts(other + lead)) == [("/2026/11/another-story/", False), (LEAD_PATH, True)]


def test_wrappers_that_name_a_url_are_parts() -> None:
    body = (
        f'<div data-url="{URL}"><h1>Lead</h1>{text("bridge")}</div><div data-url="/2026/11/next/">{text("mill")}</div>'
    )
    assert urls(parts(body)) == [(LEAD_PATH, True), ("/2026/11/next/", False)]


def test_a_wrapper_and_the_article_in_it_are_one_part() -> None:
    inner = f'<article itemscope itemtype="https://schema.org/NewsArticle"><h1>Next</h1>{text("mill")}</article>'
    found = parts(LEAD + f'<div data-url="/2026/11/next/">{inner}</div>')
    assert urls(found)[0] == (LEAD_PATH, True)
    assert len([part for part in found if part.is_lead]) == 1


def test_an_article_nested_in_the_lead_is_cut_out_of_it() -> None:
    inner = f'<article><h2><a href="/2026/11/the-nested-story/">The nested story</a></h2>{text("mill")}</article>'
    lead, nested = parts(f"<article><h1>Lead story of the day</h1>{text('bridge')}{inner}{text('weir', 1)}</article>")
    assert (lead.is_lead, nested.url) == (True, "https://paper.example/2026/11/the-nested-story/")
    assert not any("mill" in block.text for block in lead.blocks)
    assert any("weir" in block.text for block in lead.blocks)


def test_teasers_are_no_parts() -> None:
    teaser = '<article><h3><a href="/2026/11/%d/">A story told elsewhere</a></h3><p>Its first sentence.</p></article>'
    assert urls(parts(LEAD + "".join(teaser % n for n in range(6)))) == [(LEAD_PATH, True)]


def test_comments_and_live_entries_without_pages_of_their_own_stay_in_the_lead() -> None:
    entries = "".join(f'<article id="c{n}"><a href="{URL}#c{n}">#</a>{text("comment")}</article>' for n in range(3))
    (part,) = parts(f"<article><h1>Lead story of the day</h1>{text('bridge')}{entries}</article>")
    assert part.is_lead
    assert sum("comment" in block.text for block in part.blocks) == 9


def test_a_page_of_nothing_but_other_pages_articles_has_no_lead() -> None:
    body = "".join(
        f'<article><h2><a href="/2026/11/story-{word}/">The story of the {word}</a></h2>{text(word)}</article>'
        for word in ("mill", "weir")
    )
    assert urls(parts(body, url="https://paper.example/today/")) == [
        ("/2026/11/story-mill/", False),
        ("/2026/11/story-weir/", False),
    ]


def test_one_url_is_one_part() -> None:
    other = f'<article itemid="/2026/11/next/">{text("mill", 2)}</article>'
    longer = f'<article itemid="/2026/11/next/">{text("mill", 4)}</article>'
    found = parts(LEAD + other + longer)
    assert [len(part.blocks) for part in found] == [4, 4]


def test_a_json_ld_item_goes_to_the_article_that_it_names() -> None:
    graph = """<script type="application/ld+json">[{"@type":"NewsArticle","headline":"Another story"},
    {"@type":"NewsArticle","url":"/2026/11/lead-story-of-the-day/","headline":"Lead, renamed"}]</script>"""
    other = f'<article><h1><a href="/2026/11/another-story/">Another story</a></h1>{text("mill")}</article>'
    lead, embedded = parts(LEAD + other, head=graph)
    assert lead.item is not None
    assert lead.item["headline"] == "Lead, renamed"
    assert embedded.item is not None
    assert embedded.item["headline"] == "Another story"


def test_the_pages_json_ld_never_reaches_an_embedded_article() -> None:
    graph = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Lead story of the day"}</script>'
    other = f'<article><h1><a href="/2026/11/another-story/">Another story</a></h1>{text("mill")}</article>'
    lead, embedded = parts(LEAD + other, head=graph)
    assert lead.item is not None
    assert embedded.item is None


def test_an_article_finds_its_address_in_a_link_that_reads_like_its_title() -> None:
    other = f'<article><h3><a href="/town/">Town</a></h3><h1>Another story</h1>{text("mill")}</article>'
    loader = '<div><a href="/2026/11/another-story/">Another story</a></div>'
    assert urls(parts(LEAD + other + loader)) == [(LEAD_PATH, True), ("/2026/11/another-story/", False)]


def test_an_article_whose_address_nobody_tells_is_left_out_of_the_lead() -> None:
    other = f"<article><h1>Another story</h1>{text('mill')}</article>"
    (lead,) = parts(LEAD + other)
    assert lead.is_lead
    assert not any("mill" in block.text for block in lead.blocks)


def test_a_short_lead_above_long_articles_is_still_the_lead() -> None:
    note = "<p>The bridge is closed until noon while divers look at the middle pillar of it.</p>"
    lead = f"<article><h1>Lead story of the day</h1>{note}</article>"
    other = f'<article><h1><a href="/2026/11/another-story/">Another story</a></h1>{text("mill", 6)}</article>'
    head = '<meta property="og:title" content="Lead story of the day">'
    assert urls(parts(lead + other, head=head)) == [(LEAD_PATH, True), ("/2026/11/another-story/", False)]

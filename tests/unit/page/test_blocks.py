from __future__ import annotations

from pipelines.page.blocks import TextBlock, blocks_of
from pipelines.page.tree import Paths, body_of, parse


def blocks(html: str) -> list[TextBlock]:
    return blocks_of(body_of(parse(html)))


def kinds(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks(html)]


def test_every_kind_of_block_is_told_apart() -> None:
    html = """<h2>Head</h2><p>One <b>bold</b> word.</p><blockquote><p>Said.</p></blockquote><ul><li>Item</li></ul>
    <table><caption>Gauge</caption><tr><th>Time</th><th>Metres</th></tr><tr><td>20:00</td><td>2.1</td></tr></table>
    <figure><img src="x.jpg"><figcaption>Shown.</figcaption></figure>"""
    assert kinds(html) == [
        ("heading", "Head"),
        ("paragraph", "One bold word."),
        ("quote", "Said."),
        ("list_item", "Item"),
        ("caption", "Gauge"),
        ("table_row", "Time | Metres"),
        ("table_row", "20:00 | 2.1"),
        ("caption", "Shown."),
    ]


def test_double_line_breaks_part_paragraphs_and_single_ones_do_not() -> None:
    assert kinds("<div>one<br>two<br><br>three<br>\n<br/>four</div>") == [
        ("paragraph", "one two"),
        ("paragraph", "three"),
        ("paragraph", "four"),
    ]


def test_a_table_for_layout_is_walked_and_not_taken_for_data() -> None:
    html = "<table><tr><td><h1>Title</h1><p>First.</p><p>Second.</p></td></tr></table>"
    assert kinds(html) == [("heading", "Title"), ("paragraph", "First."), ("paragraph", "Second.")]


def test_an_article_in_a_list_has_paragraphs_and_no_list_items() -> None:
    assert kinds("<ul><li><article><p>Text.</p></article></li></ul>") == [("paragraph", "Text.")]


def test_text_is_as_a_reader_sees_it() -> None:
    html = "<p> e\u0301te\u0301\u00a0\u2009d\u200bo\u00adux\ufeff </p>"
    assert kinds(html) == [("paragraph", "\u00e9t\u00e9 doux")]


def test_what_is_not_shown_is_not_read() -> None:
    html = """<p>Seen.</p><p hidden>a</p><p style="display: none">b</p><script>c</script><noscript><p>d</p></noscript>
    <nav>e</nav><aside>f</aside><footer>g</footer><p>One<span style="clip:rect(0 0 0 0)"> unseen</span>.</p>"""
    assert kinds(html) == [("paragraph", "Seen."), ("paragraph", "One.")]


def test_text_after_a_comment_is_kept() -> None:
    assert kinds("<p>one<!-- x --> two</p>") == [("paragraph", "one two")]


def test_a_link_that_is_all_of_a_block_is_noticed() -> None:
    whole, part = blocks('<p><a href="/x">All of it</a></p><p>Only <a href="/x">some</a> of this one here</p>')
    assert (whole.is_linked, part.is_linked) == (True, False)


def test_a_heading_within_a_link_is_linked() -> None:
    assert [block.is_linked for block in blocks('<a href="/x"><h3>Another story</h3></a>')] == [True]


def test_every_path_leads_to_its_block() -> None:
    html = "<div><p>one</p><p>two</p><o:p>odd</o:p><section><p>three</p></section></div><div><p>four</p></div>"
    root = parse(html)
    found = blocks_of(body_of(root))
    paths = Paths()
    for block in found:
        assert root.xpath(paths.of(block.element)) == [block.element]
    assert [paths.of(block.element) for block in found][:2] == ["/html/body/div[1]/p[1]", "/html/body/div[1]/p[2]"]


def test_a_page_nested_without_end_is_walked() -> None:
    assert kinds("<div>" * 200 + "<p>deep</p>") == [("paragraph", "deep")]
    assert isinstance(kinds("<div>" * 100_000 + "<p>too deep</p>"), list)

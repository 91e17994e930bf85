from __future__ import annotations

from lxml import etree

from pipelines.extract.engine import Selection, select
from pipelines.page.blocks import TextBlock, blocks_of
from pipelines.page.tree import Element, body_of, parse

TEXT = "".join(
    f"<p>Paragraph {n} of the ferry's story tells how the {word} came aboard, what it cost, and who had to pay.</p>"
    for n, word in enumerate(("captain", "baker", "judge", "piano", "goat"))
)
TOLD = [f"Paragraph {n}" for n in range(5)]


def chosen(root: Element, leave_out: set[Element], blocks: list[TextBlock]) -> list[str]:
    found = select(body_of(root), leave_out, blocks)
    return [blocks[index].text.split(" of ")[0] for index in found.chosen]


def test_the_text_is_chosen_and_the_menu_is_not() -> None:
    html = f'<ul><li><a href="/a">Home</a></li><li><a href="/b">Town</a></li></ul><article>{TEXT}</article>'
    root = parse(html)
    assert chosen(root, set(), blocks_of(body_of(root))) == TOLD


def test_the_tree_is_not_changed() -> None:
    root = parse(f"<div>{TEXT}<section><p>Left out.</p></section>tail<script>let a = 1</script></div>")
    before = etree.tostring(root)
    section = next(root.iter("section"))
    select(body_of(root), {section}, blocks_of(body_of(root)))
    assert etree.tostring(root) == before


def test_what_is_left_out_is_not_chosen() -> None:
    root = parse(f"<div>{TEXT}</div><article>{TEXT.replace('Paragraph', 'Passage')}</article>")
    other = next(root.iter("article"))
    own = [block for block in blocks_of(body_of(root)) if other not in block.element.iterancestors()]
    assert chosen(root, {other}, own) == TOLD


def test_text_that_stands_in_no_block_is_taken_and_told() -> None:
    root = parse(f"<div>{TEXT}</div>")
    others = blocks_of(body_of(parse("<p>Loading</p>")))
    found = select(body_of(root), (), others)
    assert found.chosen == ()
    assert [line.split(" of ")[0] for line in found.own_lines] == TOLD


def test_an_empty_page_has_no_text() -> None:
    root = parse("<html><body><div></div></body></html>")
    assert select(body_of(root), (), []) == Selection(())

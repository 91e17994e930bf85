from __future__ import annotations

from pipelines.extract.match import match
from pipelines.page.blocks import blocks_of
from pipelines.page.tree import body_of, parse

FIRST = "The council met on Tuesday evening and spoke about the ferry until the lamps went out."
SECOND = "Nobody had expected that the baker would stand up and offer to run it himself."


def chosen(lines: list[str], html: str) -> tuple[list[int], float]:
    found, covered = match(lines, blocks_of(body_of(parse(html))))
    return found, round(covered, 2)


def test_a_line_is_found_in_its_block() -> None:
    assert chosen([SECOND], f"<p>{FIRST}</p><p>{SECOND}</p>") == ([1], 1.0)


def test_of_two_equal_blocks_the_one_in_the_text_is_taken() -> None:
    html = f"<div><p>{FIRST}</p></div><h2>x</h2><h2>y</h2><p>{FIRST}</p><p>{SECOND}</p>"
    assert chosen([FIRST, SECOND], html) == ([3, 4], 1.0)


def test_lines_that_were_joined_or_parted_are_found_all_the_same() -> None:
    assert chosen([f"{FIRST} {SECOND}"], f"<p>{FIRST}</p><p>{SECOND}</p>")[0] == [0, 1]
    assert chosen([FIRST, SECOND], f"<p>{FIRST} {SECOND}</p>")[0] == [0]


def test_a_short_heading_is_found() -> None:
    assert chosen([FIRST, "Why now", SECOND], f"<p>{FIRST}</p><h2>Why now</h2><p>{SECOND}</p>") == ([0, 1, 2], 1.0)


def test_text_that_is_in_no_block_is_missed_and_counted() -> None:
    found, covered = match([FIRST], blocks_of(body_of(parse(f"<p>{SECOND}</p>"))))
    assert (found, covered) == ([], 0.0)


def test_no_lines_match_nothing() -> None:
    assert chosen([], f"<p>{FIRST}</p>") == ([], 0.0)

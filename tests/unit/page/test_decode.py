from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import UndecodableBody
from pipelines.page.decode import decode
from pipelines.page.tree import parse
from pipelines.values import Page

AT = datetime(2026, 11, 22, tzinfo=UTC)
RUSSIAN = '<html lang="ru"><p>' + "\u0433\u043e\u0440\u043e\u0434 " * 9 + "</p></html>"
ACCENTS = "<html><body><p>Où est passé l’élève ? Près de la forêt, à côté du café fermé.</p></body></html>"


def page(body: bytes, content_type: str | None = None) -> Page:
    headers = (("Content-Type", content_type),) if content_type else ()
    return Page("https://paper.example/a", body, AT, headers=headers)


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "source", "is_guessed"),
    [
        (ACCENTS.encode(), "text/html; charset=UTF-8", "utf-8", "header", False),
        (b'<meta charset="utf-8">' + ACCENTS.encode(), "text/html", "utf-8", "meta", False),
        (b" " * 9000 + b'<meta charset="utf-8">' + ACCENTS.encode(), "text/html", "utf-8", "meta", False),
        (ACCENTS.encode(), None, "utf-8", "utf-8", True),
        (ACCENTS.encode(), "text/html; charset=iso-8859-1", "utf-8", "utf-8", True),
        (ACCENTS.encode("cp1252"), "text/html; charset=iso-8859-1", "cp1252", "header", False),
        (ACCENTS.encode("cp1252"), "text/html; charset=utf-8", "cp1252", "detected", True),
        (b"\xef\xbb\xbf" + ACCENTS.encode(), "text/html; charset=iso-8859-1", "utf-8", "bom", False),
        ("\ufeff".encode("utf-16-le") + ACCENTS.encode("utf-16-le"), None, "utf-16-le", "bom", False),
        (b"<p>plain</p>", None, "utf-8", "utf-8", False),
    ],
)
def test_the_charset_is_found_and_a_lie_is_noticed(
    body: bytes, content_type: str | None, charset: str, source: str, *, is_guessed: bool
) -> None:
    found = decode(page(body, content_type))
    assert (found.charset, found.source, found.is_guessed) == (charset, source, is_guessed)
    assert "plain" in found.html or "élève" in found.html


def test_undeclared_cyrillic_is_read_by_the_language_of_the_page() -> None:
    text = '<html lang="ru"><body><p>Паром снова ходит через реку каждый час.</p></body></html>'
    assert decode(page(text.encode("cp1251"))).html == text


def test_a_utf_8_page_with_one_broken_byte_stays_utf_8() -> None:
    found = decode(page((ACCENTS * 20).encode() + b"\xe9 fin", "text/html; charset=utf-8"))
    assert (found.charset, found.html.count("\ufffd")) == ("utf-8", 1)


def test_a_page_cut_within_a_character_stays_utf_8() -> None:
    body = ACCENTS.split("fermé", maxsplit=1)[0].encode() + b"ferm\xc3"
    assert decode(page(body, "text/html; charset=utf-8")).charset == "utf-8"


@pytest.mark.parametrize("before", range(4))
def test_a_long_page_in_utf_8_is_proven_to_its_end_and_given_as_it_is(before: int) -> None:
    text = "x" * before + "\U0001f33f" * 20_000
    found = decode(page(text.encode(), "text/html; charset=utf-8"))
    assert (found.markup, found.html) == (text.encode(), text)
    assert decode(page(text.encode() + b"\xe9\xe9", "text/html; charset=utf-8")).html == text + "\ufffd" * 2


def test_what_no_tree_can_hold_is_found_at_the_end_of_a_long_page_too() -> None:
    text = "<p>" + "é" * 40_000 + "\uffff"
    found = decode(page(text.encode(), "text/html; charset=utf-8"))
    assert found.markup == text
    assert (parse(found.markup)[0][0].text or "")[-2:] == "éé"


def test_nul_bytes_are_dropped() -> None:
    assert decode(page(b"<p>o\x00ne</p>")).html == "<p>one</p>"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UndecodableBody):
        decode(page(bytes(range(256)) * 40, "text/html"))


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=300))
def test_text_in_declared_utf_8_comes_back_as_it_was(text: str) -> None:
    found = decode(page(b"<p>" + text.encode(), "text/html; charset=utf-8"))
    assert found.html == f"<p>{text}"

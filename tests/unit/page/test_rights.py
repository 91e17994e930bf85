"""Statements about rights: each with its place, in its own words, and no more of them than a line can bear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.facts import read_facts
from pipelines.page.rights import MOST, MOST_CHARS, http_statements, page_statements
from pipelines.page.tree import parse
from pipelines.values import Said, Statement

URL = "https://e.org/a"


def stated(html: str) -> list[tuple[str, str, str]]:
    root = parse(f"<html><head>{html}</head><body><p>Words</p></body></html>", where=URL)
    return [(each.source.value, each.name, each.value) for each in page_statements(root, read_facts(root, URL))]


def test_fields_are_kept_in_their_order_whatever_their_case_and_number() -> None:
    fields = (
        ("X-Robots-Tag", "noai"),
        ("Content-Type", "text/html"),
        ("TDM-RESERVATION", " 1 "),
        ("tdm-policy", "https://e.org/p"),
        ("x-robots-tag", "otherbot: noindex"),
        ("Link", '<https://e.org/l.xml>; rel="license"; type="application/rsl+xml"'),
        ("Link", '<https://e.org/licensed>; rel="next"'),
    )
    assert [(each.name, each.value) for each in http_statements(fields)] == [
        ("x-robots-tag", "noai"),
        ("tdm-reservation", "1"),
        ("tdm-policy", "https://e.org/p"),
        ("x-robots-tag", "otherbot: noindex"),
        ("link", '<https://e.org/l.xml>; rel="license"; type="application/rsl+xml"'),
    ]


def test_meta_elements_and_links_are_kept() -> None:
    html = """<meta name="Robots" content="noarchive,
        noai"><meta name="tdm-reservation" content="1"><meta name="viewport" content="x">
        <link rel="license" href="/terms">"""
    assert stated(html) == [
        ("html", "robots", "noarchive, noai"),
        ("html", "tdm-reservation", "1"),
        ("html", "license", "https://e.org/terms"),
    ]


def test_a_licence_in_a_figure_is_that_of_a_picture() -> None:
    html = '<figure><a rel="license" href="/by">CC</a></figure><p><a rel="license nofollow" href="/nd">CC</a></p>'
    assert stated(html) == [("html", "license", "https://e.org/nd")]


def test_the_json_ld_of_articles_names_a_licence_in_all_its_forms() -> None:
    html = """<script type="application/ld+json">[{"@type": "NewsArticle", "license": {"@id": "https://e.org/l"},
        "usageInfo": "https://e.org/u", "copyrightNotice": ["© E", ""]},
        {"@type": "ImageObject", "license": "https://e.org/picture"}]</script>"""
    assert stated(html) == [
        ("json-ld", "license", "https://e.org/l"),
        ("json-ld", "usageinfo", "https://e.org/u"),
        ("json-ld", "copyrightnotice", "© E"),
    ]


def test_a_page_that_says_it_a_million_times_is_kept_short() -> None:
    html = "".join(f'<meta name="robots" content="{"n" * 1000}{number}">' for number in range(3000))
    found = stated("".join(f'<meta name="robots" content="{number} {"n" * 1000}">' for number in range(3000)))
    assert len(found) == MOST
    assert {len(value) for _, _, value in found} == {MOST_CHARS}
    assert len(stated(html)) == 1


@given(st.lists(st.tuples(st.sampled_from(["X-Robots-Tag", "Link", "x"]), st.text(max_size=40)), max_size=30))
def test_whatever_fields_say_each_statement_is_one_sound_line_and_there_once(fields: list[tuple[str, str]]) -> None:
    found = http_statements(fields)
    assert len(set(found)) == len(found)
    for each in found:
        assert each == Statement(Said.HTTP, each.name, " ".join(each.value.split()))
        assert each.value
        each.value.encode()

"""Articles that repeat others, night by night: told in the line, dropped never, proven by verification."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipelines.publish.manifest import Manifest
from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.unit.publish.nights import FIRST_NIGHT, HOME, SITE, article_page, home_page, id_of, lines_of, night, url_of

SECOND_NIGHT = FIRST_NIGHT + timedelta(days=1)
THIRD_NIGHT = FIRST_NIGHT + timedelta(days=2)


def reprint(topic: str, address: str, *, ending: str = "") -> bytes:
    """The topic's page under another address, with a canonical URL of its own."""
    return article_page(topic, ending=ending).replace(url_of(topic).encode(), address.encode())


def repeats(archive: Path, manifest: Manifest) -> dict[str, str | None]:
    lines = lines_of(LocalStore(archive), manifest, "articles")
    return {str(line["url"]): line["duplicate_of"] for line in lines}  # type: ignore[misc]


REPRINT = f"{HOME}agency/the-bakery-opens-its-doors-again"


def test_a_reprint_of_a_later_night_names_the_first_and_both_are_archived(tmp_path: Path) -> None:
    first = night(tmp_path, [(url_of("bakery"), article_page("bakery"), 200)])
    assert repeats(tmp_path, first) == {url_of("bakery"): None}
    page = reprint("bakery", REPRINT, ending="By our desk.")
    second = night(tmp_path, [(REPRINT, page, 200)], at=SECOND_NIGHT)
    assert repeats(tmp_path, second) == {REPRINT: id_of("bakery")}
    third = night(tmp_path, [(REPRINT, page.replace(b"doors again", b"doors anew"), 200)], at=THIRD_NIGHT)
    assert repeats(tmp_path, third) == {REPRINT: id_of("bakery")}
    assert verify(LocalStore(tmp_path), Scope((SITE,)), lambda *_: None).findings == []


def test_in_one_night_the_order_of_pages_does_not_matter(tmp_path: Path) -> None:
    pages = [
        (url_of("bakery"), article_page("bakery"), 200),
        (REPRINT, reprint("bakery", REPRINT), 200),
        (url_of("quarry"), article_page("quarry"), 200),
    ]
    forth = night(tmp_path / "forth", pages)
    back = night(tmp_path / "back", pages[::-1])
    expected = {url_of("bakery"): None, REPRINT: id_of("bakery"), url_of("quarry"): None}
    assert repeats(tmp_path / "forth", forth) == repeats(tmp_path / "back", back) == expected


def test_an_article_that_moved_repeats_the_one_that_is_gone(tmp_path: Path) -> None:
    night(tmp_path, [(url_of("bakery"), article_page("bakery"), 200)])
    pages = [(HOME, home_page([]), 200), (url_of("bakery"), b"", 404), (REPRINT, reprint("bakery", REPRINT), 200)]
    second = night(tmp_path, pages, at=SECOND_NIGHT)
    assert repeats(tmp_path, second) == {url_of("bakery"): None, REPRINT: id_of("bakery")}

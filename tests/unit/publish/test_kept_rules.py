"""Rules that a site's configuration switches off: their lines stay, and the archive proves itself all the same."""

from __future__ import annotations

from pathlib import Path

from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.unit.publish.nights import SITE, article_page, in_this_process, lines_of, night, url_of

ENDING = "Continue reading"
PAGES = [(url_of("lighthouse"), article_page("lighthouse", ending=ENDING), 200)]


def test_a_line_stays_whose_rule_is_switched_off_and_verify_makes_it_again(tmp_path: Path) -> None:
    with in_this_process():
        texts = {}
        for name, rules in (("all", []), ("none", ["phrase"])):
            manifest = night(tmp_path / name, PAGES, **{"extract.keep": rules})
            store = LocalStore(tmp_path / name)
            (line,) = lines_of(store, manifest, "articles")
            texts[name] = str(line["text"]).split("\n\n")
            assert manifest.counts.flags == dict.fromkeys(line["quality"]["flags"], 1)  # type: ignore[index]
            assert verify(store, Scope((SITE,)), lambda *_: None).findings == []
    assert texts["none"] == [*texts["all"], ENDING]

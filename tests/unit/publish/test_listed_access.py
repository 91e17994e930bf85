"""What a news sitemap says of an article's access reaches its line, and verify makes the line again."""

from __future__ import annotations

from pathlib import Path

from pipelines.http.url import canonical_url
from pipelines.store.local import LocalStore
from pipelines.values import Ledger
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from tests.unit.publish.nights import SITE, article_page, in_this_process, lines_of, night, url_of


def test_a_line_says_what_the_news_sitemap_said_and_is_made_again_with_it(tmp_path: Path) -> None:
    url = url_of("quarry")
    ledger = Ledger(complete=True, access={canonical_url(url): "Subscription"})
    with in_this_process():
        manifest = night(tmp_path, [(url, article_page("quarry"), 200)], ledger=ledger)
    store = LocalStore(tmp_path)
    (line,) = lines_of(store, manifest, "articles")
    access = line["access"]
    assert isinstance(access, dict)
    assert (access["listed"], access["declared"]) == ("Subscription", "paid")
    assert verify(store, Scope((SITE,)), lambda *_: None).findings == []

"""An article's URL → its revisions, as the archive's lines have them."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.article.jsonl import read_lines
from pipelines.article.schema import Article
from pipelines.http.url import canonical_url, site_name
from pipelines.publish.manifest import numbers, read_link
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key, site_names
from pipelines.values import article_id


def history(store: Store, url: str) -> list[Article]:
    """Every revision of the article at *url*, oldest first; empty where the archive has none.

    The site that is named after the URL's host is looked at first, the others if it does not have the article.
    """
    id_ = article_id(canonical_url(url))
    for site in _sites(store, url):
        found = sorted(_revisions(store, site, id_), key=lambda article: article.revision)
        if found:
            return found
    return []


def _sites(store: Store, url: str) -> list[str]:
    try:
        own = site_name(url)
    except ValueError:
        own = ""
    known = site_names(each.key for each in store.list(f"{Kind.RUNS}/"))
    return sorted(known, key=lambda site: (site != own, site))


def _revisions(store: Store, site: str, id_: str) -> Iterator[Article]:
    wanted = f'"id":"{id_}"'.encode()
    for number in sorted(numbers(store, site)):
        for file in read_link(store, site, number).manifest.files:
            named = parse_key(file.key)
            if named is None or named.kind is not Kind.ARTICLES:
                continue
            with store.open(file.key) as stream:
                yield from (Article.model_validate_json(line) for line in read_lines(stream) if wanted in line)

"""Where in an archive an article is: its records, lines and texts, and the files that hold them.

In: an article's URL or id. Out: `Found`, all that a take-down has to replace, and whom it touches beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipelines.article.jsonl import read_lines, value_of_line
from pipelines.article.schema import Article
from pipelines.errors import ConfigError
from pipelines.http.url import canonical_url
from pipelines.page.text import line_key
from pipelines.publish.manifest import Link, ManifestFile, numbers, read_link, replaced_files
from pipelines.publish.outcomes import OutcomeLine
from pipelines.reasons import Event
from pipelines.store.contract import Store
from pipelines.store.keys import Kind
from pipelines.values import article_id


@dataclass(slots=True)
class Found:
    """What of an article is in the archive."""

    site: str
    article: str
    url: str
    records: dict[str, set[str]] = field(default_factory=dict)
    """WARC file → ids of the records that hold its pages."""
    parts: set[str] = field(default_factory=set)
    """Parts that have lines of it."""
    snapshots: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    """Indexes of the runs that have those WARC files."""
    lines: set[str] = field(default_factory=set)
    """Its lines, as memory has them."""
    texts: set[str] = field(default_factory=set)
    """Digests of the texts of its revisions."""
    repeats: set[str] = field(default_factory=set)
    """Ids of the articles that it repeats."""
    unproven: set[str] = field(default_factory=set)
    """URLs of other articles that stand on its pages: their lines stay, and can be proven no more."""

    @property
    def keys(self) -> list[str]:
        """Every file that is replaced or removed."""
        return sorted({*self.records, *self.parts, *self.snapshots, *self.indexes})


def find(store: Store, site: str, target: str) -> Found:
    """What the archive has of *target*, an article's URL or id.

    Raises:
        ConfigError: It has nothing of it.
    """
    id_ = article_id(canonical_url(target)) if "://" in target else target
    found = Found(site, id_, canonical_url(target) if "://" in target else "")
    chain = chain_of(store, site)
    gone = {id_ for link in chain for down in link.manifest.taken_down for id_ in down.records}
    for file in files_now(chain):
        kind = file.key.partition("/")[0]
        if kind == Kind.ARTICLES:
            _look_at_articles(store, file.key, found)
        elif kind == Kind.MEMORY:
            found.snapshots.add(file.key)
    for file in files_now(chain):
        if file.key.startswith(f"{Kind.OUTCOMES}/"):
            _look_at_outcomes(store, file.key, found)
    left = {key: ids - gone for key, ids in found.records.items()}
    found.records = {key: ids for key, ids in left.items() if ids}
    if not found.records:
        raise ConfigError(f"there is no such article of {site}, or it is taken down already", where=target)
    for link in chain:
        keys = {file.key for file in link.manifest.files}
        if keys & found.records.keys():
            found.indexes.update(key for key in keys if key.startswith(f"{Kind.INDEX}/"))
            for key in (key for key in keys if key.startswith(f"{Kind.ARTICLES}/")):
                found.unproven.update(_others_on_its_pages(store, key, found))
    return found


def chain_of(store: Store, site: str) -> list[Link]:
    """The site's manifests, from the first on."""
    return [read_link(store, site, number) for number in numbers(store, site)]


def files_of(store: Store, site: str) -> list[ManifestFile]:
    """Every file of the site as it is now, once."""
    return files_now(chain_of(store, site))


def files_now(chain: Iterable[Link]) -> list[ManifestFile]:
    """Every file of the chain as it is now, once."""
    links = list(chain)
    replaced = replaced_files(link.manifest for link in links)
    files = {file.key: file for link in links for file in link.manifest.files}
    now = {key: replaced.get(key, file) for key, file in files.items()}
    return [file for _, file in sorted(now.items()) if file is not None]


def _look_at_articles(store: Store, key: str, found: Found) -> None:
    for line in part_lines(store, key):
        article = value_of_line(Article, line, where=key)
        if article.id != found.article:
            continue
        found.url = article.url
        if article.blocks is not None:
            found.parts.add(key)
        found.lines.update(line_key(text) for text in _own_lines(article))
        found.texts |= {article.text_sha256} if article.text_sha256 else set()
        found.repeats |= {article.duplicate_of} if article.duplicate_of else set()
        for named in (article.provenance.warc, *article.provenance.further):
            found.records.setdefault(named.key, set()).add(named.record_id)


def _others_on_its_pages(store: Store, key: str, found: Found) -> Iterator[str]:
    for line in part_lines(store, key):
        article = value_of_line(Article, line, where=key)
        places = (article.provenance.warc, *article.provenance.further)
        is_there = any(each.record_id in found.records.get(each.key, ()) for each in places)
        if is_there and article.id != found.article and article.event is not Event.REMOVED:
            yield article.url


def _own_lines(article: Article) -> Iterator[str]:
    """What memory may have a line of: its blocks, its headline, and what was taken from its text for its own sake."""
    yield from (block.text for block in article.blocks or ())
    yield from (article.headline,) if article.headline else ()
    yield from (each.text for each in (article.quality.removed if article.quality else ()) if each.support == 1)


def _look_at_outcomes(store: Store, key: str, found: Found) -> None:
    for raw in part_lines(store, key):
        line = value_of_line(OutcomeLine, raw, where=key)
        is_of_it = found.article in line.articles or (found.url and canonical_url(line.url) == found.url)
        if is_of_it and line.warc is not None:
            found.records.setdefault(line.warc.key, set()).add(line.warc.record_id)


def part_lines(store: Store, key: str) -> Iterator[bytes]:
    """The lines of a part."""
    with store.open(key) as stream:
        yield from read_lines(stream, where=key)

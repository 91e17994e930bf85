"""Nights made by hand: pages, exchanges and whole runs on a local archive, without a socket."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.http.url import canonical_url
from pipelines.options import Config
from pipelines.publish.guarded import Crew, Job
from pipelines.publish.manifest import Manifest
from pipelines.publish.publish import publish
from pipelines.publish.run import OpenRun
from pipelines.reasons import Source
from pipelines.store.contract import Store
from pipelines.values import Exchange, Ledger, VisitFacts, article_id

SITE = "news.example.org"
HOME = f"https://{SITE}/"
FIRST_NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

WORDS = [
    "harbour",
    "council",
    "bridge",
    "winter",
    "market",
    "ferry",
    "school",
    "engine",
    "garden",
    "letter",
    "river",
    "station",
    "budget",
    "theatre",
    "orchard",
    "museum",
    "railway",
    "library",
    "kitchen",
    "mountain",
    "festival",
    "hospital",
    "tunnel",
    "village",
    "airport",
    "factory",
    "forest",
    "concert",
    "lantern",
    "meadow",
]

TOPICS = ("lighthouse", "bakery", "quarry", "tramway", "orchestra", "vineyard", "observatory", "shipyard")


def url_of(topic: str) -> str:
    return f"{HOME}2026/11/20/the-{topic}-opens-its-doors-again"


def id_of(topic: str) -> str:
    return article_id(canonical_url(url_of(topic)))


def story(topic: str, *, ending: str = "") -> list[str]:
    """Three paragraphs that no other topic has."""
    seed = int.from_bytes(hashlib.sha256(topic.encode()).digest()[:4], "big")
    lines = []
    for number in range(3):
        some = [WORDS[(seed >> (2 * number + step)) % len(WORDS)] for step in range(9)]
        lines.append(
            f"The {topic} has kept the {some[0]} and the {some[1]} of the town busy for {seed % 97 + number} years, "
            f"said the {some[2]} board on Friday, and number {seed % 1013 + number} on its list is a new {some[3]} "
            f"beside the {some[4]}, which the {topic} will share with the {some[5]} from {some[6]} to {some[7]}."
        )
    return [*lines, ending] if ending else lines


def article_page(topic: str, *, ending: str = "", embeds: str | None = None, nonce: str = "") -> bytes:
    """A page with one article, and below it perhaps another's, as themes do that load the next story."""
    item = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": f"The {topic} opens its doors again",
        "datePublished": "2026-11-20T08:30:00Z",
        "author": {"@type": "Person", "name": "Ada Quill"},
        "url": url_of(topic),
        "mainEntityOfPage": url_of(topic),
    }
    below = "" if embeds is None else _article(embeds, "")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The {topic} opens its doors again</title>'
        f'<link rel="canonical" href="{url_of(topic)}"><script type="application/ld+json">{json.dumps(item)}</script>'
        f"</head><body><!-- {nonce} --><header><a href='/'>Home</a></header>"
        f"<main>{_article(topic, ending)}{below}</main>"
        "<footer>All rights reserved</footer></body></html>"
    ).encode()


def _article(topic: str, ending: str) -> str:
    body = "".join(f"<p>{line}</p>" for line in story(topic, ending=ending))
    return (
        f'<article itemscope itemtype="https://schema.org/NewsArticle" data-url="{url_of(topic)}">'
        f'<link itemprop="url" href="{url_of(topic)}">'
        f'<h1 itemprop="headline"><a href="{url_of(topic)}">The {topic} opens its doors again</a></h1>'
        f'<div itemprop="articleBody">{body}</div></article>'
    )


def home_page(topics: Sequence[str]) -> bytes:
    teasers = "".join(f'<h2><a href="{url_of(topic)}">The {topic} opens its doors again</a></h2>' for topic in topics)
    return f"<!doctype html><html><head><title>News</title></head><body>{teasers}</body></html>".encode()


def exchange(
    url: str,
    body: bytes,
    *,
    at: datetime,
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    fields: Sequence[tuple[str, str]] = (),
    truncated: str | None = None,
) -> Exchange:
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in fields]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    message = head + body
    return Exchange(
        url=url,
        started_at=at,
        fetch_ms=12,
        request=f"GET {url} HTTP/1.1\r\nHost: {SITE}\r\n\r\n".encode(),
        response=io.BytesIO(message),
        response_bytes=len(message),
        head_bytes=len(head),
        payload_sha256=None if truncated else hashlib.sha256(body).hexdigest(),
        truncated=truncated,
        peer_address="192.0.2.7",
        tls=None,
    )


Visit = tuple[Exchange, VisitFacts]


def visits(pages: Sequence[tuple[str, bytes, int]], *, at: datetime) -> list[Visit]:
    """An exchange for each URL, body and status, a second apart."""
    made = []
    for number, (url, body, status) in enumerate(pages):
        facts = VisitFacts(Source.LISTING if number else Source.SEED, HOME if number else None, min(number, 1))
        made.append((exchange(url, body, at=at + timedelta(seconds=number), status=status), facts))
    return made


def pages_of(*topics: str) -> list[tuple[str, bytes, int]]:
    """The home page and the pages of the topics."""
    return [(HOME, home_page(topics), 200), *((url_of(topic), article_page(topic), 200) for topic in topics)]


def config_for(archive: Path, **flags: object) -> Config:
    given: dict[str, object] = {"archive.location": str(archive), "extract.workers": 1, **flags}
    return load_config(HOME, flags=given)


def no_progress(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


def suffixes(first: int = 0) -> Callable[[], str]:
    """Six hex digits, another each time."""
    numbers = iter(range(first, 0xFFFFFF))
    return lambda: f"{next(numbers):06x}"


def start(config: Config, at: datetime, *, suffix: int = 0) -> OpenRun:
    return OpenRun.start(config, now=at, new_suffix=suffixes(suffix))


def capture(run: OpenRun, made: Sequence[Visit], *, ledger: Ledger | None = None) -> None:
    """Bring a run to the end of its crawl."""
    for each, facts in made:
        run.append(each, facts)
    run.seal()
    run.folder.write_ledger(ledger or Ledger(complete=True))


def commit(run: OpenRun, *, suffix: int = 0x100) -> Manifest:
    """Publish a run whose crawl is over, an hour after it began."""
    ended_at = run.folder.started_at + timedelta(hours=1)
    try:
        return publish(run, now=lambda: ended_at, new_suffix=suffixes(suffix), progress=no_progress)
    finally:
        run.close()


def night(
    archive: Path,
    pages: Sequence[tuple[str, bytes, int]],
    *,
    at: datetime = FIRST_NIGHT,
    ledger: Ledger | None = None,
    **flags: object,
) -> Manifest:
    """One whole night: captured, sealed, extracted, committed."""
    run = start(config_for(archive, **flags), at)
    capture(run, visits(pages, at=at), ledger=ledger)
    return commit(run)


@contextmanager
def in_this_process() -> Iterator[None]:
    """Extraction without worker processes, whose start takes longer than what most tests do."""

    def here(_: Crew, jobs: Iterable[Job[object]]) -> Iterator[object]:
        return (job.work(*job.arguments, doomed={}, page=lambda _: nullcontext()) for job in jobs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Crew, "in_order", here)
        yield


def lines_of(store: Store, manifest: Manifest, kind: str) -> list[dict[str, object]]:
    """The lines of a run's articles or outcomes."""
    packed = [store.read(file.key) for file in manifest.files if file.key.startswith(f"{kind}/")]
    return [json.loads(line) for part in packed for line in gzip.decompress(part).splitlines()]

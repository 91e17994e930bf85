"""What the test site truly published: the measure for what a crawl of it brings home.

One JSON file in the site's folder, `truth.json`: written once by `seeding.py`, read by tests. All times are RFC 3339
in UTC, to the second; all URLs are absolute and the canonical ones that WordPress itself gives.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrueBlock:
    """One block of a post, as the reader sees it."""

    kind: str
    """paragraph, heading, quote, list_item or caption; quotes and items hold one paragraph each."""
    text: str


@dataclass(frozen=True, slots=True)
class TruePost:
    """One article of the site."""

    url: str
    headline: str
    authors: tuple[str, ...]
    published_at: str
    modified_at: str
    """The same as `published_at` where the post was not changed."""
    section: str
    keywords: tuple[str, ...]
    """Tags by name, as the page shows them."""
    blocks: tuple[TrueBlock, ...]
    text: str
    """All blocks but captions, joined by a blank line."""
    image: str | None
    """The featured image in full size, shown above the text."""
    comments: tuple[str, ...]
    """What readers wrote below it: no part of the article."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The whole site: every article, oldest first, and the pages that are none."""

    url: str
    """The home page."""
    posts: tuple[TruePost, ...]
    pages: tuple[str, ...]
    """URLs of static pages; they have no date and are no articles."""


def save(truth: Truth, file: Path) -> None:
    """Write *truth*; the file appears whole or not at all."""
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(truth), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(file)


def load(file: Path) -> Truth:
    """Read what `save` wrote."""
    site = json.loads(file.read_text(encoding="utf-8"))
    return Truth(url=site["url"], posts=tuple(_post(post) for post in site["posts"]), pages=tuple(site["pages"]))


def _post(post: dict[str, object]) -> TruePost:
    sequences = {key: tuple(value) for key, value in post.items() if isinstance(value, list)}
    blocks = tuple(TrueBlock(**block) for block in sequences["blocks"])
    return TruePost(**{**post, **sequences, "blocks": blocks})  # type: ignore[arg-type]  # as `asdict` wrote them

"""An article's URL → its revisions, as the archive's lines have them, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from pipelines.article.jsonl import read_lines, value_of_line
from pipelines.article.revisions import Words
from pipelines.article.schema import Article, ParagraphChange
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
                for line in read_lines(stream, where=file.key):
                    if wanted in line:
                        yield value_of_line(Article, line, where=file.key)


Diff = Sequence[tuple[ParagraphChange, Sequence[Words]]]
"""What `text_diff` says of two revisions."""


def history_as_json(revisions: Sequence[Article], diffs: Sequence[Diff] | None) -> list[dict[str, object]]:
    """The lines, each with a `diff` from the one before it where *diffs*, one for each but the first, are given."""
    lines = [revision.model_dump(mode="json", by_alias=True) for revision in revisions]
    if diffs is None:
        return lines
    told = [
        [{**change.model_dump(), "words": [asdict(each) for each in words]} for change, words in diff] for diff in diffs
    ]
    return [{**line, "diff": diff} for line, diff in zip(lines, [None, *told], strict=True)]


def revision_words(revision: Article) -> Iterator[str]:
    """What is said of a revision: its event, when it was captured, what changed, and where its record lies."""
    changed = revision.changes.fields if revision.changes else []
    words = [f"revision {revision.revision}", revision.event.value, f"{revision.captured_at:%Y-%m-%dT%H:%M:%SZ}"]
    words += [f"changed: {', '.join(changed)}"] if changed else []
    words += [f"repeats {revision.duplicate_of}"] if revision.duplicate_of else []
    words += [f"moved to {revision.moved_to}"] if revision.moved_to else []
    words += ["taken out of the archive"] if revision.is_taken_down else []
    yield "  ".join(words)
    warc = revision.provenance.warc
    yield f"  {warc.key}  offset {warc.offset}, {warc.length} bytes  {warc.record_id}"


def place_words(change: ParagraphChange) -> str:
    """Which paragraphs changed, counted from 1."""
    old, new = (_range_words(*each) for each in (change.previous, change.current))
    match change.op:
        case "insert":
            return f"new: {new}"
        case "delete":
            return f"gone: {old}"
        case _:
            return f"changed: {old}" if old == new else f"changed: {old}, now {new}"


def _range_words(start: int, end: int) -> str:
    return f"paragraph {end}" if end - start == 1 else f"paragraphs {start + 1} to {end}"


def marked_words(words: Sequence[Words]) -> str:
    """Words that went in `[-…-]`, those that came in `{+…+}`, as `git diff --word-diff` has them."""
    marks = {"equal": ("", ""), "delete": ("[-", "-]"), "insert": ("{+", "+}")}
    return "".join(f"{marks[each.op][0]}{each.text}{marks[each.op][1]}" for each in words)

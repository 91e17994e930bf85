"""What a site's last run was told of and did not have: one line of outcomes for each such URL, with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.article.jsonl import read_lines, value_of_line
from pipelines.publish.manifest import Manifest
from pipelines.publish.outcomes import OutcomeLine, is_extracted
from pipelines.reasons import Outcome
from pipelines.store.contract import Store
from pipelines.store.keys import Kind, parse_key


def missing(store: Store, manifest: Manifest) -> list[OutcomeLine]:
    """The outcome lines of URLs that a source named as articles and that gave none, by URL.

    A URL that was tried again is missing if its last try is; one that was followed elsewhere is not.

    Raises:
        ArchiveError: A part of the run is missing or damaged.
    """
    last: dict[str, OutcomeLine] = {}
    for line in _outcomes(store, manifest):
        if line.expected_by and not (line.url in last and is_extracted(last[line.url])):
            last[line.url] = line
    followed = (Outcome.REDIRECT, None)
    return [
        line for _, line in sorted(last.items()) if not is_extracted(line) and (line.outcome, line.reason) != followed
    ]


def _outcomes(store: Store, manifest: Manifest) -> Iterator[OutcomeLine]:
    for file in manifest.files:
        parts = parse_key(file.key)
        if parts is not None and parts.kind is Kind.OUTCOMES:
            with store.open(file.key) as stream:
                yield from (
                    value_of_line(OutcomeLine, line, where=file.key) for line in read_lines(stream, where=file.key)
                )

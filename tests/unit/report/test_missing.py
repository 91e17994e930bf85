"""What a run was told of and did not have: each URL once, by what came of it in the end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pipelines.publish.manifest import newest
from pipelines.reasons import Outcome, Reason, Source
from pipelines.report.missing import missing
from pipelines.store.local import LocalStore
from pipelines.values import Ledger, Unvisited
from tests.unit.publish.nights import FIRST_NIGHT, HOME, SITE, in_this_process, night, pages_of, url_of

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


def test_what_was_named_and_not_had_is_listed_with_its_reason_and_what_was_had_is_not(tmp_path: Path) -> None:
    refused = url_of("quarry")
    ledger = Ledger(
        complete=False,
        unvisited=(Unvisited(refused, NOW, Outcome.REFUSED, Reason.PAGE_BUDGET, None, Source.SITEMAP),),
        expected_by={refused: (Source.SITEMAP,), url_of("bakery"): (Source.FEED,), url_of("gone"): (Source.FEED,)},
    )
    pages = [*pages_of("bakery"), (url_of("gone"), b"nothing here", 404)]
    with in_this_process():
        night(tmp_path, pages, at=FIRST_NIGHT, ledger=ledger)
    store = LocalStore(tmp_path)
    head = newest(store, SITE)
    assert head is not None
    assert [(line.url, line.outcome, line.reason) for line in missing(store, head.manifest)] == [
        (url_of("gone"), Outcome.HTTP_ERROR, Reason.CLIENT_ERROR),
        (refused, Outcome.REFUSED, Reason.PAGE_BUDGET),
    ]
    assert head.manifest.counts.coverage["feed"].model_dump() == {"expected": 2, "captured": 2, "extracted": 1}
    assert HOME not in {line.url for line in missing(store, head.manifest)}

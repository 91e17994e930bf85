"""An archive in which nights refer to one another: what was not modified, and one payload under two URLs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from pipelines.captures.indexes import run_indexes
from pipelines.captures.lookup import captures_of
from pipelines.reasons import Source
from pipelines.store.local import LocalStore
from pipelines.values import EarlierRecord, VisitFacts
from pipelines.warc.reader import read_record
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    article_page,
    capture,
    commit,
    config_for,
    exchange,
    in_this_process,
    night,
    no_progress,
    pages_of,
    start,
    url_of,
)

PICTURE, AGAIN = f"{HOME}pier.png", f"{HOME}pier-again.png"
PICTURE_BYTES = bytes(range(256)) * 20
NIGHTS = [FIRST_NIGHT + timedelta(days=number) for number in range(4)]


def four_nights(folder: Path) -> None:
    """A page; the page not modified, and a picture under two names; the page changed; and the same but for a remark."""
    changed = article_page("quarry", ending="The board added on Saturday that the quarry will stay open until spring.")
    with in_this_process():
        night(folder, pages_of("quarry"))
        run = start(config_for(folder), NIGHTS[1])
        same = exchange(url_of("quarry"), b"", at=NIGHTS[1], status=304)
        facts = VisitFacts(Source.MEMORY, None, 1, revalidates=_page_of_the_first_night(folder))
        pictures = [
            exchange(url, PICTURE_BYTES, at=NIGHTS[1] + timedelta(seconds=number), content_type="image/png")
            for number, url in enumerate((PICTURE, AGAIN), start=1)
        ]
        wanted = VisitFacts(Source.REQUISITE, url_of("quarry"), 1)
        capture(run, [(same, facts), *((each, wanted) for each in pictures)])
        commit(run)
        night(folder, [(url_of("quarry"), changed, 200)], at=NIGHTS[2])
        night(folder, [(url_of("quarry"), changed.replace(b"<!--  -->", b"<!-- x -->"), 200)], at=NIGHTS[3])


def _page_of_the_first_night(folder: Path) -> EarlierRecord:
    store = LocalStore(folder)
    (found,) = captures_of(url_of("quarry"), list(run_indexes(store, SITE, folder / ".made", no_progress)))
    place = found.capture
    record = read_record(store.read_range(place.filename, place.offset, place.length))
    at = datetime.fromisoformat(record.get("WARC-Date") or "")
    digest = record.get("WARC-Payload-Digest")
    return EarlierRecord(str(record.record_id), url_of("quarry"), at, digest, "", "")

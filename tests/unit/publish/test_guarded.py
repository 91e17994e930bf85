from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipelines.errors import ContentError
from pipelines.publish import guarded
from pipelines.publish.guarded import Job, run
from pipelines.reasons import Reason
from pipelines.store.open import open_store
from tests.unit.publish.nights import article_page, lines_of, night, url_of

MB = 1_000_000


def pages(
    vices: Mapping[int, str], *, doomed: Mapping[int, Reason], begin: Callable[[int], None]
) -> list[tuple[int, str | None]]:
    """Ten pages, some of them with a vice; what became of each."""
    told: list[tuple[int, str | None]] = []
    for number in range(10):
        if number in doomed:
            told.append((number, doomed[number].value))
            continue
        begin(number)
        match vices.get(number):
            case "endless":
                time.sleep(60)
            case "huge":
                held = [b"x" * (10 * MB) for _ in range(30)]
                time.sleep(5)
                del held
            case "deadly":
                os._exit(1)
            case "broken":
                raise ContentError("a page that is no page", where="here")
        told.append((number, None))
    return told


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "PAGE_LIMIT_S", 1.5)
    monkeypatch.setattr(guarded, "PAGE_LIMIT_BYTES", 200 * MB)


@pytest.mark.parametrize(
    ("vice", "reason"),
    [
        ("endless", Reason.EXTRACTION_TIMEOUT),
        ("huge", Reason.EXTRACTION_MEMORY),
        ("deadly", Reason.EXTRACTION_MEMORY),
    ],
)
def test_a_page_that_asks_too_much_is_given_up_and_the_others_are_read(vice: str, reason: Reason) -> None:
    counted: list[int] = []
    told, others = run([Job(pages, ({4: vice},)), Job(pages, ({},))], 2, counted.append)
    assert told == [(number, reason.value if number == 4 else None) for number in range(10)]
    assert others == [(number, None) for number in range(10)]
    assert counted == [1, 2]


def test_an_error_of_a_job_is_raised_where_the_job_was_given() -> None:
    with pytest.raises(ContentError, match="no page"):
        run([Job(pages, ({2: "broken"},))], 1, lambda _: None)


def test_no_jobs_need_no_workers() -> None:
    assert run([], 0, lambda _: None) == []


@pytest.mark.usefixtures("worker_processes")
def test_a_hostile_page_gets_its_reason_and_the_night_goes_on(tmp_path: Path) -> None:
    hostile = b"<p>The council met on Tuesday and spoke about the ferry until the lamps went out again.</p>" * 60_000
    found = [(url_of(topic), article_page(topic), 200) for topic in ("bakery", "quarry")]
    manifest = night(tmp_path / "archive", [found[0], (f"{url_of('bakery')}more/", hostile, 200), found[1]])
    store = open_store(str(tmp_path / "archive"))
    outcomes = {line["url"]: (line["outcome"], line["reason"]) for line in lines_of(store, manifest, "outcomes")}
    assert outcomes[f"{url_of('bakery')}more/"] == ("page", "extraction_timeout")
    assert {outcomes[url] for url, _, _ in found} == {("article", None)}

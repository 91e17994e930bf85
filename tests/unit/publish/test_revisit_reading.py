"""What a revisit record means to extraction: what HTTP says of the answer, and else that nothing has changed."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.extract.profile import EMPTY
from pipelines.publish.exchange import prepare_exchange, read_exchange
from pipelines.reasons import Outcome, Reason, Source
from pipelines.values import EarlierRecord, ReadExchange, VisitFacts
from pipelines.warc.pages import CapturedExchange, read_exchanges
from pipelines.warc.record import WarcInfo
from pipelines.warc.revisit import Payloads
from pipelines.warc.rotate import WarcWriter
from tests.unit.publish.nights import FIRST_NIGHT, exchange, url_of

BODY = b"<p>The same words as last night, and many of them.</p>" * 40
URL = url_of("bakery")


def revisited(
    folder: Path, status: int = 200, kind: str = "text/html", via: Source = Source.LINK, body: bytes = BODY
) -> CapturedExchange:
    """The revisit record of an answer that an earlier run holds under the same URL."""
    each = exchange(URL, body, at=FIRST_NIGHT, status=status)
    raw = each.response.read(each.response_bytes).replace(b"text/html; charset=utf-8", kind.encode(), 1)
    head_bytes = raw.index(b"\r\n\r\n") + 4
    each = replace(each, response=io.BytesIO(raw), response_bytes=len(raw), head_bytes=head_bytes)
    earlier = EarlierRecord("urn:uuid:1", URL, FIRST_NIGHT, f"sha256:{each.payload_sha256}")
    writer = WarcWriter(
        folder,
        key_of=lambda serial: f"{serial}.warc.gz",
        info=WarcInfo("pressarc", "nobody", "pressarc", "run"),
        payloads=Payloads(lambda _digest: earlier),
    )
    writer.append(each, VisitFacts(via, None, 1, revalidates=earlier), FIRST_NIGHT)
    writer.seal()
    (found,) = read_exchanges(io.BytesIO((folder / "0.warc.gz").read_bytes()))
    assert found.response is not None
    assert found.response.type == "revisit"
    return found


def read(found: CapturedExchange) -> ReadExchange:
    reading = read_exchange(found, "k", EMPTY)
    assert reading is not None
    return reading


@pytest.mark.parametrize(
    ("status", "kind", "via", "outcome", "reason"),
    [
        (200, "text/html", Source.LINK, Outcome.UNCHANGED, None),
        (200, "image/png", Source.LINK, Outcome.REQUISITE, None),
        (200, "text/plain", Source.ROBOTS, Outcome.ROBOTS, None),
        (404, "text/html", Source.LINK, Outcome.HTTP_ERROR, Reason.CLIENT_ERROR),
        (503, "text/html", Source.LINK, Outcome.HTTP_ERROR, Reason.SERVER_ERROR),
    ],
)
def test_a_revisit_has_the_outcome_its_answer_would_have_had(
    tmp_path: Path, status: int, kind: str, via: Source, outcome: Outcome, reason: Reason | None
) -> None:
    found = read(revisited(tmp_path, status, kind, via))
    assert (found.reading.outcome, found.reading.reason) == (outcome, reason)
    assert found.page.status == status


def test_a_304_that_is_a_revisit_means_unchanged(tmp_path: Path) -> None:
    assert read(revisited(tmp_path, 304, body=b"")).reading.outcome is Outcome.UNCHANGED


def test_a_revisit_is_not_cut_although_its_record_is(tmp_path: Path) -> None:
    found = revisited(tmp_path)
    assert found.response is not None
    assert found.response.get("WARC-Truncated") == "length"
    assert read(found).page.truncated is None


def test_a_revisit_teaches_nothing_about_its_site(tmp_path: Path) -> None:
    prepared = prepare_exchange(revisited(tmp_path), "k", EMPTY)
    assert prepared is not None
    assert prepared.survey(EMPTY) is None


def test_a_revisit_has_a_reference_with_the_digest_of_the_payload_it_stands_for(tmp_path: Path) -> None:
    found = revisited(tmp_path)
    assert found.response is not None
    assert read(found).record.record_id == found.response.record_id
    assert read(found).record.payload_digest == found.response.get("WARC-Payload-Digest")

"""The page for data teams: its own code, run as it stands there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pipelines.values import RecordRef
from pipelines.warc.rotate import WarcWriter
from tests.unit.export.archives import article
from tests.unit.markdown import ROOT, blocks
from tests.unit.warc.exchanges import AT, BODY, FACTS, INFO, exchange


def function(name: str) -> Any:
    """The function of that name on the page."""
    script = next(block for block in blocks(ROOT / "docs/data-team.md", "python") if f"def {name}" in block)
    found: dict[str, Any] = {}
    exec(script, found)
    return found[name]


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        ({}, True),
        ({"reserved": False}, True),
        ({"reserved": True}, False),
        ({"ai_signals": ["Content-Signal: search=yes, ai-train=no"]}, False),
        ({"ai_signals": ["Content-Usage: train-ai=n"]}, False),
        ({"statements": [{"source": "http", "name": "x-robots-tag", "value": "noAI, noimageai"}]}, False),
        ({"statements": [{"source": "html", "name": "robots", "value": "index, follow"}]}, True),
    ],
)
def test_the_rule_for_a_training_set_does_what_it_says(rights: dict[str, Any], *, may: bool) -> None:
    assert function("may_be_learnt_from")(article(1, rights=rights)) is may
    assert not function("may_be_learnt_from")(article(1, event="removed"))


def test_the_bytes_of_an_article_are_where_its_line_says(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, key_of=lambda _: "00000.warc.gz", info=INFO)
    writer.append(exchange(1), FACTS, AT)
    place = writer.append(exchange(2), FACTS, AT)
    writer.seal()
    assert isinstance(place, RecordRef)
    named = {"key": place.key, "offset": place.offset, "length": place.length}
    record = function("record_of")({"provenance": {"warc": named}}, tmp_path)
    assert io.BytesIO(record).readline() == b"WARC/1.1\r\n"
    assert b"WARC-Target-URI: https://a.example/2\r\n" in record
    assert BODY in record

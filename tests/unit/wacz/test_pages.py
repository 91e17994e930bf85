"""The list of pages: a line each, whatever is written in headlines and texts, and none for what says nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipelines.wacz.pages import PageEntry

TEXTS = st.none() | st.text()


@given(TEXTS, TEXTS, st.datetimes(timezones=st.just(UTC)))
def test_a_page_is_one_line_of_json_that_has_what_is_known(title: str | None, text: str | None, at: datetime) -> None:
    line = PageEntry("an-id-1", "https://example.org/ü?a=1", at, title, text).to_line()
    assert line.count(b"\n") == 1
    page = json.loads(line)
    assert (page["id"], page["url"]) == ("an-id-1", "https://example.org/ü?a=1")
    assert datetime.fromisoformat(page["ts"]) == at
    assert page["ts"].endswith("Z")
    assert (page.get("title"), page.get("text")) == (title, text)
    assert None not in page.values()

"""One exchange, or one expected URL, one line: the model of `outcomes/`, and of the counts that follow from it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from pipelines.article.schema import Line, WarcPlace
from pipelines.reasons import Outcome, Reason, Source


class OutcomeLine(Line):
    """What became of one exchange, or of a URL that was expected and never requested."""

    schema_: Literal["pressarc.outcome/1"] = Field("pressarc.outcome/1", alias="schema")
    url: str = Field(description="The URL requested, as it was requested.")
    at: datetime = Field(description="When the exchange began, or when it was decided not to have one.")
    outcome: Outcome
    reason: Reason | None
    detail: str | None = Field(description="More, in words.")
    status: int | None = Field(description="HTTP status; null where nothing was received.")
    warc: WarcPlace | None = Field(description="The response or revisit record; null where nothing was received.")
    articles: list[str] = Field(description="Ids of the articles written from it, or held unchanged.")
    via: Source | None = Field(description="What led here; null for WARC files of other programs.")
    expected_by: list[Source] = Field(description="Sources that said an article is there.")

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def is_extracted(line: OutcomeLine) -> bool:
    """Whether an expected URL gave an article, tonight or before, or is known to be gone."""
    return bool(line.articles) or line.outcome in (Outcome.REMOVED, Outcome.MOVED)


class ArticleCounts(Line):
    new: int = 0
    changed: int = 0
    removed: int = 0


class Coverage(Line):
    """How much of what a source said is there was had."""

    expected: int = Field(description="URLs of which the source said that an article is there.")
    captured: int = Field(description="Of those, the ones that were received tonight, or are held from before.")
    extracted: int = Field(description="Of those, the ones that gave an article, tonight or before, or are gone.")


class Counts(Line):
    """A run's counts; each can be counted again from the run's files."""

    exchanges: int = Field(description="Outcome lines: the sum of `outcomes`.")
    records: int = Field(description="Response and revisit records: outcome lines whose `warc` is not null.")
    outcomes: dict[str, int]
    reasons: dict[str, int]
    articles: ArticleCounts
    coverage: dict[str, Coverage] = Field(default_factory=dict, description="By source, those that named anything.")
    flags: dict[str, int] = Field(default_factory=dict, description="Article lines by flag, those with any.")

"""`<name>.export.json`: what an export covers, so that the next one goes on from there.

Canonical JSON, beside the export and put after it; nothing in it depends on when or where it was made.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from pipelines.article.jsonl import canonical_json
from pipelines.article.schema import Line
from pipelines.errors import ConfigError

SUFFIX = ".export.json"


class CoveredSite(Line):
    """The manifests of a site that an export covers."""

    first: int = Field(description="Number of the first; one more than `last` where nothing had come.")
    last: int = Field(description="Number of the last: the next export goes on after it.")
    last_sha256: str = Field(description="Digest of that manifest, as stored.")


class ExportState(Line):
    """An export, told to whoever takes it in."""

    schema_: Literal["pressarc.export/1"] = Field("pressarc.export/1", alias="schema")
    file: str = Field(description="Name of the export.")
    format: str
    lines: int
    bytes: int
    sha256: str
    selection: dict[str, str | bool | None] = Field(description="The options that it was made with.")
    sites: dict[str, CoveredSite]
    taken_down: list[str] = Field(description="Ids taken out of the archive by the manifests covered: drop them.")
    reserved: list[str] = Field(description="In a delta: ids left out as their rights are reserved now: drop them.")

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def state_file(state: ExportState) -> bytes:
    """The file for *state*."""
    return canonical_json(state.model_dump(mode="json", by_alias=True))


def parse_state(raw: bytes, where: str) -> ExportState:
    """The state that an earlier export left at *where*.

    Raises:
        ConfigError: It is none, or nothing can go on from it.
    """
    try:
        state = ExportState.model_validate_json(raw)
    except ValidationError as error:
        words = f"this is no `…{SUFFIX}` of an earlier export, and no SITE=NUMBER either"
        raise ConfigError(words, where=where) from error
    if state.selection.get("until"):
        words = f"that export ended with --until {state.selection['until']}, and has not all of the manifests it names;"
        raise ConfigError(f"{words} go on from one without --until", where=where)
    return state

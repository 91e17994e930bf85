"""Days that options name."""

from __future__ import annotations

from datetime import date
from typing import overload

from pipelines.errors import ConfigError


@overload
def parse_day(option: str, text: str) -> date: ...


@overload
def parse_day(option: str, text: str | None) -> date | None: ...


def parse_day(option: str, text: str | None) -> date | None:
    """The day that *text* names, as *option* was given it; null for none.

    Raises:
        ConfigError: It names no day.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError("a day is wanted, like 2026-11-22", where=f"{option} {text}") from error

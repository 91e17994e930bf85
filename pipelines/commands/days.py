"""Days that options name."""

from __future__ import annotations

from datetime import date
from typing import overload

from pipelines.errors import ConfigError


def parse_days(options: tuple[str, str], first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """The first and the last day that *options* were given; null for none.

    Raises:
        ConfigError: One names no day, or the last is before the first.
    """
    begins, ends = (parse_day(option, text) for option, text in zip(options, (first, last), strict=True))
    if begins is not None and ends is not None and ends < begins:
        raise ConfigError(f"this is before {options[0]} {begins}", where=f"{options[1]} {ends}")
    return begins, ends


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

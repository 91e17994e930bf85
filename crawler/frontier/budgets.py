"""What a run may spend: pages, requisites, bytes, minutes. What is spent is counted; no clock is asked."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reasons import Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a run may spend; null for no limit."""

    pages: int
    requisites: int = 0
    body_bytes: int | None = None
    minutes: float | None = None


class Budgets:
    """How much of the limits is spent."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pages = 0
        self.requisites = 0

    def spent(self, *, received_bytes: int, elapsed_s: float) -> Reason | None:
        """Why nothing more may be requested at all, or null."""
        limits = self._limits
        if limits.minutes is not None and elapsed_s >= limits.minutes * 60:
            return Reason.TIME_BUDGET
        if limits.body_bytes is not None and received_bytes >= limits.body_bytes:
            return Reason.BYTE_BUDGET
        return None

    @property
    def has_page(self) -> bool:
        """Whether another page may be requested."""
        return self.pages < self._limits.pages

    @property
    def has_requisite(self) -> bool:
        """Whether another requisite may be requested."""
        return self.requisites < self._limits.requisites

"""A story of our own in five paragraphs, for pages that tests build around it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

AT = datetime(2026, 11, 27, 3, tzinfo=UTC)
URL = "https://paper.example/2026/11/20/the-ferry-stays-until-the-spring"
BODY = [
    "The ferry between the two halves of the town will run until the spring, the council decided on Tuesday evening.",
    "It had been meant to stop in December, when the new bridge was to open, but the bridge has no railing so far.",
    "The captain, who has crossed the river eleven thousand times by his own count, said he had packed for nothing.",
    "Commuters were told by loudspeaker while they stood on deck, and the ones in front began to clap their gloves.",
    "A season ticket costs what it did last year, the harbour office said, and dogs may still travel without one.",
]


def paragraphs(lines: Iterable[str]) -> str:
    """The lines as paragraphs of HTML."""
    return "".join(f"<p>{line}</p>" for line in lines)

"""Whether one has to pay for an article: what its text shows, beside what its page declares.

In: the text that was found, how many words the metadata promises, and what the page declares. Out: a measured state,
and the words it rests on. Only what can be counted is said: without a promise and without a cut end nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.page.text import word_count
from pipelines.values import Draft

_CUT_ENDS = ("…", "...", "[…]", "[...]", "…»", "…”")
_LEAST_PROMISE = 100
"""A promise of fewer words says nothing: summaries and captions are counted too."""
_MOST_OF_A_TEASER, _LEAST_OF_A_WHOLE = 0.5, 0.8
"""The share of the promised words below which a text is a teaser, and from which on it is whole."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a text shows."""

    state: str
    """free, paid or unknown; metered cannot be told from one visit."""
    why: str | None = None
    is_cut: bool = False
    """Whether the text ends before the article does."""


LISTED = {"Subscription": "paid", "Registration": "metered"}
"""What the news extension of sitemaps (Google, 0.9) says that one needs → the state that it declares."""


def with_listed(draft: Draft, listed: str | None) -> Draft:
    """*draft* with what a news sitemap says of it: it counts where the page itself declares nothing."""
    if listed not in LISTED:
        return draft
    if draft.access_declared != "unknown":
        return replace(draft, access_listed=listed)
    declared, lines = LISTED[listed], draft.text.split("\n\n")
    measured = measure(lines, draft.promised_words, declared)
    return replace(
        draft,
        access_listed=listed,
        access_declared=declared,
        access_measured=measured.state,
        access_why="; ".join(filter(None, (f"news:access {listed}", measured.why))),
    )


def measure(lines: Sequence[str], promised_words: int, declared: str) -> Measured:
    """What the text in *lines* shows of an article of *promised_words* (0 where nothing is promised)."""
    if promised_words >= _LEAST_PROMISE:
        words = sum(map(word_count, lines))
        why = f"{words} of {promised_words} promised words"
        if words < promised_words * _MOST_OF_A_TEASER:
            return Measured("paid" if declared in ("paid", "metered") else "unknown", why, is_cut=True)
        if words >= promised_words * _LEAST_OF_A_WHOLE:
            return Measured("free", why)
    if lines and lines[-1].rstrip().endswith(_CUT_ENDS):
        is_paid = declared in ("paid", "metered")
        return Measured("paid" if is_paid else "unknown", "the text ends in an ellipsis", is_cut=True)
    return Measured("unknown")

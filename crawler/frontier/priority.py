"""Which URL first: a number for each candidate, higher is earlier."""

from __future__ import annotations

from pipelines.reasons import Source
from pipelines.values import Candidate

_SEED = 1000
_ARTICLE = 300
_LISTING = 200
_PAGINATION = 100
_REQUISITE = 0


def priority(candidate: Candidate) -> int:
    """The seed, then articles, then listings that may name new ones, then their older pages, and requisites last.

    Within each, the nearer to the seed the earlier: a front page shows what is new.
    """
    if candidate.via is Source.SEED:
        return _SEED
    if candidate.via is Source.REQUISITE:
        return _REQUISITE
    if candidate.expects_article:
        return _ARTICLE - candidate.depth
    if candidate.is_pagination:
        return _PAGINATION - candidate.depth
    return _LISTING - candidate.depth

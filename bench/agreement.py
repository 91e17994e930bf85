"""How far an extracted article agrees with what people, or a site's own parser, hold to be the article.

Text is compared by runs of four tokens, as often as they occur; precision and recall are averaged over pages, and F1 is
taken of the two averages: the measure of the article-extraction-benchmark
(https://github.com/scrapinghub/article-extraction-benchmark), so that figures can be compared with those published.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# In scripts without spaces every character is a token, else a whole sentence would be one.
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_RUN = 4
_BETWEEN_NAMES = re.compile(r"\s*(?:[;,|\n/]|\band\b|\bund\b|\bet\b|&)\s*", re.IGNORECASE)
_BEFORE_NAME = re.compile(r"^(?:by|von|par|por)\s+", re.IGNORECASE)

_Runs = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Truth:
    """What a page's article is."""

    segments: tuple[tuple[str, bool], ...] | None
    """Its text, piece by piece, each with whether it may also be left out; null where it is not known."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    """Every day that is right for its publication, as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far one answer agrees; null where there is nothing to compare with."""

    precision: float | None
    recall: float | None
    exact: bool | None
    title: bool | None
    date: bool | None
    authors: bool | None


def agreement(truth: Truth, answer: Mapping[str, object]) -> Agreement:
    """Compare an *answer* (`text`, `title`, `author`, `date`) with the *truth*."""
    text = str(answer.get("text") or "")
    precision = recall = exact = None
    if truth.segments is not None:
        wanted = _tokens(_wanted(truth.segments, text))
        given = _tokens(text)
        precision, recall = _precision_recall(_runs(wanted), _runs(given))
        exact = wanted == given
    return Agreement(
        precision=precision,
        recall=recall,
        exact=exact,
        title=_levelled(str(answer.get("title") or "")) == _levelled(truth.title) if truth.title else None,
        date=str(answer.get("date") or "")[:10] in truth.days if truth.days else None,
        authors=_names(answer.get("author")) == _names(truth.authors) if truth.authors else None,
    )


def summary(agreements: Sequence[Agreement]) -> dict[str, float]:
    """The figures of a data set, each from 0 to 1; left out where no page has a truth for it."""
    figures: dict[str, float] = {}
    precision = _mean(each.precision for each in agreements)
    recall = _mean(each.recall for each in agreements)
    if precision is not None and recall is not None:
        both = precision + recall
        figures |= {"F1": 2 * precision * recall / both if both else 0.0, "P": precision, "R": recall}
    for name in ("exact", "title", "date", "authors"):
        mean = _mean(getattr(each, name) for each in agreements)
        if mean is not None:
            figures[name] = mean
    return figures


def _mean(values: Iterable[float | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _runs(tokens: Sequence[str]) -> _Runs:
    if not tokens:
        return Counter()
    return Counter(tuple(tokens[at : at + _RUN]) for at in range(max(1, len(tokens) - _RUN + 1)))


def _wanted(segments: Iterable[tuple[str, bool]], text: str) -> str:
    """The text that counts as right: what must be there, and of the rest what the answer took."""
    given = _runs(_tokens(text))
    kept = []
    for segment, is_optional in segments:
        runs = _runs(_tokens(segment))
        if not is_optional or sum((runs & given).values()) * 2 >= max(1, sum(runs.values())):
            kept.append(segment)
    return "\n\n".join(kept)


def _precision_recall(wanted: _Runs, given: _Runs) -> tuple[float | None, float | None]:
    """Null where there is nothing to be right about: nothing given, or nothing wanted."""
    shared = sum((wanted & given).values())
    precision = shared / given.total() if given else None
    recall = shared / wanted.total() if wanted else None
    return precision, recall


def _levelled(text: str) -> str:
    return " ".join(_tokens(unicodedata.normalize("NFKC", text).casefold()))


def _names(claims: object) -> frozenset[str]:
    lines = [claims] if isinstance(claims, str) else claims if isinstance(claims, list | tuple) else []
    pieces = (piece for line in lines for piece in _BETWEEN_NAMES.split(str(line)))
    return frozenset(filter(None, (_levelled(_BEFORE_NAME.sub("", piece.strip())) for piece in pieces)))

"""Texts → which of them say the same: exact by digest, near by simhash.

A simhash (Charikar 2002, as used for web pages by Manku et al. 2007) is 64 bits of which two texts share the more, the
more runs of words they share. Two texts are near where at most `NEAR_BITS` differ.

*Why* written here: it is a dozen lines; the libraries for it bring numpy along.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.page.text import line_key

NEAR_BITS = 3
LEAST_WORDS = 50
"""Shorter texts are only ever exact duplicates: they share too much by chance."""
_BITS = 64
_RUN = 3
_LANE_BYTES = 4
# Each bit of a byte in a counter of its own, so that one addition counts all bits of a digest.
_LANES = [b"".join((byte >> bit & 1).to_bytes(_LANE_BYTES) for bit in reversed(range(8))) for byte in range(256)]
_BANDS = NEAR_BITS + 1
"""Where no more than NEAR_BITS bits differ, one of so many bands has none that does."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of an article is compared."""

    id: str
    text_sha256: str
    simhash: str
    words: int


def simhash(text: str) -> str:
    """The simhash of *text* over runs of three words, case and punctuation aside, as 16 hex digits."""
    words = line_key(text).split(" ")
    runs = Counter(" ".join(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))
    sums = 0
    for run, count in runs.items():
        digest = hashlib.blake2b(run.encode("utf-8", "replace"), digest_size=_BITS // 8).digest()
        sums += count * int.from_bytes(b"".join(map(_LANES.__getitem__, digest)))
    lanes = (sums >> (place * 8 * _LANE_BYTES) & ((1 << 8 * _LANE_BYTES) - 1) for place in range(_BITS))
    half = runs.total() / 2
    return f"{sum(1 << place for place, ones in enumerate(lanes) if ones > half):016x}"


def originals(articles: Iterable[Fingerprint]) -> dict[str, str]:
    """For each article that repeats one that comes before it, the id of the first that it repeats."""
    by_text: dict[str, str] = {}
    by_band: dict[tuple[int, int], list[tuple[int, str]]] = defaultdict(list)
    found: dict[str, str] = {}
    for article in articles:
        bits = int(article.simhash, 16)
        first = by_text.setdefault(article.text_sha256, article.id)
        if first == article.id and article.words >= LEAST_WORDS:
            near = (
                id_
                for band in _bands(bits)
                for other, id_ in by_band[band]
                if id_ != article.id and (bits ^ other).bit_count() <= NEAR_BITS
            )
            first = next(near, article.id)
        if first != article.id:
            found[article.id] = found.get(first, first)
        elif article.words >= LEAST_WORDS:
            for band in _bands(bits):
                by_band[band].append((bits, article.id))
    return found


def _bands(bits: int) -> list[tuple[int, int]]:
    width = _BITS // _BANDS
    return [(band, bits >> (band * width) & ((1 << width) - 1)) for band in range(_BANDS)]

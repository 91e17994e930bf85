"""Which of a night's articles repeat another one of the site: pure policy over simhashes, in any order of pages.

What the archive holds is the original of what comes later. Among the articles of one night it is the one that the
archive knew before, then the one from its own page, then the one published first, then the one with the lesser URL.
Only originals have duplicates, so that `duplicate_of` never leads on to another duplicate.

*Why* the archive's simhashes go by, and are not looked up by an index: one pass over 100,000 rows takes a fraction of a
second, and an index for each band would make the memory of a site larger by half.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pipelines.article.simhash import NEAR_BITS, distance_bits

_BANDS = NEAR_BITS + 1
"""Two simhashes that differ in `NEAR_BITS` bits are the same in one of so many bands at least."""
_EDGES = tuple(64 * number // _BANDS for number in range(_BANDS + 1))


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an article that is written tonight, as far as it is compared."""

    id: str
    simhash: int
    was_known: bool = False
    """Whether the archive holds an earlier revision."""
    embedded: bool = False
    published_at: str | None = None
    url: str = ""

    @property
    def seniority(self) -> tuple[object, ...]:
        """The lesser, the more it is an original."""
        return (
            not self.was_known,
            self.embedded,
            self.published_at is None,
            self.published_at or "",
            self.url,
            self.id,
        )


class _Bands:
    """Simhashes by their bands."""

    def __init__(self) -> None:
        self._bands: tuple[dict[int, list[int]], ...] = tuple({} for _ in range(_BANDS))

    def add(self, simhash: int) -> None:
        for band, part in zip(self._bands, _parts(simhash), strict=True):
            band.setdefault(part, []).append(simhash)

    def near(self, simhash: int) -> set[int]:
        """Those that differ in at most `NEAR_BITS` bits."""
        return {
            other
            for band, part in zip(self._bands, _parts(simhash), strict=True)
            for other in band.get(part, ())
            if distance_bits(simhash, other) <= NEAR_BITS
        }


def find_duplicates(tonight: Iterable[Text], archived: Iterable[tuple[str, int]]) -> Mapping[str, str]:
    """For each of tonight's articles that repeats another one: the id of that.

    Args:
        tonight: The articles that are written tonight, each once.
        archived: Id and simhash of every original that the archive holds.

    Returns:
        Id → id of its original, the nearest one there is.
    """
    texts = sorted(tonight, key=lambda text: text.seniority)
    ours = {text.id for text in texts}
    found = _near_archived({text.simhash for text in texts}, (pair for pair in archived if pair[0] not in ours))
    duplicates: dict[str, str] = {}
    originals: dict[int, str] = {}
    bands = _Bands()
    for text in texts:
        if text.simhash in found:
            duplicates[text.id] = found[text.simhash]
            continue
        near = min(
            ((distance_bits(text.simhash, other), originals[other]) for other in bands.near(text.simhash)), default=None
        )
        if near is not None:
            duplicates[text.id] = near[1]
        else:
            originals[text.simhash] = text.id
            bands.add(text.simhash)
    return duplicates


def _near_archived(wanted: set[int], archived: Iterable[tuple[str, int]]) -> dict[int, str]:
    """For each simhash that is near one of the archive: the id of the nearest."""
    bands = _Bands()
    for simhash in sorted(wanted):
        bands.add(simhash)
    nearest: dict[int, tuple[int, str]] = {}
    for id_, theirs in archived:
        for ours in bands.near(theirs):
            each = (distance_bits(ours, theirs), id_)
            nearest[ours] = min(nearest.get(ours, each), each)
    return {simhash: id_ for simhash, (_, id_) in nearest.items()}


def _parts(simhash: int) -> Iterator[int]:
    for start, end in pairwise(_EDGES):
        yield simhash >> start & ((1 << (end - start)) - 1)

"""Passages chosen for an article → those that are the article, and what was taken out, each on stated evidence.

In: the passages, which of them were chosen, the headline, and the site's profile. Out: those that stay and a `Removal`
for each that goes. The evidence, in this order: the passage is the headline; it repeats in different articles of the
site; it is a phrase of the table; it is a byline or date at either end; it is a link below the last of the text.
Repeated lines that together are the larger part of an article are left in: then the profile is wrong, not the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.extract.authors import byline_names, is_agency_line
from pipelines.extract.dates import is_date_line, parse
from pipelines.extract.phrases import ALONE, LEADS_TO
from pipelines.extract.profile import Profile
from pipelines.page.blocks import TextRun
from pipelines.page.text import ends_sentence, line_key, pattern_of
from pipelines.values import Removal

_MOST_REMOVED_SHARE = 0.5
_LEAST_EVERYWHERE, _EVERYWHERE_SHARE = 5, 0.8
_LEAST_REST_WORDS = 12
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?:\s*(?:[ap]\.?m\.?|Uhr|h))?(?:\s*[A-Z]{2,4})?", re.IGNORECASE)
_HEAD_BLOCKS = 4
_TAIL_BLOCKS = 2
_MOST_MARGIN_WORDS = 14


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article without its furniture."""

    kept: tuple[int, ...]
    """Indexes of the passages that stay."""
    removed: tuple[Removal, ...]


def clean(
    passages: Sequence[TextRun],
    chosen: Sequence[int],
    headlines: Collection[str],
    authors: Collection[str],
    description: str | None,
    profile: Profile,
) -> Cleaned:
    """Take out of the *chosen* passages what is not the article.

    Args:
        passages: Of the article's part, in order.
        chosen: Indexes of those that were selected, in order.
        headlines: The forms in which the page gives the article's headline.
        authors: Of the article; a line of nothing but their names is their byline.
        description: A line that says the same as the article's own summary is never furniture, however often other
            pages tease with it.
        profile: What is known of the site.
    """
    blocks = [passages[index] for index in chosen]
    titles = {line_key(title) for title in headlines} - {""}
    repeated = _repeated(blocks, line_key(description or ""), profile)
    verdicts = {place: _verdict(block, titles, repeated, profile) for place, block in enumerate(blocks)}
    for place, block in enumerate(blocks):
        verdicts[place] = verdicts[place] or _time(block)
    headline = next((place for place in range(min(len(blocks), _HEAD_BLOCKS)) if blocks[place].key in titles), 0)
    for place in range(headline):
        above = blocks[place]
        verdicts[place] = verdicts[place] or (None if above.is_running else Removal(above.text, "headline", 1))
    for place in _margins(len(blocks)):
        verdicts[place] = verdicts[place] or _byline_or_date(blocks[place], authors)
    verdicts = {place: _heard(found, profile) for place, found in verdicts.items()}
    last = max(
        (place for place, found in verdicts.items() if found is None and not blocks[place].is_linked), default=-1
    )
    kept: list[int] = []
    removed: list[Removal] = []
    for place, block in enumerate(blocks):
        # Links and nothing else, with no text after them: what hangs below the article.
        verdict = verdicts[place] or (_heard(Removal(block.text, "teaser", 1), profile) if place > last else None)
        if verdict is None:
            kept.append(chosen[place])
        else:
            removed.append(verdict)
    return Cleaned(tuple(kept), tuple(removed))


def _heard(found: Removal | None, profile: Profile) -> Removal | None:
    """What was found, unless its rule is switched off for the site."""
    return None if found is None or found.rule in profile.keep else found


def _verdict(block: TextRun, titles: Collection[str], repeated: Collection[str], profile: Profile) -> Removal | None:
    """Why a block is no part of the article; null where nothing speaks against it."""
    if block.key in titles:
        return Removal(block.text, "headline", 1)
    if block.key in repeated:
        return Removal(block.text, "repeated", _support(block, profile))
    return Removal(block.text, "phrase", 1) if _is_phrase(block) else None


def _repeated(blocks: Sequence[TextRun], summary: str, profile: Profile) -> frozenset[str]:
    found = frozenset(block.key for block in blocks if _support(block, profile) and not summary.startswith(block.key))
    words = sum(block.words for block in blocks)
    lost = sum(block.words for block in blocks if block.key in found)
    if lost <= words * _MOST_REMOVED_SHARE:
        return found
    # In nearly all articles, and none the larger part of this one: a short piece of news among much furniture.
    sure = [block for block in blocks if block.key in found and _is_everywhere(_support(block, profile), profile)]
    rest = words - sum(block.words for block in sure)
    is_small = all(block.words <= words * _MOST_REMOVED_SHARE for block in sure)
    return frozenset(block.key for block in sure) if is_small and rest >= _LEAST_REST_WORDS else frozenset()


def _is_everywhere(support: int, profile: Profile) -> bool:
    return support >= max(_LEAST_EVERYWHERE, profile.articles * _EVERYWHERE_SHARE)


def _support(block: TextRun, profile: Profile) -> int:
    """In how many articles the line stands, its numbers left open where it is long; 0 where it is no furniture."""
    support = profile.furniture.get(block.key, 0)
    if support or not profile.has_open_lines or block.kind != "paragraph":
        return support
    return profile.furniture.get(pattern_of(block.key), 0)


def _margins(count: int) -> Sequence[int]:
    """The first and the last few of *count* blocks, where bylines and dates stand."""
    return sorted({*range(min(count, _HEAD_BLOCKS)), *range(max(0, count - _TAIL_BLOCKS), count)})


def _byline_or_date(block: TextRun, authors: Collection[str]) -> Removal | None:
    if block.words > _MOST_MARGIN_WORDS or block.kind == "quote":
        return None
    if byline_names(block.text, authors) or (block.kind == "paragraph" and is_agency_line(block.text)):
        return Removal(block.text, "byline", 1)
    is_date = parse(block.text) is not None or (block.kind == "paragraph" and is_date_line(block.text))
    return Removal(block.text, "date", 1) if is_date else None


def _time(block: TextRun) -> Removal | None:
    """A time element and few words around it that are no sentence: "an hour ago", in whatever language; or "17:45"."""
    is_told = block.moment is not None or _CLOCK.fullmatch(block.text) is not None
    is_time = is_told and block.kind == "paragraph" and not ends_sentence(block.text)
    return Removal(block.text, "date", 1) if is_time else None


def _is_phrase(block: TextRun) -> bool:
    if block.key in ALONE:
        return True
    return block.linked_chars * 2 > len(block.text) and any(block.key.startswith(f"{phrase} ") for phrase in LEADS_TO)

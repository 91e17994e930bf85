"""One prepared part of a page, with what is known of its site → a `Draft`: the article and nothing but the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.extract import dates
from pipelines.extract.access import measure
from pipelines.extract.choose import GENERAL, Choice, choose
from pipelines.extract.passage import is_within, links_of, region_of
from pipelines.extract.prepare import PreparedPart
from pipelines.extract.profile import Profile
from pipelines.page.text import word_count
from pipelines.reasons import Flag
from pipelines.values import Block, Draft

SHORT_WORDS = 80
"""Fewer words than this are a short article."""
_LEAST_ENTRIES = 3
"""Fewer times than this are dates of other things."""
_ABOVE = 2
"""The first entry's time may stand so far above its text."""
_PARAGRAPH_BREAK = "\n\n"


def draft_of(part: PreparedPart, profile: Profile, page_flags: Sequence[Flag]) -> Draft | None:
    """The article in *part*; its text is empty where there is none. Null where the general extractor has to be asked.

    Args:
        part: As prepared.
        profile: What is known of its site.
        page_flags: What is to be said of all articles of the page.
    """
    choice = choose(part, profile)
    if choice is None:
        return None
    claims = part.claims
    kept = [part.passages[index] for index in choice.kept]
    lines = choice.own_lines or tuple(passage.text for passage in kept)
    region = region_of([passage.path for passage in kept]) or part.top
    headlines = claims.headlines(profile)
    measured = measure(lines, claims.promised_words, claims.access_declared)
    why = "; ".join(filter(None, (claims.access_why, measured.why))) or None
    flags = (
        *page_flags,
        *_flags(part, choice, region, sum(map(word_count, choice.own_lines)) + sum(each.words for each in kept)),
        *([Flag.CUT_SHORT] if measured.is_cut else ()),
    )
    return Draft(
        url=part.url,
        text=_PARAGRAPH_BREAK.join(lines),
        blocks=tuple(_with_captions(part, choice, region)),
        headline=next(iter(headlines), None),
        description=claims.description,
        authors=choice.authors,
        section=claims.section,
        keywords=claims.keywords,
        language=claims.language,
        published_at=claims.published_at,
        modified_at=claims.modified_at,
        images=part.pictures.of_article(_article_around(part, region), part.base),
        links=links_of(kept, part.base),
        flags=tuple(flag for flag in Flag if flag in flags),
        removed=choice.removed,
        embedded=not part.is_lead,
        extraction_path=choice.way,
        access_declared=claims.access_declared,
        access_measured=measured.state,
        access_why=why,
        access_grounds=claims.access_why,
        promised_words=claims.promised_words,
    )


def _with_captions(part: PreparedPart, choice: Choice, region: str) -> Iterator[Block]:
    """The kept passages, with the captions, posts in frames and times of entries between them, in reading order."""
    for line in choice.own_lines:
        yield Block("paragraph", line, part.top)
    kept, times = set(choice.kept), _times(part, choice)
    frames = [frame for frame in part.embeds.frames if kept and is_within(frame.path, region)]
    for index, passage in enumerate(part.passages):
        while frames and frames[0].place <= index:
            frame = frames.pop(0)
            yield Block("quote", "", frame.path, frame.url)
        if index in times:
            yield Block("time", times[index], passage.path)
        if index in kept or (kept and passage.kind == "caption" and is_within(passage.path, region)):
            yield Block(passage.kind, passage.text, passage.path, part.embeds.sources.get(index))
        elif kept and passage.is_linked and index in part.embeds.sources and is_within(passage.path, region):
            # Nothing but the link to what a script would show here.
            yield Block("quote", "", passage.path, part.embeds.sources[index])
    for frame in frames:
        yield Block("quote", "", frame.path, frame.url)


def _times(part: PreparedPart, choice: Choice) -> dict[int, str]:
    """The times that stand amid the text and are none of it, by passage: those of the entries of a live blog."""
    amid = range(max(0, choice.kept[0] - _ABOVE), choice.kept[-1]) if choice.kept else ()
    found = {index: moment for index in amid if (moment := part.passages[index].moment) and index not in choice.kept}
    return found if len(found) >= _LEAST_ENTRIES else {}


def _article_around(part: PreparedPart, region: str) -> str:
    """The path of the element that stands for the whole article: where its pictures are, above the text too."""
    if not part.is_whole_page:
        return part.top
    around = [path for path in part.marked if is_within(region, path) and _name(path) == "article"]
    return max(around, key=len, default=region)


def _name(path: str) -> str:
    return path.rpartition("/")[2].partition("[")[0]


def _flags(part: PreparedPart, choice: Choice, region: str, words: int) -> Iterator[Flag]:
    is_marked = any(is_within(region, path) for path in part.marked) if choice.kept else False
    is_guessed = choice.way == GENERAL and part.is_whole_page and not is_marked
    holds = {
        Flag.NO_DATE: part.claims.published_at is None,
        Flag.NO_AUTHOR: not choice.authors,
        Flag.SHORT: words < SHORT_WORDS,
        Flag.FALLBACK: bool(choice.own_lines) or is_guessed,
        Flag.DATE_AFTER_CAPTURE: part.claims.has_later_date,
        Flag.DATE_RELATIVE: part.claims.is_date_relative,
        Flag.DATES_CONFLICT: dates.is_before(part.claims.modified_at, part.claims.published_at),
    }
    return (flag for flag, is_so in holds.items() if is_so)

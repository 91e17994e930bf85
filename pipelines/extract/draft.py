"""One part of a page → a `Draft`: the article and nothing but the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.extract.engine import Selection, select
from pipelines.extract.furniture import Cleaned, clean
from pipelines.extract.media import read_images, read_links, region_of
from pipelines.extract.metadata import Metadata, read_metadata
from pipelines.extract.profile import Profile
from pipelines.extract.split import Part
from pipelines.page.blocks import TextBlock
from pipelines.page.decode import Decoded
from pipelines.page.facts import Facts
from pipelines.page.tree import Element, paths_of
from pipelines.reasons import Flag
from pipelines.values import Block, Draft, Page

_SHORT_WORDS = 80
_PARAGRAPH_BREAK = "\n\n"


def draft_of(part: Part, page: Page, decoded: Decoded, facts: Facts, profile: Profile) -> Draft:
    """The article in *part*; its text is empty where there is none."""
    blocks = part.blocks
    metadata = read_metadata(part, facts, profile, page.captured_at)
    selection = select(part.element, part.leave_out, [block for block in blocks if block.kind != "caption"])
    cleaned = clean(selection.blocks, metadata.headline_forms, metadata.authors, metadata.description, profile)
    region = region_of(cleaned.blocks, part.element)
    return Draft(
        url=part.url,
        text=_PARAGRAPH_BREAK.join(block.text for block in cleaned.blocks),
        blocks=tuple(_with_captions(blocks, cleaned.blocks, region)),
        headline=metadata.headline,
        description=metadata.description,
        authors=metadata.authors,
        section=metadata.section,
        keywords=metadata.keywords,
        language=metadata.language,
        published_at=metadata.published_at,
        modified_at=metadata.modified_at,
        images=read_images(part, region, facts),
        links=() if selection.is_foreign else read_links(cleaned.blocks, facts),
        flags=tuple(_flags(part, page, decoded, metadata, selection, cleaned)),
        removed=cleaned.removed,
        embedded=not part.is_lead,
        extraction_path="trafilatura-text" if selection.is_foreign else "trafilatura",
        access_declared=metadata.access_declared,
        access_why=metadata.access_why,
    )


def _with_captions(blocks: Sequence[TextBlock], kept: Sequence[TextBlock], region: Element) -> list[Block]:
    """The kept blocks, and the captions that stand between them, in reading order."""
    chosen = {id(block) for block in kept}
    shown = [
        block
        for block in blocks
        if id(block) in chosen or (block.kind == "caption" and region in block.element.iterancestors())
    ]
    if not any(id(block) in chosen for block in shown):
        shown = list(kept)
    paths = paths_of(block.element for block in shown)
    return [Block(block.kind, block.text, paths[block.element]) for block in shown]


def _flags(
    part: Part, page: Page, decoded: Decoded, metadata: Metadata, selection: Selection, cleaned: Cleaned
) -> Iterator[Flag]:
    words = sum(block.words for block in cleaned.blocks)
    holds = {
        Flag.NO_DATE: metadata.published_at is None,
        Flag.NO_AUTHOR: not metadata.authors,
        Flag.SHORT: words < _SHORT_WORDS,
        Flag.TRUNCATED: page.truncated is not None,
        Flag.CHARSET_GUESSED: decoded.is_guessed,
        Flag.FALLBACK: selection.is_foreign or (part.is_whole_page and not _is_marked(cleaned.blocks)),
        Flag.DATE_AFTER_CAPTURE: metadata.has_later_date,
    }
    return (flag for flag, is_so in holds.items() if is_so)


def _is_marked(blocks: Sequence[TextBlock]) -> bool:
    """Whether an element of the page that means "article" holds all of the text."""
    region = region_of(blocks, blocks[0].element) if blocks else None
    if region is None:
        return False
    return any(
        up.tag in ("article", "main")
        or "articleBody" in (up.get("itemprop") or "")
        or up.get("role") in ("article", "main")
        for up in (region, *region.iterancestors())
    )

"""A captured page → articles, or the reason why there are none: the heart of pressarc.

The live crawl, extraction from WARC files and verification all call this. A page is prepared, which needs nothing but
the page and parses it once; a prepared page teaches about its site, and is read with what is known of the site.
`read_page` is both steps in one. All of it is pure: no clock, no network, no state; the same page, profile and versions
give the same drafts on any day.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.errors import UndecodableBody, UnparsableHtml
from pipelines.extract.draft import draft_of
from pipelines.extract.prepare import PreparedPart, prepare_part
from pipelines.extract.profile import EMPTY, Profile
from pipelines.extract.split import split
from pipelines.extract.survey import survey_part
from pipelines.page.blocks import blocks_of
from pipelines.page.classify import Kind, classify
from pipelines.page.decode import decode
from pipelines.page.facts import read_facts
from pipelines.page.paging import read_paging
from pipelines.page.rights import page_statements
from pipelines.page.text import word_count
from pipelines.page.tree import (
    MAX_ELEMENTS,
    MAX_HTML_BYTES,
    Paths,
    body_of,
    has_too_many_elements,
    parse,
    strip_unread,
)
from pipelines.page.walls import find_wall
from pipelines.reasons import Flag, Outcome, Reason
from pipelines.values import Draft, Page, Paging, Reading, Said, Statement, Survey

LEAST_WORDS = 25
"""Fewer words than this are no article."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page as far as it can be read without knowing its site, free of the tree."""

    parts: tuple[PreparedPart, ...] = ()
    refused: Reading | None = None
    """Why it is no article's page, where it is none."""
    flags: tuple[Flag, ...] = ()
    """What is to be said of every article of the page."""
    statements: tuple[Statement, ...] = ()
    """What the page states about rights."""
    paging: Paging | None = None
    """Which page of its lead article it is, where that stands on several."""


def prepare_page(
    page: Page, known: Profile = EMPTY, *, insist: bool = False, asks_embedded: bool = True
) -> PreparedPage:
    """Parse a page and find its parts.

    Args:
        page: As captured, codings removed.
        known: What is known of its site so far; it changes nothing in what `read_prepared` gives, but spares the
            general extractor where its template knows the page.
        insist: Hold it to be an article's page, whatever it looks like.
        asks_embedded: Whether the general extractor is asked for embedded articles too; the lead teaches enough.

    Returns:
        The prepared page. What is wrong with a page is a reason in it; nothing is raised.
    """
    if len(page.body) > MAX_HTML_BYTES:
        return _refused(Reason.PAGE_TOO_LARGE, f"{len(page.body)} bytes")
    try:
        return _prepare(page, known, insist=insist, asks_embedded=asks_embedded)
    except UndecodableBody as error:
        return _refused(Reason.UNDECODABLE, error.message)
    except UnparsableHtml as error:
        return _refused(Reason.UNPARSABLE, error.message)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the border of one page: whatever a page does to a parser ends here
        _log.exception("extraction failed", extra={"url": page.url})
        return _refused(Reason.EXTRACTION_FAILED, f"{type(error).__name__}: {error}")


def survey_prepared(prepared: PreparedPage, known: Profile = EMPTY) -> Survey:
    """What a page can teach about its site; nothing, where it is no article's page.

    Args:
        prepared: With *known*.
        known: What was known of its site when it was prepared.
    """
    if prepared.refused is not None:
        return Survey()
    surveyed = (survey_part(part, known) for part in prepared.parts)
    paging = prepared.paging
    if paging is None or paging.number == 1 or not paging.is_told:
        return Survey(tuple(surveyed))
    # What the pages of one article share is no furniture: they teach as one.
    leads = [part.is_lead for part in prepared.parts]
    first_url = paging.first_url
    return Survey(
        tuple(
            replace(each, article_url=first_url) if lead else each for each, lead in zip(surveyed, leads, strict=True)
        )
    )


def read_prepared(
    prepared: PreparedPage, profile: Profile, *, insist: bool = False, lead_only: bool = False
) -> Reading | None:
    """Make articles of a prepared page, or say why not.

    Args:
        prepared: As `prepare_page` gave it.
        profile: What is known of its site.
        insist: As it was prepared.
        lead_only: Whether embedded articles are of no interest where there is a lead.

    Returns:
        The lead article's draft first, then those of embedded articles, in the order of the page. Null where the
        general extractor has to be asked: prepare the page again with *profile*.
    """
    if prepared.refused is not None and not (insist and prepared.parts):
        return prepared.refused
    try:
        return _read(prepared, profile, insist=insist, lead_only=lead_only)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        _log.exception("extraction failed", extra={"parts": [part.url for part in prepared.parts]})
        return Reading(Outcome.PAGE, Reason.EXTRACTION_FAILED, f"{type(error).__name__}: {error}")


def _read(prepared: PreparedPage, profile: Profile, *, insist: bool, lead_only: bool) -> Reading | None:
    leads = [part for part in prepared.parts if part.is_lead]
    drafts = [draft_of(part, profile, prepared.flags) for part in (leads if leads and lead_only else prepared.parts)]
    known = [_with_rights(draft, prepared.statements) for draft in drafts if draft is not None]
    return _reading(known, prepared.paging, insist=insist) if len(known) == len(drafts) else None


def _with_rights(draft: Draft, statements: Sequence[Statement]) -> Draft:
    """The draft with what the page states; its JSON-LD speaks of the lead article alone."""
    own = (each for each in statements if not (draft.embedded and each.source is Said.JSON_LD))
    return replace(draft, statements=tuple(own))


def read_page(page: Page, profile: Profile, *, insist: bool = False) -> Reading:
    """Make articles of a page, or say why not, see `prepare_page` and `read_prepared`."""
    reading = read_prepared(prepare_page(page, profile, insist=insist), profile, insist=insist)
    assert reading is not None  # whatever this profile leaves open was asked for
    return reading


def survey_page(page: Page) -> Survey:
    """What *page* can teach about a site of which nothing is known."""
    return survey_prepared(prepare_page(page))


def _refused(reason: Reason, detail: str) -> PreparedPage:
    return PreparedPage(refused=Reading(Outcome.PAGE, reason, detail))


def _prepare(page: Page, known: Profile, *, insist: bool, asks_embedded: bool) -> PreparedPage:
    decoded = decode(page)
    root = parse(decoded.markup, where=page.url)
    if has_too_many_elements(root, len(page.body)):
        return _refused(Reason.PAGE_TOO_LARGE, f"more than {MAX_ELEMENTS} elements")
    facts = read_facts(root, page.url)
    blocks = blocks_of(body_of(root))
    if sum(block.words for block in blocks if block.is_running) < LEAST_WORDS:
        # Some pages are sent hidden, and shown by their scripts; in others an element is never closed.
        blocks = blocks_of(body_of(root), everything=True)
    wall = find_wall(page, root, facts, blocks)
    if wall is not None and not insist:
        return _refused(wall.reason, wall.why)
    statements = page_statements(root, facts)
    strip_unread(root)  # not before: what a wall is made of, scripts tell
    verdict = classify(root, facts, blocks)
    why, refused = "; ".join(verdict.why), None
    if verdict.kind is Kind.LISTING:
        refused = Reading(Outcome.LISTING, None, why)
    elif verdict.kind is Kind.OTHER:
        words = sum(block.words for block in blocks)
        refused = Reading(Outcome.PAGE, Reason.TOO_SHORT if 0 < words < LEAST_WORDS else Reason.NO_ARTICLE, why)
    if refused is not None and not insist:
        return PreparedPage(refused=refused)
    parts = split(root, facts, blocks)
    holds = {Flag.TRUNCATED: page.truncated is not None, Flag.CHARSET_GUESSED: decoded.is_guessed}
    template, paths = known.template, Paths()
    return PreparedPage(
        parts=tuple(
            prepare_part(part, facts, page.captured_at, template, paths, is_askable=part.is_lead or asks_embedded)
            for part in parts
        ),
        refused=refused,
        flags=tuple(flag for flag, is_so in holds.items() if is_so),
        statements=statements,
        paging=read_paging(root, facts, page.url),
    )


def _reading(drafts: Sequence[Draft], paging: Paging | None, *, insist: bool) -> Reading:
    lead = [draft for draft in drafts if not draft.embedded and (insist or word_count(draft.text) >= LEAST_WORDS)]
    embedded = [draft for draft in drafts if draft.embedded and word_count(draft.text) >= LEAST_WORDS]
    if lead:
        return Reading(Outcome.ARTICLE, drafts=(*lead, *embedded), paging=paging)
    if embedded:
        return Reading(Outcome.PAGE, Reason.EMBEDDED_ONLY, f"{len(embedded)} articles", tuple(embedded))
    longest = max((word_count(draft.text) for draft in drafts), default=0)
    return Reading(Outcome.PAGE, Reason.TOO_SHORT if longest else Reason.NO_ARTICLE, f"{longest} words")

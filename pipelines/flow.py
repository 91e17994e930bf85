"""A captured page → articles, or the reason why there are none: the heart of pressarc.

The live crawl, extraction from WARC files and verification all call `read_page`. It is a pure function of the page and
the site's profile: no clock, no network, no state; the same page, profile and versions give the same drafts on any day.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.errors import ContentError, UndecodableBody, UnparsableHtml
from pipelines.extract.draft import draft_of
from pipelines.extract.profile import Profile
from pipelines.extract.split import split
from pipelines.extract.survey import survey_part
from pipelines.page.blocks import TextBlock, blocks_of
from pipelines.page.classify import Kind, Verdict, classify
from pipelines.page.decode import Decoded, decode
from pipelines.page.facts import Facts, read_facts
from pipelines.page.text import word_count
from pipelines.page.tree import MAX_HTML_BYTES, Element, body_of, parse
from pipelines.page.walls import Wall, find_wall
from pipelines.reasons import Outcome, Reason
from pipelines.values import Draft, Page, Reading, Survey

LEAST_WORDS = 25
"""Fewer words than this are no article."""

_log = logging.getLogger(__name__)


def read_page(page: Page, profile: Profile, *, insist: bool = False) -> Reading:
    """Make articles of a page, or say why not.

    Args:
        page: As captured, codings removed.
        profile: What is known of its site.
        insist: Hold it to be an article's page, whatever it looks like.

    Returns:
        The lead article's draft first, then those of embedded articles, in the order of the page. What is wrong with
        a page is a reason in the reading; nothing is raised for it.
    """
    if len(page.body) > MAX_HTML_BYTES:
        return Reading(Outcome.PAGE, Reason.PAGE_TOO_LARGE, f"{len(page.body)} bytes")
    try:
        return _read(page, profile, insist=insist)
    except UndecodableBody as error:
        return Reading(Outcome.PAGE, Reason.UNDECODABLE, error.message)
    except UnparsableHtml as error:
        return Reading(Outcome.PAGE, Reason.UNPARSABLE, error.message)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the border of one page: whatever a page does to a parser ends here
        _log.exception("extraction failed", extra={"url": page.url})
        return Reading(Outcome.PAGE, Reason.EXTRACTION_FAILED, f"{type(error).__name__}: {error}")


def survey_page(page: Page) -> Survey:
    """What *page* can teach about its site; nothing, where it is no article's page."""
    if len(page.body) > MAX_HTML_BYTES:
        return Survey()
    try:
        return _survey(page)
    except ContentError:
        return Survey()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - as above: the page teaches nothing
        _log.exception("the page could not be surveyed", extra={"url": page.url})
        return Survey()


def _survey(page: Page) -> Survey:
    opened = _open(page)
    if opened.verdict.kind is not Kind.ARTICLE or opened.wall is not None:
        return Survey()
    parts = split(opened.root, opened.facts, opened.blocks)
    return Survey(tuple(survey_part(part, opened.facts) for part in parts))


@dataclass(frozen=True, slots=True)
class _Opened:
    decoded: Decoded
    root: Element
    facts: Facts
    blocks: Sequence[TextBlock]
    verdict: Verdict
    wall: Wall | None


def _open(page: Page) -> _Opened:
    decoded = decode(page)
    root = parse(decoded.html, where=page.url)
    facts = read_facts(root, page.url)
    blocks = blocks_of(body_of(root))
    if sum(block.words for block in blocks if block.is_running) < LEAST_WORDS:
        # Some pages are sent hidden, and shown by their scripts.
        blocks = blocks_of(body_of(root), hidden=True)
    wall = find_wall(page, root, facts, blocks)
    return _Opened(decoded, root, facts, blocks, classify(root, facts, blocks), wall)


def _read(page: Page, profile: Profile, *, insist: bool) -> Reading:
    opened = _open(page)
    if opened.wall is not None and not insist:
        return Reading(Outcome.PAGE, opened.wall.reason, opened.wall.why)
    why = "; ".join(opened.verdict.why)
    if opened.verdict.kind is Kind.LISTING and not insist:
        return Reading(Outcome.LISTING, None, why)
    if opened.verdict.kind is Kind.OTHER and not insist:
        words = sum(block.words for block in opened.blocks)
        return Reading(Outcome.PAGE, Reason.TOO_SHORT if 0 < words < LEAST_WORDS else Reason.NO_ARTICLE, why)
    parts = split(opened.root, opened.facts, opened.blocks)
    return _reading([draft_of(part, page, opened.decoded, opened.facts, profile) for part in parts], insist=insist)


def _reading(drafts: Sequence[Draft], *, insist: bool) -> Reading:
    lead = [draft for draft in drafts if not draft.embedded and (insist or word_count(draft.text) >= LEAST_WORDS)]
    embedded = [draft for draft in drafts if draft.embedded and word_count(draft.text) >= LEAST_WORDS]
    if lead:
        return Reading(Outcome.ARTICLE, drafts=(*lead, *embedded))
    if embedded:
        return Reading(Outcome.PAGE, Reason.EMBEDDED_ONLY, f"{len(embedded)} articles", tuple(embedded))
    longest = max((word_count(draft.text) for draft in drafts), default=0)
    return Reading(Outcome.PAGE, Reason.TOO_SHORT if longest else Reason.NO_ARTICLE, f"{longest} words")

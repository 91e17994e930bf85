"""The rights of a line: what the page, its answer and its host's files stated, put together; and what follows of it.

In: the answer, the page's statements and what the crawl noted of the host's files. Out: `Rights`, the same for the same
records on any day.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.article.schema import Rights, RightsStatement
from pipelines.page.rights import AI_SIGNALS, LICENCE, TDM_POLICY, TDM_RESERVATION, http_statements
from pipelines.values import Page, Said, SiteRights, Statement, VisitFacts

_LICENCES = (
    (Said.JSON_LD, LICENCE),
    (Said.HTML, LICENCE),
    (Said.HTML, "dcterms.license"),
    (Said.HTML, "dc.license"),
)
"""Where a page names its licence, the best place first."""


def rights_of(page: Page, stated: Iterable[Statement], facts: VisitFacts | None) -> Rights:
    """The rights of an article.

    Args:
        page: The answer.
        stated: What the page's own content states.
        facts: What the crawl noted; null for WARC files of other programs.
    """
    of_site = facts.rights if facts is not None else SiteRights()
    statements = [*_site_statements(of_site), *http_statements(page.headers), *stated]
    return Rights(
        robots=of_site.robots_rule,
        x_robots_tag=page.header("x-robots-tag"),
        tdm_reservation=page.header(TDM_RESERVATION),
        ai_signals=[_signal(each) for each in statements if each.name in AI_SIGNALS],
        licence=_licence(statements),
        reserved=is_reserved(statements),
        statements=[RightsStatement(source=each.source, name=each.name, value=each.value) for each in statements],
        robots_record=facts.robots if facts is not None else None,
        tdmrep_record=of_site.tdmrep,
    )


def is_reserved(statements: Iterable[Statement]) -> bool | None:
    """Whether rights to text and data mining are reserved, by TDMRep; null where nothing says so or otherwise.

    A later statement supersedes an earlier one: the host's file, then the HTTP field, then the meta element. That one
    of them is silent takes nothing back, nor does a value that is neither 0 nor 1.
    """
    values = [each.value for each in statements if each.name == TDM_RESERVATION and each.value in ("0", "1")]
    return values[-1] == "1" if values else None


def _site_statements(rights: SiteRights) -> list[Statement]:
    signals = [(signal.partition(":")[0].strip().lower(), signal) for signal in rights.signals]
    found = [Statement(Said.ROBOTS_TXT, name, line.partition(":")[2].strip()) for name, line in signals]
    of_file = ((TDM_RESERVATION, rights.tdm_reservation), (TDM_POLICY, rights.tdm_policy))
    return [*found, *(Statement(Said.TDMREP, name, value) for name, value in of_file if value is not None)]


def _signal(statement: Statement) -> str:
    return f"{'-'.join(word.capitalize() for word in statement.name.split('-'))}: {statement.value}"


def _licence(statements: list[Statement]) -> str | None:
    """The first address of a licence, else the first words for one; the better place counts."""
    for place in _LICENCES:
        named = [each.value for each in statements if (each.source, each.name) == place]
        if named:
            return next((value for value in named if "://" in value), named[0])
    return None

"""All that was asked of a site and came back → the report about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from crawler.discovery.found import FoundKind
from crawler.frontier.robots import Robots
from crawler.probing.plan import SAMPLES, sections
from crawler.probing.rate import articles_per_day
from crawler.probing.report import Sample, SectionReport, SiteReport, SourceReport
from crawler.probing.rights import statements
from crawler.probing.scripting import Scripting, scripting_of
from crawler.probing.visit import Purpose, Visit
from pipelines import flow
from pipelines.extract.learn import learn
from pipelines.http.url import absolute_url, canonical_url
from pipelines.page.text import word_count
from pipelines.publish.guarded import Crew, on_page
from pipelines.reasons import Reason
from pipelines.values import Draft, Page, Reading, Survey

_MOST_SECTIONS = 12
_QUIET = timedelta(days=30)
_PAGES = frozenset((Purpose.HOME, Purpose.CATEGORY, Purpose.FURTHER, Purpose.ARTICLE))
_KINDS = {
    FoundKind.SITEMAP: "sitemap",
    FoundKind.SITEMAP_INDEX: "sitemap index",
    FoundKind.FEED: "feed",
    FoundKind.REST: "REST",
}


def analyse(name: str, visits: Sequence[Visit], robots: Robots | None, requests: int, crew: Crew) -> SiteReport | None:
    """The report; null where the home page was not had, and so nothing is known.

    Args:
        name: The site's name.
        visits: All that was asked, in order.
        robots: The site's robots.txt; null where it was never read.
        requests: How many requests were made, robots.txt included.
        crew: Who reads the pages.
    """
    home = next((visit for visit in visits if visit.step.purpose is Purpose.HOME and visit.is_page), None)
    if home is None or home.page is None:
        return None
    pages = [visit.page for visit in visits if visit.page is not None and visit.is_page]
    sources = tuple(_sources(visits))
    samples = tuple(_samples(visits, pages, crew))
    per_day, per_day_by = _rate(sources, samples)
    scripting, needs_scripts = _scripting(visits)
    tdmrep = next((visit.page for visit in reversed(visits) if visit.step.purpose is Purpose.TDMREP), None)
    return SiteReport(
        url=home.page.url,
        name=name,
        looked_at=home.page.captured_at,
        requests=requests,
        robots=_robots(robots),
        sources=sources,
        sections=tuple(_sections(home, visits)),
        pagination=next((v.url for v in visits if v.step.purpose is Purpose.FURTHER and v.is_had), None),
        content_system=_content_system(home, visits),
        languages=_languages(home, visits),
        statements=statements(robots, tdmrep, pages),
        paywall=tuple(_paywall(visits, samples)),
        scripting=str(scripting) if scripting else None,
        needs_scripts=needs_scripts,
        per_day=per_day,
        per_day_by=per_day_by,
        samples=samples,
        warnings=tuple(_warnings(visits, sources, samples, home.page.captured_at, needs_scripts=needs_scripts)),
    )


def why_nothing(visits: Sequence[Visit]) -> str:
    """Why the home page was not had, in a sentence that says what to do."""
    last = next((visit for visit in reversed(visits) if visit.step.purpose is Purpose.HOME), None)
    if last is None or last.page is None:
        return f"the home page could not be had: {last.failure if last else 'nothing was asked'}"
    if last.is_redirect:
        location = last.page.header("location")
        target = absolute_url(last.url, location) if location else None
        return f"the site says that it is elsewhere; look at {target} instead" if target else "it redirects to no URL"
    if last.wall is not None:
        return f"there is a wall in place of the home page: {last.wall.meaning[0].lower()}{last.wall.meaning[1:]}"
    if last.page.status != 200:
        return f"the home page answered {last.page.status}; check the address in a browser"
    kind = last.found.kind.replace("_", " ") if last.found else "nothing"
    return (
        f"this is no page of a site, but {'nothing readable' if kind == 'nothing' else f'a {kind}'}; name the home page"
    )


def _robots(robots: Robots | None) -> str:
    if robots is None or robots.rules is None:
        return "no rules"
    rules = sum(line.lower().startswith(("allow", "disallow")) for line in robots.lines)
    said = [_count(rules, "rule")]
    if robots.crawl_delay_s is not None:
        said.append(f"Crawl-delay {robots.crawl_delay_s:g} s")
    said.append(_count(len(robots.sitemaps), "sitemap"))
    return ", ".join(said)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _sources(visits: Sequence[Visit]) -> Iterator[SourceReport]:
    for visit in visits:
        found = visit.found
        if not visit.is_had or found is None or found.kind not in _KINDS:
            continue
        entries = [each for each in found.candidates if not each.is_pagination]
        articles = [each for each in entries if each.expects_article]
        dates = [date for each in articles if (date := each.published_at or each.modified_at) is not None]
        yield SourceReport(
            kind="news sitemap" if found.is_news else _KINDS[found.kind],
            url=visit.url,
            articles=len(articles),
            entries=len(entries),
            newest_at=max(dates, default=None),
            per_day=articles_per_day(dates),
            title=found.title,
            notes=found.notes,
        )


def _rate(sources: Iterable[SourceReport], samples: Iterable[Sample]) -> tuple[float | None, str | None]:
    """Articles a day, and by what: the source that lists most, or else the samples, which are the newest there are."""
    told = [(each.per_day, each.url) for each in sources if each.per_day is not None]
    if told:
        return max(told)
    dates = [datetime.fromisoformat(date) for each in samples if "T" in (date := each.published_at or "")]
    rate = articles_per_day(dates)
    return rate, None if rate is None else "the samples alone"


def _samples(visits: Sequence[Visit], pages: Sequence[Page], crew: Crew) -> Iterator[Sample]:
    """The articles, read as a run would read them: with what all the pages teach."""
    surveys = crew.in_order(on_page(flow.survey_page, page) for page in pages)
    profile = learn(survey for survey in surveys if isinstance(survey, Survey))
    articles = (visit.page for visit in visits if _is_sample(visit) and visit.is_article and visit.page)
    read = crew.in_order(on_page(flow.read_page, page, profile) for page in articles)
    leads = (_lead(reading) for reading in read if isinstance(reading, Reading))
    return map(_sample, islice(filter(None, leads), SAMPLES))


def _is_sample(visit: Visit) -> bool:
    """Whether it was asked for as an article, or taken for a section and is one."""
    return visit.step.purpose is Purpose.ARTICLE or (visit.step.purpose is Purpose.CATEGORY and visit.is_article)


def _lead(reading: Reading) -> Draft | None:
    return next((draft for draft in reading.drafts if not draft.embedded), None)


def _sample(draft: Draft) -> Sample:
    paragraphs = (block.text for block in draft.blocks if block.kind == "paragraph")
    return Sample(
        url=draft.url,
        headline=draft.headline,
        published_at=draft.published_at,
        authors=draft.authors,
        first_paragraph=next(paragraphs, draft.text.partition("\n\n")[0]),
        words=word_count(draft.text),
        flags=tuple(map(str, draft.flags)),
        access=draft.access_declared,
    )


def _sections(home: Visit, visits: Sequence[Visit]) -> Iterator[SectionReport]:
    checked = {canonical_url(v.url) for v in visits if v.step.purpose is Purpose.CATEGORY and v.is_listing}
    failed = {canonical_url(v.url) for v in visits if v.step.purpose is Purpose.CATEGORY} - checked
    likely = [each for each in sections(home.url, visits) if canonical_url(each.url) not in failed]
    first = [each for each in likely if canonical_url(each.url) in checked]
    for each in [*first, *(other for other in likely if other not in first)][:_MOST_SECTIONS]:
        yield SectionReport(each.url, each.anchor or None, is_checked=each in first)


def _content_system(home: Visit, visits: Sequence[Visit]) -> str | None:
    named = (visit.found.generator for visit in (home, *visits) if visit.found is not None)
    system = next((name for name in named if name), None)
    offers_rest = home.found is not None and home.found.signposts.rest_root is not None
    return system or ("WordPress" if offers_rest else None)


def _languages(home: Visit, visits: Sequence[Visit]) -> tuple[str, ...]:
    seen = (language for visit in (home, *visits) if visit.found for language in visit.found.signposts.languages)
    return tuple(dict.fromkeys(seen))


def _paywall(visits: Sequence[Visit], samples: Sequence[Sample]) -> Iterator[str]:
    declared = [each for each in samples if each.access not in ("free", "unknown")]
    if declared:
        yield f"{len(declared)} of {len(samples)} samples declare themselves {declared[0].access}"
    walls = [visit for visit in visits if visit.step.purpose is Purpose.ARTICLE and visit.wall is Reason.LOGIN_WALL]
    if walls:
        yield f"asked to sign in at {_count(len(walls), 'article')}, such as {walls[0].url}"


def _scripting(visits: Sequence[Visit]) -> tuple[Scripting | None, bool]:
    """The figures of the home page, or of the page that needs a browser; and whether the site does."""
    home = _scripting_of(visits, Purpose.HOME)
    articles = _scripting_of(visits, Purpose.ARTICLE)
    needing = [each for each in home if each.is_needed]
    if articles and all(each.is_needed for each in articles):
        needing += articles
    return next(iter((*needing, *home)), None), bool(needing)


def _scripting_of(visits: Sequence[Visit], purpose: Purpose) -> list[Scripting]:
    pages = [
        visit.page for visit in visits if visit.step.purpose is purpose and visit.is_page and visit.page is not None
    ]
    return [found for page in pages if (found := scripting_of(page)) is not None]


def _warnings(
    visits: Sequence[Visit],
    sources: Sequence[SourceReport],
    samples: Sequence[Sample],
    now: datetime,
    *,
    needs_scripts: bool,
) -> Iterator[str]:
    if needs_scripts:
        yield "its pages are drawn by scripts, which pressarc does not run: articles are what the HTML holds"
    walls = [visit for visit in visits if visit.wall is not None and visit.step.purpose in _PAGES]
    for visit in walls[:1]:
        assert visit.wall is not None
        count = "one answer was a wall:" if len(walls) == 1 else f"{len(walls)} answers were walls, such as"
        yield f"{count} {visit.url} ({visit.wall.meaning})"
    tried = [visit for visit in visits if _is_sample(visit) and not visit.is_redirect]
    if not tried:
        yield "no article was found to look at"
    elif len(samples) < min(SAMPLES, len(tried)):
        yield f"of {len(tried)} pages that were named as articles, {len(samples)} could be read as such"
    newest = max((each.newest_at for each in sources if each.newest_at), default=None)
    if newest is not None and now - newest > _QUIET:
        yield f"its sources name nothing newer than {newest:%Y-%m-%d}"
    lost = [visit for visit in visits if visit.step.purpose in (Purpose.SITEMAP, Purpose.FEED) and visit.failure]
    for visit in lost:
        yield f"{visit.url} could not be had: {visit.failure}"

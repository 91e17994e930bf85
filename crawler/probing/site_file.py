"""The report about a site → its site file: a URL, and all that is known of it as comments.

Only options that the configuration has are set; what was found and is used by itself stands in comments, so that
whoever reads the file knows what the crawl will do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from crawler.probing.report import SiteReport, SourceReport
from pipelines.options import CrawlOptions

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ROUND_TO = 500


def site_file(report: SiteReport) -> str:
    """The text of `sites/<site>.toml`."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: SiteReport) -> Iterator[str]:
    yield f"# {report.name}: looked at on {report.looked_at:%Y-%m-%d} with {report.requests} requests."
    yield "# What stands in comments was found, not set: change it and nothing changes. Options: docs/configuration.md."
    yield f"url = {_string(report.url)}"
    yield ""
    yield from _comments("What was found", _found(report))
    yield ""
    yield from _comments("What will be used", _used(report))
    yield ""
    yield from _comments("What to expect", _expected(report))
    yield ""
    yield "[crawl]"
    yield from _options(report)


def _found(report: SiteReport) -> Iterator[str]:
    yield f"robots.txt: {report.robots}"
    for each in report.sources:
        yield in_words(each)
    if not report.sources:
        yield "no feed, no sitemap, no content API"
    for section in report.sections:
        name = f" ({section.name})" if section.name else ""
        yield f"{'section' if section.is_checked else 'linked'}: {section.url}{name}"
    yield f"pagination: {report.pagination or 'none seen'}"
    yield f"content system: {report.content_system or 'it does not say'}"
    yield f"languages: {', '.join(report.languages) or 'it does not say'}"
    for statement in report.statements:
        yield f"stated in {statement.where}: {statement.said}"
    if not report.statements:
        yield "statements on text and data mining, or to machines: none seen"
    for sign in report.paywall:
        yield f"paywall: {sign}"
    if not report.paywall:
        yield "paywall: no sign of one"
    if report.scripting:
        yield f"JavaScript: {'needed' if report.needs_scripts else 'not needed'} ({report.scripting})"


def in_words(source: SourceReport) -> str:
    """A source in a line."""
    if source.kind == "sitemap index":
        told = f"{source.entries} sitemaps"
    else:
        told = f"{source.articles} articles of {source.entries} entries"
    newest = f", the newest of {source.newest_at:%Y-%m-%d}" if source.newest_at else ""
    notes = f"; {'; '.join(source.notes)}" if source.notes else ""
    return f"{source.kind}: {source.url} ({told}{newest}{notes})"


def _used(report: SiteReport) -> Iterator[str]:
    kinds = dict.fromkeys(source.kind for source in report.sources)
    if kinds:
        yield f"its {_and(list(kinds))}, for what is new and when it was published"
    yield "the home page, its sections and their further pages, newest first, and links between articles"
    yield "robots.txt is obeyed; statements are recorded with every page"


def _expected(report: SiteReport) -> Iterator[str]:
    if report.per_day is None:
        yield "articles a day: unknown, its sources give too few dates"
    else:
        yield f"articles a day: about {rounded(report.per_day)}, by the dates of {report.per_day_by}"
    for warning in report.warnings:
        yield f"warning: {warning}"


def _options(report: SiteReport) -> Iterator[str]:
    """The options that are changed first, with their defaults."""
    fields = CrawlOptions.model_fields
    pages, delay = fields["max_pages"], fields["delay_s"]
    yield f"# {pages.description}"
    listed = _listed(report)
    if listed > int(pages.default):
        enough = -(-listed * 5 // 4 // _ROUND_TO) * _ROUND_TO
        yield f"# Its sitemaps name about {listed} articles; {enough} would take them all in one run."
    yield f"# max_pages = {json.dumps(pages.default)}"
    yield f"# {delay.description} A longer Crawl-delay in robots.txt is kept."
    yield f"# delay_s = {json.dumps(delay.default)}"


def _listed(report: SiteReport) -> int:
    """How many articles the sitemaps name: where an index names more than were looked at, taken to be like those."""
    seen = [each.articles for each in report.sources if each.kind == "sitemap"]
    inner = max((each.entries for each in report.sources if each.kind == "sitemap index"), default=0)
    posts = max((each.articles for each in report.sources if each.kind == "REST"), default=0)
    return max(posts, sum(seen), round(inner * sum(seen) / len(seen)) if seen else 0)


def _comments(title: str, entries: Iterator[str]) -> Iterator[str]:
    yield f"# {title}:"
    for entry in entries:
        yield f"# - {plain(entry)}"


def plain(text: str) -> str:
    """*text* in one line, without characters that TOML forbids in comments or a terminal obeys."""
    return _CONTROL.sub(" ", text).strip()


def rounded(per_day: float) -> str:
    """A rate without figures that it does not have."""
    return f"{per_day:.0f}" if per_day >= 3 else f"{per_day:.1f}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _string(text: str) -> str:
    # JSON's strings are TOML's basic strings, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

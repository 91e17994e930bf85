"""The report about a site → the lines that a person reads at the end of `pressarc add`, and the value for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from crawler.probing.report import Sample, SiteReport
from crawler.probing.site_file import in_words, plain, rounded

_MOST_PARAGRAPH_CHARS = 300


def in_lines(report: SiteReport) -> Iterator[str]:
    """What to know first, then the samples."""
    yield f"{report.name}: {report.url}, {report.requests} requests"
    rate = "unknown" if report.per_day is None else f"about {rounded(report.per_day)}"
    yield f"  articles a day: {rate}"
    for source in report.sources:
        yield f"  {in_words(source)}"
    if not report.sources:
        yield "  no feed, no sitemap: articles will be found over the home page, its sections and links"
    yield f"  sections: {len(report.sections)}; pagination: {report.pagination or 'none seen'}"
    yield f"  content system: {report.content_system or 'not named'}"
    yield f"  languages: {', '.join(report.languages) or 'not named'}"
    yield f"  robots.txt: {report.robots}"
    for statement in report.statements:
        yield f"  stated in {statement.where}: {statement.said}"
    for sign in report.paywall:
        yield f"  paywall: {sign}"
    if report.needs_scripts:
        yield f"  JavaScript: needed ({report.scripting})"
    for number, sample in enumerate(report.samples, start=1):
        yield ""
        yield from _of_sample(number, sample)


def _of_sample(number: int, sample: Sample) -> Iterator[str]:
    yield f"sample {number}: {sample.headline or '(no headline)'}"
    by = f" by {', '.join(sample.authors)}" if sample.authors else ""
    yield f"  {sample.published_at or 'no date'}{by}"
    yield f"  {sample.words} words; flags: {', '.join(sample.flags) or 'none'}; access: {sample.access}"
    yield f"  {sample.url}"
    text = sample.first_paragraph
    yield f"  {text if len(text) <= _MOST_PARAGRAPH_CHARS else text[:_MOST_PARAGRAPH_CHARS].rstrip() + ' …'}"


def lines(report: SiteReport) -> list[str]:
    """The lines, safe to print: what a site says moves no cursor."""
    return [" " * (len(line) - len(line.lstrip(" "))) + plain(line) for line in in_lines(report)]


def as_json(report: SiteReport) -> dict[str, object]:
    """The report as JSON's values: instants in UTC, RFC 3339."""
    return {key: _json_value(value) for key, value in asdict(report).items()}


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, dict):
        return {key: _json_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(each) for each in value]
    return value

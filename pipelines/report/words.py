"""Reports in words: a line for a site, and a text for a run or a night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from pipelines.report.alarms import alarms_of_night, alarms_of_run
from pipelines.report.figures import Figures, RunFigures
from pipelines.report.night import Night, SiteNight

_UNITS = ("B", "kB", "MB", "GB", "TB")


def site_line(each: SiteNight) -> str:
    """What became of a site in a night, in one line."""
    told = "; ".join(each.said)
    if not each.runs:
        return f"{each.site}: {each.status}{f': {told}' if told else ''}"
    figures, last = each.figures, each.runs[-1]
    words = f"{articles_words(figures)} from {figures.exchanges} exchanges; run {last.run}, manifest {last.number}"
    return f"{each.site}: {each.status}: {words}{f'; {told}' if told else ''}"


def articles_words(figures: Figures) -> str:
    """How many articles."""
    return f"{figures.new} new, {figures.changed} changed, {figures.removed} removed articles"


def bytes_words(count: float) -> str:
    """So many bytes, in the largest unit that leaves a number of at least 1."""
    place = 0
    while count >= 1000 and place < len(_UNITS) - 1:
        count, place = count / 1000, place + 1
    return f"{count:.0f} {_UNITS[place]}" if place == 0 or count >= 100 else f"{count:.1f} {_UNITS[place]}"


def seconds_words(seconds: float) -> str:
    """So many seconds, as a person says it."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def coverage_words(figures: Figures) -> str:
    """Of what each source named, how much there is an article of."""
    return (
        ", ".join(f"{source} {each.extracted}/{each.expected}" for source, each in sorted(figures.coverage.items()))
        or "-"
    )


def run_words(run: RunFigures, before: Sequence[RunFigures]) -> Iterator[str]:
    """A run's report, line by line."""
    yield f"{run.site}, run {run.run}, manifest {run.number}: {run.state}"
    took = seconds_words((run.ended_at - run.started_at).total_seconds())
    yield f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {took}"
    for alarm in alarms_of_run(run, before):
        yield f"! {alarm}"
    for warning in run.warnings:
        yield f"! {warning}"
    yield from _numbers(run.figures)


def night_words(night: Night, before: Sequence[Night]) -> Iterator[str]:
    """A night's report, line by line."""
    yield f"The night of {night.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {len(night.visited)} sites"
    for alarm in alarms_of_night(night, before):
        yield f"! {alarm}"
    yield from _numbers(night.figures)
    for each in night.sites:
        yield site_line(each)


def _numbers(figures: Figures) -> Iterator[str]:
    yield f"articles: {figures.new} new, {figures.changed} changed, {figures.removed} removed"
    for name, table in (
        *((f"requests, {kind}", statuses) for kind, statuses in figures.requests.items()),
        ("outcomes", figures.outcomes),
        ("words an article (from)", figures.words),
        ("flags", figures.flags),
        ("lines taken out", figures.removed_lines),
        ("text found by", figures.ways),
    ):
        if table:
            yield f"{name}: {', '.join(f'{key} {count}' for key, count in table.items())}"
    yield f"coverage: {coverage_words(figures)}"
    yield f"archived: {', '.join(f'{kind} {bytes_words(count)}' for kind, count in figures.bytes.items())}"
    if figures.stages_s:
        yield f"time: {', '.join(f'{stage} {seconds_words(s)}' for stage, s in figures.stages_s.items())}"

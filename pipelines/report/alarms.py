"""What a person should look at: a site that gives less, or otherwise, than it did on the nights before. Pure.

Each alarm is a sentence. They are few on purpose, and each has a threshold that ordinary nights do not reach: a report
that cries every morning is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from statistics import mean, median

from pipelines.reasons import Source
from pipelines.report.figures import Figures, RunFigures, State, together
from pipelines.report.night import Night, SiteNight

_LOOKED_BACK = 7
"""How many runs before this one it is compared with."""
_LEAST_RUNS = 3
"""With fewer there is no telling what is usual. A site's first run brings home its archive, and is never usual."""
_USUAL_ARTICLES = 2.0
"""A site with fewer new articles in a usual night may well have none in another."""
_LEAST_NAMED = 5
_SELDOM = (Source.REDIRECT, Source.MEMORY)
"""Named by these is what has moved, or is looked at again: in a night there may well be nothing."""
_COVERAGE_DROP = 0.2
_MOSTLY, _HARDLY = 0.6, 0.2
_LEAST_READ = 3
_LEAST_REQUESTS, _MANY_FAIL, _TIMES_MORE = 10, 0.25, 3
_SHORTER = 0.5
_TEMPLATE = "template"


def alarms_of_run(run: RunFigures, before: Sequence[RunFigures]) -> list[str]:
    """What stands out in *run*.

    Args:
        run: The run.
        before: The runs of its site before it, oldest first.
    """
    if run.state is State.FAILED:
        return ["no page was received: the site was down, or turned us away"]
    usual = [each.figures for each in before[1:] if each.state is not State.FAILED][-_LOOKED_BACK:]
    if len(usual) < _LEAST_RUNS:
        return []
    return list(_alarms(run.figures, usual))


def alarms_of_night(night: Night, before: Sequence[Night]) -> list[str]:
    """What stands out in *night*, each sentence with its site.

    Args:
        night: The night.
        before: The nights before it, oldest first.
    """
    earlier: dict[str, list[RunFigures]] = {}
    for each in before:
        for site in each.sites:
            earlier.setdefault(site.site, []).extend(site.runs)
    return [f"{each.site}: {words}" for each in night.visited for words in _of_site(each, earlier.get(each.site, []))]


def _of_site(each: SiteNight, before: Sequence[RunFigures]) -> Iterator[str]:
    if each.status == "failed":
        yield f"failed: {'; '.join(each.said)}"
    elif each.runs:
        yield from alarms_of_run(each.runs[-1], before)
    else:
        yield f"not crawled: {'; '.join(each.said)}"


def _alarms(now: Figures, usual: Sequence[Figures]) -> Iterator[str]:
    before = together(usual)
    new = median(each.written for each in usual)
    if now.written == 0 and new >= _USUAL_ARTICLES:
        average = mean(each.written for each in usual)
        yield f"no new or changed article; the {len(usual)} runs before had {average:.0f} on average"
    yield from _coverage(now, before)
    yield from _template(now, before)
    failing, failed = _failing(now), _failing(before)
    if now.requested >= _LEAST_REQUESTS and failing > max(_MANY_FAIL, _TIMES_MORE * failed):
        yield f"{_percent(failing)} of the requests failed or met an error; before, {_percent(failed)}"
    shorter, was = _median_words(now.words), _median_words(before.words)
    if shorter is not None and was is not None and shorter < _SHORTER * was:
        yield f"half of the articles have no more than about {shorter} words; before, {was}"


def _coverage(now: Figures, before: Figures) -> Iterator[str]:
    silent: list[str] = []
    # Where nothing is new, a source may say that it is what it was (304), and so name nothing.
    may_be_same = not now.new and bool(now.requests.get("page", {}).get("304"))
    for source, usual in sorted(before.coverage.items()):
        if usual.expected < _LEAST_NAMED:
            continue
        tonight = now.coverage.get(source)
        if tonight is None or not tonight.expected:
            silent += [source] if source not in _SELDOM and not may_be_same else []
        elif tonight.expected >= _LEAST_NAMED:
            share, was = tonight.extracted / tonight.expected, usual.extracted / usual.expected
            if share < was - _COVERAGE_DROP:
                yield (
                    f"coverage of source {source} dropped to {_percent(share)} "
                    f"({tonight.extracted} of {tonight.expected}); before, {_percent(was)}"
                )
    if len(silent) == 1:
        yield f"source {silent[0]} names no article any more"
    elif silent:  # of a site that was redesigned all of them are: one sentence is enough
        yield f"sources {', '.join(silent)} name no article any more"


def _template(now: Figures, before: Figures) -> Iterator[str]:
    read, was_read = sum(now.ways.values()), sum(before.ways.values())
    if read < _LEAST_READ or not was_read:
        return
    share, was = now.ways.get(_TEMPLATE, 0) / read, before.ways.get(_TEMPLATE, 0) / was_read
    if was >= _MOSTLY and share <= _HARDLY:
        yield (
            f"the site's template is retired: {_percent(share)} of the articles were read by it; before, "
            f"{_percent(was)}. The site was redesigned, and is being learnt anew: look at some of its articles"
        )


def _failing(figures: Figures) -> float:
    """The share of requests for pages that had no answer, or an error; 0 where there was none."""
    statuses = figures.requests.get("page", {})
    bad = sum(count for status, count in statuses.items() if not status.isdigit() or int(status) >= 400)
    return bad / max(1, sum(statuses.values()))


def _median_words(words: Mapping[str, int]) -> int | None:
    """The lower bound of the class that the median article is in; null for too few articles."""
    classes = sorted((int(bound), count) for bound, count in words.items())
    if sum(count for _, count in classes) < _LEAST_NAMED:
        return None
    sums = accumulate(count for _, count in classes)
    half = sum(count for _, count in classes) / 2
    return next(bound for (bound, _), total in zip(classes, sums, strict=True) if total >= half)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def alarm_words(sentences: Iterable[str]) -> str:
    """The sentences as a heading counts them."""
    count = len(list(sentences))
    return (
        "Nothing stands out." if not count else "One thing to look at" if count == 1 else f"{count} things to look at"
    )

"""A report as one page of HTML that needs nothing else: numbers, plots against the runs before, and words at the top.

In: the figures of a run or a night, and of those before it. Out: the page. It asks for nothing from anywhere, follows
the reader's choice of light or dark, and is laid out for a telephone as well as for a desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from statistics import median

from pipelines.publish.stats import STAGES, WORDS_FROM
from pipelines.report.alarms import alarm_words, alarms_of_night, alarms_of_run
from pipelines.report.figures import BEFORE, Figures, RunFigures
from pipelines.report.night import Night, SiteNight
from pipelines.report.plots import bars, lines, sparkline, stacked_bars, towering
from pipelines.report.words import articles_words, bytes_words, coverage_words, seconds_words

_MOST_SERIES = 5
"""Series that a plot tells apart; the rest of them are one more."""
_LEAST_COLUMNS = 8
"""Where there are fewer, their bars would be as broad as walls: the nights that are still to come keep their room."""
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class _Column:
    """A night, or a run, as plots show it."""

    at: datetime
    figures: Figures


def night_page(night: Night, before: Sequence[Night]) -> str:
    """The page of a night.

    Args:
        night: The night.
        before: The nights before it, oldest first.
    """
    before = before[-BEFORE:]
    columns = [_Column(each.started_at, each.figures) for each in (*before, night)]
    sites = "".join(_site(each, before) for each in sorted(night.sites, key=_worst_first))
    body = [
        _header(f"The night of {_day(night.started_at)}", _span(night), escape(_sites_words(night))),
        _look(alarms_of_night(night, before)),
        _tiles(columns),
        _plots(columns),
        f'<section class="card"><h2>Sites</h2><ul class="sites">{sites}</ul></section>',
        _numbers(night.figures),
    ]
    return _page(f"The night of {_day(night.started_at)}", body)


def run_page(run: RunFigures, before: Sequence[RunFigures]) -> str:
    """The page of a run.

    Args:
        run: The run.
        before: The runs of its site before it, oldest first.
    """
    before = before[-BEFORE:]
    columns = [_Column(each.started_at, each.figures) for each in (*before, run)]
    words = f"run {run.run}, manifest {run.number} {_state(run.state)}"
    body = [
        _header(run.site, f"{_day(run.started_at)}, {_span(run)}", words),
        _look([*alarms_of_run(run, before), *run.warnings]),
        _tiles(columns),
        _plots(columns),
        _numbers(run.figures),
    ]
    return _page(f"{run.site}, {_day(run.started_at)}", body)


def _page(title: str, body: Sequence[str]) -> str:
    css = files("pipelines.report").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} · pressarc</title>\n<style>\n{css}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n<footer>Made by pressarc from the manifests; times are UTC. The bar at the right is the newest.</footer>"
        "\n</body>\n</html>\n"
    )


def _header(title: str, when: str, words: str) -> str:
    return (
        f'<header><p class="name">pressarc</p><h1>{escape(title)}</h1>'
        f'<p class="when">{escape(when)} · {words}</p></header>'
    )


def _span(each: Night | RunFigures) -> str:
    took = seconds_words((each.ended_at - each.started_at).total_seconds())
    return f"{_clock(each.started_at)} to {_clock(each.ended_at)} UTC ({took})"


def _sites_words(night: Night) -> str:
    counted: dict[str, int] = {}
    for each in night.sites:
        counted[each.status] = counted.get(each.status, 0) + 1
    told = ", ".join(f"{counted[status]} {words}" for status, words in _ORDER.items() if status in counted)
    return f"{len(night.sites)} site{'' if len(night.sites) == 1 else 's'}: {told}"


_ORDER = {"failed": "failed", "warnings": "with warnings", "complete": "complete", "skipped": "skipped"}


def _worst_first(each: SiteNight) -> tuple[int, str]:
    return list(_ORDER).index(each.status), each.site


def _look(sentences: Sequence[str]) -> str:
    kind = "look" if sentences else "well"
    told = "".join(f"<li>{escape(words)}</li>" for words in sentences)
    listed = f"<ul>{told}</ul>" if told else ""
    return f'<section class="card {kind}"><h2>{alarm_words(sentences)}</h2>{listed}</section>'


def _tiles(columns: Sequence[_Column]) -> str:
    covered = [_covered(each.figures) for each in columns]
    tiles: list[tuple[str, str, str]] = []
    for name, of in _TILES:
        numbers = [of(each.figures) for each in columns]
        tiles.append((f"{numbers[-1]:,.0f}", name, _usual(numbers[:-1], lambda number: f"{number:,.0f}")))
    archived = [float(sum(each.figures.bytes.values())) for each in columns]
    tiles.append((bytes_words(archived[-1]), "archived", _usual(archived[:-1], bytes_words)))
    known = [share for share in covered[:-1] if share is not None]
    now = "–" if covered[-1] is None else f"{covered[-1]:.0%}"
    tiles.append((now, "coverage", _usual(known, lambda share: f"{share:.0%}")))
    cards = (
        f'<div class="card"><b>{big}</b><span>{name}</span><small>{usual}</small></div>' for big, name, usual in tiles
    )
    return f'<section class="tiles">{"".join(cards)}</section>'


_TILES: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("new articles", lambda figures: figures.new),
    ("changed", lambda figures: figures.changed),
    ("removed", lambda figures: figures.removed),
    ("requests", lambda figures: figures.requested),
)


def _usual(before: Sequence[float], words: Callable[[float], str]) -> str:
    return f"usually {words(median(before))}" if before else "the first time"


def _covered(figures: Figures) -> float | None:
    expected = sum(each.expected for each in figures.coverage.values())
    return sum(each.extracted for each in figures.coverage.values()) / expected if expected else None


# ---------------------------------------------------------------- plots


def _plots(columns: Sequence[_Column]) -> str:
    return f'<section class="plots">{"".join(_figures(columns))}</section>'


def _figures(columns: Sequence[_Column]) -> Iterator[str]:
    blank = max(0, _LEAST_COLUMNS - len(columns))
    labels = [*[""] * blank, *_labels([each.at for each in columns])]
    each = [*[Figures()] * blank, *(column.figures for column in columns)]

    def stacked(title: str, hues: str, series: Mapping[str, Sequence[float]], unit: str) -> str:
        cut = ", ".join(f"{labels[place]}: {total:,.0f}" for place, total in towering(series).items())
        note = f"{cut} (cut off)" if cut else ""
        return _figure(title, hues, series, lambda: stacked_bars(labels, series, unit=unit), note)

    articles = {event: [float(getattr(one, event)) for one in each] for event in ("new", "changed", "removed")}
    yield stacked("Articles", "events", articles, "articles")
    yield stacked("Requests by status", "status", _series([_by_status(one) for one in each], _STATUSES), "requests")
    kinds = [{kind: sum(statuses.values()) for kind, statuses in one.requests.items()} for one in each]
    yield stacked("Requests by kind", "plain", _series(kinds, ("page", "requisite", "robots", "rights")), "requests")
    covered = {
        source: [_share(one, source) for one in each]
        for source in sorted({key for one in each for key in one.coverage})
    }
    yield _figure("Coverage of each source, in %", "plain", covered, lambda: lines(labels, covered, unit="%"))
    yield stacked("Archived, in MB", "plain", _series([_megabytes(one) for one in each], ("WARC", "other")), "MB")
    yield _words_figure(each)
    yield stacked("Furniture taken out, in lines", "plain", _largest([one.removed_lines for one in each]), "lines")
    yield stacked("Text found by", "plain", _largest([one.ways for one in each]), "articles")
    yield stacked("Time of the stages, in s", "plain", _series([one.stages_s for one in each], STAGES), "s")


def _figure(
    title: str, hues: str, series: Mapping[str, Sequence[float | None]], draw: Callable[[], str], note: str = ""
) -> str:
    has_any = any(number for numbers in series.values() for number in numbers)
    key = "".join(
        f'<span><i style="background:var(--c{place})"></i>{escape(name)}</span>'
        for place, (name, numbers) in enumerate(series.items())
        if any(numbers)
    )
    key += f"<span>{escape(note)}</span>" if note else ""
    shown = draw() if has_any else '<p class="nothing">nothing to show</p>'
    caption = f'<figcaption><h2>{title}</h2><p class="key">{key if has_any else ""}</p></figcaption>'
    return f'<figure class="card hues-{hues}" role="img" aria-label="{escape(title)}">{caption}{shown}</figure>'


def _words_figure(each: Sequence[Figures]) -> str:
    """How long tonight's articles are, beside those of the columns before: as shares, since there are many more."""
    before: dict[str, int] = {}
    for one in each[:-1]:
        for bound, count in one.words.items():
            before[bound] = before.get(bound, 0) + count
    labels = [f"{bound}" for bound in WORDS_FROM]
    series = {"before": _percents(before), "now": _percents(each[-1].words)}
    return _figure("Words per article, in % of articles", "pair", series, lambda: bars(labels, series, unit="%"))


def _percents(words: Mapping[str, int]) -> list[float]:
    total = sum(words.values()) or 1
    return [100 * words.get(str(bound), 0) / total for bound in WORDS_FROM]


_STATUSES = ("2xx", "304", "3xx", "4xx", "5xx", "no answer")


def _by_status(figures: Figures) -> dict[str, int]:
    found: dict[str, int] = {}
    for statuses in figures.requests.values():
        for status, count in statuses.items():
            name = status if status == "304" else f"{status[0]}xx" if status.isdigit() else "no answer"
            found[name] = found.get(name, 0) + count
    return found


def _share(figures: Figures, source: str) -> float | None:
    coverage = figures.coverage.get(source)
    return 100 * coverage.extracted / coverage.expected if coverage is not None and coverage.expected else None


def _megabytes(figures: Figures) -> dict[str, float]:
    warc = figures.bytes.get("warc", 0)
    return {"WARC": warc / _MEGABYTE, "other": (sum(figures.bytes.values()) - warc) / _MEGABYTE}


def _series(each: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, list[float]]:
    """The numbers by name: of all *names*, so that each has its colour, whether it occurs or not."""
    return {name: [one.get(name, 0) for one in each] for name in names}


def _largest(each: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """The same for names that are not known beforehand: the largest, and the others together."""
    totals: dict[str, float] = {}
    for one in each:
        for name, number in one.items():
            totals[name] = totals.get(name, 0) + number
    ranked = sorted(totals, key=lambda name: (-totals[name], name))
    shown = _series(each, ranked[:_MOST_SERIES])
    if len(ranked) > _MOST_SERIES:
        shown["other"] = [sum(one.get(name, 0) for name in ranked[_MOST_SERIES:]) for one in each]
    return shown


# ---------------------------------------------------------------- sites and numbers


def _site(each: SiteNight, before: Sequence[Night]) -> str:
    figures = each.figures
    earlier = [
        float(one.figures.written) for night in before for one in night.sites if one.site == each.site and one.runs
    ]
    numbers = [*earlier[1:], float(figures.written)] if each.runs else []  # its first run would dwarf all others
    spark = sparkline(numbers) if any(numbers) and len(numbers) > 1 else ""
    told = [articles_words(figures), f"{figures.requested:,} requests", f"coverage {coverage_words(figures)}"]
    said = "".join(f"<p>{escape(words)}</p>" for words in each.said)
    words = f"<p>{escape(' · '.join(told))}</p>" if each.runs else ""
    return f"<li><div><b>{escape(each.site)}</b>{_state(each.status)}</div>{spark}{words}{said}</li>"


def _state(state: str) -> str:
    return f'<span class="state {escape(state)}">{escape(state)}</span>'


def _numbers(figures: Figures) -> str:
    tables = "".join(_table(title, rows) for title, rows in _all_numbers(figures) if rows)
    return f'<details class="card"><summary>All numbers</summary><div class="numbers">{tables}</div></details>'


def _all_numbers(figures: Figures) -> Iterator[tuple[str, dict[str, str]]]:
    yield "Articles", {event: f"{getattr(figures, event):,}" for event in ("new", "changed", "removed")}
    yield "Outcomes", _counted(figures.outcomes)
    for kind, statuses in figures.requests.items():
        yield f"Requests: {kind}", _counted(statuses)
    covered = {source: f"{one.extracted:,} of {one.expected:,}" for source, one in figures.coverage.items()}
    yield "Coverage", covered
    yield "Flags", _counted(figures.flags)
    yield "Words per article, from", _counted(figures.words)
    yield "Lines taken out, by rule", _counted(figures.removed_lines)
    yield "Text found by", _counted(figures.ways)
    yield "Archived", {kind: bytes_words(count) for kind, count in figures.bytes.items()}
    yield "Time", {stage: seconds_words(seconds) for stage, seconds in figures.stages_s.items()}


def _counted(table: Mapping[str, int]) -> dict[str, str]:
    return {name: f"{count:,}" for name, count in table.items()}


def _table(title: str, rows: Mapping[str, str]) -> str:
    told = "".join(f"<tr><td>{escape(name)}</td><td>{escape(number)}</td></tr>" for name, number in rows.items())
    return f"<table><caption>{escape(title)}</caption>{told}</table>"


def _labels(instants: Sequence[datetime]) -> list[str]:
    """Days; with the time, where two are of one day."""
    days = [f"{at.astimezone(UTC).day} {at.astimezone(UTC):%b}" for at in instants]
    return (
        days if len(set(days)) == len(days) else [f"{day} {_clock(at)}" for day, at in zip(days, instants, strict=True)]
    )


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC).day} {at.astimezone(UTC):%B %Y}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M}"

"""Numbers → plots: plain SVG for a page, in the page's own colours and type, readable at the width of a telephone.

*Why pygal.* It draws SVG without a script and without numpy, so that no installation lacks its reports; matplotlib's
files are ten times as large and know no colours of the page, altair and plotly need JavaScript. What it adds for pages
of its own (styles, scripts, descriptions for them) is taken out again: one style sheet serves all plots of a page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from xml.etree import ElementTree as ET

import pygal

# It asks to find modules for its maps, in a way that Python 3.12 has given up: then every failed import warns.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != pygal.__name__]

WIDTH, HEIGHT = 380, 190
"""Of a plot, in CSS pixels at its natural size: the column of a telephone."""
_LABELS = 5
"""How many labels the horizontal axis has at most; fewer where they are long."""
_LETTER, _GAP = 7, 14
"""Of a label, in pixels."""
_TOWERING, _CUT_AT = 4.0, 1.25
"""A bar so many times as high as the highest of the others is drawn so many times as high as that one."""
_MOST_CUT, _LEAST_OTHERS = 2, 3
_LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
"""A tenth of a pixel is all that can be seen."""
_NOT_OURS = ("script", "style", "defs", "title")


def stacked_bars(labels: Sequence[str], series: Mapping[str, Sequence[float]], *, unit: str = "") -> str:
    """A bar for each label, of one part for each series; those that tower above the others are cut off.

    Args:
        labels: Of the bars, the newest last.
        series: Name → a number for each bar; coloured in this order.
        unit: What is counted; said beside each number that is pointed at.
    """
    cut = towering(series)
    others = [total for place, total in enumerate(_totals(series)) if place not in cut]
    scale = {place: _CUT_AT * max(others) / total for place, total in cut.items()}
    return _drawn(pygal.StackedBar(**_options()), labels, series, unit, scale=scale)


def towering(series: Mapping[str, Sequence[float]]) -> dict[int, float]:
    """Bars that would leave all others hardly any height, as a site's first night does: their places and totals."""
    totals = _totals(series)
    ranked = sorted(filter(None, totals), reverse=True)
    for count in range(_MOST_CUT, 0, -1):
        if len(ranked) >= count + _LEAST_OTHERS and ranked[count - 1] > _TOWERING * ranked[count]:
            return {place: total for place, total in enumerate(totals) if total >= ranked[count - 1]}
    return {}


def _totals(series: Mapping[str, Sequence[float]]) -> list[float]:
    return [sum(each) for each in zip(*series.values(), strict=True)]


def bars(labels: Sequence[str], series: Mapping[str, Sequence[float]], *, unit: str = "") -> str:
    """A bar for each label and series, side by side; arguments as of `stacked_bars`."""
    return _drawn(pygal.Bar(**_options()), labels, series, unit, at_most=len(labels))


def lines(labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, unit: str = "") -> str:
    """A line for each series, from 0 to 100; arguments as of `stacked_bars`, null where there is nothing to show."""
    chart = pygal.Line(**_options(), range=(0, 100), dots_size=2)
    chart.y_labels = [0, 50, 100]
    return _drawn(chart, labels, series, unit)


def sparkline(numbers: Sequence[float]) -> str:
    """A row of small bars, without axes."""
    chart = pygal.Bar(**{**_options(), "width": 96, "height": 24, "show_y_labels": False, "show_y_guides": False})
    chart.add("", list(numbers))
    return _plain(chart, "spark")


def _options() -> dict[str, object]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "margin": 4,
        "js": [],
        "show_legend": False,
        "rounded_bars": 1,
        "spacing": 4,
        "min_scale": 3,
        "max_scale": 5,
        "show_x_guides": False,
        "truncate_label": -1,
        "value_formatter": lambda number: f"{number:,.9g}",
    }


def _drawn(
    chart: pygal.Graph,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    unit: str,
    *,
    at_most: int = _LABELS,
    scale: Mapping[int, float] | None = None,
) -> str:
    """The plot; bars at the places in *scale* are drawn that much lower, and say their true numbers all the same."""
    scale = scale or {}
    chart.x_labels = _spaced(labels, at_most)
    for name, numbers in series.items():
        words = f" {unit}" if unit else ""
        told = [_number(number) for number in numbers]
        chart.add(
            name,
            [
                {"value": number and number * scale.get(place, 1), "label": f"{label}, {name}: {said}{words}"}
                for place, (label, number, said) in enumerate(zip(labels, numbers, told, strict=True))
            ],
        )
    return _plain(chart, "plot", scale)


def _spaced(labels: Sequence[str], at_most: int) -> list[str]:
    """The labels that there is room for, the newest among them; the others empty."""
    room = WIDTH // (_GAP + _LETTER * max(map(len, labels), default=1))
    count = max(1, min(at_most, room, len(labels)))
    step = -(-len(labels) // count)
    return [label if (len(labels) - 1 - place) % step == 0 else "" for place, label in enumerate(labels)]


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


def _plain(chart: pygal.Graph, kind: str, cut: Collection[int] = ()) -> str:
    """The plot without what it needs to be a page of its own; what is told of a bar becomes its title."""
    root = ET.fromstring(chart.render())  # noqa: S314 (drawn a moment ago)
    for parent in list(root.iter()):
        for child in list(parent):
            name = _local(child.tag)
            kinds = child.get("class", "").split()
            if name in _NOT_OURS or "tooltip" in kinds or (name == "desc" and "label" not in kinds):
                parent.remove(child)
            elif name == "desc":
                child.tag = "title"
                child.attrib.clear()
    _thin(root, cut)
    for element in root.iter():
        element.tag = _local(element.tag)
        for name in [name for name in element.attrib if name.startswith("{") or name == "id"]:
            del element.attrib[name]
    root.set("class", kind)
    root.tail = None
    return _LONG_NUMBER.sub(r"\1", ET.tostring(root, encoding="unicode"))


def _thin(root: ET.Element, cut: Collection[int]) -> None:
    """Mark the newest bar of each series, and those that are cut off, and leave out bars that have no height."""
    for series in [each for each in root.iter() if each.get("class") == "bars"]:
        drawn = list(series)
        drawn[-1].set("class", "bar now")
        for place in cut:
            drawn[place].set("class", f"{drawn[place].get('class')} cut")
        for bar in drawn:
            if all(not float(part.get("height", 0)) for part in bar if _local(part.tag) == "rect"):
                series.remove(bar)


def _local(tag: str) -> str:
    """A name without its namespace: SVG within HTML has none."""
    return tag.rpartition("}")[2]

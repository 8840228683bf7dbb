"""Finished Plotly figures: built on the server, only drawn in the browser.

A colour is the name of a token of the design layer ("ink", "accent", "short"); the browser puts the theme's value in
its place, so one figure serves light and dark. Months are ISO dates.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np

Trace = dict[str, Any]
Figure = dict[str, Any]


def figure(traces: list[Trace], *, unit: str = "", bars: str = "group") -> Figure:
    """Return a figure over months; the look every chart shares is added where it is drawn."""
    return {
        "data": traces,
        "layout": {
            "margin": {"t": 28},
            "xaxis": {"type": "date", "tickformat": "%b %y"},
            "yaxis": {"rangemode": "tozero", "tickformat": ",.3~s", "title": {"text": unit}},
            "barmode": bars,
        },
    }


def line_trace(
    name: str, months: Sequence[date], values: Iterable[float], colour: str, *, dash: str = "solid", width: float = 2
) -> Trace:
    """Return a line; a value that is not known leaves a gap."""
    line = {"color": colour, "dash": dash, "width": width}
    return {"type": "scatter", "mode": "lines", "name": name, "x": iso(months), "y": plain(values), "line": line}


def bar_trace(name: str, months: Sequence[date], values: Iterable[float], colour: str) -> Trace:
    """Return bars."""
    return {"type": "bar", "name": name, "x": iso(months), "y": plain(values), "marker": {"color": colour}}


def mark_trace(name: str, months: Sequence[date], values: Iterable[float], colour: str, symbol: str) -> Trace:
    """Return marks without a line: a shape as well as a colour, so that it is told apart without colour."""
    marker = {"color": colour, "symbol": symbol, "size": 9}
    return {"type": "scatter", "mode": "markers", "name": name, "x": iso(months), "y": plain(values), "marker": marker}


def range_trace(name: str, months: Sequence[date], low: Iterable[float], high: Iterable[float], colour: str) -> Trace:
    """Return a filled band between two rows of values."""
    around = [*iso(months), *reversed(iso(months))]
    edge = [*plain(high), *reversed(plain(low))]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": around,
        "y": edge,
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def waterfall_figure(steps: Sequence[tuple[str, float, bool]], *, unit: str = "") -> Figure:
    """Return a bridge of (label, value, whether it is a total): bars on a base, falls and rises told by colour."""
    bases, heights, colours, texts = [], [], [], []
    level = 0.0
    for _, value, is_total in steps:
        bases.append(0.0 if is_total else min(level, level + value))
        heights.append(value if is_total else abs(value))
        colours.append("muted" if is_total else ("ok" if value >= 0 else "short"))
        texts.append(f"{value:,.1f}" if is_total else f"{value:+,.1f}".replace("-", "−"))
        level = value if is_total else level + value
    bar = {
        "type": "bar",
        "x": [label for label, _, _ in steps],
        "y": heights,
        "base": bases,
        "marker": {"color": colours},
        "text": texts,
        "textposition": "outside",
        "hoverinfo": "x+text",
        "cliponaxis": False,
    }
    built = figure([bar], unit=unit)
    built["layout"] |= {"xaxis": {"type": "category"}, "showlegend": False}
    return built


def stack_figure(names: Sequence[str], parts: Sequence[tuple[str, Sequence[float], str]], *, unit: str = "") -> Figure:
    """Return lying bars, one a name from the top, each made of parts (name, a value per bar, colour) in their order."""
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": list(names),
            "x": plain(values),
            "marker": {"color": colour},
        }
        for name, values, colour in parts
    ]
    built = figure(traces, unit="", bars="stack")
    built["layout"] |= {
        "hovermode": "y unified",
        "xaxis": {"rangemode": "tozero", "tickformat": ",.3~s", "title": {"text": unit}, "nticks": 5},
        "yaxis": {"type": "category", "autorange": "reversed", "tickmode": "linear", "dtick": 1},
    }
    return built


def iso(months: Sequence[date]) -> list[str]:
    """Return months as text."""
    return [month.isoformat() for month in months]


def plain(values: Iterable[float]) -> list[float | None]:
    """Return values as JSON numbers, None for unknown."""
    return [None if np.isnan(value) else round(float(value), 2) for value in values]

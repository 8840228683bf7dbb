"""Finished figures for the demand screens: built here, only drawn in the browser; colours are names of tokens."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import cycle
from typing import Any

import numpy as np

from demand.frames import FloatMatrix
from sop.figures import Figure, Trace, bar_trace, figure, line_trace, mark_trace, range_trace, waterfall_figure


def demand_figure(
    *,
    past: Sequence[date],
    actual: FloatMatrix,
    months: Sequence[date],
    baseline: FloatMatrix,
    adjusted: FloatMatrix,
    last_consensus: FloatMatrix,
    last_year: FloatMatrix,
    low: FloatMatrix | None,
    high: FloatMatrix | None,
) -> dict[str, Any]:
    """Return history, baseline with its 80 % range, adjusted plan, last cycle's consensus and last year, base units.

    Last year is the demand of the same month a year earlier, over the plan's months; what has no number has no line.
    """
    traces = [
        line_trace("Actual", past, actual, "ink"),
        line_trace("Last year", months, last_year, "muted", width=1),
        line_trace("Last cycle", months, last_consensus, "muted", dash="dash", width=1.5),
        line_trace("Baseline", months, baseline, "accent", dash="dot"),
    ]
    if low is not None and high is not None and not np.isnan(low).any() and not np.isnan(high).any():
        traces.insert(0, range_trace("80% range", months, low, high, "chart-range"))
    if not np.allclose(adjusted, baseline):
        traces.append(line_trace("Adjusted", months, adjusted, "warn", width=2.5))
    return figure([trace for trace in traces if any(value is not None for value in trace["y"])])


def cleansing_figure(
    *,
    months: Sequence[date],
    raw: FloatMatrix,
    accepted: Mapping[date, float],
    proposed: Mapping[date, float],
) -> dict[str, Any]:
    """Return a series' demand as it was asked for, as the baseline reads it, and what is proposed; base units."""
    cleaned = np.array([accepted.get(month, value) for month, value in zip(months, raw, strict=True)])
    traces = [line_trace("Raw", months, raw, "muted", width=1.5), line_trace("Cleaned", months, cleaned, "accent")]
    if shown := [month for month in months if month in accepted]:
        traces.append(mark_trace("Accepted", shown, [accepted[month] for month in shown], "ok", "circle"))
    if shown := [month for month in months if month in proposed]:
        traces.append(mark_trace("Proposed", shown, [proposed[month] for month in shown], "warn", "diamond"))
    return figure(traces)


ALIGNED_LEFT = 56  # pixels for the numbers beside charts that stand over each other
MEMBER_LINES = (("ok", "solid"), ("excess", "solid"), ("warn", "solid"), ("ok", "dash"), ("excess", "dash"))


def members_figure(
    *,
    past: Sequence[date],
    raw: FloatMatrix,
    cleaned: FloatMatrix,
    months: Sequence[date],
    baseline: FloatMatrix,
    low: FloatMatrix,
    high: FloatMatrix,
    ahead: Sequence[date],
    members: Mapping[str, FloatMatrix],
    naive: FloatMatrix,
) -> Figure:
    """Return one series: history raw and cleaned, its baseline with the 80 % range, each member by its name, naive."""
    traces = [
        line_trace("Raw", past, raw, "muted", width=1.5),
        line_trace("Cleaned", past, cleaned, "ink"),
        line_trace("Same month last year", months, naive, "muted", dash="dash", width=1.5),
        *_member_traces(ahead, members),
        line_trace("Baseline", months, baseline, "accent", width=2.5),
    ]
    if not np.isnan(low).any() and not np.isnan(high).any():
        traces.insert(0, range_trace("80% range", months, low, high, "chart-range"))
    return _aligned(figure(_drawn(traces)), past, [*past, *months])


def tested_figure(
    *, months: Sequence[date], actual: FloatMatrix, members: Mapping[str, FloatMatrix], naive: FloatMatrix
) -> Figure:
    """Return the months held back: what came, and what each way would have forecast."""
    traces = [
        line_trace("Same month last year", months, naive, "muted", dash="dash", width=1.5),
        *_member_traces(months, members),
        line_trace("What came", months, actual, "ink", width=2.5),
    ]
    return figure(_drawn(traces))


def part_figure(name: str, *, past: Sequence[date], part: FloatMatrix, until: date, bars: bool = False) -> Figure:
    """Return one part of a series over the same months as its history; `until` is the last month of that chart."""
    trace = bar_trace(name, past, part, "muted") if bars else line_trace(name, past, part, "accent")
    built = _aligned(figure([trace]), past, [*past, until])
    built["layout"]["yaxis"]["rangemode"] = "normal"
    return built


def family_figure(*, past: Sequence[date], units: FloatMatrix, fitted: FloatMatrix, promoted: Sequence[date]) -> Figure:
    """Return a family's demand, what the regression says of each month, and the months with a promotion."""
    traces = [line_trace("Demand", past, units, "ink"), line_trace("By price, trend, season", past, fitted, "accent")]
    at = dict(zip(past, units, strict=True))
    if promoted:
        traces.append(mark_trace("Promotion", promoted, [at[month] for month in promoted], "warn", "diamond"))
    return _aligned(figure(traces), past, past)


def price_figure(*, past: Sequence[date], price: FloatMatrix) -> Figure:
    """Return a family's price at a constant mix, 100 = usual."""
    built = _aligned(figure([line_trace("Price at a constant mix, 100 = usual", past, price, "excess")]), past, past)
    built["layout"]["yaxis"] |= {"rangemode": "normal", "tickformat": ",.0f"}
    return built


def what_if_figure(
    *, months: Sequence[date], plan: FloatMatrix, changed: FloatMatrix, low: FloatMatrix, high: FloatMatrix
) -> Figure:
    """Return a family's plan by month as it is and with the change, with its 95 % range."""
    return figure(
        [
            range_trace("95% range", months, low, high, "chart-range"),
            line_trace("Plan as it is", months, plan, "ink"),
            line_trace("With the change", months, changed, "accent", width=2.5),
        ]
    )


def _member_traces(months: Sequence[date], members: Mapping[str, FloatMatrix]) -> list[Trace]:
    looks = zip(members.items(), cycle(MEMBER_LINES), strict=False)
    return [line_trace(name, months, at, colour, dash=dash, width=1.5) for (name, at), (colour, dash) in looks]


def _drawn(traces: list[Trace]) -> list[Trace]:
    """Return the lines that have any number."""
    return [trace for trace in traces if any(value is not None for value in trace["y"])]


def _aligned(built: Figure, past: Sequence[date], months: Sequence[date]) -> Figure:
    """Return the figure with the same room at its left and the same months as its neighbours above and below."""
    if past and months:
        built["layout"]["xaxis"]["range"] = [past[0].isoformat(), months[-1].isoformat()]
    built["layout"]["margin"] = {"t": 8, "l": ALIGNED_LEFT}
    built["layout"]["yaxis"]["automargin"] = False
    return built


SCALES = ((10e9, 1e6, "million"), (10e3, 1e3, "thousand"), (0, 1, ""))  # from which total on, by what, its word


def bridge_figure(steps: Sequence[tuple[str, float, bool]], *, unit: str) -> Figure:
    """Return a waterfall of (label, value, whether it is a total); `unit` is what is counted, "units" or a currency."""
    largest = max((abs(value) for _, value, is_total in steps if is_total), default=0)
    _, scale, word = next(each for each in SCALES if largest >= each[0])
    scaled = [(label, value / scale, is_total) for label, value, is_total in steps]
    built = waterfall_figure(scaled, unit=f"{word} {unit}".strip())
    built["layout"]["yaxis"] |= {
        "range": bridge_range([value for _, value, _ in scaled], [is_total for *_, is_total in scaled]),
        "tickformat": ",",
    }
    return built


def bridge_range(values: Sequence[float], totals: Sequence[bool]) -> list[float]:
    """Return where a waterfall's axis begins and ends: around its steps, which would be hairs beside their totals."""
    levels, level = [], 0.0
    for value, is_total in zip(values, totals, strict=True):
        level = value if is_total else level + value
        levels.append(level)
    low, high = min(levels), max(levels)
    room = (high - low) or abs(high) or 1.0
    return [round(max(0.0, low - room) if low >= 0 else low - room, 3), round(high + room / 3, 3)]

"""Finished figures for the demand screens: built here, only drawn in the browser; colours are names of tokens."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from demand.frames import FloatMatrix
from sop.figures import Figure, figure, line_trace, mark_trace, range_trace, waterfall_figure


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
